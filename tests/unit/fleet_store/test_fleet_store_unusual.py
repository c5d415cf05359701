"""Unusual use: cards at night, many who give up, many spoiled cards; what is only history raises nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from kiosk.clock import KIOSK_ZONE, ManualClock
from kiosk.fleet.alerts import desk, unusual
from kiosk.fleet.alerts.engine import AlertEngine
from kiosk.fleet.alerts.unusual import CANCELS, NIGHT, SPOILED, UnusualUse
from kiosk.fleet.messages import Body, BusinessOutcome, Counters, Result, Telemetry
from kiosk.fleet.store import intake, kiosks, tickets

HOURS = [[[540, 720], [780, 1020]]] * 5 + [[], []]
"""Monday to Friday, 09:00 to 12:00 and 13:00 to 17:00."""


class Fleet:
    """Told and judged at once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = ManualClock(datetime(2026, 11, 23, 10, 0, tzinfo=KIOSK_ZONE))  # a Monday
        self.use = UnusualUse(engine, self.clock)
        self.alerts = AlertEngine(engine, self.clock)
        self.sequence = 0
        with engine.begin() as connection:
            kiosks.register(connection, self.now, "ann", "K0001", hours=HOURS)
            kiosks.register(connection, self.now, "ann", "K0002")  # nothing is known of its hours

    @property
    def now(self) -> int:
        return int(self.clock.now().timestamp() * 1000)

    def at(self, text: str) -> None:
        wanted = datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=KIOSK_ZONE)
        self.clock.advance((wanted - self.clock.now()).total_seconds())

    def tell(self, *bodies: Body, kiosk: str = "K0001", late: bool = False) -> None:
        messages = []
        for body in bodies:
            self.sequence += 1
            messages.append(
                Telemetry(
                    kiosk=kiosk, journal="a" * 32, sequence=self.sequence, boot="b" * 32, happened_at=self.now,
                    sent_at=self.now, body=body, late=late,
                )
            )  # fmt: skip
        with self.engine.begin() as connection:
            intake.store_telemetry(connection, [(each, self.now) for each in messages], known=set())

    def raised(self) -> dict[tuple[str, str], dict[str, Any]]:
        self.use.look()
        self.alerts.look()
        with self.engine.connect() as connection:
            return {(row.kiosk, row.code): dict(row.facts) for row in desk.open_alerts(connection)}

    def settle(self) -> None:
        with self.engine.begin() as connection:
            (row,) = desk.open_alerts(connection)
            desk.clear(connection, self.now, "ann", row.id)


@pytest.fixture
def fleet(engine: Engine) -> Fleet:
    return Fleet(engine)


def outcome(service: str = "issue_card", result: Result = Result.DONE) -> BusinessOutcome:
    return BusinessOutcome(service=service, result=result)


def spoiled(count: int) -> Counters:
    return Counters(values={"cards.spoiled": count, "cards.issued": 50})


def test_cards_at_night_are_told_and_a_person_settles_it(fleet: Fleet) -> None:
    for day_and_hour in ("23 11:59", "23 12:20", "23 17:29"):  # whoever began in time may finish
        fleet.at(day_and_hour)
        fleet.tell(outcome())
        assert fleet.raised() == {}
    fleet.at("23 22:00")
    fleet.tell(outcome("pension"), outcome(), outcome("query"))
    fleet.tell(outcome(), kiosk="K0002")
    assert fleet.raised() == {("K0001", NIGHT): {"count": 1}}
    fleet.tell(outcome(result=Result.REFUSED))
    fleet.clock.advance(1)
    fleet.tell(outcome())
    assert fleet.raised() == {("K0001", NIGHT): {"count": 3}}
    fleet.clock.advance(2 * 3600)
    assert ("K0001", NIGHT) in fleet.raised()  # it is not over because the hour is
    fleet.settle()
    assert fleet.raised() == {}
    fleet.at("28 11:00")  # a Saturday
    fleet.tell(outcome())
    assert fleet.raised() == {("K0001", NIGHT): {"count": 1}}


def test_what_was_settled_comes_back_only_with_more(fleet: Fleet) -> None:
    fleet.at("23 23:00")
    fleet.tell(outcome())
    assert fleet.raised() != {}
    fleet.settle()
    assert fleet.raised() == {}  # within the same hour
    fleet.clock.advance(60)
    fleet.tell(outcome())
    assert fleet.raised() == {("K0001", NIGHT): {"count": 2}}


def test_many_who_give_up_are_told_while_it_lasts(fleet: Fleet) -> None:
    left = outcome("pension", Result.ABANDONED)
    fleet.tell(*[left] * (unusual.MANY_CANCELS - 1), *[outcome("pension")] * 3)
    assert fleet.raised() == {}
    fleet.tell(left)
    assert fleet.raised() == {("K0001", CANCELS): {"count": 10, "of": 13}}
    fleet.tell(*[outcome("pension")] * 8)
    assert fleet.raised() == {}  # most are served
    fleet.tell(*[left] * 20)
    assert fleet.raised() == {("K0001", CANCELS): {"count": 30, "of": 41}}
    fleet.clock.advance(3601)
    assert fleet.raised() == {}


def test_many_spoiled_cards_are_told_with_a_ticket(fleet: Fleet) -> None:
    fleet.tell(spoiled(40))  # in the years before it joined
    assert fleet.raised() == {}
    fleet.clock.advance(3600)
    fleet.tell(spoiled(42))
    assert fleet.raised() == {}
    fleet.clock.advance(20 * 3600)  # nothing was printed meanwhile, so nothing was counted
    fleet.tell(spoiled(45))
    assert fleet.raised() == {("K0001", SPOILED): {"count": 3}}
    with fleet.engine.connect() as connection:
        assert [row.urgency for row in tickets.open_tickets(connection)] == ["normal"]


def test_what_is_told_late_is_history(fleet: Fleet) -> None:
    fleet.at("23 23:00")
    left = outcome("pension", Result.ABANDONED)
    fleet.tell(spoiled(1), outcome(), *[left] * 20, spoiled(9), late=True)
    assert fleet.use.look() == {}
    fleet.tell(outcome("pension"))  # the kiosk is back
    assert fleet.raised() == {}


def test_a_kiosk_that_was_retired_raises_nothing(fleet: Fleet) -> None:
    fleet.at("23 23:00")
    fleet.tell(outcome())
    with fleet.engine.begin() as connection:
        kiosks.retire(connection, fleet.now, "ann", "K0001")
    assert fleet.use.look() == {}
