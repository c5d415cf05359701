"""Paper for the citizen (F27, F29, F30): registered at the host, printed sheet by sheet, then activated, or voided."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import structlog

from devices.contract import DeviceError
from devices.receipt_printer.contract import NotPrinted, Printed, PrintOutcome, Torn
from devices.receipt_printer.layout import lay_out
from devices.receipt_printer.receipt import Feed, Qr, Receipt
from kiosk.activities.paper import CERTIFIED, answer_sheets, refusal_sheet, retained_sheet
from kiosk.activities.refusals import device_trouble, disputed, host_trouble
from kiosk.host.port import HostError
from kiosk.runtime import Stage
from kiosk.session import PrintJob, Session, Trouble
from statemachines.views import Number, Say

log = structlog.get_logger("printing")


async def print_answer(stage: Stage) -> Literal["printed", "not_printed", "torn", "unreachable"]:
    """Print the answer. A certified paper's code counts only when the printer has said that all of it is out (A21).

    After a sheet that surely did not print, trying again goes on at that sheet under the same number (A20). After one
    that is torn, or nobody knows, the whole paper is void and trying again makes a new one with a new code.
    """
    session = stage.session
    session.trouble = None
    if session.print_job is not None and not _is_of(session.print_job, session):
        await settle(stage, good=False)
    if session.print_job is None:
        try:
            session.print_job = await _new_job(stage)
        except HostError as error:
            session.trouble = host_trouble(error)
            return "unreachable"
    job = session.print_job
    for sheet in job.sheets[job.done :]:
        outcome = await _print(stage, sheet)
        if not isinstance(outcome, Printed):
            if outcome is None or isinstance(outcome, NotPrinted) or _code_is_not_on(outcome, sheet):
                _tell_good_sheets(session, job)
                return "not_printed"
            await settle(stage, good=False)
            return "torn"
        job.done += 1
        stage.refresh()
    session.document = job.number
    session.done.append(f"print_{session.kept['service']}")
    session.outcome = Say("outcome.printed")
    await settle(stage, good=True)
    return "printed"


async def print_slip(stage: Stage) -> Literal["printed", "not_printed"]:
    """Print what a refusal says."""
    session = stage.session
    reason = disputed(stage.tools) if "disputed" in session.kept else session.trouble
    if reason is None:
        raise RuntimeError("there is nothing to explain")
    return await print_paper(stage, refusal_sheet(session, stage.tools, reason), session.business)


async def print_paper(stage: Stage, sheet: Receipt, number: str) -> Literal["printed", "not_printed"]:
    """Print one sheet that the holder takes along; ``number`` finds it. Without paper nothing is lost: what the session
    had to say it says still, and why there is no paper beside it."""
    session = stage.session
    said = session.trouble
    outcome = await _print(stage, sheet) if stage.tools.receipt_printer is not None else None
    if not isinstance(outcome, Printed):
        why, session.trouble = session.trouble, said
        if said is not None and why is not None and why is not said:
            session.trouble = replace(said, advice=(why.what, *said.advice))
        return "not_printed"
    session.document = number
    return "printed"


def _is_of(job: PrintJob, session: Session) -> bool:
    """Whether a job left unfinished is a print of what is on the screen now."""
    return job.answer is session.answer and job.choices == _choices(session)


def _choices(session: Session) -> tuple[tuple[str, str], ...]:
    return (("language", session.language), *sorted(session.kept.items()))


def _code_is_not_on(outcome: PrintOutcome, sheet: Receipt) -> bool:
    """Whether the paper tore above the verification code: such a piece proves nothing, and its sheet can be made again
    under the same number (A20). Where the code may be on it, the whole document must be void (A21)."""
    if not isinstance(outcome, Torn):
        return False
    at = next((place for place, block in enumerate(sheet.blocks) if isinstance(block, Qr)), None)
    if at is None:
        return False
    above = lay_out(Receipt(sheet.blocks[:at], sheet.columns))
    return outcome.lines_sent <= sum(line.lines if isinstance(line, Feed) else 1 for line in above)


def _tell_good_sheets(session: Session, job: PrintJob) -> None:
    if session.trouble is not None and job.done:
        good = Say("print.sheets_good", {"done": Number(job.done), "of": Number(len(job.sheets))})
        session.trouble = replace(session.trouble, advice=(good, *session.trouble.advice))


async def print_retained_slip(stage: Stage, serial: str) -> None:
    """A slip for the staff about a card in the bin: nothing of its owner is on it. Without paper the journal has it."""
    if stage.tools.receipt_printer is not None:
        await _print(stage, retained_sheet(stage.session, stage.tools, serial))


async def settle(stage: Stage, *, good: bool) -> None:
    """The paper is whole (``good``) or will never be: the host hears of it, now or when it answers again."""
    job, stage.session.print_job = stage.session.print_job, None
    if job is not None and job.document is not None:
        await stage.tools.record.settle_document(job.document.number, activate=good)


async def _new_job(stage: Stage) -> PrintJob:
    session, tools = stage.session, stage.tools
    if session.person is None:
        raise RuntimeError("nobody has been identified")
    service = session.kept["service"]
    if service not in CERTIFIED:
        sheets = answer_sheets(session, tools, None)
        return PrintJob(sheets, session.business, answer=session.answer, choices=_choices(session))
    document = await tools.host.register_document(session.person, service, tools.record.new_key())
    await tools.record.document_registered(session, document.number)
    sheets = answer_sheets(session, tools, document)
    return PrintJob(sheets, document.number, document, answer=session.answer, choices=_choices(session))


async def _print(stage: Stage, sheet: Receipt) -> PrintOutcome | None:
    """One sheet; None if the driver refused before anything was sent. What went wrong is in the session."""
    session, tools = stage.session, stage.tools
    if tools.receipt_printer is None:
        raise RuntimeError("no receipt printer is fitted")
    try:
        outcome = await tools.receipt_printer.call(lambda printer: printer.print(sheet))
    except DeviceError as error:
        log.warning("sheet_refused", fault=error.code)
        session.trouble = device_trouble(error)
        return None
    log.info("sheet", outcome=type(outcome).__name__, fault=outcome.status.fault)
    tools.health.saw("receipt_printer", outcome.status)
    if not isinstance(outcome, NotPrinted):
        await tools.record.counted_sheets(1)  # torn or unknown, its paper is used all the same
    if not isinstance(outcome, Printed):
        session.trouble = _trouble(outcome)
    return outcome


def _trouble(outcome: PrintOutcome) -> Trouble:
    fault = outcome.status.fault
    cause = Say(f"fault.{fault}") if fault else None
    if isinstance(outcome, NotPrinted):
        return Trouble(what=cause or Say("print.failed"), advice=(Say("works.look_without_paper"),), again=True)
    what = Say("print.failed") if isinstance(outcome, Torn) else Say("print.unknown")
    look = Say("print.failed.void") if isinstance(outcome, Torn) else Say("print.unknown.look")
    return Trouble(what=what, advice=tuple(each for each in (cause, look) if each is not None), again=True)
