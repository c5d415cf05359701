"""Which bits are which entries of ``faults.toml``. Pure."""

from __future__ import annotations

from devices.card_printer.evolis.flags import Alert, Error, Extension1, Extension3, Flags, Information, Word

BEZEL = Extension3.BEZEL_CARD_OUTSIDE | Extension3.BEZEL_CARD_EJECT
"""The card is held out."""
ENTERING = Extension3.BEZEL_CARD_INSERT | Extension3.BEZEL_CARD_RE_INSERT

HEAD_HOT: tuple[Word, ...] = (Alert.COOLING, Error.HEAD_TEMP)
"""All that this printer says of its head's temperature."""

Table = tuple[tuple[str, tuple[Word, ...]], ...]

BLOCKING: Table = (
    ("card_printer.hardware", (Error.HARDWARE | Error.INTERNAL_PRINTER | Error.RET_TEMPERATURE,)),
    ("card_printer.power_supply", (Alert.POWER_SUPPLY,)),
    ("card_printer.jammed", (Error.MECHANICAL,)),
    ("card_printer.cover_open", (Alert.COVER_OPEN, Error.COVER_OPEN)),
    ("card_printer.feeder_open", (Alert.FEEDER_OPEN, Error.FEEDER_OPEN)),
    ("card_printer.ribbon_missing", (Alert.NO_RIBBON,)),
    ("card_printer.ribbon_broken", (Error.RIBBON_ERROR,)),
    (
        "card_printer.ribbon_wrong",
        (
            Information.WRONG_ZONE_RIBBON | Information.WRONG_ZONE_EXPIRED,
            Alert.UNSUPPORTED_RIBBON | Alert.REMOVE_RIBBON | Alert.INF_RIBBON_COMPATIBLE,
            Error.BAD_RIBBON,
        ),
    ),
    ("card_printer.ribbon_unknown", (Information.UNKNOWN_RIBBON,)),
    ("card_printer.ribbon_out", (Alert.RIBBON_ENDED, Error.RIBBON_ENDED)),
    ("card_printer.feed_failed", (Error.FEEDER_ERROR,)),
    ("card_printer.reject_box_open", (Alert.REJECT_BOX_COVER_OPEN, Error.REJECT_BOX_COVER_OPEN)),
    ("card_printer.reject_box_full", (Alert.REJECT_BOX_FULL, Error.REJECT_BOX_FULL, Extension3.REJECTBOX1_FULL)),
    ("card_printer.outlet_full", (Alert.HOPPER_FULL | Alert.RECEPTACLE_OPEN, Error.HOPPER_FULL)),
    ("card_printer.card_at_exit", (Error.CARD_ON_EJECT,)),
    ("card_printer.head_hot", HEAD_HOT),
    ("card_printer.cleaning_required", (Information.CLEANING_MANDATORY,)),
    ("card_printer.locked", (Alert.PRINTER_LOCKED, Extension3.LOCK)),
    (
        "card_printer.unsupported",
        (Error.NO_OPTION | Error.FEATURE | Error.BAD_CLEAR | Error.CLEAR_ERROR | Error.CLEAR_ENDED,),
    ),
    ("card_printer.magnetic", (Error.BLANK_TRACK | Error.MAGNETIC_DATA | Error.READ_MAGNETIC | Error.WRITE_MAGNETIC,)),
)
"""With these no issue begins, the most telling first. """

NOTICES: Table = (
    ("card_printer.ribbon_low", (Information.RIBBON_LOW,)),
    (
        "card_printer.cleaning_due",
        (
            Information.CLEANING
            | Information.CLEANING_REQUIRED
            | Information.CLEANING_ADVANCED
            | Information.CLEAN_LAST_OUTWARRANTY
            | Information.CLEAN_OUTWARRANTY,
            Extension1.CLEAN_REMINDER,
        ),
    ),
)
"""These are told, and nothing stops."""


def standing(table: Table, flags: Flags) -> list[str]:
    """The codes of a table whose bits stand."""
    return [code for code, bits in table if any(flags.stands(one) for one in bits)]


def jam(flags: Flags) -> str:
    """Where the mechanical error is, by the sensor that sees the card: ``jam_feed`` and so on, or ``jammed``."""
    if flags.stands(Information.CARD_FEEDER | Information.CARD_HOPPER):
        return "card_printer.jam_feed"
    if flags.stands(Information.CARD_SMART | Information.CARD_CONTACTLESS):
        return "card_printer.jam_contact"
    if flags.stands(Information.CARD_PRINT | Information.CARD_FLIP):
        return "card_printer.jam_print"
    if any(flags.stands(bits) for bits in (Information.CARD_EJECT, BEZEL | ENTERING, Alert.CARD_ON_EJECT)):
        return "card_printer.jam_exit"
    return "card_printer.jammed"
