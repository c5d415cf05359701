"""What every piece of a page has in common: it is measured for a width, placed in a rectangle, and painted.

A page is a tree of nodes. Measuring and placing are pure arithmetic in pixels, so a test can lay out every page in
every size and look for what is cut off or overlaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screens.locale.formats import Words
from screens.pen import Pen, Rect
from screens.textflow import balanced, break_lines
from screens.theme import LINE, Colour, Role, Theme
from screens.typeset import Typesetter

_LONELY = 2
"""Characters that do not stand on a last line alone."""


@dataclass(frozen=True, slots=True)
class Ui:
    """What nodes are built with: sizes and colours, words, and a way to measure text."""

    theme: Theme
    words: Words
    typesetter: Typesetter
    content_width: int
    """Pixels a page's main column has."""

    @property
    def reading(self) -> Role:
        """What sentences to be read are set in: a tall screen has room for more than the least."""
        return "lead" if self.theme.glass.portrait else "body"

    @property
    def aside(self) -> Role:
        """What explains or qualifies it."""
        return "body" if self.theme.glass.portrait else "small"


@dataclass(frozen=True, slots=True)
class Touch:
    """What touching a node says to the controller.

    ``turn`` (by how many local pages), ``aid`` (a display aid to switch) and ``local`` (what is typed or drawn here)
    are done by the screens themselves; the controller is only told that someone is there.
    """

    intent: str
    value: str = ""
    turn: int = 0
    aid: str = ""
    primary: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """Words as they are drawn, to be said aloud. ``personal``: not where others hear it."""

    text: str
    personal: bool = False


class Node:
    """A piece of a page. ``rect`` is set by :meth:`place`; children are painted after their parent."""

    grows = False
    """Whether a column may give it more height than it asks for."""
    ticks = 0
    """Seconds after which it is painted anew: 1, or 60 on the minute; 0 for what stands still."""
    most = 0
    """Pixels it may be stretched to when a flow has room to spare; 0: not at all."""
    space_before = 0
    """Pixels kept free above it in a flow, except at the top."""
    optional = False
    """May be left out of a page's head where there is no room for it."""
    picture = False
    """A drawing: nothing else may stand in its place."""
    live = False
    """A picture that is replaced while the page stands: painted by itself, for it is painted anew by itself."""
    said: tuple[Saying, ...] | None = None
    """What is said aloud of it in place of all its texts; None: those. Empty: nothing."""
    together = False
    """Its texts are said in one go: a title and its note."""
    keeps_next = False
    """A heading: never the last on a page of a flow."""

    def __init__(self, children: Sequence[Node] = ()) -> None:
        self.children = list(children)
        self.rect = Rect(0, 0, 0, 0)
        self.touch: Touch | None = None

    def room_to_grow(self, width: int) -> int:
        """How many pixels higher it may become, if it grows at all; ``most`` limits it."""
        return max(0, self.most - self.height(width)) if self.most else 1_000_000

    def height(self, width: int) -> int:
        """The pixels it needs in height when it is ``width`` wide."""
        raise TypeError(f"{type(self).__name__} does not say how high it is")

    def place(self, rect: Rect) -> None:
        """Take this place, and give the children theirs."""
        self.rect = rect

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """Draw itself without its children. ``elapsed``: seconds since the page was first shown, for what ticks."""

    def walk(self) -> Iterator[Node]:
        """Itself and everything in it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


class Text(Node):
    """Words, broken into lines. ``ground`` is the colour they stand on: contrast is checked for that pair."""

    def __init__(
        self,
        ui: Ui,
        text: str,
        role: Role = "body",
        *,
        bold: bool = False,
        colour: Colour = "ink",
        ground: Colour = "paper",
        align: str = "left",
        middle: bool = False,
        even: bool = False,
        pitch: float = LINE,
    ) -> None:
        super().__init__()
        self.text = text
        self.role = role
        self.bold = bold
        self.colour: Colour = colour
        self.ground: Colour = ground
        self.em = ui.theme.em(role)
        self.lines: list[str] = [text]
        self.align = align
        self.middle = middle
        self._even = even
        self._typesetter = ui.typesetter
        self.line_height = round(self.em * pitch)

    def measure(self, text: str) -> int:
        """Pixels that one line is wide."""
        return self._typesetter.width(text, self.em, bold=self.bold)

    @property
    def natural_width(self) -> int:
        """Pixels it is wide when no line is broken."""
        return max(self.measure(line) for line in self.text.split("\n"))

    def missing_characters(self) -> set[str]:
        """What no font can write, and would be a box."""
        return self._typesetter.fonts.missing(self.text)

    def _break(self, width: int) -> list[str]:
        if self._even:
            return balanced(self.text, width, self.measure)
        lines = break_lines(self.text, width, self.measure)
        lonely = len(lines) > 1 and len(lines[-1]) <= _LONELY
        return balanced(self.text, width, self.measure) if lonely else lines

    def height(self, width: int) -> int:
        """All lines at the line distance."""
        return len(self._break(width)) * self.line_height

    def place(self, rect: Rect) -> None:
        """Break into lines for this width."""
        super().place(rect)
        self.lines = self._break(rect.width)

    @property
    def fits(self) -> bool:
        """Whether every line is whole within the rectangle."""
        high = len(self.lines) * self.line_height <= self.rect.height + 1
        return high and all(self.measure(line) <= self.rect.width for line in self.lines)

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """Lines from the top, or in the middle of the rectangle."""
        top = self.rect.y
        if self.middle:
            top += (self.rect.height - len(self.lines) * self.line_height) // 2
        baseline = top + round(self.line_height / 2 + 0.38 * self.em)
        for line in self.lines:
            free = self.rect.width - self.measure(line)
            x = self.rect.x + {"left": 0, "centre": free // 2, "right": free}[self.align]
            pen.text(line, x, baseline, self.em, self.colour, bold=self.bold)
            baseline += self.line_height


class Figure(Text):
    """An amount, in one line: as large as the table says, or smaller when it is so long that it would be broken."""

    def __init__(
        self,
        ui: Ui,
        text: str,
        roles: Sequence[Role] = ("amount", "question", "lead"),
        *,
        colour: Colour = "ink",
        ground: Colour = "surface",
        pitch: float = 1.25,
    ) -> None:
        super().__init__(ui, text, roles[0], bold=True, colour=colour, ground=ground, pitch=pitch)
        self._sizes = [ui.theme.em(role) for role in roles]
        self._pitch = self.line_height / self.em

    def _break(self, width: int) -> list[str]:
        for size in self._sizes:
            self.em = size
            self.line_height = round(size * self._pitch)
            if self.natural_width <= width:
                break
        return super()._break(width)
