"""The card being made, second part: the chip written under the host's keys, both faces printed and inspected, and all
of it compared before the host is asked to commit."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal, TypeVar

import structlog
from PIL import Image

from devices.card_printer.contract import (
    Ability,
    CardPrinter,
    Damaged,
    NotPrinted,
    Printed,
    PrintOutcome,
    face_inspector,
    face_printer,
)
from devices.card_printer.faces import Face, Faces, ScannedFaces
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError
from kiosk.activities.issue_tools import (
    LOOKS,
    StillUnknown,
    encoder_of,
    host_of,
    issue_of,
    printer_of,
    until_known,
    when_not_busy,
)
from kiosk.activities.making import identify
from kiosk.activities.refusals import device_trouble, host_trouble, making_trouble, refusal
from kiosk.documents.card_faces import FaceError, SideName
from kiosk.documents.issued_card import faces
from kiosk.host.issuing_values import ChipRecord, IssuingRefusal, PhotoNeed, Reservation
from kiosk.host.personalisation import IssuingAuthenticator, personalise, read_back
from kiosk.host.port import HostRefused, HostUnavailable, HostUnknown
from kiosk.inspection.compare import compare
from kiosk.inspection.thresholds import national
from kiosk.issue import Issue
from kiosk.journal.issues import IssueRecord, IssueStep
from kiosk.runtime import Stage
from kiosk.tools import Tools

T = TypeVar("T")

log = structlog.get_logger("issuing")

PRINT_WITHIN = 240.0
"""Seconds for both faces: the driver waits 15 s for the job to be taken, 180 s for its end, 15 s for a printer that is
lost meanwhile, and asks then how it stands."""

WRITE_WITHIN = 180.0
"""Seconds for all records, the host asked twice for each."""


async def write_chip(stage: Stage) -> Literal["written", "unfit", "unknown"]:
    """Write what is not on the chip yet, and read all of it back. Interrupted by the host or a bad contact it goes on
    at the first record that is not verified."""
    tools = stage.tools
    issue, record = issue_of(stage)
    contacted = encoder_of(tools).connected

    async def write() -> str:
        nonlocal contacted
        reservation = await reservation_of(tools, issue, record)
        if not contacted:
            await identify(tools)
        contacted = False
        return await encoder_of(tools).call(_writer(tools, record, reservation), WRITE_WITHIN)

    for attempt in range(LOOKS):
        try:
            issue.read_back = await when_not_busy(tools, write)
        except (HostUnknown, HostUnavailable, StillUnknown) as error:
            log.warning("host_lost_while_writing", reason=type(error).__name__, attempt=attempt + 1)
            stage.session.trouble = refusal("host_unknown")
            outcome: Literal["unfit", "unknown"] = "unknown"
        except HostRefused as error:
            log.warning("writing_refused", code=error.code)
            stage.session.trouble = host_trouble(error)
            return "unfit"
        except DeviceError as error:
            log.warning("chip_not_written", fault=error.code, attempt=attempt + 1)
            stage.session.trouble = making_trouble(error)
            outcome = "unfit"
            if error.code == "card_reader.card_not_genuine":
                return "unfit"
        else:
            issue.record = await tools.record.issuing.step(record, IssueStep.WRITTEN)
            return "written"
    return outcome


def _writer(tools: Tools, record: IssueRecord, reservation: Reservation) -> Any:
    authenticator = authenticator_of(tools, record)

    def verified(each: ChipRecord) -> None:
        tools.record.issuing.record_verified(record, each.file, each.position)

    def write(card: SocialSecurityCard) -> str:
        return personalise(card, authenticator, reservation, verified)

    return write


def authenticator_of(tools: Tools, record: IssueRecord) -> IssuingAuthenticator:
    """The host's HSM, asked from the thread that holds the chip."""
    loop = asyncio.get_running_loop()

    def ask(question: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(question, loop).result()

    return IssuingAuthenticator(host_of(tools), record.application, record.serial, ask)


async def reservation_of(tools: Tools, issue: Issue, record: IssueRecord) -> Reservation:
    """What is to be written and printed; asked for again after a restart. Raises StillUnknown, HostRefused."""
    if issue.reservation is None:
        issue.reservation = await until_known(tools, lambda: host_of(tools).reservation(record.application))
    return issue.reservation


async def print_faces(stage: Stage) -> Literal["printed", "unfit", "lost"]:
    """Print both faces on the card in the path. A device that does not print leaves the pre-made card as it is."""
    tools = stage.tools
    issue, record = issue_of(stage)
    printer = printer_of(tools)
    if Ability.PRINT not in await printer.call(lambda device: device.abilities):
        issue.record = await tools.record.issuing.step(record, IssueStep.PRINTED, facts={"faces": 0})
        return "printed"
    try:
        meant = await meant_faces(tools, issue, record)
    except (FaceError, StillUnknown, HostRefused) as error:
        log.warning("faces_not_drawn", reason=type(error).__name__)
        stage.session.trouble = refusal("host_unknown" if isinstance(error, StillUnknown) else "face_not_printable")
        issue.no_second = True
        return "unfit"
    await encoder_of(tools).let_go()
    record = issue.record = await tools.record.issuing.step(record, IssueStep.PRINTING)
    outcome = await printer.call_within(PRINT_WITHIN, _print, meant)
    if isinstance(outcome, NotPrinted) and not outcome.status.blocking:
        log.warning("print_tried_again", fault=outcome.status.fault)
        outcome = await printer.call_within(PRINT_WITHIN, _print, meant)
    log.info("print_outcome", outcome=type(outcome).__name__, faults=list(outcome.status.faults))
    can_look = Ability.INSPECT in await printer.call(lambda device: device.abilities)
    if isinstance(outcome, Printed) or (can_look and not isinstance(outcome, NotPrinted | Damaged)):
        issue.record = await tools.record.issuing.step(record, IssueStep.PRINTED, facts={"faces": len(meant)})
        return "printed"
    stage.session.trouble = device_trouble(DeviceError(outcome.status.fault or "card_printer.hardware"))
    return "unfit"


def _print(printer: CardPrinter, meant: dict[SideName, Image.Image]) -> PrintOutcome:
    able = face_printer(printer)
    if able is None:
        raise DeviceError("card_printer.unsupported", "does not print")
    return able.print(Faces(**{side: Face.of(image) for side, image in meant.items()}))


async def meant_faces(tools: Tools, issue: Issue, record: IssueRecord) -> dict[SideName, Image.Image]:
    """What is to be on the card. Raises FaceError, StillUnknown, HostRefused."""
    reservation = await reservation_of(tools, issue, record)
    if not issue.base_photo:
        application = await until_known(tools, lambda: host_of(tools).state(record.application))
        if application.photo is not PhotoNeed.NOT_NEEDED:
            issue.base_photo = await until_known(tools, lambda: host_of(tools).base_photo(record.application))
    issuer = tools.policy.issuer
    settings = tools.settings.issuing
    if settings is None:
        raise RuntimeError("no card is issued here")
    return await asyncio.to_thread(faces, settings.design, reservation.printed, issuer, issue.base_photo)


async def inspect_faces(stage: Stage) -> Literal["good", "unfit", "ask", "lost"]:
    """Compare what the scanner sees with what was meant. Without a scanner the policy says who looks."""
    tools = stage.tools
    issue, record = issue_of(stage)
    printer = printer_of(tools)
    abilities = await printer.call(lambda device: device.abilities)
    if Ability.PRINT not in abilities:
        issue.record = await tools.record.issuing.step(record, IssueStep.INSPECTED, facts={"by": "nobody"})
        return "good"
    if Ability.INSPECT not in abilities:
        return await _without_scanner(stage)
    try:
        scanned = await printer.call(_scan)
    except DeviceError as error:
        log.warning("not_inspected", fault=error.code)
        stage.session.trouble = device_trouble(error)
        return "lost"
    if scanned is None:
        log.warning("scanner_gave_no_picture")
        return await _without_scanner(stage)
    meant = await meant_faces(tools, issue, record)
    found = await asyncio.to_thread(compare, meant, scanned, national())
    log.info("inspected", good=found.good, found=found.said)
    if not found.scanned:
        return await _without_scanner(stage)
    if not found.good:
        await tools.record.issuing.note(record, "issue.print_refused", {"found": found.said})
        stage.session.trouble = refusal("print_not_good")
        return "unfit"
    issue.record = await tools.record.issuing.step(record, IssueStep.INSPECTED, facts={"by": "scanner"})
    return "good"


def _scan(printer: CardPrinter) -> ScannedFaces | None:
    able = face_inspector(printer)
    return able.inspect() if able is not None else None


async def _without_scanner(stage: Stage) -> Literal["good", "ask"]:
    if stage.tools.policy.rules.inspection_without_scanner != "nobody":
        return "ask"
    issue, record = issue_of(stage)
    issue.record = await stage.tools.record.issuing.step(record, IssueStep.INSPECTED, facts={"by": "nobody"})
    return "good"


async def compare_all(stage: Stage) -> Literal["same", "unfit", "lost"]:
    """Back to the contact: the chip must hold what the host planned, read anew after the print head's heat."""
    tools = stage.tools
    issue, record = issue_of(stage)
    authenticator = authenticator_of(tools, record)

    async def read() -> str:
        reservation = await reservation_of(tools, issue, record)
        await identify(tools)

        def on_chip(card: SocialSecurityCard) -> str:
            card.authenticate(authenticator)
            return read_back(card, reservation)

        return await encoder_of(tools).call(on_chip)

    try:
        found = await until_known(tools, read)
    except StillUnknown:
        stage.session.trouble = refusal("host_unknown")
        issue.no_second = True
        return "unfit"
    except HostRefused as error:
        stage.session.trouble = host_trouble(error)
        return "unfit"
    except DeviceError as error:
        log.warning("not_compared", fault=error.code)
        stage.session.trouble = making_trouble(error)
        return "unfit" if error.code.startswith("card_reader.") else "lost"
    if issue.read_back and found != issue.read_back:
        log.error("chip_changed_while_printing")
        stage.session.trouble = refusal(IssuingRefusal.READ_BACK_DIFFERS)
        return "unfit"
    issue.read_back = found
    issue.record = await tools.record.issuing.step(record, IssueStep.COMPARED)
    return "same"
