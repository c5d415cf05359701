"""The face of the machine when nobody is here: its name on a deep ground, and a card."""

from __future__ import annotations

from screens.pen import Pen, Rect
from screens.widgets.node import Figure, Node, Text, Ui


class Banner(Node):
    """Title and a line of words on the primary colour; a social security card below them, or beside when it is low."""

    grows = True

    def __init__(self, ui: Ui, title: str, line: str) -> None:
        theme = ui.theme
        self._title = Figure(
            ui,
            title,
            ("display", "hero", "amount", "question") if theme.glass.portrait else ("hero", "amount", "question"),
            colour="on_primary",
            ground="primary",
            pitch=1.3,
        )
        self._line = Text(ui, line, ui.reading, colour="on_primary", ground="primary")
        super().__init__([self._title, self._line])
        self._padding = theme.mm(16 if theme.glass.portrait else 10)
        self._gap = theme.mm(5)
        self._radius = theme.mm(6)
        self._unit = theme.glass.pixels_per_mm
        self._card = Rect(0, 0, 0, 0)

    def _words(self, width: int) -> tuple[int, int]:
        inner = width - 2 * self._padding
        return self._title.height(inner), self._line.height(inner)

    def height(self, width: int) -> int:
        """The words and the room around them; the card takes what there is more."""
        return sum(self._words(width)) + self._gap + 2 * self._padding

    def place(self, rect: Rect) -> None:
        """Words from the top; the card in what is left, if that is enough for one."""
        super().place(rect)
        inner = rect.inset(self._padding)
        title, line = self._words(rect.width)
        self._title.place(Rect(inner.x, inner.y, inner.width, title))
        self._line.place(Rect(inner.x, inner.y + title + self._gap, inner.width, line))
        top = self._line.rect.bottom + 2 * self._gap
        width = min(inner.width * 5 // 6, round((inner.bottom - top) / 0.63), round(210 * self._unit))
        height = round(width * 0.63)
        if width >= 50 * self._unit:
            self._card = Rect(inner.right - width, inner.bottom - height, width, height)

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The ground and the card."""
        pen.fill(self.rect, "primary", self._radius)
        card = self._card
        if not card.width:
            return
        u = card.width / 100

        def box(x: float, y: float, width: float, height: float) -> Rect:
            return Rect(round(card.x + x * u), round(card.y + y * u), round(width * u), round(height * u))

        pen.frame(card, "ink", "surface", 0.5 * self._unit, 4.5 * u)
        pen.fill(box(0.6, 43, 98.8, 3), "primary")
        pen.fill(box(0.6, 46, 98.8, 8), "tint")
        pen.frame(box(8, 17, 17, 14), "ink", "look", 0.4 * self._unit, 2.5 * u)
        for y in (22, 25.6):
            pen.fill(box(8.4, y, 6, 0.5), "ink")
            pen.fill(box(18.6, y, 6, 0.5), "ink")
        pen.fill(box(32, 18, 36, 3), "ink", 1.5 * u)
        pen.fill(box(32, 24.5, 46, 2.2), "muted", 1.1 * u)
        pen.fill(box(32, 29.5, 28, 2.2), "muted", 1.1 * u)
        x, y = card.x + 87 * u, card.y + 15.5 * u
        pen.disc(x, y, 7 * u, "primary")
        pen.ring(x, y, 4.2 * u, "surface", 0.9 * u)
        pen.disc(x, y, 1.6 * u, "surface")
