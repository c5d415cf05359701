"""Everything that can go wrong with a simulated Evolis printer, beside its line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from devices.card_printer.simulator.mechanism import Mechanism, Place
from devices.card_printer.simulator.replies import WORDS, StatusWords
from devices.card_printer.simulator.ribbon import PrinterRibbon
from devices.simulation import FaultSwitch, FaultValue

FAULTS = (
    FaultSwitch("power_cut", "The mains are gone: everything stops where it is, nothing answers."),
    FaultSwitch("jam_feed", "A card sticks half-way out of the hopper."),
    FaultSwitch("jam_contact", "The card sticks on its way to the chip contact."),
    FaultSwitch("jam_print", "The card sticks under the print head, in the middle of a panel."),
    FaultSwitch("jam_exit", "The card sticks at the exit."),
    FaultSwitch("misfeed", "A bent card: the feeder tries five times, back and forth, and gives up."),
    FaultSwitch("ribbon_break", "The ribbon tears in the middle of a print."),
    FaultSwitch("ribbon_wrong", "The ribbon is not for this printer."),
    FaultSwitch("ribbon_unknown", "The ribbon's tag cannot be read."),
    FaultSwitch("ribbon_missing", "There is no ribbon in it."),
    FaultSwitch("reject_box_full", "The reject box reports that it is full."),
    FaultSwitch("head_hot", "The print head is cooling down."),
    FaultSwitch("cleaning_due", "A cleaning is due."),
    FaultSwitch("cleaning_required", "It prints no more before it is cleaned."),
    FaultSwitch("locked", "The printer is locked."),
    FaultSwitch("hardware", "It reports a failure of its electronics."),
    FaultSwitch("held_at_bezel", "A hand holds the card at the bezel: it cannot be drawn in."),
    FaultSwitch("session_held", "Another program holds the printer (its session number; 0: nobody).", 0),
    FaultSwitch("claim_never", "It takes jobs and never shows the claim."),
    FaultSwitch("too_quick", "It says that a print is done, at once, and has printed nothing."),
    FaultSwitch("lost_reply", "This many more replies to motions never come, though the motion is made.", 0),
    FaultSwitch("wrong_answer", "Motions are made and answered with this text instead of OK.", ""),
    FaultSwitch("status_disabled", "Replies come without the status words."),
    FaultSwitch("bits", "Further status bits, such as warning=00000400 error=1.", ""),
    FaultSwitch("missing_panel", "These panels (of y, m, c, k) leave nothing on the card.", ""),
    FaultSwitch("faded", "The panels of faded_panels leave this many hundredths too little on the card.", 0),
    FaultSwitch("faded_panels", "Which panels leave too little, when any does.", "ymck"),
    FaultSwitch("blur", "What is printed is blurred, by a radius of so many dots.", 0.0),
    FaultSwitch("shift", "What is printed is moved along the card by this many dots.", 0),
    FaultSwitch("shift_across", "What is printed is moved across the card by this many dots.", 0),
    FaultSwitch("slant", "What is printed is turned clockwise by so many degrees.", 0.0),
    FaultSwitch("misregistered", "Magenta and cyan are moved along the card, each by this many dots more.", 0),
    FaultSwitch("banding", "Bands across the card lack this many hundredths of their ink.", 0),
    FaultSwitch("dead_dots", "So many groups of elements of the head print nothing: lines along the card.", 0),
    FaultSwitch("smeared", "Ink is dragged along the card by so many dots.", 0),
    FaultSwitch("scratches", "The card is scratched so many times after it was printed.", 0),
    FaultSwitch("wrinkles", "The ribbon has so many wrinkles, which print nothing.", 0),
    FaultSwitch("dust", "So many grains of dust lay on the card while it was printed.", 0),
    FaultSwitch("scan_lost", "The scanner gives no picture of these sides (front, back).", ""),
    FaultSwitch("scan_dark", "The scanner's lamp is out."),
)

_BITS = re.compile(r"([a-z]+\d?)=([0-9A-Fa-f]{1,8})")

_SWITCHES: tuple[tuple[str, str, str], ...] = (
    ("ribbon_wrong", "warning", "UNSUPPORTED_RIBBON"),
    ("ribbon_wrong", "information", "WRONG_ZONE_RIBBON"),
    ("ribbon_unknown", "information", "UNKNOWN_RIBBON"),
    ("ribbon_missing", "warning", "NO_RIBBON"),
    ("reject_box_full", "warning", "REJECT_BOX_FULL"),
    ("head_hot", "warning", "COOLING"),
    ("cleaning_due", "information", "CLEANING"),
    ("cleaning_required", "information", "CLEANING_MANDATORY"),
    ("locked", "warning", "PRINTER_LOCKED"),
    ("hardware", "error", "HARDWARE"),
)
REFUSES_TO_PRINT = (
    "ribbon_wrong",
    "ribbon_unknown",
    "ribbon_missing",
    "cleaning_required",
    "head_hot",
    "locked",
    "hardware",
)
JAMS = ("jam_feed", "jam_contact", "jam_print", "jam_exit")

_SENSORS = {
    Place.FEEDER: "CARD_FEEDER",
    Place.PRINT: "CARD_PRINT",
    Place.CONTACT: "CARD_SMART",
    Place.CONTACTLESS: "CARD_CONTACTLESS",
    Place.SCAN: "CARD_FLIP",
    Place.EXIT: "CARD_EJECT",
}
_HOPPER_LOW = 5


def parse_bits(text: str) -> list[tuple[str, int]]:
    """Of the fault ``bits``. ValueError for what makes no sense."""
    parsed = []
    for part in text.split():
        match = _BITS.fullmatch(part)
        if match is None or match[1] not in WORDS:
            raise ValueError(f"bits: {part!r} is not a word of {', '.join(WORDS)} = hexadecimal digits")
        parsed.append((match[1], int(match[2], 16)))
    return parsed


def show_faults(words: StatusWords, faults: Mapping[str, FaultValue]) -> None:
    """The bits of the faults that are switched on."""
    for fault, word, name in _SWITCHES:
        if faults[fault]:
            words.set(word, name)
    for word, bits in parse_bits(str(faults["bits"])):
        words.flip_on(word, bits)


def show_cards(words: StatusWords, mechanism: Mechanism, *, at_bezel: bool) -> None:
    """What the sensors see of the cards. ``at_bezel`` False: this printer has a plain exit."""
    if mechanism.place in _SENSORS:
        words.set("information", _SENSORS[mechanism.place])
    if mechanism.place is Place.CONTACT:
        words.set("information", "ENCODING_RUNNING")
    if mechanism.place is Place.BEZEL:
        words.set("extension3", "BEZEL_CARD_OUTSIDE") if at_bezel else words.flip_on("warning", 0x04000000)
    if mechanism.held:
        words.set("extension2", "CARD_REAR")
    if len(mechanism.rejected) >= mechanism.reject_capacity:
        words.set("warning", "REJECT_BOX_FULL")
        words.set("extension3", "REJECTBOX1_FULL")
    for number, cards in enumerate(mechanism.hoppers, 1):
        if not cards:
            words.set("extension1", f"FEEDER{number}_EMPTY")
        elif len(cards) <= _HOPPER_LOW:
            words.set("extension1", f"FEEDER{number}_NEAR_EMPTY", "FEEDER_NEAR_EMPTY")
    if not any(mechanism.hoppers):
        words.set("warning", "FEEDER_EMPTY")


def show_ribbon(words: StatusWords, ribbon: PrinterRibbon) -> None:
    """Low, or spent."""
    if ribbon.left == 0:
        words.set("warning", "RIBBON_ENDED")
    elif ribbon.low:
        words.set("information", "RIBBON_LOW")
