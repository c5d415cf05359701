"""Pictures of a view, from file bytes to pixels a texture takes. Nothing is kept."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

MOST_PIXELS = 4_000_000
"""More than any picture of a view needs; beyond it a file is refused before it is unpacked."""


_FINER = 2
"""Corners are drawn this many times larger and reduced, so that they are smooth."""


class NotAPicture(ValueError):
    """The bytes are no picture that can be shown. The message says nothing of what they hold."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """RGBA, one byte each, the bottom row first, as OpenGL has it."""

    width: int
    height: int
    data: bytes = field(repr=False)


def _open(file: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(file), formats=("JPEG", "PNG"))
    except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(f"{len(file)} bytes are no picture: {type(error).__name__}") from error
    if image.width * image.height > MOST_PIXELS:
        raise NotAPicture(f"a picture of {image.width} x {image.height} pixels is too large")
    return image


def size(file: bytes) -> tuple[int, int]:
    """Width and height in pixels, read from the file's head. Raises NotAPicture."""
    return _open(file).size


def unpack(file: bytes, *, shape: float = 0, mirrored: bool = False, corner: float = 0) -> Pixels:
    """The pixels of a JPEG or PNG file. Raises NotAPicture.

    ``shape``: its middle is cut to this width over height. ``corner``: the radius its corners are rounded by, as a part
    of its width.
    """
    image = _open(file)
    try:
        image = image.convert("RGBA")
    except (OSError, SyntaxError) as error:
        raise NotAPicture(f"{len(file)} bytes hold half a picture") from error
    if shape:
        width, height = image.size
        wide, high = min(width, round(height * shape)), min(height, round(width / shape))
        left, top = (width - wide) // 2, (height - high) // 2
        if (wide, high) != (width, height):
            image = image.crop((left, top, left + wide, top + high))
    if corner:
        mask = Image.new("L", (_FINER * image.width, _FINER * image.height))
        box = (0, 0, mask.width - 1, mask.height - 1)
        ImageDraw.Draw(mask).rounded_rectangle(box, radius=corner * mask.width, fill=255)
        image.putalpha(mask.resize(image.size, Image.Resampling.BOX))
    turned = image.transpose(Image.Transpose.ROTATE_180 if mirrored else Image.Transpose.FLIP_TOP_BOTTOM)
    return Pixels(*turned.size, turned.tobytes())
