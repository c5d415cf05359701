"""Who applies, and may they? The ID card of whom the session is of, and the host's gate (rules: issuing, 2 and 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import structlog

from kiosk import scrubbing
from kiosk.activities.identification import proof_of, read_laid_card
from kiosk.activities.issue_tools import host_of
from kiosk.activities.listening import until_id_card
from kiosk.activities.refusals import host_trouble, obstacle, refusal
from kiosk.activities.withdrawing import withdraw
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import Eligibility, Obstacle, OldCard, step_key
from kiosk.host.port import CardSide, HostError, HostRefused, IdCardProof, Person
from kiosk.issue import Issue
from kiosk.journal.issues import IssueStep
from kiosk.runtime import Stage
from kiosk.session import Session, Trouble
from statemachines.views import Say, Verbatim

log = structlog.get_logger("applying")

OVER = frozenset({CardSide.CANCELLED, CardSide.STOPPED, CardSide.NONE})
"""Sides of a card that is no more."""
REPORTED = frozenset({CardSide.LOST, CardSide.TEMPORARY_LOSS})


def applicant_of(session: Session) -> tuple[Person, Issue, IdCardProof]:
    """Whom the host knows, the card applied for, and whose it will be."""
    issue = session.issue
    if session.person is None or issue is None or issue.applicant is None:
        raise RuntimeError("nobody applies for a card")
    return session.person, issue, issue.applicant


def in_use(card: OldCard | None) -> bool:
    """Whether the applicant's present card still works for whoever holds it: neither over nor reported lost."""
    return card is not None and CardSide(card.social_side) not in OVER | REPORTED


def elsewhere(device: str) -> Trouble:
    """The trouble of someone who has an application open at another machine: which one, is said."""
    trouble = obstacle(Obstacle.IN_PROGRESS_ELSEWHERE)
    if not device:
        return trouble
    return replace(trouble, advice=(Say("advice.at_device", {"device": Verbatim(device)}), *trouble.advice))


async def await_applicant(stage: Stage) -> Literal["id_card_found"]:
    """Listen at the ID plate; a card that could not be read is lifted first."""
    return await until_id_card(stage.tools, anew=stage.session.problem is not None, on_loss=stage.refresh)


async def read_applicant(stage: Stage) -> Literal["id_card_read", "unreadable", "refused"]:
    """Read the ID card of whom the session is of; how they came in stays as it is."""
    session = stage.session
    outcome = await read_laid_card(stage)
    if outcome != "id_card_read" or session.id_card is None or session.person is None:
        return outcome
    if session.id_card.number.upper() != session.person.number.upper():
        session.id_card = None
        session.trouble = refusal("id_card_of_another")
        return "refused"
    return "id_card_read"


async def check_eligibility(
    stage: Stage,
) -> Literal["id_card_needed", "may_apply", "has_card", "held_here", "refused", "unreachable"]:
    """Ask the gate. What an earlier try of this session left open is withdrawn first, so that it stands in no way."""
    session, tools = stage.session, stage.tools
    await _clear(stage)
    if session.issue is None:
        session.issue = Issue()
    if session.issue.applicant is None:
        if session.id_card is None:
            return "id_card_needed"
        session.issue.applicant = proof_of(session.id_card)
    person, issue, applicant = applicant_of(session)
    try:
        eligibility = issue.eligibility = await host_of(tools).eligibility(person, applicant)
    except HostError as error:
        session.trouble = host_trouble(error)
        return "refused" if isinstance(error, HostRefused) else "unreachable"
    scrubbing.protect((eligibility.holder.phone,))  # no pattern knows every number that a telephone has
    log.info("gate", obstacles=[each.value for each in eligibility.obstacles], photo=eligibility.photo.value)
    if Obstacle.OPEN_APPLICATION in eligibility.obstacles and await _held_here(stage, applicant):
        return "held_here"
    return _verdict(session, eligibility)


def _verdict(session: Session, told: Eligibility) -> Literal["may_apply", "has_card", "refused"]:
    standing = [each for each in told.obstacles if each is not Obstacle.HAS_CARD]
    if standing:
        first = standing[0]
        session.trouble = elsewhere(told.device) if first is Obstacle.IN_PROGRESS_ELSEWHERE else obstacle(first)
        return "refused"
    if not told.reasons:
        session.trouble = obstacle(Obstacle.HAS_CARD if told.obstacles else Obstacle.REASON_DOES_NOT_APPLY)
        return "refused"
    if told.obstacles or (Reason.FIRST not in told.reasons and in_use(told.old_card)):
        return "has_card"
    return "may_apply"


async def _held_here(stage: Stage, applicant: IdCardProof) -> bool:
    open_ones = await stage.tools.record.issuing.open_of(applicant.number)
    return any(each.step is IssueStep.HELD for each in open_ones)


async def _clear(stage: Stage) -> None:
    """Withdraw what is open of an earlier try. The host is told at once; if it does not hear, the outbox tells it."""
    session, tools = stage.session, stage.tools
    ended = await withdraw(tools, session)
    if ended is not None:
        try:
            await host_of(tools).withdraw(ended.opening_key, step_key(ended.business, "issue_withdraw"))
        except HostError as error:
            log.info("withdrawal_left_to_the_outbox", business=ended.business, reason=type(error).__name__)
    elif session.issue is not None and session.issue.record is not None:
        session.issue = None  # one that is over: what is applied for now is another card
