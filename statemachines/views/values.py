"""Values of a view: typed until the screen writes them in the citizen's language."""

from __future__ import annotations

import msgspec


class Plain(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of everything that is part of a view."""


class Fen(Plain, frozen=True, tag="fen"):
    """Money, integer fen."""

    fen: int


class Day(Plain, frozen=True, tag="day"):
    """A date, ISO ``YYYY-MM-DD``."""

    iso: str


class Month(Plain, frozen=True, tag="month"):
    """A month, ISO ``YYYY-MM``."""

    iso: str


class Number(Plain, frozen=True, tag="number"):
    """A count, with the key of what it counts (``unit.months``), or bare."""

    value: int
    unit: str = ""


class Verbatim(Plain, frozen=True, tag="verbatim"):
    """Text that is the same in every language: a masked number, a name, a serial, an address."""

    text: str


class Say(Plain, frozen=True, tag="say"):
    """A sentence or word of the language files: its key, and values for its places (``count`` chooses the plural)."""

    key: str
    args: dict[str, Fen | Day | Month | Number | Verbatim | Say] = {}


Value = Fen | Day | Month | Number | Verbatim | Say
