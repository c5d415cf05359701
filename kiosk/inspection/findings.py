"""What an inspection found. Numbers and kinds only: nothing here can tell whose card it was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.documents.card_faces import SideName


class Kind(StrEnum):
    """What can be wrong with a printed side."""

    NOT_SCANNED = "not_scanned"
    """There is no picture of it."""
    NO_CARD = "no_card"
    """The picture is not that of a card: dark, or cut off."""
    BLANK = "blank"
    """Nothing of what was meant is there."""
    MISSING_YELLOW = "missing_yellow"
    MISSING_MAGENTA = "missing_magenta"
    MISSING_CYAN = "missing_cyan"
    MISSING_BLACK = "missing_black"
    FADED = "faded"
    """All there, and too light."""
    COLOUR_CAST = "colour_cast"
    """One dye is weaker or stronger than the others."""
    SHIFTED = "shifted"
    """Off its place, slanted or stretched."""
    BLURRED = "blurred"
    BANDING = "banding"
    """Stripes across the card: the ribbon or the card did not run evenly."""
    DEAD_DOTS = "dead_dots"
    """Lines along the card: an element of the head prints no more."""
    WRONG_TEXT = "wrong_text"
    """Letters that are not those that were meant."""
    WRONG_PHOTO = "wrong_photo"
    VOID = "void"
    """A spot or a scratch without the ink that should be there."""
    STRAY = "stray"
    """Ink where none should be: smeared, or printed twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideNumbers:
    """What was measured on one side. None: this side has nothing to measure it on, or the measurement would mean
    nothing because an earlier one failed.

    ``shift_mm``: the print's place on the card, to the right and down. ``slant_degrees``: clockwise. ``stretch``: share
    by which it is longer or higher than meant, whichever is worse. ``blur_mm``: radius (standard deviation) of a
    point, the scanner's own included.

    ``found``: correlation of what was meant with what is there, -1 to 1. ``black``, ``yellow``, ``magenta``, ``cyan``:
    share of the meant ink that is there. ``band``, ``line``: largest step across and along, share of the ink.
    ``text_likeness``, ``photo_likeness``: correlation at the least alike place, -1 to 1. ``void_mm2``, ``stray_mm2``:
    area of the largest spot.
    """

    shift_mm: tuple[float, float] | None = None
    slant_degrees: float | None = None
    stretch: float | None = None
    blur_mm: float | None = None
    found: float = 0.0
    black: float | None = None
    yellow: float | None = None
    magenta: float | None = None
    cyan: float | None = None
    band: float | None = None
    line: float | None = None
    text_likeness: float | None = None
    photo_likeness: float | None = None
    void_mm2: float | None = None
    stray_mm2: float | None = None

    @property
    def dyes(self) -> tuple[float, ...]:
        """Yellow, magenta, cyan; empty where the side has no colour."""
        three = (self.yellow, self.magenta, self.cyan)
        return tuple(dye for dye in three if dye is not None)


@dataclass(frozen=True, slots=True)
class SideFinding:
    """``kinds``: everything wrong, the gravest first; empty: good. ``numbers`` None: there is nothing to measure."""

    side: SideName
    kinds: tuple[Kind, ...]
    numbers: SideNumbers | None = None

    @property
    def good(self) -> bool:
        """Nothing is wrong."""
        return not self.kinds


@dataclass(frozen=True, slots=True)
class Inspection:
    """One finding for each side that was to be printed."""

    sides: tuple[SideFinding, ...]

    @property
    def good(self) -> bool:
        """Every side is."""
        return all(side.good for side in self.sides)

    @property
    def scanned(self) -> bool:
        """Whether there was a picture of every side; else nobody can tell from this, and a person must be asked."""
        return not any(Kind.NOT_SCANNED in side.kinds or Kind.NO_CARD in side.kinds for side in self.sides)

    @property
    def said(self) -> str:
        """For the journal, such as ``back: shifted, faded``; ``good`` when nothing is wrong."""
        bad = (f"{side.side}: {', '.join(side.kinds)}" for side in self.sides if not side.good)
        return "; ".join(bad) or "good"
