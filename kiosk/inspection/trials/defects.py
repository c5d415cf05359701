"""What may be wrong with a trial's print, in three degrees."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from devices.simulation import FaultValue
from kiosk.documents.card_faces import SideName
from kiosk.inspection.findings import Kind
from kiosk.inspection.trials.people import Holder

Severity = Literal["slight", "plain", "gross"]
"""``slight``: seen by who looks for it. ``plain``: seen by anybody. ``gross``: of no use."""
SEVERITIES: tuple[Severity, ...] = ("slight", "plain", "gross")
Faults = Mapping[str, FaultValue]
MixUp = Callable[[Holder, Holder, random.Random], Holder]
"""From the holder and another person to whose face is printed."""
BOTH: tuple[SideName, ...] = ("front", "back")
BACK: tuple[SideName, ...] = ("back",)


@dataclass(frozen=True, slots=True)
class Defect:
    """``degrees``: switches of the simulated printer by severity. ``mixed_up``: by severity, another face is sent than
    was meant. ``twice``: printed over somebody else's face. ``named``: the kinds that call it by its name."""

    name: str
    named: frozenset[Kind]
    degrees: Mapping[Severity, Faults] = field(default_factory=dict)
    sides: tuple[SideName, ...] = BOTH
    mixed_up: Mapping[Severity, MixUp] = field(default_factory=dict)
    twice: bool = False

    @property
    def severities(self) -> tuple[Severity, ...]:
        """Those it comes in."""
        if self.twice:
            return ("gross",)
        return tuple(each for each in SEVERITIES if each in self.degrees or each in self.mixed_up)


def _three(switch: str, slight: FaultValue, plain: FaultValue, gross: FaultValue, **more: FaultValue) -> dict[
    Severity, Faults
]:  # fmt: skip
    return {
        "slight": {switch: slight, **more},
        "plain": {switch: plain, **more},
        "gross": {switch: gross, **more},
    }


def _gross(**faults: FaultValue) -> dict[Severity, Faults]:
    return {"gross": faults}


def _of(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


_LOST_INK = _of(Kind.VOID, Kind.DEAD_DOTS, Kind.BANDING, Kind.WRONG_TEXT, Kind.WRONG_PHOTO)
_WRONG = _of(Kind.WRONG_TEXT, Kind.WRONG_PHOTO)

DEFECTS: tuple[Defect, ...] = (
    Defect("nothing printed", _of(Kind.BLANK), _gross(missing_panel="ymck")),
    Defect("no yellow", _of(Kind.MISSING_YELLOW), _gross(missing_panel="y"), BACK),
    Defect("no magenta", _of(Kind.MISSING_MAGENTA), _gross(missing_panel="m"), BACK),
    Defect("no cyan", _of(Kind.MISSING_CYAN), _gross(missing_panel="c"), BACK),
    Defect("no black", _of(Kind.MISSING_BLACK, Kind.BLANK), _gross(missing_panel="k")),
    Defect("faded", _of(Kind.FADED), _three("faded", 18, 35, 55)),
    Defect("one dye weak", _of(Kind.FADED, Kind.COLOUR_CAST), _three("faded", 18, 35, 55, faded_panels="m"), BACK),
    Defect("shifted along", _of(Kind.SHIFTED), _three("shift", 9, 14, 30)),
    Defect("shifted across", _of(Kind.SHIFTED), _three("shift_across", -9, -14, -30)),
    Defect("slanted", _of(Kind.SHIFTED), _three("slant", 1.0, 1.6, 3.0)),
    Defect("dyes apart", _of(Kind.BLURRED, Kind.COLOUR_CAST, Kind.WRONG_PHOTO, Kind.STRAY, Kind.VOID),
           _three("misregistered", 4, 8, 14), BACK),
    Defect("blurred", _of(Kind.BLURRED), _three("blur", 2.0, 3.0, 4.5)),
    Defect("banding", _of(Kind.BANDING, Kind.VOID), _three("banding", 15, 35, 80)),
    Defect("dead dots", _LOST_INK, _three("dead_dots", 1, 2, 5)),
    Defect("smeared", _of(Kind.STRAY, Kind.BLURRED, Kind.WRONG_TEXT, Kind.SHIFTED), _three("smeared", 4, 8, 16)),
    Defect("scratched", _LOST_INK, _three("scratches", 1, 3, 6)),
    Defect("wrinkled ribbon", _LOST_INK, _three("wrinkles", 1, 3, 6)),
    Defect("dust", _LOST_INK, _three("dust", 1, 4, 9)),
    Defect("wrong letters", _of(Kind.WRONG_TEXT), mixed_up={
        "slight": lambda holder, other, dice: holder.misspelt(dice),
        "gross": lambda holder, other, dice: holder.with_text_of(other),
    }),
    Defect("other's photo", _of(Kind.WRONG_PHOTO), sides=BACK, mixed_up={
        "gross": lambda holder, other, dice: holder.with_photo_of(other),
    }),
    Defect("other's card", _WRONG, mixed_up={
        "gross": lambda holder, other, dice: holder.with_text_of(other).with_photo_of(other),
    }),
    Defect("printed twice", _of(Kind.STRAY, *_WRONG), twice=True),
    Defect("scanner dark", _of(Kind.NO_CARD), _gross(scan_dark=True)),
)  # fmt: skip
