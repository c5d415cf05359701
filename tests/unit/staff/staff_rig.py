"""Staff on a real journal, a pad that types by itself, and a stage without a runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devices.pin_pad.contract import EntryCancelled, KeyKind, KeyPress, SecretDigits
from devices.worker import DeviceWorker
from kiosk.clock import ManualClock
from kiosk.host.port import Host
from kiosk.issue import Issue
from kiosk.record import Record
from kiosk.session import Session
from kiosk.staff import Role, Staff, StaffMember, hashing
from kiosk.staff.roll import changing

NUMBERS = {"attendant": "0042", "other": "0043", "keeper": "0051", "engineer": "0090"}
CODES = {"attendant": "483920", "other": "719305", "keeper": "260814", "engineer": "935172"}
"""Synthetic, of nobody."""

OWN_NUMBER = "990101195603120022"
"""The attendant's identity number."""


def secret(digits: str) -> SecretDigits:
    return SecretDigits(bytearray(digits.encode("ascii")))


@contextmanager
def cheap() -> Iterator[None]:
    """Hashes made within cost a hundredth, and comparing with them as well."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hashing, "MEMORY_KIB", 1024)
        patched.setattr(hashing, "ITERATIONS", 1)
        yield


@cache
def code_hash(who: str) -> str:
    with cheap():
        return hashing.hashed(secret(CODES[who]))


@cache
def own_number_hash() -> str:
    with cheap():
        return hashing.number_hashed(OWN_NUMBER)


def member(who: str, role: Role) -> StaffMember:
    own = own_number_hash() if who == "attendant" else ""
    return StaffMember(
        number=NUMBERS[who], role=role, added=date(2026, 11, 22), code_hash=code_hash(who), own_number_hash=own
    )


def everybody(file: Path) -> None:
    with changing(file) as members:
        members += [
            member("attendant", Role.ATTENDANT),
            member("other", Role.ATTENDANT),
            member("keeper", Role.STOCK_KEEPER),
            member("engineer", Role.ENGINEER),
        ]


class Pad:
    """Types what a test has put into ``entries``: digits, ``None`` for the cancel key, or an error to raise."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.lengths: list[int] = []
        self.given: list[SecretDigits] = []

    def open(self) -> None: ...

    def close(self) -> None: ...

    def enter_clear(
        self, cancellation: Any, *, minimum: int, maximum: int, timeout: float, on_key: Callable[[KeyPress], None]
    ) -> SecretDigits:
        assert minimum == maximum
        self.lengths.append(maximum)
        entry = self.entries.pop(0)
        if entry is None:
            raise EntryCancelled
        if isinstance(entry, Exception):
            raise entry
        assert len(entry) == maximum
        for count in range(1, maximum + 1):
            on_key(KeyPress(KeyKind.DIGIT, count))
        self.given.append(secret(entry))
        return self.given[-1]


class Desk:
    """A stage, with a pad and staff. ``pages``: length and count of digits at each drawing of the page."""

    state = "in_service.session.applying.attendant"

    def __init__(self, folder: Path, host: Host) -> None:
        self.file = folder / "staff.toml"
        everybody(self.file)
        self.clock = ManualClock()
        self.record = Record(folder / "journal.db", self.clock, "K0001", host)
        self.staff = Staff(self.file, self.record.counters, self.clock)
        self.pad = Pad()
        self.worker = DeviceWorker("pin-pad", self.pad)  # type: ignore[type-var]
        self.session = Session()
        self.issue = self.session.issue = Issue()
        self.rules = SimpleNamespace(change_factors=2)
        self.tools: Any = SimpleNamespace(
            clock=self.clock,
            record=self.record,
            staff=self.staff,
            pin_pad=self.worker,
            policy=SimpleNamespace(rules=self.rules),
        )
        self.pages: list[tuple[int, int]] = []

    def close(self) -> None:
        self.worker.stop()
        self.record.close()

    def refresh(self) -> None:
        self.pages.append((self.session.pin.length, self.session.pin.typed))

    def sign_of_life(self) -> None: ...

    def types(self, *entries: Any) -> None:
        self.pad.entries += entries
