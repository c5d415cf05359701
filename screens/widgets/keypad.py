"""Digits typed on the screen: the field that shows them, and the keys. Never for anything secret."""

from __future__ import annotations

from itertools import pairwise

from screens.pen import Pen, Rect
from screens.theme import Role
from screens.widgets.button import Button
from screens.widgets.node import Figure, Node, Saying, Touch, Ui


def grouped(digits: str, longest: int) -> str:
    """Digits as they are read aloud: a mobile number 3 4 4, everything else in fours."""
    cuts = (0, 3, 7, 11) if longest == 11 else range(0, longest + 4, 4)
    return " ".join(part for start, end in pairwise(cuts) if (part := digits[start:end]))


class DigitField(Node):
    """The digits so far, large, and where the next one will stand."""

    def __init__(self, ui: Ui, digits: str, longest: int) -> None:
        theme = ui.theme
        roles: tuple[Role, ...] = ("question", "lead", "body")
        if theme.glass.portrait:
            roles = ("amount", *roles)
        self._digits = Figure(ui, grouped(digits, longest), roles)
        self._digits.middle = True
        self.said = (Saying(" ".join(digits), personal=True),) if digits else ()
        super().__init__([self._digits])
        self._least = theme.mm(34 if theme.glass.portrait else 20 if theme.compact else 24)
        self._padding = theme.mm(theme.padding)
        self._radius = theme.mm(4)
        self._edge = max(2, theme.mm(0.8))
        self._caret = max(2, theme.mm(0.9))

    def height(self, width: int) -> int:
        """One line of large digits."""
        return max(self._least, self._digits.height(width - 2 * self._padding - 3 * self._caret))

    def place(self, rect: Rect) -> None:
        """From the left."""
        super().place(rect)
        width = rect.width - 2 * self._padding - 3 * self._caret
        self._digits.place(Rect(rect.x + self._padding, rect.y, width, rect.height))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The field, and a mark behind the last digit."""
        pen.frame(self.rect, "primary", "surface", self._edge, self._radius)
        written = self._digits.natural_width + 2 * self._caret if self._digits.text else 0
        high = round(self._digits.em * 1.1)
        left = self._digits.rect.x + written
        pen.fill(Rect(left, self.rect.y + (self.rect.height - high) // 2, self._caret, high), "primary")


class Keypad(Node):
    """Nine digits, the nought below them, and a key that takes the last digit back."""

    def __init__(self, ui: Ui, *, full: bool, empty: bool) -> None:
        theme = ui.theme

        def key(digit: str) -> Button:
            return Button(ui, digit, Touch("digit", digit, local=True), role="question", padding=2, enabled=not full)

        erase = Button(
            ui,
            ui.words("enter_digits.erase"),
            Touch("erase", local=True),
            icon="" if theme.compact else "erase",
            padding=1 if theme.compact else 2,
            enabled=not empty,
            role="small" if theme.compact else "body",
        )
        self.said = (Saying(ui.words("speech.keypad")),)
        self._keys: list[Button | None] = [*(key(str(digit)) for digit in range(1, 10)), None, key("0"), erase]
        super().__init__([button for button in self._keys if button])
        self._least = max(theme.target, max(button.height(theme.mm(50)) for button in self.children))
        self._gap = theme.gap
        self._widest = theme.mm(230)
        self.most = 4 * theme.mm(40) + 3 * theme.gap
        self.space_before = theme.gap

    def height(self, width: int) -> int:
        """Four rows of targets."""
        return 4 * self._least + 3 * self._gap

    def place(self, rect: Rect) -> None:
        """Three columns in the middle of the width."""
        width = min(rect.width, self._widest)
        super().place(Rect(rect.x + (rect.width - width) // 2, rect.y, width, rect.height))
        wide = (width - 2 * self._gap) // 3
        high = (rect.height - 3 * self._gap) // 4
        for place, button in enumerate(self._keys):
            if button is not None:
                row, column = divmod(place, 3)
                button.place(
                    Rect(self.rect.x + column * (wide + self._gap), rect.y + row * (high + self._gap), wide, high)
                )
