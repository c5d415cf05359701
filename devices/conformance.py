"""What any driver of a class must do, on any simulator or on the real device: named checks, and what runs them.

A class lists its checks in ``devices/<class>/check.py`` as ``SUITE``. ``kiosk device <class> check`` runs them with an
engineer's hands (:mod:`devices.conformance_verb`), the conformance tests with a simulator's. A check changes nothing
that outlasts it: it loads no key and writes to no card.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from devices.contract import Cancellation, Device, DeviceError, OperationCancelled

D = TypeVar("D", bound=Device)

POLL_SECONDS = 0.1
"""Between two looks at something that a person is about to do."""
LET_GO_SECONDS = 0.5
"""Within this a driver ends a wait that was cancelled; a touch on *back* may not feel slower."""


class Failed(Exception):
    """The driver did not do as promised. The text never holds what stood on a card or was typed."""


class NotApplicable(Exception):
    """This cannot be checked on this model, or nobody was there to lend a hand; the text says why."""


class Result(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 -- an outcome
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"


class Person(Protocol):
    """Whoever stands before the device: an engineer, or a simulator's hands."""

    def do(self, step: StrEnum) -> None:
        """Asked to do this; it may be done later than this returns. Raises NotApplicable."""
        ...

    def says(self, question: StrEnum) -> bool:
        """Whether it is so. Raises NotApplicable when nobody answers."""
        ...


class Trial(Generic[D]):
    """One driver under check, and the person before its device. ``patience``: seconds that a person is given."""

    def __init__(self, device: D, person: Person, cancellation: Cancellation, patience: float = 30.0) -> None:
        self.device = device
        self.person = person
        self.cancellation = cancellation
        self.patience = patience

    def until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        """Look again and again until it is so; Failed with ``otherwise`` when the patience is at an end."""
        deadline = time.monotonic() + self.patience
        while not is_so():
            if time.monotonic() > deadline:
                raise Failed(f"{otherwise} within {self.patience:g} s")
            if self.cancellation.wait(POLL_SECONDS):
                raise OperationCancelled

    def confirm(self, question: StrEnum) -> None:
        """Failed when the person says no."""
        expect(self.person.says(question), f"the answer was no: {question}")

    def lets_go(self, wait: Callable[[Cancellation], object]) -> None:
        """``wait`` is cancelled a moment after it began; it has to end by OperationCancelled, and soon."""
        cancellation = Cancellation()
        asked: list[float] = []

        def cancel() -> None:
            asked.append(time.monotonic())
            cancellation.cancel()

        timer = threading.Timer(0.15, cancel)
        timer.start()
        try:
            wait(cancellation)
        except OperationCancelled:
            expect(bool(asked), "a wait ended as cancelled before anybody cancelled it")
            took = time.monotonic() - asked[0]
            expect(took <= LET_GO_SECONDS, f"a cancelled wait took {took:.2f} s to end, not {LET_GO_SECONDS} s at most")
        else:
            raise Failed("a cancelled wait ended as if it had not been cancelled")
        finally:
            timer.cancel()


def expect(is_so: bool, otherwise: str) -> None:
    """Raise Failed with ``otherwise`` unless it is so."""
    if not is_so:
        raise Failed(otherwise)


def expect_fault(act: Callable[[], object], *codes: str) -> str:
    """``act`` must raise a DeviceError with one of these codes; which."""
    wanted = " or ".join(codes)
    try:
        act()
    except DeviceError as error:
        expect(error.code in codes, f"{error.code} was raised, not {wanted}")
        return error.code
    raise Failed(f"nothing was raised, not {wanted}")


def expect_refused(act: Callable[[], object], what: str) -> None:
    """``act`` must raise ValueError: no device could do it."""
    try:
        act()
    except ValueError:
        return
    raise Failed(f"{what} was not refused with ValueError")


def expect_untold(secrets: Collection[str], told: object, where: str) -> None:
    """None of ``secrets`` may stand in the repr of ``told``; the failure does not repeat what does."""
    text = repr(told)
    expect(not any(secret and secret in text for secret in secrets), f"{where} shows what must not be shown")


@dataclass(frozen=True, slots=True)
class Check(Generic[D]):
    """``what``: what is checked, a sentence. ``hands``: all that a person has to do or to answer for it.

    ``run`` finds the device opened and at rest (:attr:`Suite.ready`), and raises :class:`Failed`,
    :class:`NotApplicable` or whatever the driver raises, which is a failure too.
    """

    name: str
    what: str
    run: Callable[[Trial[D]], None]
    hands: tuple[StrEnum, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite(Generic[D]):
    """All checks of a class. ``ready`` opens the device and has it brought to rest: no card in it, its cover shut."""

    checks: tuple[Check[D], ...]
    ready: Callable[[Trial[D]], None]

    def named(self, names: Collection[str]) -> tuple[Check[D], ...]:
        """The checks of these names, in the suite's order; all for none. Raises ValueError for a name not there."""
        known = [check.name for check in self.checks]
        if missing := [name for name in names if name not in known]:
            raise ValueError(f"no check {missing[0]!r}; there are: {', '.join(known)}")
        return tuple(check for check in self.checks if not names or check.name in names)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended, why if not well, and how long it took."""

    name: str
    result: Result
    reason: str = ""
    seconds: float = 0.0


def run(suite: Suite[D], check: Check[D], trial: Trial[D]) -> Outcome:
    """Run one check. Raises OperationCancelled only."""
    begun = time.monotonic()
    result, reason = Result.PASS, ""
    try:
        suite.ready(trial)
        check.run(trial)
    except OperationCancelled:
        if trial.cancellation.cancelled:
            raise
        result, reason = Result.FAIL, "a wait ended as cancelled that nobody had cancelled"
    except NotApplicable as why:
        result, reason = Result.NOT_APPLICABLE, str(why)
    except (Failed, DeviceError) as why:
        result, reason = Result.FAIL, str(why)
    except Exception as error:  # noqa: BLE001 -- whatever a driver lets escape is a finding, told without its text
        result, reason = Result.FAIL, _escaped(error)
    return Outcome(check.name, result, reason, time.monotonic() - begun)


def _escaped(error: Exception) -> str:
    """Which exception, and where; not its text, which may hold what stood on a card."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} escaped from {Path(where.filename).name}:{where.lineno}"
