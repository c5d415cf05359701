"""The bits of the status words, by name (protocol page A4). A bit without a name is kept, and means nothing here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag


class Config(IntFlag):
    """What the printer is made of."""

    X01 = 0x80000000
    X02 = 0x40000000
    R02 = 0x20000000
    X04 = 0x10000000
    EXTENSION_1 = 0x08000000
    S01 = 0x04000000
    X20 = 0x02000000
    KC200 = 0x01000000
    WIFI = 0x00800000
    ETHERNET = 0x00400000
    USB_OVER_IP = 0x00200000
    FLIP = 0x00100000
    CONTACTLESS = 0x00080000
    SMART = 0x00040000
    MAGNETIC = 0x00020000
    REWRITE = 0x00010000
    FEED_MANUALLY = 0x00008000
    FEED_BY_CDE = 0x00004000
    FEED_BY_FEEDER = 0x00002000
    EJECT_REVERSE = 0x00001000
    FEED_CDE_REVERSE = 0x00000800
    EXTENDED_RESOLUTION = 0x00000400
    LCD = 0x00000200
    LOCK = 0x00000100
    OEM = 0x00000080
    JIS_MAG_HEAD = 0x00000040
    REJECT_SLOT = 0x00000020
    IO_EXT = 0x00000010
    MONO_ONLY = 0x00000008
    KC100 = 0x00000004
    KINE = 0x00000002
    WIFI_ENA = 0x00000001


class Information(IntFlag):
    """What it is doing, and what will soon be wrong."""

    CLAIM = 0x80000000
    CARD_HOPPER = 0x40000000
    CARD_FEEDER = 0x20000000
    CARD_FLIP = 0x10000000
    CARD_CONTACTLESS = 0x08000000
    CARD_SMART = 0x04000000
    CARD_PRINT = 0x02000000
    CARD_EJECT = 0x01000000
    PRINTER_MASTER = 0x00800000
    PCSVC_LOCKED = 0x00400000
    SLEEP_MODE = 0x00200000
    UNKNOWN_RIBBON = 0x00100000
    RIBBON_LOW = 0x00080000
    CLEANING_MANDATORY = 0x00040000
    CLEANING = 0x00020000
    RESET = 0x00010000
    CLEAN_OUTWARRANTY = 0x00008000
    CLEAN_LAST_OUTWARRANTY = 0x00004000
    CLEAN_2ND_PASS = 0x00002000
    READY_FOR_CLEANING = 0x00001000
    CLEANING_ADVANCED = 0x00000800
    WRONG_ZONE_RIBBON = 0x00000400
    RIBBON_CHANGED = 0x00000200
    CLEANING_REQUIRED = 0x00000100
    PRINTING_RUNNING = 0x00000080
    ENCODING_RUNNING = 0x00000040
    CLEANING_RUNNING = 0x00000020
    WRONG_ZONE_ALERT = 0x00000010
    WRONG_ZONE_EXPIRED = 0x00000008
    SYNCH_PRINT_CENTER = 0x00000004
    UPDATING_FIRMWARE = 0x00000002
    BUSY = 0x00000001


class Alert(IntFlag):
    """What keeps it from working until somebody sees to it."""

    POWER_SUPPLY = 0x80000000
    REMOVE_RIBBON = 0x40000000
    RECEPTACLE_OPEN = 0x10000000
    REJECT_BOX_FULL = 0x08000000
    CARD_ON_EJECT = 0x04000000
    WAIT_CARD = 0x02000000
    FEEDER_EMPTY = 0x01000000
    COOLING = 0x00200000
    HOPPER_FULL = 0x00100000
    RIBBON_ENDED = 0x00080000
    PRINTER_LOCKED = 0x00040000
    COVER_OPEN = 0x00020000
    NO_RIBBON = 0x00010000
    UNSUPPORTED_RIBBON = 0x00008000
    NO_CLEAR = 0x00002000
    CLEAR_END = 0x00001000
    CLEAR_UNSUPPORTED = 0x00000800
    REJECT_BOX_COVER_OPEN = 0x00000400
    INF_RIBBON_COMPATIBLE = 0x00000200
    FEEDER_OPEN = 0x00000100
    EPS_NO_AUTO = 0x00000001


class Error(IntFlag):
    """What went wrong."""

    HEAD_TEMP = 0x20000000
    NO_OPTION = 0x10000000
    FEEDER_ERROR = 0x08000000
    RIBBON_ERROR = 0x04000000
    COVER_OPEN = 0x02000000
    MECHANICAL = 0x01000000
    REJECT_BOX_FULL = 0x00800000
    BAD_RIBBON = 0x00400000
    RIBBON_ENDED = 0x00200000
    HOPPER_FULL = 0x00100000
    BLANK_TRACK = 0x00080000
    MAGNETIC_DATA = 0x00040000
    READ_MAGNETIC = 0x00020000
    WRITE_MAGNETIC = 0x00010000
    FEATURE = 0x00008000
    RET_TEMPERATURE = 0x00004000
    CLEAR_ERROR = 0x00002000
    CLEAR_ENDED = 0x00001000
    BAD_CLEAR = 0x00000800
    REJECT_BOX_COVER_OPEN = 0x00000400
    CARD_ON_EJECT = 0x00000200
    NO_CARD_INSERTED = 0x00000100
    FEEDER_OPEN = 0x00000080
    INTERNAL_PRINTER = 0x00000040
    HARDWARE = 0x00000001


class Extension1(IntFlag):
    """Options and feeders."""

    EXTENSION_2 = 0x80000000
    CFG_KIOSK = 0x40000000
    QUANTUM = 0x20000000
    SCANNER = 0x02000000
    SEICO_FEEDER = 0x00400000
    KYTRONIC_FEEDER = 0x00200000
    HOPPER = 0x00100000
    LAMINATOR = 0x00080000
    CLEAN_REMINDER = 0x00010000
    CFG_BEZEL = 0x00000200
    FEEDER_NEAR_EMPTY = 0x00000100
    FEEDER1_EMPTY = 0x00000080
    FEEDER2_EMPTY = 0x00000040
    FEEDER3_EMPTY = 0x00000020
    FEEDER4_EMPTY = 0x00000010
    FEEDER1_NEAR_EMPTY = 0x00000008
    FEEDER2_NEAR_EMPTY = 0x00000004
    FEEDER3_NEAR_EMPTY = 0x00000002
    FEEDER4_NEAR_EMPTY = 0x00000001


class Extension2(IntFlag):
    """The rear."""

    CARD_REAR = 0x00010000


class Extension3(IntFlag):
    """The bezel."""

    LOCK = 0x00800000
    BEZEL_CARD_OUTSIDE = 0x00020000
    BEZEL_CARD_RE_INSERT = 0x00010000
    BEZEL_CARD_EJECT = 0x00008000
    BEZEL_CARD_INSERT = 0x00004000
    REJECTBOX1_FULL = 0x00000100
    CARD_MAN_FEED = 0x08000000


class Extension4(IntFlag):
    """The indenting unit."""

    INDENTING_LOW = 0x20000000
    INDENTING_NO_RIBBON = 0x10000000


Word = Config | Information | Alert | Error | Extension1 | Extension2 | Extension3 | Extension4


@dataclass(frozen=True, slots=True)
class Flags:
    """All words of one reply. A word that the printer did not send is zero."""

    config: Config
    information: Information
    warning: Alert
    error: Error
    extension1: Extension1
    extension2: Extension2
    extension3: Extension3
    extension4: Extension4

    @classmethod
    def of(cls, *bits: Word) -> Flags:
        """The words in which just these bits stand; several of one word may be given joined or apart."""
        values = dict.fromkeys(_WORDS, 0)
        for bit in bits:
            values[type(bit)] |= int(bit)
        return cls(**{name: word(values[word]) for word, name in _WORDS.items()})  # type: ignore[arg-type]

    def stands(self, bits: Word) -> bool:
        """Whether any of these bits of one word stands."""
        return bool(getattr(self, _WORDS[type(bits)]) & bits)

    def names(self) -> tuple[str, ...]:
        """The bits that stand, such as ``information.RIBBON_LOW``, config left out."""
        return tuple(
            f"{name}.{bit.name}"
            for word, name in _WORDS.items()
            if word is not Config
            for bit in word
            if bit in getattr(self, name)
        )


_WORDS: dict[type[Word], str] = {
    Config: "config",
    Information: "information",
    Alert: "warning",
    Error: "error",
    Extension1: "extension1",
    Extension2: "extension2",
    Extension3: "extension3",
    Extension4: "extension4",
}
