"""The answer on paper (F27): registered at the host, printed, then activated, or voided if the paper is not whole (A21)."""

from __future__ import annotations

from typing import Literal

import structlog

from devices.contract import DeviceError
from devices.receipt_printer.contract import NotPrinted, Printed, PrintOutcome, Torn
from kiosk.activities.refusals import device_trouble, host_trouble
from kiosk.documents.answers import receipt_for
from kiosk.host.port import HostError, PrintedDocument
from kiosk.runtime import Stage
from kiosk.session import Trouble
from statemachines.views import Say

log = structlog.get_logger("printing")


async def print_answer(stage: Stage) -> Literal["printed", "not_printed", "torn", "unreachable"]:
    """Reserve a number and a code, print, and make the code count only when the printer says that the paper is out."""
    session, tools = stage.session, stage.tools
    if session.person is None or tools.receipt_printer is None:
        raise RuntimeError("nobody has been identified, or no printer is fitted")
    service = session.kept["service"]
    key = tools.record.next_key(session)
    try:
        document = await tools.host.register_document(session.person, service, key)
    except HostError as error:
        session.trouble = host_trouble(error)
        return "unreachable"
    await tools.record.document_registered(session, document.number)
    receipt = receipt_for(session, document, tools)
    try:
        outcome = await tools.receipt_printer.call(lambda printer: printer.print(receipt))
    except DeviceError as error:
        session.trouble = device_trouble(error)
        await _settle(stage, document, good=False)
        return "not_printed"
    log.info("print_outcome", document=document.number, outcome=type(outcome).__name__)
    await _settle(stage, document, good=isinstance(outcome, Printed))
    if isinstance(outcome, Printed):
        session.document = document.number
        session.done.append(f"print_{service}")
        session.outcome = Say("outcome.printed")
        return "printed"
    session.trouble = _trouble(outcome)
    tools.health.saw("receipt_printer", outcome.status)
    return "not_printed" if isinstance(outcome, NotPrinted) else "torn"


async def _settle(stage: Stage, document: PrintedDocument, *, good: bool) -> None:
    """Tell the host what became of the paper: now, or from the outbox when it answers again."""
    await stage.tools.record.settle_document(document.number, activate=good)


def _trouble(outcome: PrintOutcome) -> Trouble:
    fault = outcome.status.fault
    cause = Say(f"fault.{fault}") if fault else None
    if isinstance(outcome, NotPrinted):
        return Trouble(what=cause or Say("print.failed"), advice=(Say("works.look_without_paper"),), again=True)
    what = Say("print.failed") if isinstance(outcome, Torn) else Say("print.unknown")
    look = Say("print.failed.void") if isinstance(outcome, Torn) else Say("print.unknown.look")
    return Trouble(what=what, advice=tuple(each for each in (cause, look) if each is not None), again=True)
