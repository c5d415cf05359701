"""Why something cannot be done, and what follows from it: data, one row a reason.

The reasons are the host's and the payer's refusal codes, what stands against an application, the card's and the ID
card's validity, and the machine's own troubles; their words are ``refusal.<reason>`` in the language files, those of an
obstacle ``issue.obstacle.<reason>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from devices import fault_catalogue
from devices.contract import DeviceError
from kiosk.host.issuing_values import IssuingRefusal, Obstacle
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
    # -- what the host says to a step of issuing
    "not_eligible": Advice(("advice.ask_attendant",), _COUNTER, _BOTH),
    "reason_does_not_apply": Advice(("advice.other_reason",), again=True),
    "quote_lapsed": Advice(("advice.price_of_today",), again=True),
    "application_unknown": Advice(("advice.start_over", "advice.call_12333")),
    "application_closed": Advice(("advice.start_over",)),
    "photo_needed": Advice(("advice.start_over",), again=True),
    "photo_unacceptable": Advice(("advice.photo_again",), _COUNTER, ("papers.id_card", "papers.photo"), again=True),
    "photo_receipt_unknown": Advice(("advice.check_receipt",), again=True),
    "old_card_not_settled": Advice(("advice.settle_old_card",), again=True),
    "bank_not_eligible": Advice(("advice.other_bank",), again=True),
    "card_not_in_stock": Advice(("advice.ask_attendant", "advice.start_over")),
    "card_not_free": Advice(("advice.ask_attendant", "advice.start_over")),
    "another_card_reserved": Advice(("advice.ask_attendant",)),
    "not_reserved": Advice(("advice.ask_attendant", "advice.start_over")),
    "record_not_planned": Advice(("advice.ask_attendant",)),
    "read_back_differs": Advice(("advice.ask_attendant", "advice.start_over")),
    "fee_not_held": Advice(("advice.start_over",)),
    "already_committed": Advice(("advice.ask_attendant",)),
    "not_committed": Advice(("advice.ask_attendant",)),
    # -- the payer
    "payer_unavailable": Advice(("advice.come_again_later",), again=True),
    "payer_unknown": Advice(("advice.come_again_later",), again=True),
    "order_unknown": Advice(("advice.start_over",)),
    "order_differs": Advice(("advice.start_over",)),
    "order_closed": Advice(("advice.start_over",)),
    "declined": Advice(("advice.pay_other_way",), again=True),
    "not_held": Advice(("advice.pay_again",), again=True),
    "already_captured": Advice(("advice.ask_attendant",)),
    "not_captured": Advice(("advice.ask_attendant",)),
    # -- the machine's own, of issuing
    "id_card_of_another": Advice(("advice.own_id_card",), (), ("papers.id_card",), again=True),
    "no_payer": Advice(("advice.ask_attendant",), _COUNTER, _BOTH),
    "name_not_on_card": Advice(("advice.name_at_counter",), _COUNTER, ("papers.id_card",)),
    "face_not_drawn": Advice(("advice.ask_attendant",), _COUNTER, ("papers.id_card",)),
    "face_not_printable": Advice(("advice.ask_attendant",), _COUNTER, ("papers.id_card",)),
    "old_card_not_in_reader": Advice(("advice.old_card_into_slot",), _COUNTER, _BOTH, again=True),
    "wrong_data": Advice(("advice.correct_first",), _COUNTER),
    "not_vouched": Advice(("advice.ask_attendant",), _COUNTER, ("papers.id_card",)),
    "no_held_card": Advice(("advice.application_number",), _COUNTER, ("papers.id_card",)),
    "print_not_good": Advice(("advice.start_over", "advice.ask_attendant")),
    "card_not_made": Advice(("advice.start_over", "advice.ask_attendant")),
    "issue_unconfirmed": Advice(("advice.come_back_with_slip",), (), ("papers.id_card", "papers.this_slip")),
    "issue_at_outlet": Advice(("advice.take_card_now", "advice.attendant_coming"), (), ("papers.id_card",)),
    "issue_not_held": Advice(("advice.attendant_coming",), (), ("papers.id_card", "papers.this_slip")),
}
"""Reason -> what follows."""

OBSTACLES: Mapping[Obstacle, Advice] = {
    Obstacle.INDIVIDUAL_NOT_ALLOWED: Advice(("advice.employer_applies",), _COUNTER, _BOTH),
    Obstacle.GUARDIAN_NEEDED: ADVICE["minor_needs_guardian"],
    Obstacle.NOT_INSURED_HERE: ADVICE["not_insured_here"],
    Obstacle.BLACKLISTED: ADVICE["card_blacklisted"],
    Obstacle.OPEN_APPLICATION: Advice(("advice.application_number",), _COUNTER, ("papers.id_card",)),
    Obstacle.IN_PROGRESS_ELSEWHERE: ADVICE["in_progress_elsewhere"],
    Obstacle.HAS_CARD: Advice(("advice.replace_here",), _COUNTER, _BOTH),
    Obstacle.REASON_DOES_NOT_APPLY: ADVICE["reason_does_not_apply"],
}
"""What stands against an application -> what follows."""


def refusal(reason: str) -> Trouble:
    """The trouble for a reason of :data:`ADVICE`; an unknown reason (a newer host) is told as ``not_allowed``."""
    key = reason if reason in ADVICE else "not_allowed"
    return _trouble(Say(f"refusal.{key}"), ADVICE[key])


def _trouble(what: Say, advice: Advice) -> Trouble:
    return Trouble(
        what=what,
        advice=tuple(Say(each) for each in advice.do),
        where=tuple(Say(each) for each in advice.where),
        papers=tuple(Say(each) for each in advice.papers),
        again=advice.again,
    )


def host_trouble(error: HostError) -> Trouble:
    """The trouble for a call that brought no value."""
    if isinstance(error, HostRefused):
        if error.code == IssuingRefusal.NOT_ELIGIBLE and error.detail in set(Obstacle):
            return obstacle(Obstacle(error.detail))
        return replace(refusal(error.code), differences=error.differences)
    return refusal("host_unavailable" if isinstance(error, HostUnavailable) else "host_unknown")


def obstacle(stands: Obstacle) -> Trouble:
    """The trouble for what stands against an application."""
    return _trouble(Say(f"issue.obstacle.{stands}"), OBSTACLES[stands])


def payer_trouble(error: HostError) -> Trouble:
    """The trouble for a call to the payer that brought no value."""
    if isinstance(error, HostRefused):
        return refusal(error.code)
    return refusal("payer_unavailable" if isinstance(error, HostUnavailable) else "payer_unknown")


def disputed(tools: Tools) -> Trouble:
    """The trouble of someone whose data are wrong: what to bring to have them put right, by the region's policy."""
    papers = tuple(Say(each) for each in tools.policy.rules.correction_papers)
    return replace(refusal("wrong_data"), papers=papers)


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


def making_trouble(error: DeviceError) -> Trouble:
    """The same while a card is being made. What the fault table says of a chip is meant for someone who has the card in
    hand; this one is out of everybody's reach."""
    return refusal("card_not_made") if error.code.startswith("card_reader.") else device_trouble(error)
