"""What every card printer or dispenser must do. It takes some cards of no value, and ribbon for one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from devices.card_printer.contract import (
    Ability,
    CardPosition,
    CardPrinter,
    CoverState,
    Printed,
    face_printer,
    parking,
    retracting,
)
from devices.card_printer.sample import TEST_CARD
from devices.conformance import Check, NotApplicable, Suite, Trial, expect, expect_fault, expect_refused
from devices.conformance_common import common_checks
from devices.contract import MediaState, StorageKind, StorageLevel

PrinterTrial = Trial[CardPrinter]

_INSIDE = (CardPosition.IN_PATH, CardPosition.AT_CONTACT)


class Step(StrEnum):
    """What a person does to the printer."""

    OPEN_COVER = "Open the cover over the ribbon."
    CLOSE_COVER = "Close the cover."
    TAKE_CARD = "Take the card at the bezel."


class Question(StrEnum):
    """What only a person can see."""

    PRINT = "Are both faces of the test card whole: four bars from nothing to full, a frame, sharp black lines?"
    HELD_OUT = "Is a card held out at the bezel?"


def ready(trial: PrinterTrial) -> None:
    """Open it, have its cover shut, its path empty."""
    printer = trial.device
    printer.open()
    if printer.status().cover is CoverState.OPEN:
        trial.person.do(Step.CLOSE_COVER)
        trial.until(lambda: printer.status().cover is CoverState.CLOSED, "the cover was not seen to close")
    if printer.where() is CardPosition.AT_BEZEL:
        trial.person.do(Step.TAKE_CARD)
        trial.until(lambda: printer.where() is not CardPosition.AT_BEZEL, "the card was not seen to go")
    if printer.where() in _INSIDE:
        printer.reject()


def _fed(trial: PrinterTrial) -> CardPrinter:
    printer = trial.device
    hopper = next(
        (u.name for u in printer.status().of(StorageKind.DISPENSE) if u.level is not StorageLevel.EMPTY), None
    )
    if hopper is None:
        raise NotApplicable("there is no card in any hopper")
    printer.feed(hopper)
    expect(printer.where() in _INSIDE, f"after feeding, the card is {printer.where()}")
    return printer


def _ready(trial: PrinterTrial) -> None:
    status = trial.device.status()
    expect(status.ready, f"with cards, ribbon and a closed cover it is not ready: {status.fault}")
    expect(status.position is CardPosition.NONE, f"with an empty path the card is {status.position}")
    expect(status.media is MediaState.NOT_PRESENT, f"with an empty path the media is {status.media}")


def _nothing_to_move(trial: PrinterTrial) -> None:
    printer = trial.device
    for name, act in (("contact", printer.to_contact), ("present", printer.present), ("reject", printer.reject)):
        expect_fault(act, "card_printer.no_card")
        expect(printer.where() is CardPosition.NONE, f"{name} without a card moved one")
    expect_refused(lambda: printer.feed("no-such-hopper"), "a hopper that is not there")


def _opening_moves_nothing(trial: PrinterTrial) -> None:
    printer = _fed(trial)
    before = printer.where()
    printer.open()
    expect(printer.where() is before, f"opening moved the card from {before} to {printer.where()}")
    expect_fault(lambda: printer.feed(printer.status().of(StorageKind.DISPENSE)[0].name), "card_printer.card_inside")
    printer.reject()
    expect(printer.where() is CardPosition.REJECTED, f"after rejecting, the card is {printer.where()}")
    printer.open()
    expect(printer.where() is CardPosition.NONE, "opened anew, it claims to know what became of an earlier card")


def _contact(trial: PrinterTrial) -> None:
    if Ability.CONTACT not in trial.device.abilities:
        raise NotApplicable("no chip contact is fitted")
    printer = _fed(trial)
    printer.to_contact()
    expect(printer.where() is CardPosition.AT_CONTACT, f"at the contact, the card is {printer.where()}")
    printer.to_contact()
    printer.reject()


def _present(trial: PrinterTrial) -> None:
    printer = _fed(trial)
    printer.present()
    expect(printer.where() is CardPosition.AT_BEZEL, f"presented, the card is {printer.where()}")
    trial.confirm(Question.HELD_OUT)
    trial.person.do(Step.TAKE_CARD)
    trial.until(lambda: printer.where() is CardPosition.TAKEN, "the card was not seen to be taken")


def _drawn_in(trial: PrinterTrial) -> None:
    drawing = retracting(trial.device)
    if drawing is None:
        raise NotApplicable("it cannot draw a card in")
    printer = _fed(trial)
    expect(drawing.draw_in(), "a card in the path is not said to be there")
    printer.present()
    expect(drawing.draw_in(), "a card at the bezel was not drawn in")
    expect(printer.where() in _INSIDE, f"drawn in, the card is {printer.where()}")
    printer.reject()
    expect(not drawing.draw_in(), "a card was drawn in where there was none")
    expect(printer.where() not in _INSIDE, "drawing in has fed a card")


def _park(trial: PrinterTrial) -> None:
    drawing, holding = retracting(trial.device), parking(trial.device)
    if drawing is None or holding is None:
        raise NotApplicable("it cannot draw a card in, or has no holding slot")
    printer = _fed(trial)
    printer.present()
    expect(drawing.retract(StorageKind.PARK), "a card at the bezel was not drawn in")
    expect(printer.where() is CardPosition.PARKED, f"parked, the card is {printer.where()}")
    holding.recall()
    expect(printer.where() in _INSIDE, f"recalled, the card is {printer.where()}")
    printer.reject()
    expect(not drawing.retract(StorageKind.PARK), "a card was drawn in where there was none")


def _print(trial: PrinterTrial) -> None:
    able = face_printer(trial.device)
    if able is None:
        raise NotApplicable("it does not print")
    printer = _fed(trial)
    outcome = able.print(TEST_CARD)
    expect(isinstance(outcome, Printed), f"the test card is {type(outcome).__name__}: {outcome.status.fault}")
    expect(printer.where() in _INSIDE, f"printed, the card is {printer.where()}")
    printer.present()
    trial.confirm(Question.PRINT)
    trial.person.do(Step.TAKE_CARD)
    trial.until(lambda: printer.where() is CardPosition.TAKEN, "the card was not seen to be taken")


def _cover(trial: PrinterTrial) -> None:
    printer = trial.device
    if printer.status().cover is None:
        raise NotApplicable("it has no cover to open")
    trial.person.do(Step.OPEN_COVER)
    trial.until(lambda: printer.status().cover is CoverState.OPEN, "the cover was not seen to open")
    expect(not printer.status().ready, "with its cover open it is ready")
    expect_fault(lambda: printer.feed(printer.status().of(StorageKind.DISPENSE)[0].name), "card_printer.cover_open")
    trial.person.do(Step.CLOSE_COVER)
    trial.until(lambda: printer.status().ready, "with its cover closed it did not become ready")


CHECKS: tuple[Check[Any], ...] = (
    *common_checks(CardPrinter),
    Check("ready", "With cards, ribbon and a closed cover, it is ready, and its path is empty.", _ready),
    Check("nothing", "Without a card in the path nothing is moved, and it says why.", _nothing_to_move),
    Check(
        "opening",
        "Opening moves nothing; where a card is comes from sensors, and is never guessed.",
        _opening_moves_nothing,
    ),
    Check("contact", "A card goes to the chip contact, and telling it twice does no harm.", _contact),
    Check("present", "A card is held out, and seen to be taken.", _present, (Question.HELD_OUT, Step.TAKE_CARD)),
    Check("drawn-in", "A card not taken comes back into the path, and none is fed for one that was.", _drawn_in),
    Check("park", "A card not taken goes to the holding slot, and comes back out of it.", _park),
    Check("print", "The test card is printed on both faces.", _print, (Question.PRINT, Step.TAKE_CARD)),
    Check("cover", "An open cover is seen, and nothing is fed.", _cover, (Step.OPEN_COVER, Step.CLOSE_COVER)),
)

SUITE: Suite[Any] = Suite(CHECKS, ready)
