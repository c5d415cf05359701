"""Why a face cannot be made."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """Reasons."""

    MISSING = "there is no value for it"
    NO_GLYPH = "no installed font has one of its characters"
    NO_FONT = "no font is installed"
    DOES_NOT_FIT = "it does not fit its place at the smallest size"
    OUTSIDE_SAFE_AREA = "it reaches over the safe area"
    OVERLAPS = "it would be printed over something else"
    PHOTO_FIELD = "the photo field is not 20 x 25 mm"
    PHOTO_SIZE = "the picture is too small or has the wrong shape"


class FaceError(ValueError):
    """``field``: which. Neither the message nor anything else here holds the holder's data."""

    def __init__(self, field: str, why: Why) -> None:
        super().__init__(f"{field}: {why.value}")
        self.field = field
        self.why = why
