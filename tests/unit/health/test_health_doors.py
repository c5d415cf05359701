"""A door that is opened, a cabinet that is forced: what is blocked, noted and told, and when (A25, F108)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devices.cabinet.contract import CabinetStatus, DoorState, TamperState
from devices.contract import DeviceState
from kiosk.clock import ManualClock
from kiosk.health.capabilities import Health
from kiosk.health.doors import DoorWatch
from kiosk.health.issuing_view import IssuingView
from kiosk.health.noted import follow
from kiosk.health.telemetry import Telemetry
from kiosk.journal.store import Journal
from kiosk.record_stock import StockRecord
from kiosk.session import Session

SHUT = CabinetStatus(DeviceState.ONLINE, None, DoorState.CLOSED, DoorState.CLOSED, TamperState.UNTOUCHED)
VAULT = replace(SHUT, vault=DoorState.OPEN, fault="cabinet.vault_open")


class Cabinet:
    """Worker and driver in one: says what it is told to."""

    says = SHUT
    given_up = False

    async def call(self, ask: Any) -> CabinetStatus:
        return ask(self)  # type: ignore[no-any-return]

    def status(self) -> CabinetStatus:
        return self.says


class Rig:
    def __init__(self, journal: Journal, clock: ManualClock) -> None:
        self.journal = journal
        self.cabinet = Cabinet()
        self.posted: list[str] = []
        self.position = SimpleNamespace(state="in_service.attract", entry=1, knows=lambda name: name == "changed")
        self.session = Session()
        self.health = Health(host=None)  # type: ignore[arg-type]
        self.health.issuing = IssuingView(stock={"example_bank": 3})
        record = SimpleNamespace(stock=StockRecord(journal))
        tools = SimpleNamespace(cabinet=self.cabinet, health=self.health, record=record, clock=clock)
        runtime = SimpleNamespace(
            position=self.position,
            session=self.session,
            shown=None,
            post=lambda event, entry: self.posted.append(event),
        )
        self.watch = DoorWatch(tools, runtime)  # type: ignore[arg-type]

    async def sees(self, status: CabinetStatus) -> None:
        self.cabinet.says = status
        await self.watch.look()

    @property
    def told(self) -> list[tuple[object, object]]:
        return [(each.body["event"], each.body.get("facts", {})) for each in self.journal.telemetry.oldest(100)]

    @property
    def blocks(self) -> list[str]:
        return [*self.journal.ledger.blocks()]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    clock = ManualClock()
    journal = Journal(tmp_path / "journal.db", clock, "K0001")
    follow(journal, Telemetry(journal))
    rig = Rig(journal, clock)
    await rig.sees(SHUT)
    rig.posted.clear()
    yield rig
    journal.close()


async def test_a_vault_opened_by_nobody_who_may_blocks_issuing_and_is_told_once(rig: Rig) -> None:
    for _ in range(3):
        await rig.sees(VAULT)
    assert rig.blocks == ["door_opened"]
    assert rig.health.why_no_issue in ("blocked", "card_printer")
    assert rig.health.issuing is not None
    assert rig.health.issuing.why_not == "blocked"
    await rig.sees(SHUT)
    assert rig.told == [("door_opened", {"door": "vault", "exchange": False}), ("door_closed", {"door": "vault"})]
    assert rig.blocks == ["door_opened"]  # until two people have counted


async def test_two_people_at_the_stock_may_open_it(rig: Rig) -> None:
    rig.position.state = "maintenance.stock.overview"
    rig.session.upkeep = SimpleNamespace(persons=SimpleNamespace(complete=True))  # type: ignore[assignment]
    await rig.sees(VAULT)
    assert (rig.blocks, rig.told) == ([], [("door_opened", {"door": "vault", "exchange": True})])


async def test_one_person_who_has_signed_in_may_not(rig: Rig) -> None:
    rig.position.state = "maintenance.stock.second_person"
    rig.session.upkeep = SimpleNamespace(persons=SimpleNamespace(complete=False))  # type: ignore[assignment]
    await rig.sees(VAULT)
    assert rig.blocks == ["door_opened"]


@pytest.mark.parametrize(("state", "expected"), [("in_service.attract", False), ("maintenance.devices", True)])
async def test_a_service_door_blocks_nothing(rig: Rig, state: str, expected: bool) -> None:
    rig.position.state = state
    await rig.sees(replace(SHUT, service=DoorState.OPEN, fault="cabinet.service_open"))
    assert (rig.blocks, rig.told) == ([], [("door_opened", {"door": "service", "exchange": expected})])


async def test_a_forced_cabinet(rig: Rig) -> None:
    forced = replace(SHUT, device=DeviceState.FRAUD_ATTEMPT, fault="cabinet.tampered", tamper=TamperState.TAMPERED)
    await rig.sees(forced)
    await rig.sees(forced)
    await rig.sees(SHUT)
    await rig.sees(forced)
    assert (rig.blocks, rig.told) == (["tampered"], [("tampered", {}), ("tampered", {})])


async def test_what_cannot_be_told_is_neither_open_nor_shut(rig: Rig) -> None:
    gone = CabinetStatus(
        DeviceState.OFFLINE, "cabinet.no_answer", DoorState.UNKNOWN, DoorState.UNKNOWN, TamperState.UNKNOWN
    )
    for status in (gone, SHUT, gone, CabinetStatus(DeviceState.ONLINE)):
        await rig.sees(status)
    assert (rig.blocks, rig.told) == ([], [])
    await rig.sees(VAULT)
    assert rig.told == [("door_opened", {"door": "vault", "exchange": False})]
