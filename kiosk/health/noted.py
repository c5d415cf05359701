"""What the journal notes, in the fleet's words: stock, cards kept, businesses that wait for a person.

The journal calls with every note, in the transaction that writes it, so that what is told is as sure as what is noted.
Serials, staff numbers and business numbers stay in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.fleet.facts import Counted, Unsettled, Whose
from kiosk.fleet.messages import Event, EventName
from kiosk.health.telemetry import Telemetry
from kiosk.journal.entries import Fact, Facts
from kiosk.journal.store import Journal
from kiosk.reconciling import UNEXPLAINED
from kiosk.record_stock import FOUND_DIFFERENT, Blocked

CABINET = (Blocked.DOOR_OPENED, Blocked.TAMPERED)
"""Why the cabinet blocks issuing; both are events of their own."""

Told = dict[str, str | bool | int]
Teller = Callable[[Facts], Event | None]


def follow(journal: Journal, telemetry: Telemetry) -> None:
    """From now on, what is noted is told."""

    def noted(step: str, facts: Facts) -> None:
        teller = TELLERS.get(step)
        if step == "stock.counted" and journal.ledger.blocks():
            teller = _counted_blocked  # issuing is not free yet: that is told when it is
        if teller is not None and (event := teller(facts)) is not None:
            telemetry.write(event)

    journal.on_note = noted


def _event(name: EventName, device: str | None, told: Told) -> Event:
    return Event(event=name, device=device, facts=told)


def _words(facts: Facts, **names: str) -> Told:
    """The facts of these names, each by its name in the journal; what is not there is left out."""
    found: dict[str, Fact] = {told: facts[noted] for told, noted in names.items() if noted in facts}
    return {name: value for name, value in found.items() if isinstance(value, str | bool | int)}


def _count(facts: Facts) -> Told:
    return _words(facts, place="hopper", bank="bank", ledger="ledger", counted="found")


def _counted(facts: Facts) -> Event:
    return _event(EventName.STOCK_COUNTED, "card_printer", _count(facts))


def _counted_blocked(facts: Facts) -> Event | None:
    if facts.get("found") == facts.get("ledger"):
        return None
    return _event(EventName.STOCK_DIFFERENCE, "card_printer", {**_count(facts), "by": Counted.PEOPLE.value})


def _different(facts: Facts) -> Event:
    return _event(
        EventName.STOCK_DIFFERENCE,
        "card_printer",
        _words(facts, place="unit", bank="bank", ledger="ledger", counted="seen", level="level"),
    )


def _blocked(facts: Facts) -> Event | None:
    """Two of the reasons are told in words of their own, with more."""
    if facts.get("reason") in (Blocked.STOCK_DIFFERENCE, *CABINET):
        return None
    return _event(EventName.STOCK_DIFFERENCE, "card_printer", _words(facts, reason="reason"))


def _free_again(facts: Facts) -> Event:
    return _event(EventName.STOCK_COUNTED, "card_printer", {"free": True, **_words(facts, reason="reason")})


TELLERS: Mapping[str, Teller] = {
    "stock.opened": lambda facts: _event(EventName.EXCHANGE_BEGAN, None, {}),
    "stock.counted": _counted,
    FOUND_DIFFERENT: _different,
    "stock.blocked": _blocked,
    "stock.unblocked": _free_again,
    "card.retained": lambda facts: _event(EventName.CARD_RETAINED, "card_reader", {"whose": Whose.CITIZEN.value}),
    "issue.attendant": lambda facts: _event(EventName.BUSINESS_STUCK, None, {"step": Unsettled.ATTENDANT.value}),
    "issue.left_outside": lambda facts: _event(EventName.BUSINESS_STUCK, None, {"step": Unsettled.LEFT_OUTSIDE.value}),
    "issue.unconfirmed": lambda facts: _event(EventName.BUSINESS_STUCK, None, {"step": Unsettled.UNCONFIRMED.value}),
    "issue.held": lambda facts: _event(EventName.CARD_RETAINED, "card_printer", {"whose": Whose.NEW.value}),
    "advice.given_up": lambda facts: _event(
        EventName.BUSINESS_STUCK, None, {"step": Unsettled.ADVICE.value, **_words(facts, kind="kind")}
    ),
    UNEXPLAINED: lambda facts: _event(
        EventName.BUSINESS_STUCK, None, {"step": Unsettled.RECONCILIATION.value, **_words(facts, kind="difference")}
    ),
    "cabinet.door_opened": lambda facts: _event(
        EventName.DOOR_OPENED, "cabinet", _words(facts, door="door", exchange="exchange")
    ),
    "cabinet.door_closed": lambda facts: _event(EventName.DOOR_CLOSED, "cabinet", _words(facts, door="door")),
    "cabinet.tampered": lambda facts: _event(EventName.TAMPERED, "cabinet", {}),
}
"""By the step of the note. ``card.retained``: a citizen's card is in the reader's bin."""
