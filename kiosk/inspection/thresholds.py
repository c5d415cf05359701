"""From where on a print is bad: data, in ``thresholds.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kiosk.located_toml import read
from kiosk.validation import validate

FILE = Path(__file__).with_name("thresholds.toml")

Share = Annotated[float, Field(ge=0, le=1)]
Likeness = Annotated[float, Field(ge=-1, le=1)]


class Thresholds(BaseModel):
    """A printed side is good up to and including each of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shift_mm: float = Field(gt=0, le=5, description="How far the print may be off its place, in millimetres.")
    slant_degrees: float = Field(gt=0, le=10, description="How far it may be turned, in degrees.")
    stretch: Share = Field(description="How much longer or shorter it may be, as a share.")
    missing: Share = Field(description="With less than this share of the meant ink, its panel is missing.")
    found: Likeness = Field(description="With less likeness than this, nothing of the print is there.")
    blur_mm: float = Field(gt=0, le=2, description="Radius of a point at most, in millimetres, scanner included.")
    black: float = Field(gt=0, le=1.5, description="Least share of the meant black.")
    dye: float = Field(gt=0, le=1.5, description="Least share of the meant yellow, magenta and cyan.")
    cast: Share = Field(description="How far the strongest and the weakest dye may be apart.")
    dark: float = Field(ge=1, le=3, description="Largest share of the meant yellow, magenta and cyan.")
    band: Share = Field(description="Largest step across the card, as a share of the ink.")
    line: Share = Field(description="Largest step along the card, as a share of the ink.")
    text_likeness: Likeness = Field(description="Least likeness of any letter.")
    photo_likeness: Likeness = Field(description="Least likeness of any part of the photo.")
    void_mm2: float = Field(gt=0, le=100, description="Largest spot without its ink, in square millimetres.")
    stray_mm2: float = Field(gt=0, le=100, description="Largest spot of ink that was not meant, in square millimetres.")


@cache
def load(file: Path = FILE) -> Thresholds:
    """Those of a file. Raises MistakesError with file and line."""
    return validate(read(file), Thresholds)


def national() -> Thresholds:
    """Those that come with the kiosk."""
    return load()
