"""Measuring and rendering of text with Kivy's own renderer, so that what is measured is what is drawn.

Nothing is kept between pages but the opened fonts: a texture lives as long as the instructions that draw it.
"""

from __future__ import annotations

from dataclasses import dataclass

import screens.kivy_environment  # noqa: F401  -- before Kivy

from kivy.core.text import Label  # isort: skip
from kivy.graphics.texture import Texture  # isort: skip

from screens.fonts import Fonts


@dataclass(frozen=True, slots=True)
class Piece:
    """A rendered run: ``x`` from the start of the line; ``ascent`` from the texture's top to the baseline. Pixels."""

    texture: Texture
    x: int
    ascent: int


class Typesetter:
    """Widths and pictures of single lines. Sizes are ems in pixels."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        self._labels: dict[tuple[str, int], Label] = {}

    def width(self, text: str, em: int, *, bold: bool = False) -> int:
        """Advance width of one line, in pixels."""
        return sum(self._label(run.font, em).get_extents(run.text)[0] for run in self.fonts.runs(text, bold=bold))

    def render(self, text: str, em: int, *, bold: bool = False) -> list[Piece]:
        """One line as white textures with transparency. Needs an open window."""
        pieces: list[Piece] = []
        x = 0
        for run in self.fonts.runs(text, bold=bold):
            label = Label(text=run.text, font_name=run.font, font_size=em)
            label.refresh()
            if label.texture is not None:
                pieces.append(Piece(label.texture, x, int(label.get_ascent())))
            x += self._label(run.font, em).get_extents(run.text)[0]
        return pieces

    def _label(self, font: str, em: int) -> Label:
        if (font, em) not in self._labels:
            self._labels[font, em] = Label(font_name=font, font_size=em)
        return self._labels[font, em]
