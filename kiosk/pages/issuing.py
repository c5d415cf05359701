"""Which function makes the page of which state of issuing, and how far along each is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.pages import applying, confirming, handover, making, paying, photographing
from kiosk.pages import session as citizen
from kiosk.pages.issue_facts import attendant
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import Page

_SESSION = "in_service.session."
_APPLYING = _SESSION + "applying."
_PHOTO = _APPLYING + "photo."
_MAKING = _SESSION + "making."
_HANDOVER = _SESSION + "handing_over."
_COLLECTING = _SESSION + "collecting."
_RECOVERING = "recovering."

ISSUING_PAGES: Mapping[str, Callable[[Session, Tools], Page]] = {
    _APPLYING + "checking": applying.checking,
    _APPLYING + "laying_id_card": applying.laying_id_card,
    _APPLYING + "reading_id_card": citizen.reading_id_card,
    _APPLYING + "has_card": applying.has_card,
    _APPLYING + "choosing_reason": applying.choosing_reason,
    _APPLYING + "proving": applying.proving,
    _APPLYING + "attendant": attendant,
    _APPLYING + "quoting": applying.quoting,
    _APPLYING + "consent": applying.consent,
    _APPLYING + "old_card": applying.old_card,
    _APPLYING + "opening": applying.opening,
    _PHOTO + "means": photographing.means,
    _PHOTO + "aiming": photographing.aiming,
    _PHOTO + "taking": photographing.taking,
    _PHOTO + "good": photographing.good,
    _PHOTO + "bad": photographing.bad,
    _PHOTO + "sending": photographing.sending,
    _PHOTO + "receipt": photographing.receipt,
    _PHOTO + "sending_receipt": photographing.sending_receipt,
    _APPLYING + "finding_banks": applying.finding_banks,
    _APPLYING + "choosing_bank": applying.choosing_bank,
    _APPLYING + "no_stock": applying.no_stock,
    _APPLYING + "confirm_person": confirming.confirm_person,
    _APPLYING + "confirm_contact": confirming.confirm_contact,
    _APPLYING + "confirm_card": confirming.confirm_card,
    _APPLYING + "wrong_data": confirming.wrong_data,
    _APPLYING + "drawing": confirming.drawing,
    _APPLYING + "previewing": confirming.previewing,
    _APPLYING + "signing": confirming.signing,
    _APPLYING + "asking_fee": paying.asking_fee,
    _APPLYING + "paying": paying.paying,
    _APPLYING + "fee_failed": paying.fee_failed,
    _APPLYING + "settling": applying.settling,
    _APPLYING + "deferring": applying.deferring,
    _APPLYING + "printing_slip": paying.printing_slip,
    _APPLYING + "take_slip": paying.take_slip,
    _APPLYING + "deferred": paying.deferred,
    _APPLYING + "refused": applying.refused,
    _APPLYING + "printing_refusal": paying.printing_refusal,
    _APPLYING + "take_refusal": paying.take_refusal,
    _APPLYING + "closing": applying.closing,
    _MAKING + "preparing": making.preparing,
    _MAKING + "feeding": making.feeding,
    _MAKING + "reading": making.reading,
    _MAKING + "reserving": making.reserving,
    _MAKING + "writing": making.writing,
    _MAKING + "printing": making.printing,
    _MAKING + "inspecting": making.inspecting,
    _MAKING + "comparing": making.comparing,
    _MAKING + "committing": making.committing,
    _MAKING + "spoiling": making.spoiling,
    _MAKING + "parking": making.parking,
    _MAKING + "undoing": making.undoing,
    _MAKING + "looking": making.looking,
    _HANDOVER + "readying": handover.readying,
    _HANDOVER + "offering_pin": handover.offering_pin,
    _HANDOVER + "own_pin.new": handover.pin_entry("new"),
    _HANDOVER + "own_pin.again": handover.pin_entry("again"),
    _HANDOVER + "own_pin.changing": handover.changing_pin,
    _HANDOVER + "presenting": handover.presenting,
    _HANDOVER + "take_new_card": handover.take_new_card,
    _HANDOVER + "take_new_card_urgent": handover.take_new_card_urgent,
    _HANDOVER + "holding": handover.holding,
    _HANDOVER + "printing_receipt": handover.printing_receipt,
    _HANDOVER + "take_receipt": handover.take_receipt,
    _HANDOVER + "issued": handover.issued,
    _COLLECTING + "finding": handover.finding,
    _COLLECTING + "proving": handover.proving,
    _COLLECTING + "attendant": attendant,
    _COLLECTING + "recalling": handover.recalling,
    _COLLECTING + "not_here": handover.not_here,
    _SESSION + "printing_issue_slip": handover.printing_issue_slip,
    _SESSION + "take_issue_slip": handover.take_issue_slip,
    _SESSION + "issue_ended": handover.issue_ended,
    _RECOVERING + "sizing_up": making.sizing_up,
    _RECOVERING + "writing": making.after_cut(making.WRITE, "write_chip"),
    _RECOVERING + "printing": making.after_cut(making.PRINT, "print_card"),
    _RECOVERING + "inspecting": making.after_cut(making.CHECK, "inspect_card"),
    _RECOVERING + "comparing": making.after_cut(making.CHECK, "host_patiently"),
    _RECOVERING + "committing": making.after_cut(making.REGISTER, "host_patiently"),
    _RECOVERING + "spoiling": making.after_cut(making.CHECK, "reject_card"),
    _RECOVERING + "parking": making.after_cut(making.REGISTER, "reject_card"),
    _RECOVERING + "undoing": making.after_cut(making.FETCH, "undo"),
    _RECOVERING + "noting": making.noting,
}
"""Part of :data:`kiosk.pages.build.PAGES`."""

_ORDER = (
    ("checking laying_id_card reading_id_card has_card choosing_reason proving quoting old_card consent opening"),
    "photo.means photo.aiming photo.taking photo.good photo.bad photo.sending photo.receipt photo.sending_receipt",
    "finding_banks choosing_bank",
    "confirm_person confirm_contact confirm_card drawing previewing",
    "signing asking_fee settling",
)
"""The application as the citizen counts it: why, photo, bank, confirming, signing. The sixth is the making. Pages that
someone else, or a telephone, has a part in (attendant, paying) stand between two steps."""

ISSUING_STEPS: Mapping[str, tuple[int, int]] = {
    _APPLYING + state: (number, len(_ORDER) + 1) for number, states in enumerate(_ORDER, 1) for state in states.split()
} | {state: (len(_ORDER) + 1, len(_ORDER) + 1) for state in ISSUING_PAGES if state.startswith(_MAKING)}
"""Part of :data:`kiosk.pages.build.STEPS`."""
