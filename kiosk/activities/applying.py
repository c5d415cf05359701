"""Applying for a card: quoted, opened, a bank chosen, both faces shown, the old card settled (rules: issuing, 4 to 9).

The journal has the application before the host hears of it, so that whatever is lost on the way, even the power, the
application can be ended by the key it was to be opened with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

import structlog
from PIL import UnidentifiedImageError

from kiosk.activities.applicant import applicant_of, elsewhere, in_use
from kiosk.activities.farewell import let_go_of_chip, retained
from kiosk.activities.issue_tools import (
    StillUnknown,
    done_or_known,
    host_of,
    issue_of,
    printer_status,
    until_known,
)
from kiosk.activities.refusals import host_trouble, refusal
from kiosk.activities.withdrawing import abandon, new_record, withdraw, written
from kiosk.catalogue.rules import Reason
from kiosk.documents.card_faces import FaceError
from kiosk.documents.card_preview import preview, preview_data
from kiosk.host.issuing_values import (
    Application,
    Bank,
    Eligibility,
    IssuingRefusal,
    Mode,
    OldCardFate,
    PhotoNeed,
    step_key,
)
from kiosk.host.port import HostError, HostRefused, HostUnavailable, HostUnknown, RefusalCode
from kiosk.issue import Issue
from kiosk.journal.entries import Fact
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.runtime import Stage
from kiosk.session import Session
from kiosk.tools import Tools

log = structlog.get_logger("applying")


async def quote_fee(stage: Stage) -> Literal["quoted", "old_card_open", "refused", "unreachable"]:
    """What it costs today for the reason chosen."""
    session, tools = stage.session, stage.tools
    person, issue, applicant = applicant_of(session)
    reason = Reason(session.kept["reason"])
    session.kept.pop("old_card", None)  # chosen for another reason, perhaps
    try:
        quote = await host_of(tools).quote(person, applicant, reason)
    except HostError as error:
        return _told(session, error)
    issue.reason, issue.quote = reason, quote
    log.info("quoted", reason=reason.value, fen=quote.fen, basis=quote.basis.value)
    if quote.fen and tools.payer is None:
        session.trouble = refusal("no_payer")
        return "refused"
    return "old_card_open" if reason is not Reason.LOST and in_use(_eligible(issue).old_card) else "quoted"


async def open_application(stage: Stage) -> Literal["opened", "photo_needed", "lapsed", "refused", "unreachable"]:
    """Accept the quote and open the application: in the journal first, then at the host.

    An answer that is lost is asked for by the opening key before the same request is sent again (A15, A17). A refusal
    ends the record; what could not be settled stays open in it until the citizen leaves or begins anew.
    """
    session, tools = stage.session, stage.tools
    person, issue, applicant = applicant_of(session)
    quote, reason = issue.quote, issue.reason
    if quote is None or reason is None:
        raise RuntimeError("nothing has been quoted")
    record = issue.record = await new_record(tools, session, applicant.number)
    host = host_of(tools)

    async def open_at_host() -> Application:
        return await host.open_application(person, applicant, reason, quote.number, Mode.INSTANT, record.opening_key)

    try:
        application = await _opened(tools, record, open_at_host)
    except StillUnknown:
        session.trouble = refusal("host_unknown")
        return "unreachable"
    except HostUnavailable as error:
        session.trouble = host_trouble(error)
        return "unreachable"
    except HostRefused as error:
        await withdraw(tools, session)  # a request that is still on its way opens nothing any more
        if error.code == IssuingRefusal.QUOTE_LAPSED:
            return "lapsed"
        session.trouble = (
            elsewhere(error.detail) if error.code == RefusalCode.IN_PROGRESS_ELSEWHERE else host_trouble(error)
        )
        return "refused"
    issue.application = application
    facts: dict[str, Fact] = {"reason": reason.value, **({"staff": issue.vouched_by} if issue.vouched_by else {})}
    issue.record = await written(
        tools.record.issuing.step(record, IssueStep.APPLIED, application=application.number, facts=facts)
    )
    return "photo_needed" if application.photo is PhotoNeed.NEEDED else "opened"


async def _opened(tools: Tools, record: IssueRecord, open_at_host: Callable[[], Awaitable[Application]]) -> Application:
    try:
        return await open_at_host()
    except HostUnknown:
        log.warning("opening_unknown", business=record.business)
    found = await until_known(tools, lambda: host_of(tools).state_by_key(record.opening_key))
    if found is not None:
        return found
    try:
        return await open_at_host()
    except (HostUnknown, HostUnavailable):
        raise StillUnknown from None


async def find_banks(stage: Stage) -> Literal["choose_bank", "none_stocked", "refused", "unreachable"]:
    """The banks whose cards the applicant may have and this machine can feed and print now: what is used up, or has
    failed meanwhile, is told before anything is paid (A9)."""
    session, tools = stage.session, stage.tools
    person, issue, applicant = applicant_of(session)
    try:
        eligible = await host_of(tools).banks(person, applicant)
    except HostError as error:
        return _told(session, error)
    stock = await tools.record.stock.banks_in_stock() if await _ready(tools) else {}
    issue.banks = tuple(bank for bank in eligible if stock.get(bank.key, 0) > 0)
    issue.stock = {bank.key: stock[bank.key] for bank in issue.banks}
    log.info("banks", eligible=len(eligible), stocked=list(issue.stock))
    return "choose_bank" if issue.banks else "none_stocked"


async def _ready(tools: Tools) -> bool:
    status = await printer_status(tools)
    if not status.ready:
        log.warning("printer_not_ready", faults=list(status.faults), position=status.position.value)
    return status.ready


async def draw_card(stage: Stage) -> Literal["drawn", "refused", "unreachable"]:
    """Both faces as they will be, with the holder's own photo."""
    session, tools = stage.session, stage.tools
    issue, record = issue_of(stage)
    design = tools.settings.issuing
    if design is None:
        raise RuntimeError("no card is issued here")
    try:
        if _application(issue).photo is not PhotoNeed.NOT_NEEDED:
            issue.base_photo = await host_of(tools).base_photo(record.application)
    except HostError as error:
        return _told(session, error)
    holder, bank = _eligible(issue).holder, _chosen_bank(session, issue)
    data = preview_data(holder, bank.name, tools.policy.issuer, tools.clock.today())
    try:
        issue.preview = await asyncio.to_thread(preview, design.design, data, issue.base_photo)
    except FaceError as error:
        log.warning("card_not_drawn", field=error.field, why=error.why.name)
        session.trouble = refusal("name_not_on_card" if error.field == "name" else "face_not_drawn")
        return "refused"
    except (UnidentifiedImageError, OSError) as error:
        log.error("base_photo_unreadable", reason=type(error).__name__)
        session.trouble = refusal("face_not_drawn")
        return "refused"
    return "drawn"


