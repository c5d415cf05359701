"""Parts that pages are made of, and the frame around every page."""

from __future__ import annotations

from typing import Literal

from statemachines.views.values import Fen, Plain, Say, Value


class Row(Plain, frozen=True):
    """A labelled value. ``look`` says how it is to be seen: wrong and good come with a mark, never colour alone."""

    label: Say
    value: Value
    look: Literal["plain", "good", "wrong", "muted"] = "plain"


class Choice(Plain, frozen=True):
    """One thing that can be chosen; its intent is ``choose`` with value ``id``. ``why_not`` disables it, in words."""

    id: str
    title: Say
    note: Say | None = None
    icon: str = ""
    why_not: Say | None = None


class YearLine(Plain, frozen=True):
    """A year of contributions. Intent ``choose`` with the year as value. ``gaps`` are months without a contribution."""

    year: int
    months_paid: int
    gaps: tuple[int, ...] = ()
    amount: Fen | None = None


class MonthLine(Plain, frozen=True):
    """A month of contributions: base, own and employer's part in fen; ``paid`` False is a gap."""

    month: int
    paid: bool
    base: Fen | None = None
    own: Fen | None = None
    employer: Fen | None = None
    employer_name: str = ""


Part = Literal["card_slot", "keypad", "receipt", "id_plate", "screen", "camera", "card_outlet"]
"""A part of the machine's front, for the device strip."""


class Frame(Plain, frozen=True):
    """What stands around every page. ``number`` rises with every view; a touch carries it, and a stale one is dropped.
    A view that is the same to a finger (only a live picture moved on) keeps the number of the one before.

    ``lit`` is the part of the machine where the hands must go now. ``step`` is (2, 4) for "2 of 4".
    ``print_available``: whether paper can come out now.
    """

    number: int
    language: str = "zh"
    large: bool = False
    place: str = ""
    machine: str = ""
    card_in: bool = False
    back: bool = False
    leave: bool = False
    lit: Part | None = None
    step: tuple[int, int] | None = None
    print_available: bool = True
