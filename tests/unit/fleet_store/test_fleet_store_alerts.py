"""The alert engine in simulated time: correlation, escalation, what is settled by hand, what is told late."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError, OperationalError

sys.path.insert(0, str(Path(__file__).parents[2] / "fleet"))
from fleet_far_end import FarEnd

from devices import fault_catalogue
from kiosk.fleet.alerts import book, desk, engine, rules
from kiosk.fleet.alerts.findings import Finding, Known, findings
from kiosk.fleet.alerts.silence import Standing, silence
from kiosk.fleet.messages import Event, EventName
from kiosk.fleet.orders import Refusal
from kiosk.fleet.simulate.fleet import Post
from kiosk.fleet.store import availability, kiosks, tickets
from kiosk.fleet.store.conditions import SUSPICIOUS
from kiosk.fleet.store.tables import attention
from kiosk.fleet.store.tables_alerts import delivery

NOW = 1_800_000_000_000


def standing(kiosk: str, ago: float, line: str = "", site: str = "") -> Standing:
    return Standing(kiosk, line, site, NOW - int(ago * 1000))


def test_a_line_that_is_cut_is_one_alarm_from_the_first_kiosk_on() -> None:
    fleet = [standing(f"A{n}", 65 + 3 * n, "L1", f"S{n}") for n in range(10)] + [
        standing(f"B{n}", 5, "L2") for n in range(10)
    ]
    found = silence(fleet, NOW, {}, frozenset())
    assert found.offline == {"A9"}
    assert found.together == {"line:L1": frozenset(f"A{n}" for n in range(10))}
    assert found.alone == frozenset()


def test_the_whole_fleet_is_one_alarm_even_if_one_kiosk_still_speaks() -> None:
    fleet = [standing(f"{line}{n}", 5 if (line, n) == ("A", 0) else 95, line) for line in "ABC" for n in range(5)]
    assert dict(silence(fleet, NOW, {}, frozenset()).together) == {"fleet": {each.kiosk for each in fleet} - {"A0"}}


def test_two_of_ten_are_two_alarms_and_a_whole_hall_is_one() -> None:
    two = [standing(f"A{n}", 95 if n < 2 else 5, "L1") for n in range(10)]
    assert silence(two, NOW, {}, frozenset()).alone == {"A0", "A1"}
    hall = [standing(f"A{n}", 95 if n < 3 else 5, "L1", "S1" if n < 3 else "S2") for n in range(30)]
    assert dict(silence(hall, NOW, {}, frozenset()).together) == {"site:S1": {"A0", "A1", "A2"}}


def test_those_that_went_at_other_times_are_not_together() -> None:
    fleet = [standing(f"A{n}", 95 + 40 * n, "L1") for n in range(4)]
    assert silence(fleet, NOW, {}, frozenset()).alone == {"A0", "A1", "A2", "A3"}


def test_an_alarm_of_many_keeps_its_kiosks_until_each_is_back() -> None:
    fleet = [standing("A0", 5, "L1"), standing("A1", 400, "L1"), standing("A2", 95, "L1"), standing("A3", 400, "L2")]
    found = silence(fleet, NOW, {"line:L1": frozenset({"A0", "A1"})}, frozenset({"A0", "A1", "A3"}))
    assert found.together == {"line:L1": {"A1", "A2"}}
    assert found.alone == {"A3"}


@pytest.fixture
def far(engine: Engine) -> FarEnd:
    far = FarEnd(engine, 4)
    far.contacts("duty")
    far.contacts("manager", level=1)
    far.run(35)
    return far


def told(far: FarEnd) -> list[tuple[str, int]]:
    with far.engine.connect() as connection:
        rows = connection.execute(delivery.select().order_by(delivery.c.id)).all()
    return [(row.content["what"], row.contact) for row in rows]


def test_what_nobody_acknowledges_is_escalated_once_a_level(far: FarEnd) -> None:
    far.fleet.kiosks["S00001"].stock_difference(far.now)
    far.run(595)
    assert told(far) == [("opened", 1)]
    far.run(10)
    assert told(far) == [("opened", 1), ("escalated", 2)]
    far.run(1300, every=30)
    assert told(far) == [("opened", 1), ("escalated", 2)]
    with far.engine.begin() as connection:
        (row,) = desk.open_alerts(connection)
        assert (row.state, row.level) == ("escalated", 1)
        desk.acknowledge(connection, far.now, "ann", row.id)
        with pytest.raises(desk.AlertError, match="in hand"):
            desk.acknowledge(connection, far.now, "bob", row.id)
        with pytest.raises(desk.AlertError, match="by itself"):
            desk.clear(connection, far.now, "ann", row.id)
        connection.execute(delivery.update().values(state="sent", attempts=1))
    far.fleet.kiosks["S00001"].stock_counted(far.now)
    far.run(5)
    assert told(far)[2:] == [("cleared", 1), ("cleared", 2)]
    with far.engine.connect() as connection:
        assert [each.what for each in desk.events(connection, row.id)] == [
            "opened", "escalated", "acknowledged", "cleared",
        ]  # fmt: skip


def test_an_acknowledged_alert_is_not_escalated(far: FarEnd) -> None:
    far.fleet.kiosks["S00001"].stock_difference(far.now)
    far.run(5)
    with far.engine.begin() as connection:
        (row,) = desk.open_alerts(connection)
        desk.acknowledge(connection, far.now, "ann", row.id)
    far.run(1200, every=30)
    assert told(far) == [("opened", 1)]


def test_a_forced_door_is_settled_by_a_person_and_the_next_one_is_new(far: FarEnd) -> None:
    machine = far.fleet.kiosks["S00001"]
    machine.door_forced(far.now)
    far.run(60)
    with far.engine.begin() as connection:
        (row,) = desk.open_alerts(connection)
        assert desk.clear(connection, far.now, "ann", row.id).state == "cleared"
    far.run(60)
    with far.engine.connect() as connection:
        assert desk.open_alerts(connection) == []
    machine.door_forced(far.now)
    far.run(5)
    with far.engine.connect() as connection:
        (again,) = desk.open_alerts(connection)
    assert again.id != row.id


def test_a_fault_that_stays_is_told_once_the_kiosk_has_told_everything(far: FarEnd) -> None:
    machine = far.fleet.kiosks["S00002"]
    far.fleet.cut(["S00002"])
    machine.fault(far.now, "receipt_printer", "receipt_printer.paper_out")
    machine.door_forced(far.now)
    far.run(1800, every=30)
    far.fleet.cut(["S00002"], False)
    far.run(45)
    with far.engine.connect() as connection:
        found = {row.code: row for row in desk.open_alerts(connection, of_kiosk="S00002")}
    assert found.keys() == {"receipt_printer.paper_out", "fleet.door_forced"}
    assert found["fleet.door_forced"].late
    assert found["fleet.door_forced"].happened_at < far.now - 1_800_000 < found["fleet.door_forced"].opened_at


def test_what_ingest_learns_an_hour_late_is_not_judged_half_way(far: FarEnd) -> None:
    """No worker ran for an hour, and nobody was cut off: what came and went is stored piece by piece now."""
    machine = far.fleet.kiosks["S00002"]
    before = machine.sequence
    kept: list[tuple[int, Post]] = []
    for minute in range(60):
        if minute == 10:
            machine.fault(far.now, "receipt_printer", "receipt_printer.paper_out")
        if minute == 20:
            machine.mend(far.now, "receipt_printer")
        if minute == 55:
            machine.fault(far.now, "receipt_printer", "receipt_printer.cutter_jammed")
        far.clock.advance(60)
        kept += [(far.now, post) for post in far.fleet.step(far.now)]
    assert machine.sequence > before + 5
    now = far.now
    beats = {post.subject: (at, post) for at, post in kept if not post.message_id}  # the broker has the latest of each
    told = [(at, post) for at, post in kept if post.message_id]
    for at, post in (*beats.values(), *told):
        far.take([post], received=at)
        far.alerts.look()
    far.run(35)
    with far.engine.connect() as connection:
        found = [row.code for row in desk.history(connection, now, far.now, of_kiosk="S00002")]
    assert found == ["receipt_printer.cutter_jammed"]


def test_a_kiosk_that_tells_of_its_past_does_not_stand_in_the_way_of_others(far: FarEnd) -> None:
    far.fleet.cut(["S00001"])
    for _ in range(30):
        far.fleet.kiosks["S00001"].business(far.now)
        far.run(60, every=30)
    far.fleet.cut(["S00001"], False)
    far.clock.advance(1)
    posts = far.fleet.step(far.now)
    assert len(posts) > 20
    for post in posts:
        far.take([post])
        far.alerts.look()
        with far.engine.connect() as connection:
            assert len(connection.execute(attention.select()).all()) <= 1


def opened(far: FarEnd) -> list[tuple[str, str]]:
    with far.engine.connect() as connection:
        return sorted((row.kiosk, row.code) for row in desk.open_alerts(connection))


def test_a_kiosk_of_which_nothing_makes_sense_does_not_stand_in_the_way_of_others(
    far: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judged(known: Known, now: int) -> dict[tuple[str, str], Finding]:
        if any(row.kiosk == "S00001" for row in known.devices):
            raise ValueError("month must be in 1..12")
        return findings(known, now)

    monkeypatch.setattr(engine, "findings", judged)
    for name in ("S00001", "S00002"):
        far.fleet.kiosks[name].stock_difference(far.now)
    far.run(5)
    assert opened(far) == [("S00002", "fleet.stock_difference")]
    with far.engine.connect() as connection:
        assert connection.execute(select(attention)).all() == []  # it is not looked at again and again
    monkeypatch.undo()
    far.fleet.kiosks["S00001"].ribbon_low(far.now)
    far.run(5)
    assert "fleet.stock_difference" in {code for kiosk, code in opened(far) if kiosk == "S00001"}


def test_a_device_cannot_say_what_only_the_fleet_does(far: FarEnd) -> None:
    for _ in range(2):
        far.fleet.kiosks["S00001"].fault(far.now, "camera", "fleet.silent")
        far.fleet.kiosks["S00002"].fault(far.now, "camera", "fleet.tampered")
        far.run(5)
    assert opened(far) == [("S00001", "fleet.unknown_fault"), ("S00002", "fleet.unknown_fault")]


def test_a_kiosk_whose_alerts_the_database_does_not_take_stands_in_nobodys_way(
    far: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_alert(connection: Connection, now: int, of: str, finding: Finding) -> int:
        if of == "S00001":
            raise IntegrityError("insert", {}, Exception("UNIQUE constraint failed"))
        return book.open_alert(connection, now, of, finding)

    monkeypatch.setattr(engine, "book", SimpleNamespace(**{**vars(book), "open_alert": open_alert}))
    for name in ("S00001", "S00002", "S00003"):
        far.fleet.kiosks[name].stock_difference(far.now)
    far.run(5)
    assert opened(far) == [(name, "fleet.stock_difference") for name in ("S00002", "S00003")]
    with far.engine.connect() as connection:
        assert connection.execute(select(attention)).all() == []


def test_a_single_kiosk_that_falls_silent_and_comes_back(far: FarEnd) -> None:
    far.fleet.cut(["S00003"])
    far.run(125)
    with far.engine.connect() as connection:
        (row,) = desk.open_alerts(connection)
        assert (row.kiosk, row.code, row.severity) == ("S00003", "fleet.silent", "warning")
    far.fleet.cut(["S00003"], False)
    far.run(35)
    with far.engine.connect() as connection:
        assert desk.open_alerts(connection) == []
        (found,) = (
            each
            for each in availability.report(connection, far.now - 300_000, far.now, {"S00003"})
            if each.facet == "service"
        )
    assert 90_000 < found.down < 170_000
    assert found.outages == 1


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
async def test_a_database_that_was_away_makes_nobody_silent(far: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes, in which heartbeats could not be stored either: they come in before anyone is judged by them."""
    away, look = [False], far.alerts.look

    def looked() -> int:
        if away[0]:
            raise OperationalError("SELECT", None, Exception("away"))
        return look()

    monkeypatch.setattr(far.alerts, "look", looked)
    engine = asyncio.create_task(far.alerts.run())

    async def passes(seconds: float) -> None:
        until = far.clock.monotonic() + seconds
        while far.clock.monotonic() < until:
            far.clock.advance(far.clock.next_due or 0.0)
            await asyncio.sleep(0.001)  # it looks, on a thread of its own

    away[0] = True
    await passes(120)
    away[0] = False
    await passes(20)
    far.take(far.fleet.step(far.now))
    await passes(40)
    engine.cancel()
    await asyncio.wait([engine])
    with far.engine.connect() as connection:
        assert desk.history(connection, 0, far.now + 1) == []
        assert all(each.online for each in kiosks.fleet(connection))


