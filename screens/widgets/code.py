"""A QR code (ISO/IEC 18004) for a phone to read: dark on light in every theme, in whole pixels, with its quiet zone."""

from __future__ import annotations

from collections.abc import Iterator

import segno

from screens.pen import Pen, Rect
from screens.widgets.node import Node, Ui

QUIET = 4
"""Modules that stay free around the code."""


class CodeTooLong(LookupError):
    """No QR code holds as much."""


class Code(Node):
    """The code in a square, in the middle of its place. Raises CodeTooLong."""

    grows = True
    picture = True

    def __init__(self, ui: Ui, text: str, *, least: float = 50, most: float = 130) -> None:
        super().__init__()
        try:
            made = segno.make(text, error="m", micro=False, encoding="utf-8")
        except segno.DataOverflowError as error:
            raise CodeTooLong(f"{len(text)} characters are too many for a QR code") from error
        self._modules = [[bool(module) for module in row] for row in made.matrix]
        self._least = ui.theme.mm(least)
        self._most = ui.theme.mm(most)
        self._radius = ui.theme.mm(2)

    def height(self, width: int) -> int:
        """What a phone can still read at arm's length."""
        return self._least

    @property
    def module(self) -> int:
        """Pixels of one module's side."""
        return max(1, min(self.rect.width, self.rect.height) // (len(self._modules) + 2 * QUIET))

    def place(self, rect: Rect) -> None:
        """Square, nearer to the words above than to what is below."""
        side = min(rect.width, rect.height, self._most)
        super().place(Rect(rect.x + (rect.width - side) // 2, rect.y + (rect.height - side) // 4, side, side))

    def _dark(self) -> Iterator[Rect]:
        """Runs of dark modules, a row at a time."""
        module = self.module
        free = self.rect.width - module * len(self._modules)
        left, top = self.rect.x + free // 2, self.rect.y + free // 2
        for y, row in enumerate(self._modules):
            start = None
            for x, dark in enumerate([*row, False]):
                if dark and start is None:
                    start = x
                elif not dark and start is not None:
                    yield Rect(left + start * module, top + y * module, (x - start) * module, module)
                    start = None

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The light ground, the dark modules."""
        pen.fill(self.rect, "code_ground", self._radius)
        pen.blocks(self._dark(), "code")
