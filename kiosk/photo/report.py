"""What was found out about a photo: numbers, and what is wrong, with the place on the picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with a photo. The words are ``photo.fault.<value>`` of the language files; the order is that in
    which a person can best put things right."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    EYES_HIDDEN = "eyes_hidden"
    OUT_OF_PICTURE = "out_of_picture"
    DARK = "dark"
    BRIGHT = "bright"
    BLURRED = "blurred"
    GLARE = "glare"
    TURNED = "turned"
    TILTED = "tilted"
    FACE_SMALL = "face_small"
    FACE_LARGE = "face_large"
    EYES_LOW = "eyes_low"
    HAIR_NEAR_EDGE = "hair_near_edge"
    HAIR_FAR_FROM_EDGE = "hair_far_from_edge"
    LEFT_OF_MIDDLE = "left_of_middle"
    RIGHT_OF_MIDDLE = "right_of_middle"
    BACKGROUND_NOT_WHITE = "background_not_white"
    BACKGROUND_NOT_PLAIN = "background_not_plain"
    BORDER = "border"
    LIGHT_CLOTHES = "light_clothes"
    SIZE = "size"
    RESOLUTION = "resolution"
    COLOUR = "colour"
    FORMAT = "format"
    FILE_SMALL = "file_small"
    FILE_LARGE = "file_large"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the picture, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line on the picture, in its pixels."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class PhotoFault:
    """One thing wrong. ``marks``: where, in pixels of the measured picture; empty for what concerns the file alone.
    ``found`` and ``allowed``: for the staff, such as ``190`` and ``207 or more``."""

    fault: Fault
    marks: tuple[Box | Line, ...] = ()
    found: str = ""
    allowed: str = ""

    @property
    def key(self) -> str:
        """Of its words in the language files."""
        return f"photo.fault.{self.fault.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The numbers of one picture, in the units of :class:`kiosk.photo.rule.PhotoRule`; None: could not be told.

    ``turn`` is positive to the picture's right, ``tilt_degrees`` clockwise. ``file_bytes``, ``dpi``, ``quality``
    are None for a picture that is no file. ``quality``: the JPEG's, estimated from its tables, 1 to 100.
    """

    width: int
    height: int
    faces: int
    dpi: float | None = None
    file_bytes: int | None = None
    quality: int | None = None
    face_width: float | None = None
    hair_top: float | None = None
    eye_middle: float | None = None
    eyes_above_lower_edge: float | None = None
    turn: float | None = None
    tilt_degrees: float | None = None
    background_lightness: float | None = None
    background_tint: float | None = None
    background_spread: float | None = None
    border_step: float | None = None
    sharpness: float | None = None
    face_lightness: float | None = None
    clipped_share: float | None = None
    glare_share: float | None = None
    clothes_lightness: float | None = None


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """``faults``: in the order of :class:`Fault`; empty: the photo is as the rule wants it."""

    faults: tuple[PhotoFault, ...]
    measured: Measured

    @property
    def good(self) -> bool:
        """Whether it is as the rule wants it."""
        return not self.faults
