"""The fonts: Noto Sans CJK's simplified-Chinese face, and Hanazono for the rarest characters of names.

Kivy opens only the first face of a collection, which is Japanese, so the Chinese face is taken out once into the
cache folder. A character no font has is a bug of the machine's set-up, told by :func:`missing`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

COLLECTIONS = Path("/usr/share/fonts/opentype/noto")
RARE = tuple(Path("/usr/share/fonts/truetype/hanazono") / name for name in ("HanaMinA.ttf", "HanaMinB.ttf"))
FACE = "Noto Sans CJK SC"
_RARE = re.compile("[\u3400-\u4dbf\u9fa6-\u9fff\ue000-\ufaff\U00020000-\U0010ffff]")
"""Outside what the main face is known to have whole; only for these a font's table is read."""

_WEIGHTS = {False: "Regular", True: "Bold"}


class FontsMissing(RuntimeError):
    """The fonts are not installed; the message names the package."""


def take_out(folder: Path, *, bold: bool, collections: Path = COLLECTIONS) -> Path:
    """The Chinese face as a file of its own in ``folder``, made when it is not there yet (half a second).

    Raises FontsMissing when the collection is not installed.
    """
    source = collections / f"NotoSansCJK-{_WEIGHTS[bold]}.ttc"
    if not source.exists():
        raise FontsMissing(f"{source} is missing: install the package fonts-noto-cjk")
    target = folder / f"{source.stem}-SC-{source.stat().st_size}.otf"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    for face in TTCollection(str(source), lazy=True).fonts:
        if face["name"].getDebugName(1) == FACE or face["name"].getDebugName(16) == FACE:
            unfinished = target.with_suffix(f".{os.getpid()}")
            face.save(str(unfinished))
            unfinished.replace(target)
            return target
    raise FontsMissing(f"{source} has no face {FACE!r}")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one font file."""

    text: str
    font: str


@dataclass(slots=True)
class Fonts:
    """Which font file writes which character."""

    regular: str
    bold: str
    rare: tuple[str, ...] = ()
    _tables: dict[str, frozenset[int]] = field(default_factory=dict, repr=False)

    @classmethod
    def prepare(cls, folder: Path) -> Fonts:
        """Take the faces out into ``folder`` if need be. Raises FontsMissing."""
        return cls(
            str(take_out(folder, bold=False)),
            str(take_out(folder, bold=True)),
            tuple(str(path) for path in RARE if path.exists()),
        )

    def runs(self, text: str, *, bold: bool) -> list[Run]:
        """``text`` cut into pieces of one font each, in order."""
        if _RARE.search(text) is None:
            return [Run(text, self.bold if bold else self.regular)] if text else []
        runs: list[Run] = []
        for character in text:
            font = self._font_of(character, bold=bold)
            if runs and runs[-1].font == font:
                runs[-1] = Run(runs[-1].text + character, font)
            else:
                runs.append(Run(character, font))
        return runs

    def missing(self, text: str) -> set[str]:
        """The characters that no font has."""
        return {
            character
            for character in text
            if not character.isspace()
            and not any(ord(character) in self._table(font) for font in (self.regular, *self.rare))
        }

    def _font_of(self, character: str, *, bold: bool) -> str:
        main = self.bold if bold else self.regular
        if not _RARE.match(character) or ord(character) in self._table(main):
            return main
        return next((font for font in self.rare if ord(character) in self._table(font)), main)

    def _table(self, font: str) -> frozenset[int]:
        if font not in self._tables:
            with TTFont(font, lazy=True) as opened:
                self._tables[font] = frozenset(opened.getBestCmap())
        return self._tables[font]
