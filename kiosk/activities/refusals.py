"""Why something cannot be done, and what follows from it: data, one row a reason.

The reasons are the host's refusal codes, the card's and the ID card's validity, and the machine's own troubles; their
words are ``refusal.<reason>`` in the language files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from devices import fault_catalogue
from devices.contract import DeviceError
from kiosk.host.port import HostError, HostRefused, HostUnavailable
from kiosk.session import Session, Trouble
from kiosk.tools import Tools
from statemachines.views import Say


@dataclass(frozen=True, slots=True)
class Advice:
    """Keys of the language files: what to do, where to go, which papers to bring; whether trying again may help."""

    do: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    again: bool = False


_COUNTER = ("where.counter",)
_BOTH = ("papers.id_card", "papers.card")

ADVICE: Mapping[str, Advice] = {
    "unknown_person": Advice(("advice.call_12333",), _COUNTER, ("papers.id_card", "papers.household_book")),
    "duplicate_number": Advice(("advice.call_12333",), _COUNTER, ("papers.id_card", "papers.household_book")),
    "data_differ": Advice((), _COUNTER, _BOTH),
    "no_photo": Advice((), _COUNTER, ("papers.id_card", "papers.photo")),
    "card_blacklisted": Advice((), _COUNTER, _BOTH),
    "card_unknown": Advice(("advice.home_region",), _COUNTER, _BOTH),
    "card_stopped": Advice(("advice.replace_card",), _COUNTER, _BOTH),
    "minor_needs_guardian": Advice(("advice.guardian",), _COUNTER, ("papers.guardian_id_card", "papers.id_card")),
    "not_insured_here": Advice(("advice.home_region",), ("where.home_region",)),
    "in_progress_elsewhere": Advice(("advice.come_again_later",)),
    "too_many_requests": Advice(("advice.come_tomorrow",), _COUNTER),
    "session_over": Advice(("advice.come_again_later",)),
    "not_allowed": Advice(("advice.ask_attendant",), _COUNTER),
    "host_unavailable": Advice(("advice.come_again_later", "advice.call_12333"), again=True),
    "host_unknown": Advice(("advice.come_again_later", "advice.call_12333"), again=True),
    "card_issuer_unknown": Advice(("advice.home_region",), _COUNTER, _BOTH),
    "card_type": Advice(("advice.ask_attendant",), _COUNTER, _BOTH),
    "card_version": Advice(("advice.replace_card",), _COUNTER, _BOTH),
    "card_expired": Advice(("advice.replace_card",), _COUNTER, _BOTH),
    "card_not_yet_valid": Advice(("advice.ask_attendant",), _COUNTER, _BOTH),
    "card_not_genuine": Advice(("advice.ask_attendant",), _COUNTER, _BOTH),
    "card_blocked": Advice(("advice.replace_card",), _COUNTER, _BOTH),
    "card_unreadable": Advice(("advice.wipe_chip", "advice.replace_card"), _COUNTER, _BOTH),
    "id_card_expired": Advice(("advice.renew_id_card",), ("where.police",), ("papers.household_book",)),
    "id_card_unreadable": Advice(("advice.try_other_way", "advice.ask_attendant")),
    "id_card_number": Advice(("advice.ask_attendant",), _COUNTER, ("papers.id_card", "papers.household_book")),
    "unexpected": Advice(("advice.come_again_later", "advice.ask_attendant")),
}
"""Reason -> what follows."""


def refusal(reason: str) -> Trouble:
    """The trouble for a reason of :data:`ADVICE`; an unknown reason (a newer host) is told as ``not_allowed``."""
    key = reason if reason in ADVICE else "not_allowed"
    advice = ADVICE[key]
    return Trouble(
        what=Say(f"refusal.{key}"),
        advice=tuple(Say(each) for each in advice.do),
        where=tuple(Say(each) for each in advice.where),
        papers=tuple(Say(each) for each in advice.papers),
        again=advice.again,
    )


def host_trouble(error: HostError) -> Trouble:
    """The trouble for a call that brought no value."""
    if isinstance(error, HostRefused):
        return replace(refusal(error.code), differences=error.differences)
    return refusal("host_unavailable" if isinstance(error, HostUnavailable) else "host_unknown")


def explain(session: Session, tools: Tools, error: DeviceError) -> None:
    """A device failed: the citizen is told in the fault's words, and what that takes away is known at once."""
    session.trouble = device_trouble(error)
    tools.health.failed(error)


def device_trouble(error: DeviceError) -> Trouble:
    """The trouble for a device's fault, in the citizen's words of the fault table."""
    known = error.code in fault_catalogue.load()
    return Trouble(
        what=Say(f"fault.{error.code}") if known else Say("refusal.device"),
        advice=(Say("advice.ask_attendant"),),
    )
