"""What the citizen has typed or drawn on the present page and not yet sent: kept by the screens alone.

It outlives a change of language or size, Help and the time-out warning, and is forgotten with the page.
"""

from __future__ import annotations

import math
from itertools import pairwise

import msgspec

from statemachines import views

INK_ENOUGH = 200
"""Thousandths of the field's width that a signature's strokes must come to."""

_APART = 3
"""Thousandths of the width between two points that are kept."""

_MOST_POINTS = 4000
"""No signature has as many; what is drawn beyond is not ink any more."""

_OVERLAYS = (views.Help, views.StillThere)
"""Pages that lie over another one."""


class Ink:
    """Strokes of a finger, in thousandths of the field's width from its top left."""

    def __init__(self) -> None:
        self.strokes: list[list[tuple[int, int]]] = []
        self._points = 0

    def begin(self, x: int, y: int) -> None:
        """A finger comes down."""
        self.strokes.append([])
        self._add(x, y)

    def extend(self, x: int, y: int) -> None:
        """It moves; too short a way is not noted."""
        if not self.strokes:
            self.begin(x, y)
        elif math.dist(self.strokes[-1][-1], (x, y)) >= _APART:
            self._add(x, y)

    def _add(self, x: int, y: int) -> None:
        if self._points < _MOST_POINTS or not self.strokes[-1]:
            self.strokes[-1].append((x, y))
            self._points += 1

    def clear(self) -> None:
        """Begin again."""
        self.strokes.clear()
        self._points = 0

    @property
    def length(self) -> float:
        """Of all strokes together."""
        return sum(math.dist(one, other) for stroke in self.strokes for one, other in pairwise(stroke))

    @property
    def enough(self) -> bool:
        """Whether it may be sent as a signature."""
        return self.length >= INK_ENOUGH

    def text(self) -> str:
        """As :class:`statemachines.views.Sign` sends it: ``x,y x,y;x,y``."""
        return ";".join(" ".join(f"{x},{y}" for x, y in stroke) for stroke in self.strokes)


class ByHand:
    """Digits and ink of one page. :meth:`meet` is to be called with every page that comes."""

    def __init__(self) -> None:
        self.digits = ""
        self.ink = Ink()
        self._of = b""
        self._under: views.Page | None = None

    def meet(self, page: views.Page) -> None:
        """Keep what belongs to ``page``, forget the rest. Digits also stay while they are looked up, and when the same
        question comes back because they were wrong."""
        if isinstance(page, _OVERLAYS):
            return
        before, self._under = self._under, page
        of = _identity(page)
        back = isinstance(before, type(page)) and of == self._of
        corrected = isinstance(page, views.EnterDigits) and page.problem is not None and of == self._of
        if isinstance(page, views.Working) or (of and (back or corrected)):
            return
        self.digits = ""
        self.ink = Ink()
        self._of = of

    def type(self, digit: str, longest: int) -> None:
        """One more digit, if there is room."""
        self.digits = (self.digits + digit)[:longest]

    def erase(self) -> None:
        """The last digit goes."""
        self.digits = self.digits[:-1]


def _identity(page: views.Page) -> bytes:
    """What a page asks, the same in every language; empty for a page with nothing to type or draw."""
    match page:
        case views.EnterDigits(question=asked) | views.Sign(what=asked):
            return type(page).__name__.encode() + msgspec.json.encode(asked)
        case _:
            return b""
