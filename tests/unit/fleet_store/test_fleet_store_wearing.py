"""Wear is told before it fails: rates of a week beside what used to be. Chance and another journal are nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from kiosk.clock import KIOSK_ZONE, ManualClock
from kiosk.fleet.alerts import desk, rules, wearing
from kiosk.fleet.alerts.engine import AlertEngine
from kiosk.fleet.alerts.wearing import FEWEST, LIMITS, Wearing, worn
from kiosk.fleet.messages import Counters, Telemetry
from kiosk.fleet.store import intake, kiosks, tickets
from kiosk.fleet.wear import rates

JAMS, MADE = "errors.card_printer.jam_exit", "cards.issued"
TODAY = datetime(2026, 11, 22, 10, 0, tzinfo=KIOSK_ZONE)


class Fleet:
    """What one kiosk's counters said on some days, judged on another."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = ManualClock(TODAY)
        self.judge = Wearing(engine, self.clock)
        self.alerts = AlertEngine(engine, self.clock)
        self.sequence = 0
        with engine.begin() as connection:
            kiosks.register(connection, int(TODAY.timestamp() * 1000), "ann", "K0001")

    def told(self, days_ago: int, counts: Mapping[str, int], *, journal: str = "a", kiosk: str = "K0001") -> None:
        self.sequence += 1
        at = int((TODAY - timedelta(days=days_ago)).timestamp() * 1000)
        message = Telemetry(
            kiosk=kiosk, journal=journal * 32, sequence=self.sequence, boot="b" * 32, happened_at=at, sent_at=at,
            body=Counters(values=dict(counts)),
        )  # fmt: skip
        with self.engine.begin() as connection:
            intake.store_telemetry(connection, [(message, at)], known=set())

    def raised(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        self.judge.look()
        self.alerts.look()
        with self.engine.connect() as connection:
            return {(row.kiosk, row.device, row.code): dict(row.facts) for row in desk.open_alerts(connection)}


@pytest.fixture
def fleet(engine: Engine) -> Fleet:
    return Fleet(engine)


def test_jams_that_have_doubled_are_told_with_a_ticket_and_are_over_when_they_are(fleet: Fleet) -> None:
    fleet.told(40, {MADE: 1000, JAMS: 5})
    fleet.told(9, {MADE: 2000, JAMS: 13})
    fleet.told(7, {MADE: 2010, JAMS: 13})
    fleet.told(0, {MADE: 2410, JAMS: 21})
    code = "fleet.card_jams"
    facts = {"count": 8, "of": 400, "per_thousand": 20, "before_per_thousand": 8}
    assert fleet.raised() == {("K0001", "card_printer", code): facts}
    with fleet.engine.connect() as connection:
        assert [(row.code, row.urgency) for row in tickets.open_tickets(connection)] == [(code, "low")]
    fleet.clock.advance(8 * 86_400)
    fleet.told(-8, {MADE: 2800, JAMS: 22})
    assert fleet.raised() == {}


def test_what_was_always_so_here_is_not_told_unless_it_is_much(fleet: Fleet) -> None:
    fleet.told(36, {MADE: 1000, JAMS: 20})
    fleet.told(7, {MADE: 2000, JAMS: 40})
    fleet.told(0, {MADE: 2300, JAMS: 47})
    assert fleet.raised() == {}
    fleet.told(0, {MADE: 2300, JAMS: 50})
    assert [key[2] for key in fleet.raised()] == ["fleet.card_jams"]


def test_another_journal_and_a_kiosk_that_is_new_are_compared_with_nothing(fleet: Fleet) -> None:
    fleet.told(8, {MADE: 1000, JAMS: 3})
    fleet.told(0, {MADE: 100, JAMS: 50}, journal="c")
    with fleet.engine.begin() as connection:
        kiosks.register(connection, int(TODAY.timestamp() * 1000), "ann", "K0002")
    fleet.told(0, {MADE: 100, JAMS: 50}, kiosk="K0002")
    assert fleet.raised() == {}


def test_a_journal_begun_anew_that_counts_nothing_that_wears_hinders_no_others(fleet: Fleet) -> None:
    with fleet.engine.begin() as connection:
        kiosks.register(connection, int(TODAY.timestamp() * 1000), "ann", "K0002")
    for kiosk in ("K0001", "K0002"):
        fleet.told(8, {MADE: 1000}, kiosk=kiosk)
    fleet.told(0, {"starts": 1}, journal="c")
    fleet.told(0, {MADE: 1100, JAMS: 50}, kiosk="K0002")
    assert [key[0] for key in fleet.raised()] == ["K0002"]


def test_a_kiosk_that_was_struck_off_is_not_judged(fleet: Fleet) -> None:
    fleet.told(8, {MADE: 1000})
    fleet.told(0, {MADE: 1100, JAMS: 50})
    assert fleet.raised() != {}
    with fleet.engine.begin() as connection:
        kiosks.retire(connection, int(TODAY.timestamp() * 1000), "ann", "K0001")
    assert fleet.judge.look() == {}


COUNTS = st.dictionaries(
    st.sampled_from([
        *("cards.issued", "cards.spoiled", "cards.read", "receipts", "visits.id_card", "card_printer.head_hot"),
        *("errors.card_printer.jam_exit", "card_printer.retries", "errors.card_reader.mute"),
        *("errors.id_reader.garbled", "errors.receipt_printer.cutter_jammed"),
    ]),
    st.integers(1, 5000),
)  # fmt: skip


@given(week=COUNTS, before=COUNTS)
def test_chance_is_never_told_and_much_always(week: dict[str, int], before: dict[str, int]) -> None:
    told = {limit.code: facts for limit, facts in worn(week, before)}
    for rate in rates(week):
        limit = LIMITS[rate.what]
        if rate.times < FEWEST or rate.per_thousand < limit.least:
            assert limit.code not in told
        elif rate.per_thousand >= limit.much:
            assert told[limit.code]["count"] == rate.times


def test_every_limit_has_its_rule() -> None:
    for limit in LIMITS.values():
        assert rules.rule(limit.code).ticket == "low"
        assert limit.least < limit.much
    assert set(wearing.Wearing.codes) <= set(rules.load())