async def settle_old_card(stage: Stage) -> Literal["settled", "refused", "unreachable"]:
    """The old card reported lost, or handed in: into the reader's bin. Then all is done that comes before a card.

    The host hears of a card handed in before the bin has it: what the host was told can be told otherwise, a card in
    the bin cannot be given back, and works until the new one is bound.
    """
    session, tools = stage.session, stage.tools
    issue, record = issue_of(stage)
    fate = _fate(session, issue)
    if fate is OldCardFate.HANDED_IN and not _old_card_in_reader(stage, issue):
        session.trouble = refusal("old_card_not_in_reader")
        return "refused"
    if fate is not None:
        key = step_key(record.business, f"old_card_{fate.value}")
        try:
            issue.application = await host_of(tools).settle_old_card(record.application, fate, key)
        except HostError as error:
            return _told(session, error)
    if fate is OldCardFate.HANDED_IN and not await _handed_in(stage):
        return "refused"
    facts: dict[str, Fact] = {"old_card": fate.value} if fate is not None else {}
    bank = _chosen_bank(session, issue).key
    issue.record = await written(tools.record.issuing.step(record, IssueStep.ACCEPTED, bank=bank, facts=facts))
    return "settled"


def _fate(session: Session, issue: Issue) -> OldCardFate | None:
    """What becomes of the old card. None: there is none, or it is over or reported already and says nothing of it."""
    if issue.reason is Reason.LOST:
        return OldCardFate.REPORTED_LOST
    chosen = session.kept.get("old_card")
    return OldCardFate(chosen) if chosen else None


def _old_card_in_reader(stage: Stage, issue: Issue) -> bool:
    """Whether the card that stands in the reader is the one that is replaced."""
    old, tools = _eligible(issue).old_card, stage.tools
    return old is not None and tools.card_in_slot and tools.record.custody_serial == old.serial.upper()


async def _handed_in(stage: Stage) -> bool:
    """Into the bin. From here on the citizen goes by their ID card: the empty slot is no sign that they have left."""
    session, tools = stage.session, stage.tools
    await let_go_of_chip(stage)
    card, session.card = session.card, None
    if not await written(_kept(tools)):
        session.card = card
        session.trouble = refusal("old_card_not_in_reader")
        return False
    return True


async def _kept(tools: Tools) -> bool:
    """Whether the card is in the bin. One that is must be in the journal as kept, whatever happens to the session."""
    if not await retained(tools):
        return False
    log.info("old_card_handed_in", serial=tools.record.custody_serial)
    await tools.record.card_retained()
    return True


async def defer_application(stage: Stage) -> Literal["deferred", "refused", "unreachable"]:
    """From instant to deferred, under the same number; what this machine had to do with it has ended."""
    session, tools = stage.session, stage.tools
    issue, record = issue_of(stage)
    host, key = host_of(tools), step_key(record.business, "defer")

    async def came_of_it(application: Application) -> Application | None:
        return application if application.mode is Mode.DEFERRED else None

    try:
        issue.application = await done_or_known(tools, record, lambda: host.defer(record.application, key), came_of_it)
    except StillUnknown:
        session.trouble = refusal("host_unknown")
        return "unreachable"
    except HostRefused as error:
        session.trouble = host_trouble(error)
        return "refused"
    issue.record = await written(tools.record.issuing.end(record, IssueEnd.DEFERRED))
    return "deferred"


async def close_application(stage: Stage) -> Literal["closed"]:
    """See that nothing is left of what came to nothing."""
    await abandon(stage.tools, stage.session)
    return "closed"


def _told(session: Session, error: HostError) -> Literal["refused", "unreachable"]:
    session.trouble = host_trouble(error)
    return "refused" if isinstance(error, HostRefused) else "unreachable"


def _eligible(issue: Issue) -> Eligibility:
    if issue.eligibility is None:
        raise RuntimeError("the gate has not been asked")
    return issue.eligibility


def _application(issue: Issue) -> Application:
    if issue.application is None:
        raise RuntimeError("no application is open")
    return issue.application


def _chosen_bank(session: Session, issue: Issue) -> Bank:
    chosen = session.kept["bank"]
    return next(bank for bank in issue.banks if bank.key == chosen)
