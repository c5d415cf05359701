"""The glance at the fleet, look after look: what was remembered changes nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, update

from kiosk.fleet.desk.overview import Remembered, overview
from kiosk.fleet.store.database import migrate, open_database
from kiosk.fleet.store.tables import capabilities, device_state, kiosk, presence
from kiosk.fleet.store.tables_alerts import alert

NOW = 1_800_000_000_000
OF = {"journal": "j" * 16, "sequence": 1, "happened_at": NOW, "received_at": NOW}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def enter(engine: Engine, *statements: object) -> None:
    with engine.begin() as connection:
        for each in statements:
            connection.execute(each)  # type: ignore[call-overload]


def test_what_is_remembered_from_look_to_look_is_what_a_first_look_sees(engine: Engine) -> None:
    beat = {
        "seen_at": NOW, "boot": "b", "number": 1, "journal": "j", "sequence": 1, "sent_at": NOW, "uptime": 1,
        "version": "1", "policy": "p", "region": "990100", "works": "query", "banks": "", "state": "in_service.attract",
        "serving": False, "unsent": 0, "dropped": 0,
    }  # fmt: skip
    able = {"works": ["query", "print"], "banks": ["bank_a"], "lost": {"issue": "card_printer"}, **OF}
    for name in ("K0001", "K0002", "K0003"):
        enter(engine, insert(kiosk).values(id=name, name="", site="east", added_at=NOW, online=True))
    enter(
        engine,
        insert(presence).values(kiosk="K0001", **beat),
        insert(presence).values(kiosk="K0002", **beat),
        insert(capabilities).values(kiosk="K0001", **able),
    )
    remembered: Remembered = {}
    standing = {
        "code": "receipt_printer.cutter_jammed", "severity": "warning", "state": "opened", "level": 0, "late": False,
        "happened_at": NOW, "opened_at": NOW, "facts": {}, "kiosk": "K0002", "device": "receipt_printer",
    }  # fmt: skip
    gone = device_state.c.kiosk == "K0001"
    changes: tuple[object, ...] = (
        update(presence).where(presence.c.kiosk == "K0001").values(seen_at=NOW + 30_000),
        update(presence).where(presence.c.kiosk == "K0002").values(works="print", state="out_of_service"),
        insert(alert).values(**standing),
        update(alert).values(state="acknowledged", acknowledged_by="wang"),
        insert(device_state).values(
            kiosk="K0001", device="card_printer", kind="card_printer", state="notFitted", model="", faults=[],
            words={}, measures={}, **OF,
        ),
        delete(device_state).where(gone),
        update(capabilities).values(works=["print"], lost={}),
        update(alert).values(state="cleared", cleared_at=NOW),
        update(kiosk).where(kiosk.c.id == "K0003").values(online=False),
        update(kiosk).where(kiosk.c.id == "K0001").values(retired_at=NOW),
        update(kiosk).where(kiosk.c.id == "K0001").values(retired_at=None, name="大厅一号"),
    )  # fmt: skip
    seen = [overview(engine, NOW, remembered)]
    for change in changes:
        enter(engine, change)
        found = overview(engine, NOW, remembered)
        assert found == overview(engine, NOW)
        assert found != seen[-1], str(change)
        seen.append(found)
    assert seen[0].able["query"] == 2
    again = overview(engine, NOW, remembered)
    before = {each.id: each for hall in seen[-1].halls for each in hall.kiosks}
    assert all(each is before[each.id] for hall in again.halls for each in hall.kiosks)