def test_a_wrong_clock_is_told_and_clears(far: FarEnd) -> None:
    machine = far.fleet.kiosks["S00004"]
    machine.ahead = -600_000
    far.run(45)
    with far.engine.connect() as connection:
        (row,) = desk.open_alerts(connection)
        assert (row.code, row.facts["ahead"]) == ("fleet.clock_wrong", -600_000)
    machine.ahead = 0
    far.run(45)
    with far.engine.connect() as connection:
        assert desk.open_alerts(connection) == []


def test_a_command_that_was_not_believed_is_an_alarm_and_one_that_came_too_late_is_not(far: FarEnd) -> None:
    far.contacts("second")
    for number, reason in enumerate(Refusal):
        machine = far.fleet.kiosks[f"S{number % 4 + 1:05}"]
        machine._tell(far.now, Event(event=EventName.COMMAND_REFUSED, facts={"reason": reason.value}))
        far.run(5)
        with far.engine.begin() as connection:
            found = desk.open_alerts(connection)
            assert [(row.kiosk, row.code, row.severity) for row in found] == (
                [(machine.id, "fleet.command_refused", "critical")] if reason.value in SUSPICIOUS else []
            ), reason
            for row in found:
                of_it = select(delivery.c.contact).where(delivery.c.alert == row.id)
                assert sorted(connection.execute(of_it).scalars()) == [1, 3]
                desk.clear(connection, far.now, "ann", row.id)
    assert {"unreadable", "signature", "replayed", "another_kiosk", "unknown_key"} <= SUSPICIOUS


def test_a_ticket_is_closed_with_its_alert_unless_someone_works_on_it(far: FarEnd) -> None:
    for name in ("S00001", "S00002"):
        far.fleet.kiosks[name].ribbon_low(far.now)
    far.run(5)
    with far.engine.begin() as connection:
        mine = next(row for row in tickets.open_tickets(connection) if row.kiosk == "S00002")
        tickets.take(connection, far.now, "ann", mine.id, "bob")
    for name in ("S00001", "S00002"):
        far.fleet.kiosks[name].mend(far.now, "card_printer")
    far.run(5)
    with far.engine.connect() as connection:
        assert [row.id for row in tickets.open_tickets(connection)] == [mine.id]


def test_every_code_has_words_in_both_languages() -> None:
    for code in (*rules.load(), *fault_catalogue.load(), "made.up"):
        rule = rules.rule(code)
        assert rule.severity in rules.SEVERITIES
        assert rule.words.zh
        assert rule.words.en
        assert rule.remedy.zh
        assert rule.remedy.en
