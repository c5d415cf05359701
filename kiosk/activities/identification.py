"""Who is this? Cards found, read and checked, and the host asked to know their holder (F1, F2, F7)."""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog

from devices import fault_catalogue
from devices.card_reader.social_security_card import validity
from devices.card_reader.social_security_card.identity import IssuerData
from devices.card_reader.social_security_card.validity import Finding
from devices.contract import DeviceError
from devices.id_reader.contract import IdCard
from devices.id_reader.numbers import Validity
from kiosk import scrubbing
from kiosk.activities.card_reading import CardNotServed, read_social_security_card
from kiosk.activities.farewell import released
from kiosk.activities.listening import first_of, until_card, until_id_card
from kiosk.activities.refusals import explain, host_trouble, refusal
from kiosk.host.port import CardProof, HostError, HostRefused, IdCardProof
from kiosk.runtime import Stage
from kiosk.session import Session
from statemachines.views import Say

log = structlog.get_logger("identification")

TRIES = 3
"""Readings of one card before it is given up: turned over, wiped, and once more (rules: five classic messages)."""


async def await_any(stage: Stage) -> Literal["card_found", "id_card_found"]:
    """Whichever card comes first."""
    return await _whichever(stage)


async def await_card(stage: Stage) -> Literal["card_found", "id_card_found"]:
    """A card in the slot: after an unreadable one, taken out and put in again. An ID card serves as well."""
    tools = stage.tools
    anew = stage.session.problem is not None and stage.session.means == "card"

    async def until_put_in() -> Literal["card_found"]:
        if anew and tools.card_slot is not None:
            await released(tools)
            await tools.card_slot.emptied()
        return await until_card(tools)

    return await first_of(until_put_in(), until_id_card(tools, on_loss=stage.refresh))


async def await_id_card(stage: Stage) -> Literal["card_found", "id_card_found"]:
    """An ID card on the plate: one that could not be read is lifted first. A card in the slot serves as well."""
    session = stage.session
    return await _whichever(stage, id_card_anew=session.problem is not None and session.means == "id_card")


async def _whichever(stage: Stage, *, id_card_anew: bool = False) -> Literal["card_found", "id_card_found"]:
    return await first_of(until_card(stage.tools), until_id_card(stage.tools, anew=id_card_anew, on_loss=stage.refresh))


async def read_card(stage: Stage) -> Literal["card_read", "unreadable", "refused"]:
    """Have the card in the slot prove that it is genuine, read it, and check it (rules: session rules)."""
    session, tools = stage.session, stage.tools
    if tools.card_reader is None:
        raise RuntimeError("no card reader is fitted")
    session.means, session.card = "card", None
    if not _may_read(session, "card_unreadable"):
        return "refused"
    try:
        _, cards, ranges = await tools.host.blacklist()
        reading = await tools.card_reader.wait(
            read_social_security_card,
            tools.host,
            asyncio.get_running_loop(),
            lambda issuer: _card_refusal(stage, issuer, cards, ranges),
        )
    except CardNotServed as refused:
        session.trouble = refusal(refused.reason)
        return "refused"
    except DeviceError as error:
        if error.code in REFUSED_BY_CHIP:
            session.trouble = refusal(REFUSED_BY_CHIP[error.code])
            return "refused"
        return _unreadable(stage, error, "card_unreadable")
    except HostError as error:
        session.trouble = host_trouble(error)
        return "refused"
    scrubbing.protect((reading.identity.name,))
    session.chip, session.card, session.problem, session.unread = reading.card, reading.identity, None, 0
    await tools.record.custody_began(session, reading.identity.identifier)
    return "card_read"


REFUSED_BY_CHIP = {
    "card_reader.card_not_genuine": "card_not_genuine",
    "card_reader.card_blocked": "card_blocked",
    "card_reader.application_blocked": "card_blocked",
}
"""Faults that trying again does not help: the reason why the card is refused."""

REASONS = {
    Finding.ISSUER_UNKNOWN: "card_issuer_unknown",
    Finding.BLACKLISTED: "card_blacklisted",
    Finding.TYPE: "card_type",
    Finding.VERSION: "card_version",
    Finding.NOT_YET_VALID: "card_not_yet_valid",
    Finding.BLANK: "card_unknown",
}
"""Findings that stop a card: the reason why it is refused."""


