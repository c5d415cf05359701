"""Pages for two people at the stock: what ledger and device say of each unit, and each task a step at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from devices.contract import StorageKind, StorageLevel
from kiosk.activities.card_settling import Found
from kiosk.activities.stock_keeping import RECEIVED
from kiosk.journal.ledger import LedgerCard
from kiosk.pages import machine
from kiosk.pages.values import at_most
from kiosk.session import Session
from kiosk.staff import NUMBER_LENGTH
from kiosk.tools import Tools
from kiosk.upkeep import Unit, Upkeep
from statemachines.views import (
    Choice,
    EnterDigits,
    Instruction,
    Maintenance,
    Menu,
    Number,
    Page,
    PinEntry,
    Printing,
    Refusal,
    Row,
    Say,
    TakePaper,
    Value,
    Verbatim,
    Working,
)

SHOWN = 4
"""Serials written out on a page; the others are counted, and stand on the printed list."""


def upkeep_of(session: Session) -> Upkeep:
    """The visit of the two people."""
    if session.upkeep is None:
        raise RuntimeError("nobody has signed in")
    return session.upkeep


def signing_in(which: str) -> Callable[[Session, Tools], PinEntry]:
    """The pad, for the first or the second person."""

    def page(session: Session, tools: Tools) -> PinEntry:
        pin = session.pin
        asked = "staff.type.number" if pin.length == NUMBER_LENGTH else "staff.type.code"
        return PinEntry(
            purpose="staff",
            typed=pin.typed,
            length=pin.length,
            problem=pin.problem,
            rules=(Say(f"stock.sign_in.{which}"), Say(asked)),
        )

    return page


def refused(session: Session, tools: Tools) -> Refusal:
    """Why it was not done."""
    trouble = session.trouble
    if trouble is None:
        return Refusal(what=Say("stock.not_done"))
    return Refusal(what=trouble.what, advice=trouble.advice)


def working(timeout: str, doing: str) -> Callable[[Session, Tools], Working]:
    """Something is compared or written down."""
    return lambda session, tools: Working(doing=Say(doing), at_most=at_most(timeout))


def overview(session: Session, tools: Tools) -> Maintenance:
    upkeep = upkeep_of(session)
    rows = [
        Row(label=_unit_name(unit), value=_ledger_and_device(unit), look="good" if unit.agrees else "wrong")
        for unit in upkeep.units
    ]
    if not upkeep.units:
        rows.append(Row(Say("device.card_printer"), Say("stock.device_silent"), "wrong"))
    if upkeep.path is not None or upkeep.waiting is not None:
        rows.append(Row(Say("stock.path"), _path_serial(upkeep), "wrong"))
    if upkeep.blocks:
        rows.append(Row(Say("stock.issuing"), _why_blocked(upkeep), "wrong"))
    return Maintenance(
        rows=tuple(rows),
        choices=(
            Choice(id="tasks", title=Say("stock.tasks"), icon="stack"),
            Choice(id="again", title=Say("stock.compare_again"), icon="again"),
            Choice(id="sign_out", title=Say("stock.sign_out"), icon="back"),
        ),
    )


def _ledger_and_device(unit: Unit) -> Say:
    seen: Value = (
        Say(f"stock.level.{unit.seen}") if isinstance(unit.seen, StorageLevel) else Number(unit.seen, "unit.cards")
    )
    return Say("stock.ledger_and_device", {"count": Number(unit.ledger), "device": seen})


def _unit_name(unit: Unit) -> Say:
    if unit.kind is StorageKind.DISPENSE:
        return Say("stock.hopper", {"unit": Verbatim(unit.name), "bank": Verbatim(unit.bank or "-")})
    return Say("stock.reject_box" if unit.kind is StorageKind.RETAIN else "stock.holding_slot")


def _path_serial(upkeep: Upkeep) -> Value:
    serial = upkeep.path.serial if upkeep.path is not None else upkeep.waiting.serial if upkeep.waiting else ""
    return Verbatim(serial) if serial else Say("stock.not_read")


def _why_blocked(upkeep: Upkeep) -> Say:
    if upkeep.path is not None or upkeep.waiting is not None:
        return Say("stock.blocked.card")
    if upkeep.to_count:
        return Say("stock.blocked.count", {"units": Verbatim(", ".join(upkeep.to_count))})
    return Say("stock.blocked.differs")


def tasks(session: Session, tools: Tools) -> Menu:
    upkeep = upkeep_of(session)
    no_hopper = None if upkeep.hoppers else Say("stock.device_silent")
    card = upkeep.path is not None or upkeep.waiting is not None
    return Menu(
        question=Say("stock.what_next"),
        choices=(
            Choice(id="load", title=Say("stock.load"), icon="down", why_not=no_hopper),
            Choice(id="count", title=Say("stock.count"), icon="stack", why_not=no_hopper),
            Choice(
                id="bin",
                title=Say("stock.bin"),
                note=Say("stock.cards", {"count": Number(len(upkeep.in_bin))}),
                icon="eject",
                why_not=None if upkeep.in_bin else Say("stock.nothing_there"),
            ),
            Choice(
                id="held",
                title=Say("stock.held"),
                note=Say("stock.cards", {"count": Number(len(upkeep.held))}),
                icon="shield",
                why_not=None if upkeep.held else Say("stock.nothing_there"),
            ),
            Choice(
                id="card",
                title=Say("stock.card"),
                icon="card",
                why_not=None if card else Say("stock.card.none"),
            ),
            Choice(id="paper", title=Say("stock.paper"), icon="print"),
        ),
    )


def which_hopper(session: Session, tools: Tools) -> Menu:
    return Menu(
        question=Say("stock.which_hopper"),
        choices=tuple(
            Choice(
                id=unit.name,
                title=_unit_name(unit),
                note=Say("stock.cards", {"count": Number(unit.ledger)}),
                why_not=None if unit.bank else Say("stock.no_bank"),
            )
            for unit in upkeep_of(session).hoppers
        ),
    )


def which_delivery(session: Session, tools: Tools) -> Menu:
    return Menu(
        question=Say("stock.which_delivery"),
        choices=tuple(
            Choice(
                id=name,
                title=Say("stock.received") if name == RECEIVED else Say("stock.file", {"file": Verbatim(name)}),
                note=_range(serials),
            )
            for name, serials in upkeep_of(session).deliveries.items()
        ),
    )


def loading(session: Session, tools: Tools) -> Instruction:
    serials = upkeep_of(session).deliveries[session.kept["delivery"]]
    return Instruction(
        title=Say("stock.load.now", {"unit": Verbatim(session.kept["hopper"])}),
        notes=(Say("stock.load.how"), _range(serials), Say("stock.load.close")),
    )


def _range(serials: tuple[str, ...]) -> Say:
    return Say(
        "stock.serials",
        {"first": Verbatim(serials[0]), "last": Verbatim(serials[-1]), "count": Number(len(serials))},
    )


def number_loaded(session: Session, tools: Tools) -> EnterDigits:
    return EnterDigits(
        question=Say("stock.load.how_many"),
        shortest=1,
        longest=3,
        hint=Say("stock.load.how_many.hint"),
        problem=upkeep_of(session).problem,
    )


def counting(which: str) -> Callable[[Session, Tools], EnterDigits]:
    """How many are in the hopper: each of the two, on their own."""

    def page(session: Session, tools: Tools) -> EnterDigits:
        return EnterDigits(
            question=Say(f"stock.count.{which}", {"unit": Verbatim(session.kept["hopper"])}),
            shortest=1,
            longest=3,
            hint=Say("stock.count.hint"),
            problem=upkeep_of(session).problem if which == "first" else None,
        )

    return page


def opening_bin(session: Session, tools: Tools) -> Instruction:
    return Instruction(title=Say("stock.bin.now"), notes=(Say("stock.bin.how"), *_serials(upkeep_of(session).in_bin)))


def opening_slot(session: Session, tools: Tools) -> Instruction:
    return Instruction(title=Say("stock.held.now"), notes=(Say("stock.held.how"), *_serials(upkeep_of(session).held)))


def _serials(cards: tuple[LedgerCard, ...]) -> tuple[Say, ...]:
    read = [card.serial for card in cards if card.serial][:SHOWN]
    more = len(cards) - len(read)
    shown = (Say("stock.serials_shown", {"serials": Verbatim(", ".join(read))}),) if read else ()
    return (*shown, Say("stock.more", {"count": Number(more)})) if more else shown


def looking_for_card(session: Session, tools: Tools) -> Instruction:
    upkeep = upkeep_of(session)
    advice = Say(f"fault.{upkeep.fault}.staff") if upkeep.fault else Say("stock.card.look_along")
    bin_too = Say("stock.card.look_in_bin", {"count": Number(len(upkeep.in_bin))})
    return Instruction(
        title=Say("stock.card.look"),
        notes=(Say("stock.card.which", {"serial": _path_serial(upkeep)}), advice, bin_too),
    )


def finding_card(session: Session, tools: Tools) -> Menu:
    return Menu(
        question=Say("stock.card.found"),
        choices=(
            Choice(
                id=Found.DESTROYED.value,
                title=Say("stock.card.destroyed"),
                note=Say("stock.card.destroyed.note"),
                icon="cross",
            ),
            Choice(
                id=Found.SEALED.value, title=Say("stock.card.sealed"), note=Say("stock.card.sealed.note"), icon="shield"
            ),
            Choice(id=Found.HANDED_OVER.value, title=Say("stock.card.handed_over"), icon="person"),
            Choice(
                id=Found.IN_BIN.value,
                title=Say("stock.card.in_bin"),
                note=Say("stock.card.in_bin.note"),
                icon="eject",
            ),
            Choice(
                id=Found.NOTHING.value,
                title=Say("stock.card.nothing"),
                note=Say("stock.card.nothing.note"),
                icon="look",
            ),
        ),
    )


def printing_list(session: Session, tools: Tools) -> Printing:
    return Printing(what=Say("print.stock_list"), at_most=at_most("printer"))


def list_printed(session: Session, tools: Tools) -> TakePaper:
    return TakePaper(what=Say("stock.list.sign"), document=session.document)


_STOCK = "maintenance.stock."

MAINTENANCE_PAGES: Mapping[str, Callable[[Session, Tools], Page]] = {
    "maintenance.devices": machine.maintenance,
    _STOCK + "first_person": signing_in("first"),
    _STOCK + "second_person": signing_in("second"),
    _STOCK + "not_allowed": refused,
    _STOCK + "comparing": working("check", "stock.comparing"),
    _STOCK + "overview": overview,
    _STOCK + "tasks": tasks,
    _STOCK + "load_hopper": which_hopper,
    _STOCK + "finding_deliveries": working("check", "stock.comparing"),
    _STOCK + "load_delivery": which_delivery,
    _STOCK + "loading": loading,
    _STOCK + "number_loaded": number_loaded,
    _STOCK + "storing_load": working("check", "stock.writing"),
    _STOCK + "count_hopper": which_hopper,
    _STOCK + "first_count": counting("first"),
    _STOCK + "second_count": counting("second"),
    _STOCK + "storing_count": working("check", "stock.writing"),
    _STOCK + "opening_bin": opening_bin,
    _STOCK + "emptying": working("check", "stock.writing"),
    _STOCK + "opening_slot": opening_slot,
    _STOCK + "sealing": working("check", "stock.writing"),
    _STOCK + "looking_for_card": looking_for_card,
    _STOCK + "finding_card": finding_card,
    _STOCK + "settling": working("host_patiently", "stock.card.asking"),
    _STOCK + "renewing_paper": working("check", "stock.writing"),
    _STOCK + "printing_list": printing_list,
    _STOCK + "list_printed": list_printed,
    _STOCK + "not_done": refused,
}
"""The pages of maintenance, for :data:`kiosk.pages.build.PAGES`."""
