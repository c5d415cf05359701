"""Nodes that hold others: one below the other, side by side, on a panel; and nothing, of a certain height."""

from __future__ import annotations

from collections.abc import Sequence

from screens.pen import Pen, Rect
from screens.theme import Colour
from screens.widgets.node import Node, Ui


class Column(Node):
    """Nodes one below the other, ``gap`` pixels apart; what is left over goes to those that grow."""

    def __init__(self, children: Sequence[Node], gap: int) -> None:
        super().__init__(children)
        self._gap = gap
        self.overflow = 0

    @property
    def grows(self) -> bool:  # type: ignore[override]
        """It grows if one of its children does."""
        return any(child.grows for child in self.children)

    def height(self, width: int) -> int:
        """The sum of all, with the gaps."""
        return sum(child.height(width) for child in self.children) + self._gap * max(0, len(self.children) - 1)

    def place(self, rect: Rect) -> None:
        """From the top; ``overflow`` is how many pixels are missing."""
        super().place(rect)
        spare = rect.height - self.height(rect.width)
        self.overflow = max(0, -spare)
        growing = [child for child in self.children if child.grows]
        y = rect.y
        for child in self.children:
            height = child.height(rect.width)
            if spare > 0 and child in growing:
                height += min(spare // len(growing), child.room_to_grow(rect.width))
            child.place(Rect(rect.x, y, rect.width, height))
            y += height + self._gap


class Row(Node):
    """Nodes side by side, as high as the highest. ``widths``: pixels (int), or a share of what is left (float)."""

    def __init__(self, children: Sequence[Node], widths: Sequence[int | float], gap: int) -> None:
        super().__init__(children)
        self._shares = widths
        self._gap = gap

    @property
    def grows(self) -> bool:  # type: ignore[override]
        """It grows if one of its children does."""
        return any(child.grows for child in self.children)

    def _widths(self, width: int) -> list[int]:
        fixed = sum(share for share in self._shares if isinstance(share, int))
        left = width - fixed - self._gap * (len(self._shares) - 1)
        total = sum(share for share in self._shares if isinstance(share, float)) or 1.0
        return [share if isinstance(share, int) else int(left * share / total) for share in self._shares]

    def height(self, width: int) -> int:
        """The highest child."""
        pairs = zip(self.children, self._widths(width), strict=True)
        return max((child.height(own) for child, own in pairs), default=0)

    def place(self, rect: Rect) -> None:
        """All get the whole height."""
        super().place(rect)
        x = rect.x
        for child, width in zip(self.children, self._widths(rect.width), strict=True):
            child.place(Rect(x, rect.y, width, rect.height))
            x += width + self._gap


class Space(Node):
    """Nothing, of a certain height."""

    def __init__(self, height: int = 0, *, grows: bool = False) -> None:
        super().__init__()
        self._height = height
        self.grows = grows

    def height(self, width: int) -> int:
        """As said."""
        return self._height


class Panel(Node):
    """One node on a coloured ground with rounded corners and room around."""

    def __init__(
        self,
        ui: Ui,
        child: Node,
        *,
        ground: Colour = "surface",
        edge: Colour | None = "shade",
        padding: float | None = None,
        most: float = 0,
    ) -> None:
        super().__init__([child])
        self._padding = ui.theme.mm(ui.theme.padding if padding is None else padding)
        self._radius = ui.theme.mm(4)
        self._line = max(1, ui.theme.mm(0.4))
        self._ground: Colour = ground
        self._edge = edge
        self.grows = child.grows
        self.most = ui.theme.mm(most)

    def height(self, width: int) -> int:
        """The child's, and the room around it."""
        return self.children[0].height(width - 2 * self._padding) + 2 * self._padding

    def place(self, rect: Rect) -> None:
        """The child in the middle."""
        super().place(rect)
        self.children[0].place(rect.inset(self._padding))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The ground, and its edge."""
        if self._edge is None:
            pen.fill(self.rect, self._ground, self._radius)
        else:
            pen.frame(self.rect, self._edge, self._ground, self._line, self._radius)
