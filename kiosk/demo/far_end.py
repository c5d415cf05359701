"""The far end of the demonstration: `kiosk fleet run` as a process of its own, among whose kiosks the stand's is one.

The others are simulated. The stand's joins as any kiosk does, with a code that an administrator has made for it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from kiosk.clock import SystemClock
from kiosk.demo.child import Child
from kiosk.fleet.pki import FleetPki
from kiosk.health.membership import Office, OfficeError
from kiosk.journal.database import Database
from kiosk.journal.telemetry import TelemetryLane

NEIGHBOURS = 40
"""Simulated kiosks beside the stand's."""

SEED = 692
"""Which ones: on two of these something is amiss within the first minute."""

READY_WITHIN = 60.0
ALL_TOLD_WITHIN = 30.0
LOOK_AGAIN = 0.3

_CONSOLE = re.compile(r"^Console: (http://\S+)/$")
_OFFICE = re.compile(r"^Kiosks join at (https://\S+); broker ")
_PERSON = re.compile(r"^Sign in as (\S+) with (\S+)$")
_UP = re.compile(r"^\d+ simulated kiosks are reporting")
_PAGE = 1000


class FarEndError(RuntimeError):
    """The far end did not do what a far end must; says what."""


@dataclass(frozen=True, slots=True)
class Counted:
    """``sent``: messages of telemetry that the kiosk has given a number; ``stored``: how many of them the far end has,
    each counted once; ``kinds``: those by kind. ``missing``: numbers of which it knows nothing."""

    sent: int
    stored: int
    kinds: Mapping[str, int]
    missing: tuple[int, ...] = ()

    @property
    def agree(self) -> bool:
        """Whether every message is there, and no other."""
        return self.sent == self.stored > 0 and not self.missing


@dataclass(slots=True)
class FarEnd:
    """``folder``: everything of it, begun anew. ``command``: how ``kiosk`` is called."""

    folder: Path
    command: Sequence[str]
    neighbours: int = NEIGHBOURS
    console: str = field(init=False, default="")
    office: str = field(init=False, default="")
    people: dict[str, str] = field(init=False, default_factory=dict)
    """Name and password of those who may sign in."""
    _child: Child | None = field(init=False, default=None)

    @property
    def authority_file(self) -> Path:
        """Who vouches for the office."""
        return FleetPki.at(self.folder / "pki").authority_file("brokers")

    async def start(self, log: Path) -> None:
        """Start it, and wait until console and office listen. Raises ChildError."""
        shutil.rmtree(self.folder, ignore_errors=True)
        words = ("fleet", "run", "--directory", str(self.folder), "--console", "127.0.0.1:0")
        many = ("--simulate", str(self.neighbours), "--seed", str(SEED))
        self._child = await Child("fleet", (*self.command, *words, *many), log).start()
        while not _UP.match(line := await self._child.ready_line(READY_WITHIN)):
            if found := _CONSOLE.match(line):
                self.console = found[1]
            elif found := _OFFICE.match(line):
                self.office = found[1]
            elif found := _PERSON.match(line):
                self.people[found[1]] = found[2]

    async def stop(self) -> None:
        """End it."""
        if self._child is not None:
            await self._child.end()

    async def invite(self, kiosk: str, **details: str) -> str:
        """Put a kiosk on the list, described; a code with which it may join. Raises FarEndError."""
        async with await self._signed_in("administrator") as api:
            await _asked(api, "PUT", f"/kiosks/{kiosk}/details", details)
            return str((await _asked(api, "POST", "/enrolment-codes", {"kiosk": kiosk}))["code"])

    async def join(self, kiosk: str, folder: Path, code: str) -> None:
        """What `kiosk fleet enrol` does at the machine. Raises FarEndError."""

        def enrol() -> None:
            http = httpx.Client(verify=str(self.authority_file), trust_env=False, timeout=READY_WITHIN)
            office = Office(self.office, self.authority_file, http)
            try:
                office.enrol(folder, kiosk, code)
            finally:
                office.close()

        try:
            await asyncio.to_thread(enrol)
        except OfficeError as error:
            raise FarEndError(f"{kiosk} could not join the fleet: {error}") from error

    async def count(self, kiosk: str, journal_file: Path) -> Counted:
        """Wait until the far end has every message of the kiosk's journal, or for so long as is fair; what it has."""
        deadline = asyncio.get_running_loop().time() + ALL_TOLD_WITHIN
        async with await self._signed_in("operator") as api:
            while True:
                journal, sent, unsent = await asyncio.to_thread(_told, journal_file)
                stored = await self._stored(api, kiosk, journal)
                missing = tuple(sorted(set(range(1, sent + 1)) - stored.keys()))
                counted = Counted(sent, len(stored), Counter(stored.values()), missing)
                late = asyncio.get_running_loop().time() > deadline
                if late or (counted.agree and not unsent):
                    return counted
                await asyncio.sleep(LOOK_AGAIN)  # another process's journal tells nobody that it has been sent

    async def alerts(self, kiosk: str) -> tuple[Mapping[str, Any], ...]:
        """Every alert it has had, the newest first."""
        async with await self._signed_in("operator") as api:
            found = await _asked(api, "GET", f"/alerts?kiosk={kiosk}")
            return tuple(found)

    async def _stored(self, api: httpx.AsyncClient, kiosk: str, journal: str) -> dict[int, str]:
        """Sequence -> kind of everything the far end has of this journal."""
        stored: dict[int, str] = {}
        before = ""
        while True:
            page = await _asked(api, "GET", f"/kiosks/{kiosk}/timeline?limit={_PAGE}&before={before}")
            for moment in page:
                of, _, sequence = moment["key"].partition(".")
                if of == journal:
                    stored[int(sequence)] = moment["kind"]
            if len(page) < _PAGE:
                return stored
            before = page[-1]["key"]

    async def _signed_in(self, who: str) -> httpx.AsyncClient:
        base = f"{self.console}/api/v1"
        words = {"name": who, "password": self.people[who]}
        async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=READY_WITHIN) as api:
            token = (await _asked(api, "POST", "/session", words))["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=base, headers=bearer, trust_env=False, timeout=READY_WITHIN)


async def _asked(api: httpx.AsyncClient, method: str, path: str, body: object = None) -> Any:
    try:
        answer = await api.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise FarEndError(f"the fleet does not answer {path}: {type(error).__name__}") from error
    if answer.is_error:
        raise FarEndError(f"the fleet refused {method} {path}: {answer.status_code} {answer.text[:200]}")
    return answer.json() if answer.content else None


def _told(journal_file: Path) -> tuple[str, int, int]:
    """Which journal it is, the last number it has given, how many messages it still has."""
    database = Database(journal_file, read_only=True)
    try:
        lane = TelemetryLane(database, SystemClock())
        backlog = lane.backlog()
        return lane.journal, backlog.last, backlog.unsent
    finally:
        database.close()
