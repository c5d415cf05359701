"""Which function makes the page of which state, and the frame around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from devices.fault_catalogue import Capability
from kiosk.pages import amounts, contributions, details, machine, query
from kiosk.pages import session as citizen
from kiosk.pages.issuing import ISSUING_PAGES, ISSUING_STEPS
from kiosk.pages.maintenance import MAINTENANCE_PAGES
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import (
    Frame,
    InsertCard,
    LayIdCard,
    Page,
    Part,
    Photo,
    PinEntry,
    Printing,
    TakeCard,
    TakeNewCard,
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
    **MAINTENANCE_PAGES,
    "stopping": machine.stopping,
    "stopped": machine.stopping,
    _SESSION + "notice": citizen.notice,
    _SESSION + "identifying_means": citizen.identifying_means,
    _SESSION + "insert_card": citizen.insert_card,
    _SESSION + "lay_id_card": citizen.lay_id_card,
    _SESSION + "reading_card": citizen.reading_card,
    _SESSION + "reading_id_card": citizen.reading_id_card,
    _SESSION + "authenticating.sensing": citizen.sensing_pin,
    _SESSION + "authenticating.entry": citizen.pin_entry("verify"),
    _SESSION + "first_pin.new": citizen.pin_entry("new"),
    _SESSION + "first_pin.again": citizen.pin_entry("again"),
    _SESSION + "first_pin.changing": citizen.changing_pin,
    _SESSION + "pin_change.old": citizen.pin_entry("old"),
    _SESSION + "pin_change.new": citizen.pin_entry("new"),
    _SESSION + "pin_change.again": citizen.pin_entry("again"),
    _SESSION + "pin_change.changing": citizen.changing_pin,
    _SESSION + "pin_changed": citizen.pin_changed,
    _SESSION + "identifying": citizen.identifying,
    _SESSION + "menu": citizen.menu,
    _SESSION + "refused": citizen.refused_identification,
    _SESSION + "printing_slip": citizen.printing_slip,
    _SESSION + "take_slip": citizen.take_slip,
    _SESSION + "trouble": citizen.refused,
    _SESSION + "hand_back": citizen.take_card,
    _SESSION + "hand_back_urgent": citizen.take_card_urgent,
    _SESSION + "card_left": citizen.take_card_urgent,
    _SESSION + "ending": citizen.ending,
    _SESSION + "farewell": citizen.farewell,
    _QUERY + "fetching": query.fetching,
    _QUERY + "choosing": contributions.choosing,
    _QUERY + "amount": amounts.amount,
    _QUERY + "details": details.details,
    _QUERY + "years": contributions.years,
    _QUERY + "months": contributions.months,
    _QUERY + "reporting": query.reporting,
    _QUERY + "reported": query.reported,
    _QUERY + "extent": contributions.extent,
    _QUERY + "printing": query.printing,
    _QUERY + "take_paper": query.take_paper,
    _QUERY + "print_failed": citizen.refused,
    _QUERY + "failed": citizen.refused,
    **ISSUING_PAGES,
}
"""State -> what makes its page. A test holds this against the chart: every state, and the page class it declares."""

LIT: Mapping[type[Page], Part] = {
    InsertCard: "card_slot",
    LayIdCard: "id_plate",
    PinEntry: "keypad",
    Printing: "receipt",
    TakePaper: "receipt",
    Photo: "camera",
    TakeNewCard: "card_outlet",
}
"""Where the hands go at a page, or the eyes. Taking a card depends on which."""

STEPS: Mapping[str, tuple[int, int]] = {
    _SESSION + "pin_change.old": (1, 3),
    _SESSION + "pin_change.new": (2, 3),
    _SESSION + "pin_change.again": (3, 3),
    **ISSUING_STEPS,
}
"""Matters of more than two steps."""


def build(state: str, session: Session, tools: Tools) -> tuple[Page, Frame]:
    """See :class:`kiosk.runtime.Pages`."""
    page = PAGES[state](session, tools)
    settings = tools.settings.kiosk
    lit: Part | None = LIT.get(type(page))
    if isinstance(page, TakeCard):
        lit = "id_plate" if page.card == "id" else "card_slot"
    if isinstance(page, Photo) and page.stage in ("good", "bad"):
        lit = None
    frame = Frame(
        number=0,
        place=settings.place_zh if session.language == "zh" else settings.place_en,
        machine=settings.id,
        card_in=tools.card_in_slot,
        lit=lit,
        step=STEPS.get(state),
        print_available=Capability.PRINT in tools.health.works,
    )
    return page, frame
