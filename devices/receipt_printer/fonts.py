"""Fonts for what a printer has no character for. Found in a list of places, without fontconfig."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont
from PIL import ImageFont

from devices.contract import DeviceError

MONOSPACED = "Noto Sans Mono CJK SC"
"""The face taken from a font collection that has it: its ASCII is exactly half as wide as its Chinese."""

SEARCH: tuple[Path, ...] = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"),
    Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
)
"""Where Debian and its relatives put Noto CJK and HanaMin (rare characters), in order of preference."""


@lru_cache(maxsize=16)
def _face(path: Path, face: str) -> tuple[int, frozenset[int]]:
    """Number of the face within the file, and the code points it can draw."""
    with path.open("rb") as start:
        collection = start.read(4) == b"ttcf"
    if not collection:
        with TTFont(path, lazy=True) as font:
            return 0, frozenset(font.getBestCmap())
    with TTCollection(path, lazy=True) as faces:
        names = [str(font["name"].getDebugName(4)) for font in faces.fonts]
        number = next((place for place, name in enumerate(names) if name.startswith(face)), 0)
        return number, frozenset(faces.fonts[number].getBestCmap())


@lru_cache(maxsize=64)
def _loaded(path: Path, number: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index=number, layout_engine=ImageFont.Layout.BASIC)


class Fonts:
    """Draws from the first of ``paths`` (default :data:`SEARCH`) that has a character. Files that are not there are
    passed over; with none at all, :meth:`font` raises ``receipt_printer.font_missing``. ``face``: how the name of the
    face begins that is taken from a collection of several."""

    def __init__(self, paths: Sequence[str | Path] = (), face: str = MONOSPACED) -> None:
        self._paths = tuple(Path(path) for path in paths) or SEARCH
        self._face = face

    def font(self, char: str, size: int) -> ImageFont.FreeTypeFont | None:
        """A font of ``size`` dots that can draw the character, or None when none of ours can."""
        found = False
        for path in self._paths:
            if path.is_file():
                found = True
                number, drawn = _face(path, self._face)
                if ord(char) in drawn:
                    return _loaded(path, number, size)
        if not found:
            raise DeviceError("receipt_printer.font_missing", ", ".join(str(path) for path in self._paths))
        return None
