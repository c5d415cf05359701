"""Which function makes the page of which state, and the frame around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from devices.fault_catalogue import Capability
from kiosk.pages import machine, query, session
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import (
    Frame,
    InsertCard,
    LayIdCard,
    Page,
    Part,
    PinEntry,
    Printing,
    TakeCard,
    TakePaper,
)

PageBuilder = Callable[[Session, Tools], Page]

_SESSION = "in_service.session."
_QUERY = _SESSION + "query."

PAGES: Mapping[str, PageBuilder] = {
    "starting": machine.starting,
    "in_service.attract": machine.attract,
    "in_service.checking": machine.checking,
    "out_of_service": machine.out_of_service,
    "looking_again": machine.out_of_service,
    "maintenance": machine.maintenance,
    "stopping": machine.stopping,
    "stopped": machine.stopping,
    _SESSION + "notice": session.notice,
    _SESSION + "identifying_means": session.identifying_means,
    _SESSION + "insert_card": session.insert_card,
    _SESSION + "lay_id_card": session.lay_id_card,
    _SESSION + "reading_card": session.reading_card,
    _SESSION + "reading_id_card": session.reading_id_card,
    _SESSION + "authenticating.sensing": session.sensing_pin,
    _SESSION + "authenticating.entry": session.pin_entry("verify"),
    _SESSION + "first_pin.new": session.pin_entry("new"),
    _SESSION + "first_pin.again": session.pin_entry("again"),
    _SESSION + "first_pin.changing": session.changing_pin,
    _SESSION + "pin_change.old": session.pin_entry("old"),
    _SESSION + "pin_change.new": session.pin_entry("new"),
    _SESSION + "pin_change.again": session.pin_entry("again"),
    _SESSION + "pin_change.changing": session.changing_pin,
    _SESSION + "pin_changed": session.pin_changed,
    _SESSION + "identifying": session.identifying,
    _SESSION + "menu": session.menu,
    _SESSION + "refused": session.refused_identification,
    _SESSION + "printing_slip": session.printing_slip,
    _SESSION + "take_slip": session.take_slip,
    _SESSION + "trouble": session.refused,
    _SESSION + "hand_back": session.take_card,
    _SESSION + "hand_back_urgent": session.take_card_urgent,
    _SESSION + "card_left": session.take_card_urgent,
    _SESSION + "ending": session.ending,
    _SESSION + "farewell": session.farewell,
    _QUERY + "fetching": query.fetching,
    _QUERY + "choosing": query.choosing,
    _QUERY + "amount": query.amount,
    _QUERY + "details": query.details,
    _QUERY + "years": query.years,
    _QUERY + "months": query.months,
    _QUERY + "reporting": query.reporting,
    _QUERY + "reported": query.reported,
    _QUERY + "extent": query.extent,
    _QUERY + "printing": query.printing,
    _QUERY + "take_paper": query.take_paper,
    _QUERY + "print_failed": session.refused,
    _QUERY + "failed": session.refused,
}
"""State -> what makes its page. A test holds this against the chart: every state, and the page class it declares."""

LIT: Mapping[type[Page], Part] = {
    InsertCard: "card_slot",
    LayIdCard: "id_plate",
    PinEntry: "keypad",
    Printing: "receipt",
    TakePaper: "receipt",
}
"""Where the hands go at a page. Taking a card depends on which."""

STEPS: Mapping[str, tuple[int, int]] = {
    _SESSION + "pin_change.old": (1, 3),
    _SESSION + "pin_change.new": (2, 3),
    _SESSION + "pin_change.again": (3, 3),
}
"""Matters of more than two steps."""


def build(state: str, facts: Session, tools: Tools) -> tuple[Page, Frame]:
    """See :class:`kiosk.runtime.Pages`."""
    page = PAGES[state](facts, tools)
    settings = tools.settings.kiosk
    lit: Part | None = LIT.get(type(page))
    if isinstance(page, TakeCard):
        lit = "id_plate" if page.card == "id" else "card_slot"
    frame = Frame(
        number=0,
        place=settings.place_zh if facts.language == "zh" else settings.place_en,
        machine=settings.id,
        card_in=tools.card_in_slot,
        lit=lit,
        step=STEPS.get(state),
        print_available=Capability.PRINT in tools.health.works,
    )
    return page, frame
