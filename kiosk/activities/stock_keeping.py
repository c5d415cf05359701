"""Two people at the stock of pre-made cards: signed in, compared, filled, counted, emptied, sealed (F82 to F87).

Every change is written in one transaction under the visit's business number, with both staff numbers. What a list of
a delivery says is only believed as far as the two have counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import structlog

from devices.card_printer.contract import CardPrinter, CardPrinterStatus, bin_counter
from devices.contract import DeviceError, StorageKind
from kiosk.activities.printing import print_paper
from kiosk.activities.putting_by import advice
from kiosk.activities.stock_visit import change, upkeep_of
from kiosk.documents.stock_lists import item_list
from kiosk.health.issuing import PAPER_LASTS
from kiosk.health.look import look
from kiosk.host.issuing_values import Whereabouts
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.deliveries import FOLDER, DeliveryError, read_delivery
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.journal.ledger import CardPlace, Ledger, LedgerError, PathCard
from kiosk.journal.store import Journal
from kiosk.runtime import Stage
from kiosk.session import Trouble
from kiosk.tools import Tools
from kiosk.upkeep import Unit, Upkeep
from statemachines.views import Number, Say

log = structlog.get_logger("stock")

RECEIPTS_A_ROLL = 320
"""An 80 mm roll of 80 m, at some 25 cm a receipt."""

RECEIVED = "received"
"""The word with which cards are chosen that were received earlier and are in no hopper."""

Written = Literal["stored", "refused"]


async def compare_stock(stage: Stage) -> Literal["compared"]:
    """Ledger and device side by side; a block is lifted once everything has been counted and nothing differs."""
    tools, upkeep = stage.tools, upkeep_of(stage)
    await look(tools)
    told = tools.health.statuses.get("card_printer")
    status = told if isinstance(told, CardPrinterStatus) else None
    issues = await tools.record.issuing.open()
    upkeep.fault = status.fault or "" if status is not None else "card_printer.no_answer"
    configured = tools.settings.issuing.hoppers if tools.settings.issuing is not None else {}
    await tools.record.stock.read(lambda ledger: _take_stock(ledger, upkeep, status, configured))
    upkeep.waiting = next((each for each in issues if _waits_for_people(each, upkeep.path)), None)
    if upkeep.blocks and not upkeep.to_count and upkeep.path is None and upkeep.waiting is None and _agree(upkeep):
        await _lift_blocks(stage, upkeep)
    return "compared"


def _take_stock(ledger: Ledger, upkeep: Upkeep, status: CardPrinterStatus | None, configured: dict[str, str]) -> None:
    units = status.storage if status is not None else ()
    different = {each.unit for each in ledger.differences(units)}
    upkeep.in_bin, upkeep.held = ledger.in_bin(), ledger.held()
    inside = {StorageKind.RETAIN: len(upkeep.in_bin), StorageKind.PARK: len(upkeep.held)}
    upkeep.units = tuple(
        Unit(
            unit.name,
            unit.kind,
            ledger.in_hopper(unit.name) if unit.kind is StorageKind.DISPENSE else inside[unit.kind],
            unit.level if unit.count is None else unit.count,
            unit.name not in different,
            ledger.bank_in(unit.name) or configured.get(unit.name, "") if unit.kind is StorageKind.DISPENSE else "",
        )
        for unit in units
    )
    upkeep.blocks, upkeep.path = tuple(ledger.blocks()), ledger.path()


def _waits_for_people(record: IssueRecord, path: PathCard | None) -> bool:
    """On the attendant's workbench; or committed, not fetched, and in the path for want of a holding slot, or outside
    for want of a way in."""
    kept = record.step is IssueStep.HELD and path is not None and path.serial == record.serial
    return kept or record.step in (IssueStep.RETRACTING, IssueStep.ATTENDANT)


def _agree(upkeep: Upkeep) -> bool:
    return bool(upkeep.units) and all(unit.agrees for unit in upkeep.units)


async def _lift_blocks(stage: Stage, upkeep: Upkeep) -> None:
    business, who = BusinessNumber(stage.session.business), upkeep.who

    def lift(journal: Journal) -> None:
        for reason in journal.ledger.blocks():
            journal.ledger.unblock(reason, who, business)

    await change(stage, lift)
    log.info("stock_unblocked", reasons=[*upkeep.blocks])
    upkeep.blocks = ()
    await look(stage.tools)


# -- filling and counting ----------------------------------------------------------------------------------------------


def deliveries_for(tools: Tools, ledger: Ledger, bank: str) -> dict[str, tuple[str, ...]]:
    """What there is to load of a bank: cards received earlier, and lists that hold cards the ledger has not had yet.
    By file name, serials in their order. A list that cannot be read is logged and left out."""
    found = {RECEIVED: tuple(card.serial for card in ledger.cards(CardPlace.RECEIVED, bank=bank))}
    for file in sorted((tools.settings.kiosk.state_directory / FOLDER).glob("*.toml")):
        try:
            listed = read_delivery(file)
        except DeliveryError as error:
            log.warning("delivery_unreadable", file=file.name, reason=str(error))
            continue
        found[file.name] = tuple(serial for serial, owner in listed if owner == bank and _is_new(ledger, serial))
    return {key: serials for key, serials in found.items() if serials}


def _is_new(ledger: Ledger, serial: str) -> bool:
    try:
        return ledger.card(serial).place is CardPlace.RETURNED
    except LedgerError:
        return True


async def find_deliveries(stage: Stage) -> Literal["found", "none"]:
    """What can be put into the chosen hopper."""
    upkeep, tools = upkeep_of(stage), stage.tools
    upkeep.problem = None
    chosen = next((unit for unit in upkeep.hoppers if unit.name == stage.session.kept["hopper"]), None)
    bank = chosen.bank if chosen is not None else ""
    upkeep.deliveries = await tools.record.stock.read(lambda ledger: deliveries_for(tools, ledger, bank))
    if upkeep.deliveries:
        return "found"
    stage.session.trouble = Trouble(Say("stock.no_delivery"), advice=(Say("stock.no_delivery.where"),))
    return "none"


async def load_cards(stage: Stage) -> Literal["stored", "differs", "refused"]:
    """So many cards, from the first of the list on, are in the hopper now; the others stay with the stock keeper."""
    session, upkeep = stage.session, upkeep_of(stage)
    listed = upkeep.deliveries[session.kept["delivery"]]
    number, hopper, who = int(session.kept["number"]), session.kept["hopper"], upkeep.who
    bank = next(unit.bank for unit in upkeep.hoppers if unit.name == hopper)
    if not 1 <= number <= len(listed):
        upkeep.problem = Say("stock.load.not_so_many", {"count": Number(len(listed))})
        return "differs"

    def load(journal: Journal) -> None:
        business = BusinessNumber(session.business)
        if session.kept["delivery"] != RECEIVED:
            journal.ledger.receive([(serial, bank) for serial in listed], who, business)
        journal.ledger.load(hopper, listed[:number], who, business)

    upkeep.problem = None
    upkeep.counted.discard(hopper)
    return await written(stage, load)


async def store_count(stage: Stage) -> Literal["stored", "differs", "refused"]:
    """Both have counted, each on their own: the ledger takes what they agree on."""
    session, upkeep = stage.session, upkeep_of(stage)
    hopper, who = session.kept["hopper"], upkeep.who
    if session.kept["first_count"] != session.kept["second_count"]:
        upkeep.problem = Say("stock.count.differs")
        return "differs"
    found = int(session.kept["first_count"])
    upkeep.problem = None
    outcome = await written(
        stage, lambda journal: journal.ledger.counted(hopper, found, who, BusinessNumber(session.business))
    )
    if outcome == "stored":
        upkeep.counted.add(hopper)
    return outcome


# -- what is taken out -------------------------------------------------------------------------------------------------


async def empty_bin(stage: Stage) -> Written:
    """Everything was taken out of the reject box, to be destroyed: the list is kept and printed."""
    upkeep, business = upkeep_of(stage), BusinessNumber(stage.session.business)
    upkeep.items, upkeep.list_title = upkeep.in_bin, "bin"
    outcome = await written(stage, lambda journal: journal.ledger.emptied_bin(upkeep.who, business))
    if outcome == "stored" and stage.tools.card_printer is not None:
        try:
            await stage.tools.card_printer.call(_count_from_nought)
        except DeviceError as error:
            log.warning("bin_counter_not_set", fault=error.code)
    return outcome


def _count_from_nought(printer: CardPrinter) -> None:
    """A device that counts its reject box by itself is told that it is empty now."""
    if (able := bin_counter(printer)) is not None:
        able.bin_emptied()


async def seal_held(stage: Stage) -> Written:
    """The cards nobody fetched are in the sealed bin, for the office: each issue is settled and the host told (A13)."""
    tools, upkeep, business = stage.tools, upkeep_of(stage), BusinessNumber(stage.session.business)
    upkeep.items, upkeep.list_title = upkeep.held, "sealed"
    by_serial = {card.serial for card in upkeep.items if card.serial}
    for record in await tools.record.issuing.open():
        if record.step is IssueStep.HELD and record.serial in by_serial:
            await tools.record.issuing.end(
                record,
                IssueEnd.SETTLED,
                also=_sealing(record.serial, upkeep.who, business),
                tell=[advice(record, Whereabouts.SEALED)],
                facts={"who": [*upkeep.who]},
            )
    return await written(stage, lambda journal: journal.ledger.sealed(upkeep.who, business))


def _sealing(serial: str, who: tuple[str, ...], business: BusinessNumber) -> Callable[[Journal], None]:
    def seal(journal: Journal) -> None:
        journal.ledger.sealed(who, business, serial)

    return seal


async def print_items(stage: Stage) -> Literal["printed", "not_printed"]:
    """The list with two lines to sign on. Without paper it can be printed from the journal later."""
    session, tools, upkeep = stage.session, stage.tools, upkeep_of(stage)
    if tools.receipt_printer is None:
        session.trouble = Trouble(Say("stock.list.not_printed"), advice=(Say("stock.list.not_printed.what"),))
        return "not_printed"
    kiosk = tools.settings.kiosk
    place = kiosk.place_zh if session.language == "zh" else kiosk.place_en
    sheet = item_list(
        upkeep.list_title, upkeep.items, upkeep.who, session.language, place, kiosk.id, tools.clock.now(),
        session.business,
    )  # fmt: skip
    session.trouble = Trouble(Say("stock.list.not_printed"), advice=(Say("stock.list.not_printed.what"),))
    return await print_paper(stage, sheet, session.business)


async def renew_paper(stage: Stage) -> Literal["stored"]:
    """A new roll: from here on its receipts are counted."""
    business = BusinessNumber(stage.session.business)

    def renew(journal: Journal) -> None:
        journal.counters.set(PAPER_LASTS, journal.counters.value("receipts") + RECEIPTS_A_ROLL)
        journal.note(business, "paper.renewed", {"who": [*upkeep_of(stage).who]})

    await change(stage, renew)
    return "stored"


async def written(stage: Stage, write: Callable[[Journal], object]) -> Written:
    try:
        await change(stage, write)
    except LedgerError as error:
        log.warning("ledger_refused", reason=str(error))
        stage.session.trouble = Trouble(Say("stock.ledger_refused"), advice=(Say("stock.ledger_refused.what"),))
        return "refused"
    return "stored"
