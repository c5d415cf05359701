"""A25: 300 kiosks; ten fall silent, five run low on ribbon, one vault door is forced, one stock is short."""

from __future__ import annotations

import msgspec
from fleet_databases import empty, engine, postgres
from fleet_far_end import FarEnd, stored
from sqlalchemy import Engine, select

from kiosk.fleet.alerts import desk
from kiosk.fleet.store import audit, availability, commands, kiosks, tickets
from kiosk.fleet.store.tables import telemetry
from kiosk.fleet.store.tables_alerts import contact, delivery

__all__ = ["empty", "engine", "postgres"]

HOUR = 3_600_000


def test_a25(engine: Engine) -> None:
    far = FarEnd(engine, 300)
    far.contacts("duty", "hall")
    far.contacts("manager", level=1)
    far.run(120)
    with engine.connect() as connection:
        assert len(kiosks.fleet(connection)) == 300
        assert all(each.online and each.works for each in kiosks.fleet(connection))
        assert desk.open_alerts(connection) == []

    line = far.fleet.lines["line-003"]
    low = ["S00101", "S00112", "S00123", "S00134", "S00145"]
    door, short = far.fleet.kiosks["S00200"], far.fleet.kiosks["S00250"]
    began = far.now
    far.fleet.cut(line)
    for name in low:
        far.fleet.kiosks[name].ribbon_low(far.now)
    door.door_forced(far.now)
    short.stock_difference(far.now)
    far.run(60)

    with engine.connect() as connection:
        by_code: dict[str, list[str]] = {}
        for row in desk.open_alerts(connection):
            by_code.setdefault(row.code, []).append(row.kiosk)
        assert {code: sorted(names) for code, names in by_code.items() if code != "fleet.many_silent"} == {
            "card_printer.ribbon_low": low,
            "fleet.door_forced": [door.id],
            "fleet.stock_difference": [short.id],
        }
        opened = tickets.open_tickets(connection)
        assert [(row.kiosk, row.urgency) for row in opened] == [(name, "low") for name in low]
        assert all(row.facts["left"] == 12 and row.facts["empty_on"] for row in opened)
        # the door: two people, and a command to stop
        forced = next(row for row in desk.open_alerts(connection) if row.code == "fleet.door_forced")
        told = select(contact.c.name).join(delivery).where(delivery.c.alert == forced.id)
        assert sorted(connection.execute(told).scalars()) == ["duty", "hall"]
        (ordered,) = commands.due(connection, far.now)
        assert (ordered.kiosk, ordered.verb, ordered.alert) == (door.id, "take_out_of_service", forced.id)
        # neither issues any more
        working = {each.id: each.works for each in kiosks.fleet(connection)}
        assert "issue" not in working[door.id]
        assert "issue" not in working[short.id]
        assert "query" in working[short.id]

    far.run(35)  # 90 s after the last heartbeat of each
    with engine.connect() as connection:
        assert sorted(each.id for each in kiosks.fleet(connection) if not each.online) == line
        (alarm,) = (row for row in desk.open_alerts(connection) if "silent" in row.code)
        assert (alarm.code, alarm.device, alarm.severity) == ("fleet.many_silent", "line:line-003", "critical")
        assert [row.kiosk for row in desk.members(connection, alarm.id)] == line
        assert alarm.facts["kiosks"] == line

    _an_hour_of_silence(far, line, began, alarm.id)
    _two_have_counted(far, short.id)
    _availability(far, line, began)
    with engine.begin() as connection:
        assert audit.verify(connection) is None


def _an_hour_of_silence(far: FarEnd, line: list[str], began: int, alarm: int) -> None:
    quiet = far.fleet.kiosks[line[4]]
    for minutes in range(1, 60):
        for name in line:
            far.fleet.kiosks[name].business(far.now)
        if minutes == 20:
            quiet.fault(far.now, "receipt_printer", "receipt_printer.paper_out")
        if minutes == 40:
            quiet.mend(far.now, "receipt_printer")
        far.run(60, every=30)
    far.fleet.cut(line, False)
    far.run(70)
    with far.engine.connect() as connection:
        assert all(each.online for each in kiosks.fleet(connection))
        row = desk.find(connection, alarm)
        assert row is not None
        assert row.state == "cleared"
        # everything told meanwhile is there, once, in order
        assert stored(connection) == {
            number: (each.happened_at, each.body.__struct_config__.tag) for number, each in far.told.items()
        }
        for name in line:
            history = connection.execute(
                select(telemetry).where(telemetry.c.kiosk == name).order_by(telemetry.c.sequence)
            ).all()
            assert [each.sequence for each in history] == list(range(1, far.fleet.kiosks[name].sequence + 1))
            assert [each.happened_at for each in history] == sorted(each.happened_at for each in history)
            assert kiosks.gaps(connection, name) == {}
            late = [each for each in history if each.late]
            assert late
            assert all(each.happened_at >= began for each in late)
            first = far.told[f"{name}-{history[0].journal}-1"]
            assert history[0].body == msgspec.to_builtins(first.body)
        # what came and went meanwhile was never told as if it were new
        assert desk.history(connection, 0, far.now, of_kiosk=quiet.id) == []


def _two_have_counted(far: FarEnd, short: str) -> None:
    far.fleet.kiosks[short].stock_counted(far.now)
    far.run(5)
    with far.engine.connect() as connection:
        assert desk.open_alerts(connection, of_kiosk=short) == []
        found = kiosks.detail(connection, short)
        assert found is not None
        assert found.capabilities is not None
        assert "issue" in found.capabilities.works


def _availability(far: FarEnd, line: list[str], began: int) -> None:
    cut, other = line[0], "S00290"
    since, until = began - 60_000, began + HOUR - 60_000

    def service(of: str) -> availability.Availability:
        with far.engine.connect() as connection:
            (found,) = (each for each in availability.report(connection, since, until, {of}) if each.facet == "service")
        return found

    assert service(other).share == 1.0
    failed = service(cut)
    assert failed.counted == HOUR
    assert HOUR - 150_000 < failed.down <= HOUR - 30_000
    assert failed.outages == 1
    with far.engine.begin() as connection:
        # planned hours of the hall do not count; the failure of the line does
        availability.exclude(connection, since - 1, "planner", (since, since + 600_000), "power test", of_kiosk=cut)
    planned = service(cut)
    assert (planned.excluded, planned.counted) == (600_000, HOUR - 600_000)
    assert planned.down > HOUR - 750_000
    with far.engine.begin() as connection:
        span = (since, until)
        adjusted = availability.exclude(connection, far.now, "chief", span, "line provider", of_line="line-003")
        (entry,) = audit.entries(connection, subject=f"exclusion:{adjusted}")
        assert (entry.actor, entry.facts["kind"]) == ("chief", "adjustment")
    assert (service(cut).counted, service(cut).share) == (0, None)
    assert service(other).counted == HOUR
