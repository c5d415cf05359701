"""A choice as a tile: icon, title, a note; or why it cannot be chosen now, in words."""

from __future__ import annotations

from screens.pen import Pen, Rect
from screens.theme import Colour
from screens.widgets import icons
from screens.widgets.boxes import Row
from screens.widgets.node import Node, Text, Touch, Ui
from statemachines import views


class Tile(Node):
    """``tall``: the icon above the words; else beside them. Without a touch it is drawn flat and says why."""

    def __init__(self, ui: Ui, choice: views.Choice, *, tall: bool) -> None:
        theme = ui.theme
        open_ = choice.why_not is None
        ground: Colour = "surface" if open_ else "paper"
        note = choice.why_not or choice.note
        write = ui.words.write
        self._words = [
            Text(
                ui,
                write(choice.title),
                "lead",
                bold=True,
                colour="ink" if open_ else "muted",
                ground=ground,
                pitch=1.25,
            )
        ]
        if note is not None:
            self._words.append(Text(ui, write(note), ui.aside, colour="muted", ground=ground, pitch=1.3))
        super().__init__(self._words)
        self.touch = Touch("choose", choice.id) if open_ else None
        self.together = True
        self._grounds: tuple[Colour, Colour] = (ground, "tint")
        self._icon = choice.icon if choice.icon in icons.ICONS else ""
        self._tall = tall
        self._disc = theme.mm(34 if theme.glass.portrait and not theme.low_reach else 22) if self._icon else 0
        self._padding = theme.mm(theme.padding)
        self._gap = theme.mm(5)
        self._line_gap = theme.mm(1.5)
        self._radius = theme.mm(4)
        self._edge = max(2, theme.mm(0.6))
        self._least = theme.primary_height
        self.most = theme.mm((200 if theme.large else 150) if tall else 40)

    def _words_height(self, width: int) -> int:
        return sum(text.height(width) for text in self._words) + self._line_gap * (len(self._words) - 1)

    def _words_width(self, width: int) -> int:
        beside = self._disc + self._gap if self._disc and not self._tall else 0
        return width - 2 * self._padding - beside

    def height(self, width: int) -> int:
        """What icon and words need, at least a comfortable target."""
        words = self._words_height(self._words_width(width))
        if self._tall and self._disc:
            words += self._disc + self._gap
        return max(self._least, max(words, self._disc) + 2 * self._padding)

    def place(self, rect: Rect) -> None:
        """Words at the left, in the middle of the height."""
        super().place(rect)
        width = self._words_width(rect.width)
        words = self._words_height(width)
        block = words + (self._disc + self._gap if self._tall and self._disc else 0)
        y = rect.y + (rect.height - block) // 2
        x = rect.x + self._padding
        if self._tall:
            self._disc_at = (x, y)
            y += self._disc + self._gap if self._disc else 0
        elif self._disc:
            self._disc_at = (x, rect.y + (rect.height - self._disc) // 2)
            x += self._disc + self._gap
        for text in self._words:
            height = text.height(width)
            text.place(Rect(x, y, width, height))
            y += height + self._line_gap

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """An open choice has a surface and an edge; a closed one is flat, with a dash on its icon's place."""
        ground = self._grounds[pressed]
        for text in self._words:
            text.ground = ground
        if self.touch is not None:
            pen.frame(self.rect, "primary" if pressed else "edge", ground, self._edge, self._radius)
        else:
            pen.frame(self.rect, "shade", ground, self._edge, self._radius)
        if self._icon:
            x, y = self._disc_at
            centre = self._disc / 2
            pen.disc(x + centre, y + centre, centre, "tint" if self.touch is not None else "shade")
            size = self._disc * 0.56
            inset = (self._disc - size) / 2
            colour: Colour = "on_tint" if self.touch is not None else "muted"
            icons.draw(pen, self._icon, x + inset, y + inset, size, colour, 1.7)


class TileRow(Row):
    """Tiles side by side."""

    def __init__(self, ui: Ui, tiles: list[Tile], columns: int) -> None:
        filled: list[Node] = [*tiles, *(_Nothing() for _ in range(columns - len(tiles)))]
        super().__init__(filled, [1.0] * columns, ui.theme.gap)
        self.choices = len(tiles)
        self.most = max(tile.most for tile in tiles)
        self.space_before = ui.theme.gap


class _Nothing(Node):
    def height(self, width: int) -> int:
        return 0


def tile_rows(ui: Ui, choices: tuple[views.Choice, ...]) -> list[Node]:
    """Tiles in as many columns as look well: few choices one below the other, many side by side."""
    theme = ui.theme
    portrait = theme.glass.portrait
    columns = 2 if len(choices) > 3 and ui.content_width >= theme.mm(230) else 1
    tall = portrait and columns == 2 and not theme.low_reach
    tiles = [Tile(ui, choice, tall=tall) for choice in choices]
    rows: list[Node] = []
    for start in range(0, len(tiles), columns):
        row = TileRow(ui, tiles[start : start + columns], columns)
        if not tall:
            row.most = theme.mm(70 if portrait else 56)
        rows.append(row)
    return rows
