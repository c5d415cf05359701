"""The card's own PIN: sensed, verified, changed (F5, F43; scenarios A6, A7). Digits stay in buffers that are zeroed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

import structlog

from devices.card_reader.social_security_card.pin import PinLocked, PinNotNeeded, PinVerified, WrongPin
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.pin_pad.secret import SecretDigits
from kiosk.activities.issue_tools import encoder_of
from kiosk.activities.pad_entry import typed
from kiosk.catalogue import pin_rules
from kiosk.record_issuing import PIN_SET
from kiosk.runtime import Stage
from kiosk.session import Trouble
from statemachines.chart import SEPARATOR
from statemachines.views import Say

R = TypeVar("R")

log = structlog.get_logger("pin")

LENGTH = 6
"""Digits of a social security card's PIN (field norm; protocol page A6)."""


def locked_trouble() -> Trouble:
    """What someone is told whose PIN is locked: the card comes back, what still works, where to unlock."""
    return Trouble(
        what=Say("pin.locked.what"),
        advice=(Say("pin.locked.works"),),
        where=(Say("pin.locked.where"),),
        papers=(Say("papers.id_card"), Say("papers.card")),
    )


async def sense_pin(stage: Stage) -> Literal["needed", "not_needed", "locked"]:
    """Ask the chip how many tries are left; the question costs none."""
    session = stage.session
    state = await _on_chip(stage, lambda card: card.pin_state())
    if isinstance(state, PinLocked):
        session.pin.tries_left = 0
        session.trouble = locked_trouble()
        return "locked"
    if isinstance(state, PinNotNeeded):
        return "not_needed"
    session.pin.tries_left = state.tries_left
    return "needed"


async def enter_and_verify(stage: Stage) -> Literal["verified", "initial", "wrong", "locked", "cancelled"]:
    """Type the PIN and have the chip verify it. The tries left are the chip's, whatever the policy says (A6)."""
    session = stage.session
    digits = await typed(stage, LENGTH)
    if digits is None:
        return "cancelled"
    with digits:
        initial = digits.apply(stage.tools.policy.is_initial_pin)
        result = await _on_chip(stage, lambda card: card.verify_pin(digits.digits))
    session.pin.typed = 0
    if isinstance(result, PinVerified):
        session.pin_verified = True
        session.pin.problem = None
        log.info("pin_verified", initial=initial)
        return "initial" if initial else "verified"
    if isinstance(result, WrongPin):
        session.pin.tries_left = result.tries_left
        session.pin.problem = Say("pin.wrong")
        log.info("pin_wrong", tries_left=result.tries_left)
        return "wrong"
    session.pin.tries_left = 0
    session.trouble = locked_trouble()
    return "locked"


async def enter_old(stage: Stage) -> Literal["accepted", "cancelled"]:
    """The present PIN, for the change."""
    session = stage.session
    session.pin.old = await typed(stage, LENGTH)
    session.pin.problem, session.pin.typed = None, 0
    return "cancelled" if session.pin.old is None else "accepted"


async def enter_new(stage: Stage) -> Literal["accepted", "rejected", "cancelled"]:
    """A new PIN, held against the rules of the region's policy (A7)."""
    session = stage.session
    digits = await typed(stage, LENGTH)
    if digits is None:
        return "cancelled"
    broken = _broken_rule(stage, digits)
    if broken is not None:
        digits.close()
        session.pin.typed = 0
        session.pin.problem = Say(f"pin.weak.{broken}")
        log.info("new_pin_rejected", rule=broken)
        return "rejected"
    if session.pin.new is not None:
        session.pin.new.close()
    session.pin.new, session.pin.problem, session.pin.typed = digits, None, 0
    return "accepted"


def _broken_rule(stage: Stage, digits: SecretDigits) -> str | None:
    session = stage.session
    if session.pin.old is not None and digits.matches(session.pin.old):
        return "same_as_old"
    card, id_card = session.card, session.id_card
    birth_date = card.birth_date if card else id_card.birth_date if id_card else None
    number = card.social_security_number if card else id_card.number if id_card else None
    return digits.apply(
        lambda pin: pin_rules.broken_rule(
            pin,
            initial=stage.tools.policy.initial_pin,
            birth_date=birth_date,
            identity_number=number,
            forbidden=stage.tools.policy.forbidden_pins,
        )
    )


async def enter_again(stage: Stage) -> Literal["accepted", "differs", "cancelled"]:
    """The same once more."""
    session = stage.session
    digits = await typed(stage, LENGTH)
    if digits is None:
        return "cancelled"
    with digits:
        same = session.pin.new is not None and digits.matches(session.pin.new)
    session.pin.typed = 0
    if same:
        return "accepted"
    session.pin.problem = Say("pin.mismatch")
    return "differs"


async def change_on_chip(stage: Stage) -> Literal["changed", "wrong", "locked"]:
    """Change it on the chip, and tell the host that it was changed (never to what)."""
    session, tools = stage.session, stage.tools
    new = session.pin.new
    if new is None:
        raise RuntimeError("no new PIN was entered")
    old = session.pin.old or SecretDigits(bytearray(tools.policy.initial_pin))
    with old, new:
        result = await _on_chip(stage, lambda card: card.change_pin(old.digits, new.digits))
    session.pin.forget()
    if isinstance(result, PinVerified):
        await _changed(stage)
        return "changed"
    if isinstance(result, WrongPin):
        session.pin.tries_left = result.tries_left
        session.pin.problem = Say("pin.wrong")
        return "wrong"
    session.pin.tries_left = 0
    session.trouble = locked_trouble()
    return "locked"


async def _changed(stage: Stage) -> None:
    session, record = stage.session, stage.tools.record
    issue = session.issue
    if _handing_over(stage) and issue is not None and issue.record is not None:
        issue.own_pin = True
        await record.issuing.note(issue.record, PIN_SET)
        if issue.identifier:
            await record.advise_pin_changed(issue.identifier)
        return
    session.done.append("change_pin")
    session.outcome = Say("outcome.pin_changed")
    if session.card is not None:
        await record.advise_pin_changed(session.card.identifier)


def _handing_over(stage: Stage) -> bool:
    """Whether it is the new card's PIN, and not that of the card in the reader."""
    return "handing_over" in stage.state.split(SEPARATOR)


async def _on_chip(stage: Stage, command: Callable[[SocialSecurityCard], R]) -> R:
    session, tools = stage.session, stage.tools
    if _handing_over(stage):
        return await encoder_of(tools).call(command)
    card = session.chip
    if card is None or tools.card_reader is None:
        raise RuntimeError("no card has been read")
    return await tools.card_reader.call(lambda _: command(card))