def _may_read(session: Session, reason: str) -> bool:
    """Count a reading as failed until it is known better: the chart may lose its patience with it."""
    if session.unread >= TRIES:
        session.trouble = refusal(reason)
        return False
    session.unread += 1
    session.problem = Say(f"problem.{reason}")
    return True


def _unreadable(stage: Stage, error: DeviceError, reason: str) -> Literal["unreadable", "refused"]:
    """It is the card, and may be tried again; or it was the last try; or it is the reader, and trying is of no use."""
    session = stage.session
    log.warning(reason, fault=error.code, reading=session.unread)
    if fault_catalogue.load()[error.code].loses:
        explain(session, stage.tools, error)
        return "refused"
    if session.unread >= TRIES:
        session.trouble = refusal(reason)
        return "refused"
    session.problem = Say(PROBLEMS.get(error.code, f"problem.{reason}"))
    return "unreadable"


PROBLEMS = {
    "card_reader.mute": "problem.card_turn_over",
    "card_reader.no_card": "problem.card_removed",
    "card_reader.removed": "problem.card_removed",
    "card_reader.not_social_security_card": "problem.card_not_social",
    "id_reader.removed_early": "problem.id_card_removed",
    "id_reader.no_card": "problem.id_card_removed",
    "id_reader.unknown_card": "problem.id_card_other",
}
"""What to tell someone whose card could not be read, by the fault."""


def _card_refusal(
    stage: Stage, issuer: IssuerData, cards: frozenset[str], ranges: tuple[tuple[str, str], ...]
) -> str | None:
    verdicts = validity.check(
        issuer,
        today=stage.tools.clock.today(),
        blacklisted=validity.Blacklist(cards, ranges),
        regions=stage.tools.policy.accepted_issuers,
    )
    for verdict in verdicts:
        log.info("card_verdict", finding=verdict.finding.value, outcome=verdict.outcome.value)
    stop = next((verdict for verdict in verdicts if verdict.stops), None)
    return REASONS[stop.finding] if stop is not None else None


async def read_id_card(stage: Stage) -> Literal["id_card_read", "unreadable", "refused"]:
    """Read the ID card on the plate and check it: it is how this citizen wants to be known."""
    stage.session.means = "id_card"
    return await read_laid_card(stage)


async def read_laid_card(stage: Stage) -> Literal["id_card_read", "unreadable", "refused"]:
    """Read the ID card on the plate and check it: expiry, check digit (F1)."""
    session, tools = stage.session, stage.tools
    if tools.id_reader is None:
        raise RuntimeError("no ID reader is fitted")
    session.id_card, session.id_card_laid = None, True
    if not _may_read(session, "id_card_unreadable"):
        return "refused"
    try:
        card = await tools.id_reader.call(lambda reader: reader.read())
    except DeviceError as error:
        return _unreadable(stage, error, "id_card_unreadable")
    scrubbing.protect((card.name, *card.name.split()))
    session.id_card, session.problem, session.unread = card, None, 0
    reason = _id_card_refusal(card, stage)
    if reason is not None:
        session.trouble = refusal(reason)
        return "refused"
    return "id_card_read"


def _id_card_refusal(card: IdCard, stage: Stage) -> str | None:
    if card.validity(stage.tools.clock.today()) is not Validity.VALID:
        return "id_card_expired"
    if card.number_fault() is not None:
        return "id_card_number"
    return None


def proof_of(card: IdCard) -> IdCardProof:
    """What the host is told of an ID card."""
    return IdCardProof(
        kind=card.kind.value,
        number=card.number,
        name=card.name,
        birth_date=card.birth_date,
        valid_until=card.valid_until,
    )


async def identify(stage: Stage) -> Literal["identified", "refused", "unreachable"]:
    """Have the host open a session for the holder."""
    session, tools = stage.session, stage.tools
    try:
        if session.means == "card" and session.card is not None:
            card = session.card
            session.person = await tools.host.identify_by_card(
                CardProof(
                    identifier=card.identifier,
                    card_number=card.issuer.card_number,
                    social_security_number=card.social_security_number,
                    name=card.name,
                    generation=card.issuer.version_text,
                    pin_verified=session.pin_verified,
                )
            )
        elif session.id_card is not None:
            session.person = await tools.host.identify_by_id_card(proof_of(session.id_card))
        else:
            raise RuntimeError("nobody to identify: no card was read")
    except HostError as error:
        session.trouble = host_trouble(error)
        return "refused" if isinstance(error, HostRefused) else "unreachable"
    return "identified"
