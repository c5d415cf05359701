"""The second factor: how the citizen has been identified, and, where that is not enough, an attendant who vouches."""

from __future__ import annotations

from typing import Literal

import structlog

from devices.pin_pad.secret import SecretDigits
from kiosk.activities.pad_entry import typed
from kiosk.activities.refusals import refusal
from kiosk.issue import Issue
from kiosk.runtime import Stage
from kiosk.session import Session
from kiosk.staff import CODE_LENGTH, NUMBER_LENGTH, VOUCHING, StaffMember, StaffRefused
from statemachines.views import Say

log = structlog.get_logger("vouching")

MOST_FAILURES = 3
"""Entries that came to nothing in one session, whoever's; then the citizen is sent to the counter."""

CARD_WITH_PIN, CARD_ALONE, ID_CARD = 2, 1, 1
"""Factors: something one has, and for a verified PIN something one knows; an ID card is only something one has."""


def factors(session: Session) -> int:
    """How many factors speak for the citizen: the social security card with its PIN, and their own ID card."""
    found = 0
    if session.means == "card" and session.card is not None:
        found += CARD_WITH_PIN if session.pin_verified else CARD_ALONE
    if _own_id_card_read(session):
        found += ID_CARD
    return found


def _own_id_card_read(session: Session) -> bool:
    """An ID card that was read for this application counts if it is the citizen's: a child's says nothing of them."""
    own = _own_numbers(session)
    if session.id_card is not None and (session.means == "id_card" or session.id_card.number.upper() in own):
        return True
    issue = session.issue
    return issue is not None and issue.applicant is not None and issue.applicant.number.upper() in own


def _own_numbers(session: Session) -> frozenset[str]:
    found = [session.person.number] if session.person is not None else []
    if session.card is not None:
        found.append(session.card.social_security_number)
    if session.means == "id_card" and session.id_card is not None:
        found.append(session.id_card.number)
    return frozenset(number.upper() for number in found)


async def prove(stage: Stage) -> Literal["proved", "attendant_needed"]:
    """Count the factors against the region's rule. Who was vouched for once need not be again in the same issue."""
    session = stage.session
    found, wanted = factors(session), stage.tools.policy.rules.change_factors
    vouched = bool(_issue(session).vouched_by)
    log.info("factors", found=found, wanted=wanted, vouched=vouched)
    return "proved" if vouched or found >= wanted else "attendant_needed"


async def enter_staff_code(stage: Stage) -> Literal["proved", "wrong", "refused", "cancelled"]:
    """An attendant looks at the citizen, and types their number and their code. An attendant's word is enough, however
    many factors the rule wants: they see the person and their papers.

    What went wrong is in ``session.pin.problem`` for the next entry, and after three in ``session.trouble``.
    """
    session = stage.session
    if session.vouch_failures >= MOST_FAILURES or not await _possible(stage):
        session.trouble = refusal("not_vouched")
        return "refused"
    try:
        member = await _vouching(stage)
    except StaffRefused as refused:
        session.vouch_failures += 1
        log.warning("not_vouched", reason=refused.key, failures=session.vouch_failures)
        if session.vouch_failures >= MOST_FAILURES:
            session.pin.problem = None
            session.trouble = refusal("not_vouched")
            return "refused"
        session.pin.problem = Say(refused.key)
        return "wrong"
    finally:
        session.pin.typed, session.pin.length = 0, CODE_LENGTH
    session.pin.problem = None
    if member is None:
        return "cancelled"
    issue = _issue(session)
    issue.vouched_by = member.number
    log.info("vouched", staff=member.number)
    if issue.record is not None:
        await stage.tools.record.issuing.note(issue.record, "issue.vouched", {"staff": member.number})
    return "proved"


async def _possible(stage: Stage) -> bool:
    tools = stage.tools
    return tools.pin_pad is not None and tools.staff is not None and await tools.staff.known(VOUCHING)


async def _vouching(stage: Stage) -> StaffMember | None:
    """Whose number and code were typed; None when cancelled. Raises StaffRefused."""
    session, staff = stage.session, stage.tools.staff
    if staff is None:
        raise RuntimeError("no staff are known to this machine")
    number = await _entered(stage, NUMBER_LENGTH)
    if number is None:
        return None
    with number:
        session.pin.problem = None
        code = await _entered(stage, CODE_LENGTH)
        if code is None:
            return None
        with code:
            return await staff.check(number, code, VOUCHING, not_for=_whose_matter(session))


async def _entered(stage: Stage, length: int) -> SecretDigits | None:
    stage.session.pin.typed, stage.session.pin.length = 0, length
    stage.refresh()
    return await typed(stage, length)


def _whose_matter(session: Session) -> frozenset[str]:
    issue = session.issue
    applicant = {issue.applicant.number.upper()} if issue is not None and issue.applicant is not None else set()
    return _own_numbers(session) | applicant


def _issue(session: Session) -> Issue:
    if session.issue is None:
        raise RuntimeError("no card is being applied for")
    return session.issue
