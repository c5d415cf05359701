"""Lines of a list: a label with its value, a point with its mark, a year that can be touched, a heading."""

from __future__ import annotations

from typing import Literal

from screens.pen import Pen, Rect
from screens.theme import Colour
from screens.widgets import icons
from screens.widgets.boxes import Panel, Row
from screens.widgets.node import Node, Saying, Text, Touch, Ui
from statemachines import views


class Heading(Text):
    """The heading of a group of lines."""

    def __init__(self, ui: Ui, text: str, *, ground: Colour = "paper") -> None:
        super().__init__(ui, text, ui.reading, bold=True, colour="on_tint", ground=ground)
        self.space_before = ui.theme.mm(8)
        self.keeps_next = True


class LabelledValue(Node):
    """Label at the left, value at the right, or below it when the two do not fit side by side; a hairline below."""

    def __init__(self, ui: Ui, row: views.Row, *, ground: Colour = "paper") -> None:
        self._label = Text(ui, ui.words.write(row.label), ui.reading, colour="muted", ground=ground)
        colour: Colour = {"wrong": "wrong", "good": "good", "muted": "muted"}.get(row.look, "ink")  # type: ignore[assignment]
        self._value = Text(
            ui,
            ui.words.write(row.value),
            ui.reading,
            bold=row.look != "muted",
            colour=colour,
            ground=ground,
            align="right",
        )
        self._mark = icons.badge(ui, row.look, 6.5) if row.look in ("good", "wrong") else None
        super().__init__([self._label, self._value, *([self._mark] if self._mark else [])])
        self.said = (Saying(self._label.text), Saying(self._value.text, personal=True))
        self._gap = ui.theme.mm(6)
        self._room = ui.theme.mm(2.6)
        self._hairline = max(1, ui.theme.mm(0.3))
        self.most = self.height(ui.content_width) + ui.theme.mm(9)

    def _mark_room(self) -> int:
        return self._mark.size + self._gap // 2 if self._mark else 0

    def _beside(self, width: int) -> bool:
        return self._label.natural_width + self._value.natural_width + self._mark_room() + self._gap <= width

    def height(self, width: int) -> int:
        """One line, or label and value each with theirs."""
        if self._beside(width):
            words = max(self._label.line_height, self._value.line_height)
        else:
            words = self._label.height(width) + self._value.height(width - self._mark_room())
        return words + 2 * self._room

    def place(self, rect: Rect) -> None:
        """In the middle of the height."""
        super().place(rect)
        spare = (rect.height - self.height(rect.width)) // 2
        y = rect.y + self._room + spare
        if self._beside(rect.width):
            natural = self._value.natural_width
            self._label.place(Rect(rect.x, y, self._label.natural_width, self._label.line_height))
            self._value.place(Rect(rect.right - natural, y, natural, self._value.line_height))
            mark_x = rect.right - natural - self._mark_room()
        else:
            high = self._label.height(rect.width)
            self._label.place(Rect(rect.x, y, rect.width, high))
            y += high
            width = rect.width - self._mark_room()
            self._value.place(Rect(rect.x + self._mark_room(), y, width, self._value.height(width)))
            mark_x = rect.right - max(self._value.measure(line) for line in self._value.lines) - self._mark_room()
        if self._mark:
            shift = (self._value.line_height - self._mark.size) // 2
            self._mark.place(Rect(mark_x, y + shift, self._mark.size, self._mark.size))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The hairline below."""
        line = Rect(self.rect.x, self.rect.bottom - self._hairline, self.rect.width, self._hairline)
        pen.fill(line, "shade")


def labelled(ui: Ui, rows: tuple[views.Row, ...], *, ground: Colour = "paper") -> list[Node]:
    """A line for each row."""
    return [LabelledValue(ui, row, ground=ground) for row in rows]


class Point(Row):
    """A mark or an icon, and a sentence."""

    def __init__(
        self,
        ui: Ui,
        text: str,
        mark: Literal["good", "wrong", "look", "out"] | None = None,
        *,
        icon: str = "",
        bold: bool = False,
        ground: Colour = "paper",
    ) -> None:
        words = Text(ui, text, ui.reading, bold=bold, ground=ground)
        size = words.line_height / ui.theme.glass.pixels_per_mm
        picture: Node = (
            icons.badge(ui, mark, size * 0.9) if mark else icons.Icon(ui, icon or "dash", size * 0.9, "on_tint")
        )
        holder = _Top(picture, words.line_height)
        super().__init__([holder, words], [round(words.line_height * 0.95), 1.0], ui.theme.mm(4))
        self.space_before = ui.theme.mm(5)


class _Top(Node):
    """Keeps a mark level with the first line of the words beside it."""

    def __init__(self, child: Node, line: int) -> None:
        super().__init__([child])
        self._line = line

    def height(self, width: int) -> int:
        return self._line

    def place(self, rect: Rect) -> None:
        super().place(rect)
        size = self.children[0].height(rect.width)
        self.children[0].place(Rect(rect.x, rect.y + (self._line - size) // 2, size, size))


def point_card(ui: Ui, text: str, icon: str) -> Node:
    """A sentence with its icon on a panel of its own, for pages with a few things to read."""
    compact = not ui.theme.glass.portrait
    disc = icons.IconDisc(ui, icon, 14 if compact else 22)
    words = Text(ui, text, ui.reading, ground="surface", middle=True)
    card = Panel(ui, Row([disc, words], [disc.size, 1.0], ui.theme.mm(8)), padding=3.5 if compact else None, most=76)
    card.space_before = ui.theme.gap
    return card


def callout(ui: Ui, text: str, mark: Literal["good", "wrong", "look", "out"] = "look") -> Node:
    """What the citizen should know before going on, with its mark, on a panel of its own."""
    return Panel(ui, Point(ui, text, mark, bold=True, ground="surface"), edge="look" if mark == "look" else "edge")


class TouchRow(Node):
    """A line that can be touched: words at the left, more at the right, and a forward arrow."""

    def __init__(
        self,
        ui: Ui,
        title: str,
        detail: str,
        touch: Touch,
        *,
        mark: Literal["good", "wrong", "look"] | None = None,
        value: str = "",
    ) -> None:
        theme = ui.theme
        self._title = Text(ui, title, "lead", bold=True, ground="surface", middle=True)
        self._detail = Text(ui, detail, ui.aside, colour="muted", ground="surface", middle=True, pitch=1.2)
        self._value = Text(ui, value, ui.reading, bold=True, ground="surface", align="right", middle=True)
        self._mark = icons.badge(ui, mark, 6.5) if mark else None
        super().__init__(
            [self._title, self._detail, *([self._value] if value else []), *([self._mark] if self._mark else [])]
        )
        self.touch = touch
        self.choices = 1
        self.space_before = theme.gap
        self._padding = theme.mm(theme.padding)
        self._gap = theme.mm(4)
        self._arrow = theme.mm(8)
        self._radius = theme.mm(4)
        self._edge = max(2, theme.mm(0.6))
        self._least = theme.target
        self.most = theme.mm(56)

    def _inner(self, width: int) -> int:
        """What title and detail share."""
        value = self._value.natural_width + self._gap if self._value.text else 0
        return width - 2 * self._padding - self._arrow - self._gap - value

    def _mark_room(self) -> int:
        return self._mark.size + self._gap // 2 if self._mark else 0

    def _beside(self, width: int) -> bool:
        detail = self._detail.natural_width + self._gap if self._detail.text else 0
        return self._title.natural_width + detail + self._mark_room() <= self._inner(width)

    def _words_height(self, width: int) -> int:
        inner = self._inner(width)
        if self._beside(width) or not self._detail.text:
            return max(self._title.height(inner), self._detail.height(inner) if self._detail.text else 0)
        return self._title.height(inner) + self._detail.height(inner - self._mark_room())

    def height(self, width: int) -> int:
        """A touch target at least."""
        return max(self._least, self._words_height(width) + self._gap)

    def place(self, rect: Rect) -> None:
        """Title, mark, detail from the left, or the detail below the title; the value at the right before the arrow."""
        super().place(rect)
        inner = self._inner(rect.width)
        x = rect.x + self._padding
        if self._beside(rect.width) or not self._detail.text:
            title = min(inner, self._title.natural_width)
            self._title.place(Rect(x, rect.y, title, rect.height))
            x += title + self._gap
            self._place_detail(Rect(x, rect.y, inner - title - self._gap, rect.height))
        else:
            high = self._title.height(inner)
            y = rect.y + (rect.height - self._words_height(rect.width)) // 2
            self._title.place(Rect(x, y, inner, high))
            self._place_detail(Rect(x, y + high, inner, self._detail.height(inner - self._mark_room())))
        right = rect.right - self._padding - self._arrow - self._gap
        self._value.place(Rect(right - self._value.natural_width, rect.y, self._value.natural_width, rect.height))

    def _place_detail(self, rect: Rect) -> None:
        if self._mark:
            middle = rect.y + (rect.height - self._mark.size) // 2
            self._mark.place(Rect(rect.x, middle, self._mark.size, self._mark.size))
        room = self._mark_room()
        self._detail.place(Rect(rect.x + room, rect.y, rect.width - room, rect.height))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """A surface with an edge and an arrow."""
        ground: Colour = "tint" if pressed else "surface"
        for text in (self._title, self._detail, self._value):
            text.ground = ground
        pen.frame(self.rect, "primary" if pressed else "edge", ground, self._edge, self._radius)
        x = self.rect.right - self._padding - self._arrow
        icons.draw(pen, "forward", x, self.rect.y + (self.rect.height - self._arrow) / 2, self._arrow, "on_tint", 2.6)
