"""The photo rule as numbers. The country's are in ``rule.toml``; a region's policy changes those that differ there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_FILE = Path(__file__).with_name("rule.toml")


def _rising(pair: tuple[int, int]) -> tuple[int, int]:
    if pair[0] > pair[1]:
        raise ValueError("the smaller number first, such as [7, 21]")
    return pair


Pixels = Annotated[int, Field(ge=1, le=4000)]
Lightness = Annotated[int, Field(ge=0, le=255)]
Share = Annotated[float, Field(ge=0, le=1)]
Range = Annotated[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]], AfterValidator(_rising)]


@cache
def _national() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


class PhotoRule(BaseModel):
    """A field that is not given has the country's number; see :data:`NATIONAL`.

    Lengths are pixels of the finished picture, lightness is 0 (black) to 255 (white), ranges include both ends.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: Pixels = Field(description="Width of the picture.")
    height: Pixels = Field(description="Height of the picture.")
    dpi: Pixels = Field(description="Dots per inch that the file names.")
    jpeg_quality: int = Field(ge=30, le=100, description="JPEG quality tried first (Pillow's and libjpeg's scale).")
    file_kilobytes: Range = Field(description="Size of the file in units of 1024 bytes.")
    background_lightness: Lightness = Field(description="The background is at least this light.")
    background_tint: Lightness = Field(description="Its red, green and blue differ by no more than this.")
    background_spread: float = Field(ge=0, le=128, description="How unlike its parts may be (standard deviation).")
    border_step: Lightness = Field(description="From this step in lightness on, a line along an edge is a border.")
    face_width: Range = Field(description="Widest extent of the face, ears included.")
    hair_top: Range = Field(description="From the upper edge to the highest hair.")
    eye_middle: Range = Field(description="From the left edge to the middle between the eyes.")
    eyes_above_lower_edge: Pixels = Field(description="From the lower edge to the eye line, at least.")
    turn: Share = Field(description="How far the eyes' middle may be off the face's, as a share of its width.")
    tilt_degrees: float = Field(ge=0, le=45, description="How far the eye line may slope.")
    sharpness: float = Field(ge=0, description="How steep the eyes' lines are at least, see kiosk.photo.quality.")
    face_lightness: Range = Field(description="Lightness of the skin.")
    clipped_share: Share = Field(description="Share of the face that may be white without any drawing.")
    glare_share: Share = Field(description="Share of the space around an eye that may be burnt out by a reflection.")
    clothes_lightness: Lightness = Field(description="The clothes are at most this light.")
    months_valid: int = Field(ge=0, le=120, description="How old a picture may be.")

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: Any) -> Any:
        return {**_national(), **given} if isinstance(given, Mapping) else given


NATIONAL = PhotoRule.model_validate({})
"""The country's rule, nothing changed."""
