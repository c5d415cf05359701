"""What is old goes, a little at a time; what anything is counted from stays. On both databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, insert, select

from kiosk.clock import ManualClock
from kiosk.fleet.access.accounts import sign_in_failure
from kiosk.fleet.members import enrolment_code
from kiosk.fleet.messages import Capabilities, Event, EventName, Telemetry
from kiosk.fleet.store import audit, availability, commands, intake, kiosks, retention
from kiosk.fleet.store.retention import DAY, Age, Keeper, RetentionError, load, seconds_until, sweep
from kiosk.fleet.store.tables import facet_change, position, quarantine
from kiosk.fleet.store.tables_alerts import alert, command_reply, contact, delivery

NOW = int(ManualClock().now().timestamp() * 1000)
JOURNAL = "a" * 32
STARTED = Event(event=EventName.STARTED)


def at(days: float) -> int:
    """So many days ago."""
    return NOW - int(days * DAY)


def message(sequence: int, when: int, body: Any, kiosk: str = "K0001", journal: str = JOURNAL) -> Telemetry:
    return Telemetry(kiosk=kiosk, journal=journal, sequence=sequence, boot="b" * 32, happened_at=when, sent_at=when,
                     late=False, body=body)  # fmt: skip


def able(*works: str) -> Capabilities:
    return Capabilities(works=works, banks=(), lost={"print": "receipt_printer"} if "print" not in works else {})


def store(engine: Engine, messages: Iterable[Telemetry]) -> int:
    with engine.begin() as connection:
        return intake.store_telemetry(connection, [(each, each.happened_at) for each in messages], known=set())


def swept(engine: Engine, **ages: Age) -> Counter[str]:
    gone: Counter[str] = Counter()
    for table, rows in sweep(engine, NOW, {**load(), **ages}):
        assert 0 < rows <= retention.BATCH
        gone[table] += rows
    return gone


def count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def age(days: int, newest: int = 0) -> Age:
    return Age(days, "for the test", newest)


def test_old_telemetry_goes_and_the_newest_of_each_journal_stays(engine: Engine) -> None:
    old = [message(number, at(200 - number / 100), STARTED) for number in range(1, 2501)]
    young = [message(number, at(10), STARTED) for number in range(2501, 2504)]
    silent = [message(number, at(300), STARTED, "K0002", "c" * 32) for number in range(7, 20)]
    store(engine, [*old, *young, *silent])
    gone = swept(engine, telemetry=age(90, newest=5))
    assert gone["telemetry"] == 2498 + 8
    with engine.connect() as connection:
        kept = {name: [row.sequence for row in kiosks.time_line(connection, name)] for name in ("K0001", "K0002")}
        places = {row.kiosk: (row.highest, row.stored) for row in connection.execute(select(position))}
    assert kept == {"K0001": [2503, 2502, 2501, 2500, 2499], "K0002": [19, 18, 17, 16, 15]}
    assert places == {"K0001": (2503, 2503), "K0002": (19, 13)}
    assert swept(engine, telemetry=age(90, newest=5)) == Counter()
    assert store(engine, silent[-1:]) == 0  # sent again after a year without a network


def test_a_sequence_that_makes_no_sense_holds_nothing_up(engine: Engine) -> None:
    store(engine, [message(number, at(100), STARTED) for number in (1, 2, 2**53, 2**62)])
    assert swept(engine, telemetry=age(90))["telemetry"] == 4


def test_availability_is_the_same_afterwards(engine: Engine) -> None:
    told = [
        message(number, at(200 - number), able("query", "print") if number % 7 else able("query"))
        for number in range(1, 150)
    ]
    told += [message(200 + number, at(40 - number), able("query", "print")) for number in range(30)]
    told += [message(300, at(5), able("query")), message(301, at(4), Event(event=EventName.OUT_OF_SERVICE))]
    with engine.begin() as connection:
        kiosks.register(connection, at(200), "ann", "K0001")
    store(engine, told)

    def reports() -> list[Any]:
        with engine.connect() as connection:
            return [availability.report(connection, at(since), at(until)) for since, until in
                    ((200, 0), (190, 100), (95, 85), (30, 0), (120, 119))]  # fmt: skip

    before, rows = reports(), count(engine, facet_change)
    assert any(each.down for each in before[1])
    gone = swept(engine)
    assert gone["facet_change"] > 100
    assert count(engine, facet_change) == rows - gone["facet_change"]
    assert reports() == before
    assert "facet_change" not in swept(engine)


def test_garbage_and_the_content_of_replies_go_while_the_reply_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        kiosks.register(connection, NOW, "ann", "K0001")
        garbage = [intake.Garbage("TELEMETRY", number, at(number), "s", "not JSON", b"?") for number in range(60)]
        intake.store_garbage(connection, garbage)
        for days in (31, 29):
            made = commands.propose(connection, at(days), "ann", "K0001", "page_attendant")
            commands.answered(connection, at(days), {
                "kiosk": "K0001", "command": made.id, "step": 1, "state": "done", "at": at(days),
                "received_at": at(days), "refusal": None, "facts": {}, "content": b"log", "content_type": "text/plain",
            })  # fmt: skip
    assert swept(engine) == {"quarantine": 29, "command_content": 1}
    assert count(engine, quarantine) == 31
    with engine.connect() as connection:
        rows = connection.execute(select(command_reply).order_by(command_reply.c.received_at)).all()
    assert [(row.state, row.content, row.content_type) for row in rows] == [
        ("done", None, ""), ("done", b"log", "text/plain"),
    ]  # fmt: skip


def test_deliveries_go_once_their_alert_is_over_and_then_whoever_is_told_no_more(engine: Engine) -> None:
    with engine.begin() as connection:
        for number, removed in ((1, None), (2, at(100)), (3, at(100)), (4, at(80))):
            values: dict[str, Any] = {"name": f"p{number}", "channel": "email", "address": "p@example.org"}
            connection.execute(insert(contact).values(id=number, **values, removed_at=removed))
        for number, cleared in ((1, None), (2, at(95))):
            connection.execute(insert(alert).values(
                id=number, kiosk="K0001", device="d", code=f"c{number}", severity="warning", state="opened",
                late=False, happened_at=at(99), opened_at=at(99), cleared_at=cleared, facts={},
            ))  # fmt: skip
        for key, of, to, state, ended in (
            ("open", 1, 1, "sent", at(98)), ("over", 2, 3, "sent", at(95)), ("given up", 2, 1, "dead", at(94)),
            ("young", 2, 2, "sent", at(80)), ("waiting", 2, 1, "waiting", None),
        ):  # fmt: skip
            connection.execute(insert(delivery).values(
                key=key, alert=of, contact=to, content={}, made_at=at(99), due_at=at(99), state=state, ended_at=ended,
            ))  # fmt: skip
    assert swept(engine) == {"delivery": 2, "contact": 1}
    with engine.connect() as connection:
        assert set(connection.execute(select(delivery.c.key)).scalars()) == {"open", "young", "waiting"}
        assert set(connection.execute(select(contact.c.id)).scalars()) == {1, 2, 4}


def test_codes_and_failed_sign_ins_go_and_a_code_that_is_good_stays(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    with engine.begin() as connection:
        for number in range(25):
            code = {"digest": f"{number * 7:064x}", "kiosk": "K0001", "made_by": "ann", "made_at": at(31)}
            connection.execute(insert(enrolment_code).values(**code, expires_at=at(30.5 - number % 5), used_at=at(31)))
            failed = {"name": "ann", "address": "192.0.2.1", "at": at(1.2 - number % 4 / 10)}
            connection.execute(insert(sign_in_failure).values(**failed))
    assert swept(engine) == {"enrolment_code": 5, "sign_in_failure": 13}
    assert (count(engine, enrolment_code), count(engine, sign_in_failure)) == (20, 12)
    assert swept(engine) == {}


async def until(clock: ManualClock, done: asyncio.Event | asyncio.Task[Any]) -> None:
    while not (done.done() if isinstance(done, asyncio.Task) else done.is_set()):
        clock.advance(retention.PAUSE)
        await asyncio.sleep(0.002)


async def test_it_is_done_at_once_and_then_every_night_and_written_down(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    store(engine, [message(number, at(95), STARTED) for number in range(1, 26)])
    store(engine, [message(number, at(89.9), STARTED) for number in range(26, 31)])
    clock = ManualClock()
    keeper = Keeper(engine, clock, {**load(), "telemetry": age(90)})
    first = asyncio.create_task(keeper.round())
    await until(clock, first)
    assert first.result() == {"telemetry": 25}
    rounds: list[Mapping[str, int]] = []
    again = asyncio.Event()

    async def noted() -> Mapping[str, int]:
        rounds.append(await Keeper.round(keeper))
        again.set()
        return rounds[-1]

    monkeypatch.setattr(keeper, "round", noted)
    night = asyncio.create_task(keeper.run())
    await until(clock, again)
    again.clear()
    await asyncio.sleep(0)
    assert clock.next_due == pytest.approx(seconds_until(retention.AT, clock.now()))
    clock.advance(clock.next_due or 0)
    await until(clock, again)
    night.cancel()
    assert rounds == [{}, {"telemetry": 5}]
    with engine.connect() as connection:
        assert audit.verify(connection) is None
        assert [(each.action, each.facts) for each in audit.entries(connection, subject="store")] == [
            ("retention.deleted", {"telemetry": 5}), ("retention.deleted", {"telemetry": 25}),
        ]  # fmt: skip


async def test_a_database_that_is_away_is_waited_for(empty: Engine) -> None:
    clock = ManualClock()
    night = asyncio.create_task(Keeper(empty, clock).run())  # there are no tables yet
    while clock.next_due != retention.PATIENCE:
        assert not night.done()
        await asyncio.sleep(0.002)
    night.cancel()


def test_the_hour_is_that_of_the_kiosks_zone() -> None:
    noon = datetime(2027, 1, 15, 4, 0, tzinfo=UTC)
    assert seconds_until(time(3, 30), noon) == timedelta(hours=15.5).total_seconds()
    assert seconds_until(time(3, 30), noon + timedelta(hours=15.5)) == DAY / 1000


def test_every_age_has_its_reason(tmp_path: Path) -> None:
    ages = load()
    assert set(ages) == set(retention.KEPT)
    assert {name: each.days for name, each in ages.items() if each.days < 30} == {"sign_in_failure": 1}
    assert all(len(each.reason) > 40 for each in ages.values())
    assert replace(ages["telemetry"], reason="") == Age(90, "", 200)
    text = retention.FILE.read_text(encoding="utf-8")
    for wrong, words in (
        (text.replace("days = 90", "days = 0"), "whole number"),
        (text.replace("days = 30", "years = 3"), "years"),
        (text.replace("[contact]", "[audit]"), "nothing else"),
        ("[", "retention"),
    ):
        file = tmp_path / f"{abs(hash(wrong))}-retention.toml"
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(RetentionError, match=words):
            load(file)
