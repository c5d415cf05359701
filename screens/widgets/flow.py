"""Blocks one below the other, as many as fit on a page; the rest comes with "more". Nothing scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from screens.pen import Rect
from screens.widgets.button import Button
from screens.widgets.node import Node, Text, Touch, Ui


def paged(blocks: Sequence[Node], width: int, height: int, choices: int) -> list[list[Node]]:
    """Blocks in order on pages of ``height`` pixels and ``choices`` each, as few as it takes."""
    pages: list[list[Node]] = [[]]
    used = count = 0
    for place, block in enumerate(blocks):
        wanted = _wanted(block, width, first=not pages[-1])
        needed = wanted
        if block.keeps_next and place + 1 < len(blocks):
            needed += _wanted(blocks[place + 1], width, first=False)
        more = choices_of(block)
        if pages[-1] and (used + needed > height or (more and count + more > choices)):
            pages.append([])
            used = count = 0
            wanted = _wanted(block, width, first=True)
        pages[-1].append(block)
        used += wanted
        count += more
    return pages


def choices_of(block: Node) -> int:
    """How many choices a block holds."""
    return int(getattr(block, "choices", 0))


def _wanted(block: Node, width: int, *, first: bool) -> int:
    return block.height(width) + (0 if first else block.space_before)


class Stacked(Node):
    """One page of a flow: room to spare goes to the blocks that may be stretched."""

    def __init__(self, blocks: Sequence[Node]) -> None:
        super().__init__(blocks)
        self.overflow = 0

    def height(self, width: int) -> int:
        """All blocks, unstretched."""
        return sum(_wanted(block, width, first=place == 0) for place, block in enumerate(self.children))

    def stretched(self, width: int, height: int) -> list[int]:
        """The heights the blocks get in ``height`` pixels."""
        heights = [block.height(width) for block in self.children]
        spare = height - self.height(width)
        open_ = [place for place, block in enumerate(self.children) if block.most > heights[place]]
        while spare > 0 and open_:
            share = max(1, spare // len(open_))
            for place in list(open_):
                given = min(share, spare, self.children[place].most - heights[place])
                heights[place] += given
                spare -= given
                if heights[place] >= self.children[place].most:
                    open_.remove(place)
        return heights

    def place(self, rect: Rect) -> None:
        """From the top."""
        super().place(rect)
        self.overflow = max(0, self.height(rect.width) - rect.height)
        y = rect.y
        for place, (block, height) in enumerate(
            zip(self.children, self.stretched(rect.width, rect.height), strict=True)
        ):
            y += block.space_before if place else 0
            block.place(Rect(rect.x, y, rect.width, height))
            y += height
        if not self.overflow:
            self.rect = Rect(rect.x, rect.y, rect.width, y - rect.y)


class Turner(Node):
    """Previous, which page of how many, more."""

    def __init__(self, ui: Ui, page: int, pages: int) -> None:
        words = ui.words
        icons = ("", "") if ui.theme.compact else ("up", "down")

        def button(key: str, step: int) -> Button:
            name = icons[step > 0]
            value = "more" if step > 0 else "previous"
            return Button(ui, words(key), Touch("turn", value, step), icon=name, kind="tint", padding=3)

        self._previous = button("frame.previous", -1) if page else None
        self._more = button("frame.more", 1) if page + 1 < pages else None
        self._which = Text(
            ui,
            words("frame.page", page=page + 1, pages=pages),
            "small",
            colour="muted",
            align="centre",
            middle=True,
            pitch=1.2,
        )
        super().__init__([node for node in (self._previous, self._which, self._more) if node])
        self._gap = ui.theme.gap
        self._widest = ui.theme.mm(90)

    def height(self, width: int) -> int:
        """A button's."""
        own = self._button_width(width)
        return max(button.height(own) for button in (self._previous, self._more) if button)

    def _button_width(self, width: int) -> int:
        natural = max(button.natural_width for button in (self._previous, self._more) if button)
        return min(self._widest, max(natural, (width - 2 * self._gap) * 37 // 100), (width - self._gap) // 2)

    def place(self, rect: Rect) -> None:
        """Previous left, more right, where each always is; which page it is between them, if there is room."""
        super().place(rect)
        own = self._button_width(rect.width)
        if self._previous:
            self._previous.place(Rect(rect.x, rect.y, own, rect.height))
        if self._more:
            self._more.place(Rect(rect.right - own, rect.y, own, rect.height))
        middle = rect.width - 2 * own - 2 * self._gap
        if self._which.natural_width <= middle:
            self._which.place(Rect(rect.x + own + self._gap, rect.y, middle, rect.height))
        else:
            self.children.remove(self._which)
