"""A question asked of the host (F12, F14 to F17, F20). The answer stays in the session until the next question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import structlog

from devices.contract import DeviceError
from kiosk.activities.refusals import host_trouble
from kiosk.host.port import (
    Host,
    HostError,
    HostRefused,
    MedicalAccount,
    Pension,
    Person,
    Scheme,
)
from kiosk.runtime import Stage

log = structlog.get_logger("query")

MEDICAL_PURSE = 1
"""The number of the medical account's purse on the chip (protocol page of the card, A6)."""

Shape = Literal["choices", "amount", "details", "years"]

ASK: dict[str, Callable[[Host, Person], Awaitable[object]]] = {
    "card_status": lambda host, person: host.card_status(person),
    "medical_account": lambda host, person: host.medical_account(person),
    "pension": lambda host, person: host.pension(person),
    "benefits": lambda host, person: host.benefits(person),
    "personal_data": lambda host, person: host.personal_data(person),
}
"""Service -> what to ask. Contributions are asked a scheme at a time."""


async def fetch(stage: Stage) -> Literal["choices", "amount", "details", "years", "refused", "unreachable"]:
    """Ask the host, unless the answer is here already and only another side of it is wanted."""
    session = stage.session
    service = session.kept["service"]
    if service == "contributions" and "scheme" not in session.kept:
        return "choices"
    if not ("account" in session.kept and isinstance(session.answer, MedicalAccount | Pension)):
        try:
            session.answer = await _ask(stage, service)
            session.chip_balance = await _chip_balance(stage) if service == "medical_account" else None
        except HostError as error:
            session.trouble = host_trouble(error)
            return "refused" if isinstance(error, HostRefused) else "unreachable"
    if service not in session.done:
        session.done.append(service)
    log.info("answered", service=service)
    return _shape(service, session.kept.get("account", ""))


async def _ask(stage: Stage, service: str) -> object:
    session, host = stage.session, stage.tools.host
    if session.person is None:
        raise RuntimeError("nobody has been identified")
    if service == "contributions":
        return await host.contributions(session.person, Scheme(session.kept["scheme"]))
    return await ASK[service](host, session.person)


async def _chip_balance(stage: Stage) -> int | None:
    """The medical account as the card's own chip has it, in fen; None without a card, or one that does not say."""
    card, reader = stage.session.chip, stage.tools.card_reader
    if card is None or reader is None:
        return None
    try:
        return await reader.call(lambda _: card.medical_purse(MEDICAL_PURSE))
    except DeviceError as error:
        log.warning("chip_balance_unread", fault=error.code)
        return None


def _shape(service: str, account: str) -> Shape:
    if service == "contributions":
        return "years"
    if service in ("medical_account", "pension") and account != "past_years":
        return "amount"
    return "details"


async def report_wrong(stage: Stage) -> Literal["reported", "refused", "unreachable"]:
    """F20 "this is wrong": open a correction case at the host."""
    session, tools = stage.session, stage.tools
    if session.person is None:
        raise RuntimeError("nobody has been identified")
    try:
        session.document = await tools.host.report_wrong_data(session.person, (), session.business)
    except HostError as error:
        session.trouble = host_trouble(error)
        return "refused" if isinstance(error, HostRefused) else "unreachable"
    session.done.append("report_wrong")
    return "reported"
