"""Card designs as data: one TOML file each, millimetres and points, checked when loaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kiosk.documents.card_faces.data import Datum
from kiosk.documents.card_faces.errors import FaceError, Why
from kiosk.located_toml import read
from kiosk.validation import validate

DESIGNS = Path(__file__).with_name("designs")

CARD_MM = (85.60, 53.98)
"""ID-1 (ISO/IEC 7810)."""
PRINTED_DOTS = (1016, 648)
"""What the printer's head covers at 300 dpi: the card and a rim of 0.2 to 0.4 mm around it."""
PRINTED_DPI = 300
PHOTO_MM = (20.0, 25.0)
"""The photo field of the card specification."""

SideName = Literal["front", "back"]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Points = Annotated[float, Field(ge=4, le=40)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Area(_Table):
    """A rectangle in millimetres from the card's upper left corner."""

    left: float
    top: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)

    @property
    def right(self) -> float:
        """Millimetres."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Millimetres."""
        return self.top + self.height

    def meets(self, other: Area) -> bool:
        """Whether they have a part in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, width: float, height: float, margin: float) -> bool:
        """Whether it keeps ``margin`` from the edges of a card of that size."""
        return (
            self.left >= margin
            and self.top >= margin
            and self.right <= width - margin
            and self.bottom <= height - margin
        )


class KeepOut(Area):
    """Where nothing may be printed."""

    name: str


class FieldBox(Area):
    """One datum of the holder. Shrinks from ``size`` to ``least``, then takes up to ``lines`` lines."""

    datum: Datum
    size: Points
    least: Points
    lines: int = Field(1, ge=1, le=3)
    bold: bool = False
    align: Literal["left", "right", "centre"] = "left"
    colour: Colour = "#000000"


class Preprinted(_Table):
    """What the card brings along. ``of``: a datum in place of ``text``, such as the bank whose card it is. ``to``: the
    colour at the lower edge of a wash."""

    kind: Literal["wash", "box", "ring", "text", "chip", "waves"]
    left: float = 0.0
    top: float = 0.0
    width: float = Field(0.0, ge=0)
    height: float = Field(0.0, ge=0)
    thick: float = Field(1.0, gt=0)
    colour: Colour
    to: Colour = "#FFFFFF"
    text: str = ""
    of: Datum | None = None
    size: Points = 8.0
    bold: bool = False
    align: Literal["left", "right", "centre"] = "left"


class Side(_Table):
    """One face."""

    orientation: Literal["landscape", "portrait"] = "landscape"
    photo: Area | None = None
    field: tuple[FieldBox, ...] = ()
    preprinted: tuple[Preprinted, ...] = ()
    keep_out: tuple[KeepOut, ...] = ()

    @property
    def card_size(self) -> tuple[float, float]:
        """Width and height in millimetres, as it is held."""
        return CARD_MM if self.orientation == "landscape" else (CARD_MM[1], CARD_MM[0])


class Design(_Table):
    """A card design. ``safe_margin``: what is printed keeps this from the card's edge."""

    name: str
    safe_margin: float = Field(ge=0, le=10)
    corner_radius: float = Field(ge=0, le=10)
    front: Side
    back: Side

    def side(self, name: SideName) -> Side:
        """One of the two."""
        return self.front if name == "front" else self.back

    def names(self, datum: Datum) -> bool:
        """Whether the datum is printed anywhere."""
        return any(box.datum is datum for side in (self.front, self.back) for box in side.field)


def check(design: Design) -> None:
    """Raise FaceError, naming the field, where something would be printed over an edge, a keep-out or another field."""
    for side in (design.front, design.back):
        boxes: list[tuple[str, Area]] = [(box.datum.value, box) for box in side.field]
        if side.photo is not None:
            if (side.photo.width, side.photo.height) != PHOTO_MM:
                raise FaceError("photo", Why.PHOTO_FIELD)
            boxes.append(("photo", side.photo))
        for place, (name, box) in enumerate(boxes):
            if not box.within(*side.card_size, design.safe_margin):
                raise FaceError(name, Why.OUTSIDE_SAFE_AREA)
            if any(box.meets(other) for other in (*side.keep_out, *(area for _, area in boxes[:place]))):
                raise FaceError(name, Why.OVERLAPS)


@cache
def load(name: str, folder: Path = DESIGNS) -> Design:
    """The design in ``folder``/``name``.toml. Raises MistakesError with file and line, FaceError (see check)."""
    design = validate(read(folder / f"{name.replace('-', '_')}.toml"), Design)
    check(design)
    return design
