"""The table of a year's months: as many lines as fit, its head repeated on every local page."""

from __future__ import annotations

from screens.locale.formats import money, month_name
from screens.pen import Pen, Rect
from screens.theme import Role
from screens.widgets import icons
from screens.widgets.node import Node, Saying, Text, Ui
from statemachines import views

_SHARES = (0.24, 0.26, 0.25, 0.25)


class MonthTable:
    """Builds the lines; columns are the month, the base, the citizen's part and the employer's."""

    def __init__(self, ui: Ui, months: tuple[views.MonthLine, ...]) -> None:
        self._ui = ui
        self._months = months
        self._columns = [ui.words(f"months.{column}") for column in ("month", "base", "own", "employer")]

    def blocks(self) -> list[Node]:
        """The head and a line a month; employers by name where one begins or changes."""
        ui, words = self._ui, self._ui.words
        head = TableLine(ui, self._columns, head=True)
        lines: list[Node] = [head]
        before = ""
        for line in self._months:
            if line.paid and line.employer_name and line.employer_name != before:
                name = Text(ui, words("months.by", name=line.employer_name), "small", colour="muted")
                name.space_before = ui.theme.mm(3)
                name.keeps_next = True
                lines.append(name)
                before = line.employer_name
            lines.append(self._line(line))
        return lines

    def _line(self, line: views.MonthLine) -> Node:
        ui, words = self._ui, self._ui.words
        name = month_name(words.language, line.month)
        if not line.paid:
            return TableLine(ui, [name, words("months.gap")], mark="look")
        amounts = [money(part.fen) if part is not None else "" for part in (line.base, line.own, line.employer)]
        said = [f"{column} {amount}" for column, amount in zip(self._columns[1:], amounts, strict=True) if amount]
        return TableLine(ui, [name, *amounts], said=[name, *said])


class TableLine(Node):
    """Cells in the table's columns, the first at the left, amounts at the right; a hairline below."""

    def __init__(
        self, ui: Ui, cells: list[str], *, head: bool = False, mark: str = "", said: list[str] | None = None
    ) -> None:
        role: Role = "body" if ui.content_width >= ui.theme.mm(250) else "small"
        self._cells = [
            Text(
                ui,
                cell,
                role,
                bold=head or place == 0 or bool(mark),
                colour="muted" if head else "ink",
                align="left" if place == 0 else "right",
                middle=True,
                pitch=1.25,
            )
            for place, cell in enumerate(cells)
        ]
        self._mark = icons.badge(ui, mark, 5.5) if mark else None
        super().__init__([*self._cells, *([self._mark] if self._mark else [])])
        self._room = ui.theme.mm(1.6)
        self._hairline = max(1, ui.theme.mm(0.6 if head else 0.3))
        self._head = head
        self.said = () if head else tuple(Saying(text, personal=True) for text in said or cells)
        self._gap = ui.theme.mm(3)
        self.keeps_next = head
        self.most = self.height(ui.content_width) + ui.theme.mm(10)

    def _widths(self, width: int) -> list[int]:
        if len(self._cells) == 2:  # a gap: the words take the other columns
            first = int(width * _SHARES[0])
            return [first, width - first]
        return [int(width * share) for share in _SHARES]

    def height(self, width: int) -> int:
        """The highest cell."""
        pairs = zip(self._cells, self._widths(width), strict=True)
        return max(cell.height(own) for cell, own in pairs) + 2 * self._room

    def place(self, rect: Rect) -> None:
        """Cells in their columns."""
        super().place(rect)
        x = rect.x
        for cell, width in zip(self._cells, self._widths(rect.width), strict=True):
            cell.place(Rect(x, rect.y, width, rect.height))
            x += width
        if self._mark:
            words = self._cells[1].natural_width
            left = rect.right - words - self._gap - self._mark.size
            self._mark.place(
                Rect(left, rect.y + (rect.height - self._mark.size) // 2, self._mark.size, self._mark.size)
            )

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The hairline below."""
        line = Rect(self.rect.x, self.rect.bottom - self._hairline, self.rect.width, self._hairline)
        pen.fill(line, "edge" if self._head else "shade")
