"""Puts a page's content into the frame: portrait, landscape, and the low-reach layout. Pure arithmetic, no window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from screens.by_hand import ByHand
from screens.content import PAGES, Content, Entry, Scope
from screens.locale.catalogue import Catalogue
from screens.locale.formats import Words
from screens.pen import Rect
from screens.speech.aids import SpeechAid
from screens.theme import LOW_REACH, Theme
from screens.typeset import Typesetter
from screens.widgets.bars import BottomBar, FrameButtons, TopBar
from screens.widgets.boxes import Column
from screens.widgets.button import Button, side_by_side
from screens.widgets.flow import Stacked, Turner, paged
from screens.widgets.indicators import Steps
from screens.widgets.node import Node, Ui
from statemachines import views

_LEFT = 0.44
"""Part of the width that the question has in landscape."""

_BETWEEN = 14
"""Millimetres between the two columns."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A page laid out: the nodes in the order they are painted, and what can be touched."""

    number: int
    page: str
    theme: Theme
    roots: tuple[Node, ...]
    turn: int
    turns: int
    anywhere: Node | None
    alone: bool

    def nodes(self) -> list[Node]:
        """Every node, parents first."""
        return [node for root in self.roots for node in root.walk()]

    def touchable(self) -> list[Node]:
        """The nodes that say something when touched."""
        return [node for node in self.nodes() if node.touch is not None]

    def hit(self, x: float, y: float) -> Node | None:
        """What is touched at a point."""
        touched = next((node for node in self.touchable() if node.rect.contains(x, y)), None)
        return touched or self.anywhere

    def targets(self) -> tuple[views.Target, ...]:
        """What can be touched, as the controller and a tester are told."""
        return tuple(
            views.Target(
                node.touch.intent, node.touch.value, node.rect.x, node.rect.y, node.rect.width, node.rect.height
            )
            for node in self.touchable()
            if node.touch is not None
        )


@dataclass(frozen=True, slots=True)
class Composer:
    """Builds scenes for one screen."""

    theme: Theme
    catalogue: Catalogue
    typesetter: Typesetter
    now: Callable[[], datetime]
    speech: SpeechAid | None = None
    """How speech is set; None: the machine cannot speak now."""

    def scene(self, frame: views.Frame, page: views.Page, turn: int = 0, hand: ByHand | None = None) -> Scene:
        """Lay out a view; ``turn`` is which of its local pages, brought into range; ``hand``: what was typed or drawn
        on it so far. Raises WordsError, UnknownIcon, CodeTooLong.
        """
        theme = replace(
            self.theme, large=frame.large, low_reach=self.theme.low_reach and not self.theme.glass.within_reach
        )
        kind = type(page).__name__
        entry = PAGES[kind]
        left = _left_width(theme, entry)
        inner = theme.glass.width - 2 * theme.margin
        width = inner - left - theme.mm(_BETWEEN) if left else inner
        ui = Ui(theme, Words(self.catalogue, frame.language), self.typesetter, width)
        content = entry.builder(Scope(ui, frame, self.now, hand or ByHand(), self.speech), page)
        if theme.crowded and (content.info or content.touch):
            content.touch += content.actions
            content.actions = []
        if frame.step is not None:
            content.head.insert(0, Steps(ui, *frame.step))
        return _Arrangement(ui, frame, self.now, content, left).scene(kind, turn)


def _left_width(theme: Theme, entry: Entry) -> int:
    """Pixels that the question's column has beside the other; 0 when all stands in one column."""
    if theme.glass.portrait or entry.wide is True or (entry.wide == "compact" and theme.compact):
        return 0
    inner = theme.glass.width - 2 * theme.margin
    return int(inner * (entry.left if theme.compact else _LEFT))


