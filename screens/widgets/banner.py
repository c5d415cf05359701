"""The face of the machine when nobody is here: its name on a deep ground, and a card."""

from __future__ import annotations

from screens.pen import Pen, Rect
from screens.widgets.node import Node, Text, Ui


class Banner(Node):
    """Title and a line of words on the primary colour, a social security card drawn beside or below."""

    def __init__(self, ui: Ui, title: str, line: str) -> None:
        theme = ui.theme
        self._title = Text(ui, title, "hero", bold=True, colour="on_primary", ground="primary", pitch=1.3)
        self._line = Text(ui, line, "body", colour="on_primary", ground="primary")
        super().__init__([self._title, self._line])
        self._portrait = theme.glass.portrait
        self._padding = theme.mm(14 if self._portrait else 10)
        self._gap = theme.mm(6)
        self._radius = theme.mm(6)
        self._card_width = theme.mm(92)
        self._unit = theme.glass.pixels_per_mm

    def _card(self, width: int) -> tuple[int, int]:
        beside = self._title.natural_width + self._card_width + 2 * self._padding + self._gap <= width
        return (self._card_width, round(self._card_width * 0.63)) if beside else (0, 0)

    def height(self, width: int) -> int:
        """Words and room; the card stands in it."""
        inner = width - 2 * self._padding
        card_width, card_height = self._card(width)
        words_width = inner - card_width - (self._gap if card_width else 0)
        title = self._title.height(words_width)
        return 2 * self._padding + max(title, card_height) + self._gap + self._line.height(inner)

    def place(self, rect: Rect) -> None:
        """Title at the left, the line below."""
        super().place(rect)
        inner = rect.inset(self._padding)
        card_width, card_height = self._card(rect.width)
        words_width = inner.width - card_width - (self._gap if card_width else 0)
        title = self._title.height(words_width)
        line = self._line.height(inner.width)
        upper = inner.height - line - self._gap
        self._title.place(Rect(inner.x, inner.y + (upper - title) // 2, words_width, title))
        self._line.place(Rect(inner.x, inner.bottom - line, inner.width, line))
        self._at = Rect(inner.right - card_width, inner.y + (upper - card_height) // 2, card_width, card_height)

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The ground and the card."""
        pen.fill(self.rect, "primary", self._radius)
        card = self._at
        if not card.width:
            return
        u = card.width / 100

        def box(x: float, y: float, width: float, height: float) -> Rect:
            return Rect(round(card.x + x * u), round(card.y + y * u), round(width * u), round(height * u))

        pen.frame(card, "ink", "surface", max(2, 0.6 * self._unit), 5 * u)
        pen.fill(box(2, 44, 96, 9), "tint")
        pen.frame(box(9, 17, 17, 14), "ink", "look", max(1.5, 0.4 * self._unit), 2.5 * u)
        pen.fill(box(34, 20, 40, 3.4), "muted", 1.7 * u)
        pen.fill(box(34, 27, 26, 3.4), "muted", 1.7 * u)
        pen.disc(card.x + 86 * u, card.y + 16 * u, 7 * u, "wrong")
        pen.disc(card.x + 86 * u, card.y + 16 * u, 4 * u, "surface")