class _Arrangement:
    def __init__(self, ui: Ui, frame: views.Frame, now: Callable[[], datetime], content: Content, left: int) -> None:
        self.ui, self.frame, self.content, self.left = ui, frame, content, left
        self.theme = theme = ui.theme
        self.low = theme.low_reach
        self.top = TopBar(ui, frame, now, buttons=not self.low and not content.alone)
        self.bottom = BottomBar(ui, frame, content.primary, whole=content.whole)
        width, height = theme.glass.width, theme.glass.height
        self.top.place(Rect(0, 0, width, self.top.height(width)))
        high = self.bottom.height(width)
        self.bottom.place(Rect(0, height - high, width, high))
        self.roots: list[Node] = [self.top, self.bottom]
        self.end = height - high - theme.mm(5 if theme.compact else 8)
        if self.low and not content.alone:
            row = FrameButtons(ui, frame)
            inner = width - 2 * theme.margin
            row.place(Rect(theme.margin, self.end - row.height(inner), inner, row.height(inner)))
            self.roots.append(row)
            self.end = row.rect.y - theme.mm(8)
        self.start = self.top.rect.bottom + theme.mm(14 if theme.glass.portrait else 6 if theme.compact else 9)
        self.turn = 0
        self.turns = 1

    def scene(self, kind: str, turn: int) -> Scene:
        self.turn = turn
        if self.left:
            self._two_columns()
        else:
            self._one_column()
        content = self.content
        if content.read_first and content.primary is not None and self.turn + 1 < self.turns:
            content.primary.close()
        return Scene(
            self.frame.number,
            kind,
            self.theme,
            tuple(self.roots),
            self.turn,
            self.turns,
            content.primary if content.anywhere else None,
            content.alone,
        )

    def _add(self, node: Node, rect: Rect) -> None:
        node.place(rect)
        self.roots.append(node)

    # -- the two ways a screen stands ----------------------------------------------------------------------------------

    def _one_column(self) -> None:
        theme, content = self.theme, self.content
        x, width = theme.margin, theme.glass.width - 2 * theme.margin
        head = self._head(width, theme.mm(8 if theme.glass.portrait else 4))
        between = theme.mm(12 if theme.glass.portrait else 6)
        high = head.height(width)
        y = self.start
        flowing = bool(content.info or content.touch)
        if content.centred:
            below = Stacked([*content.info, *content.touch]).height(width) + between if flowing else 0
            y += max(0, (self.end - self.start - high - below) // 3)
        if head.grows and flowing and not (self.low and content.touch):
            below = Stacked([*content.info, *content.touch]).height(width)
            spare = self._actions_start(width) - y - high - between - below
            room = sum(node.room_to_grow(width) for node in content.head if node.grows)
            high += max(0, min(spare, room))
        self._add(head, Rect(x, y, width, high))
        y += high + between
        if not flowing:
            end = self._actions(x, width, self.end)
            if content.picture and end - y >= content.picture.height(width):
                self._add(content.picture, Rect(x, y, width, end - y))
            return
        if self.low and content.touch:
            self._low_reach(head, x, y, width)
            return
        end = self._actions(x, width, self.end)
        last = self._flow([*content.info, *content.touch], Rect(x, y, width, end - y))
        top = last + theme.mm(8)
        if content.picture and self.turns == 1 and end - top >= content.picture.height(width):
            self._add(content.picture, Rect(x, top, width, end - top))

    def _low_reach(self, head: Column, x: int, y: int, width: int) -> None:
        """Things to read above, things to touch in the lower part."""
        theme, content = self.theme, self.content
        line = theme.glass.height - int(theme.glass.height * LOW_REACH)
        end = self._actions(x, width, self.end)
        roots = list(self.roots)
        self._flow(content.touch, Rect(x, line, width, end - line))
        turns, turn = self.turns, self.turn
        if content.info:
            room = Rect(x, y, width, line - theme.gap - y)
            pages = paged(content.info, width, room.height, theme.choices)
            self.turns = max(turns, len(pages))
            if self.turns > turns:  # more to read than to touch: turned together
                self.roots = roots
                self._flow(content.touch, Rect(x, line, width, end - line), at_least=self.turns)
            self._add(Stacked(pages[min(self.turn, len(pages) - 1)]), room)
        elif content.picture and line - theme.mm(6) - y >= content.picture.height(width):
            self._add(content.picture, Rect(x, y, width, line - theme.mm(6) - y))
        else:  # nothing between: the question comes down to its choices
            high = head.rect.height
            head.place(Rect(x, max(self.start, line - theme.mm(12) - high), width, high))
        self.turn = min(turn, self.turns - 1)

    def _two_columns(self) -> None:
        theme, content = self.theme, self.content
        inner = theme.glass.width - 2 * theme.margin
        left = self.left
        between = theme.mm(_BETWEEN)
        right = Rect(theme.margin + left + between, self.start, inner - left - between, self.end - self.start)
        head = self._head(left, theme.mm(5))
        flowing = bool(content.info or content.touch)
        if not flowing and content.picture is None:
            right = Rect(theme.margin, self.start, inner, 0)
            left = inner
        high = head.height(left)
        y = self.start
        if content.centred and not flowing:
            y += max(0, (self.end - self.start - high) // 3)
        if head.grows:
            room = sum(node.room_to_grow(left) for node in head.children if node.grows)
            high += max(0, min(self.end - y - high, room))
        self._add(head, Rect(theme.margin, y, left, high))
        y += high + theme.mm(6)
        end = self.end
        if content.actions:
            if flowing:
                end = self._actions(right.x, right.width, self.end)
            else:
                self._actions(theme.margin, left, self.end)
        if not flowing:
            if content.picture:
                self._add(content.picture, Rect(right.x, self.start, right.width, self.end - self.start))
            return
        self._flow([*content.info, *content.touch], Rect(right.x, self.start, right.width, end - self.start))
        room = self.end - y
        if content.picture and room >= content.picture.height(left):
            self._add(content.picture, Rect(theme.margin, y, left, room))

    def _head(self, width: int, gap: int) -> Column:
        """The question and what belongs to it; what is optional is left out, the last first, until the rest fits."""
        nodes = list(self.content.head)
        flowing = bool(self.content.info or self.content.touch)
        room = self.end - self.start
        if not self.left and flowing:
            room //= 5 if self.theme.crowded else 3 if self.theme.compact else 2
        if self.left and not flowing:
            room -= self.end - self._actions_start(width)
        while Column(nodes, gap).height(width) > room and any(node.optional for node in nodes):
            nodes.remove(next(node for node in reversed(nodes) if node.optional))
        return Column(nodes, gap)

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _actions_start(self, width: int) -> int:
        """Where the secondary actions would begin."""
        buttons = self.content.actions
        return self.end - (
            side_by_side(buttons, width, self.theme.gap).height(width) + self.theme.mm(6) if buttons else 0
        )

    def _actions(self, x: int, width: int, end: int) -> int:
        """Secondary actions in a row above ``end``; where they begin, less a gap."""
        buttons: list[Button] = self.content.actions
        if not buttons:
            return end
        column = side_by_side(buttons, width, self.theme.gap)
        high = column.height(width)
        self._add(column, Rect(x, end - high, width, high))
        return end - high - self.theme.mm(6)

    def _flow(self, blocks: list[Node], room: Rect, at_least: int = 1) -> int:
        """Place the present local page of ``blocks`` in ``room``; where it ends. A turner below when there are more."""
        theme = self.theme
        pages = paged(blocks, room.width, room.height, theme.choices)
        self.turns = max(at_least, len(pages))
        if self.turns > 1:
            sample = Turner(self.ui, 0, 2)
            high = sample.height(room.width)
            room = Rect(room.x, room.y, room.width, room.height - high - theme.mm(6))
            pages = paged(blocks, room.width, room.height, theme.choices)
            self.turns = max(at_least, len(pages))
            self.turn = min(self.turn, self.turns - 1)
            self._add(Turner(self.ui, self.turn, self.turns), Rect(room.x, room.bottom + theme.mm(6), room.width, high))
        self.turn = min(self.turn, self.turns - 1)
        stacked = Stacked(pages[min(self.turn, len(pages) - 1)])
        self._add(stacked, room)
        return stacked.rect.bottom
