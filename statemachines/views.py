"""The screen vocabulary: every page the touchscreen can show, and what a touch can say.

A view holds facts, never finished sentences: words are keys of the language files, values keep their type until the
screen writes them in the citizen's language. What must be masked is masked before it gets here; the full value is sent
only after the citizen asked to see it.

Each page's docstring names its *intents*: what can be touched there. On every page of a session the frame adds
``language`` (value: the one to change to), ``large``, ``help``, and, where the frame says so, ``back`` and ``leave``.
``turn`` comes on any page that has more than fits: the screens have turned it by themselves, and only tell that someone
is there. Contrast and low reach are switched by the screens themselves, on Help, and last until Attract.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class _Struct(msgspec.Struct, frozen=True, omit_defaults=True):
    pass


# -- values ------------------------------------------------------------------------------------------------------------


class Fen(_Struct, frozen=True, tag="fen"):
    """Money, integer fen."""

    fen: int


class Day(_Struct, frozen=True, tag="day"):
    """A date, ISO ``YYYY-MM-DD``."""

    iso: str


class Month(_Struct, frozen=True, tag="month"):
    """A month, ISO ``YYYY-MM``."""

    iso: str


class Number(_Struct, frozen=True, tag="number"):
    """A count, with the key of what it counts (``unit.months``), or bare."""

    value: int
    unit: str = ""


class Verbatim(_Struct, frozen=True, tag="verbatim"):
    """Text that is the same in every language: a masked number, a name, a serial, an address."""

    text: str


class Say(_Struct, frozen=True, tag="say"):
    """A sentence or word of the language files: its key, and values for its places (``count`` chooses the plural)."""

    key: str
    args: dict[str, Fen | Day | Month | Number | Verbatim | Say] = {}


Value = Fen | Day | Month | Number | Verbatim | Say


# -- parts of pages ----------------------------------------------------------------------------------------------------


class Row(_Struct, frozen=True):
    """A labelled value. ``look`` says how it is to be seen: wrong and good come with a mark, never colour alone."""

    label: Say
    value: Value
    look: Literal["plain", "good", "wrong", "muted"] = "plain"


class Choice(_Struct, frozen=True):
    """One thing that can be chosen; its intent is ``choose`` with value ``id``. ``why_not`` disables it, in words."""

    id: str
    title: Say
    note: Say | None = None
    icon: str = ""
    why_not: Say | None = None


class YearLine(_Struct, frozen=True):
    """A year of contributions. Intent ``choose`` with the year as value. ``gaps`` are months without a contribution."""

    year: int
    months_paid: int
    gaps: tuple[int, ...] = ()
    amount: Fen | None = None


class MonthLine(_Struct, frozen=True):
    """A month of contributions: base, own and employer's part in fen; ``paid`` False is a gap."""

    month: int
    paid: bool
    base: Fen | None = None
    own: Fen | None = None
    employer: Fen | None = None
    employer_name: str = ""


Part = Literal["card_slot", "keypad", "receipt", "id_plate", "screen"]
"""A part of the machine's front, for the device strip."""


class Frame(_Struct, frozen=True):
    """What stands around every page. ``number`` rises with every view; a touch carries it, and a stale one is dropped.

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


# -- pages -------------------------------------------------------------------------------------------------------------


class Page(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="page", tag=lambda name: name):
    """Base of all pages; the tag is the class name."""


class Starting(Page, frozen=True):
    """The machine is coming up. No intents. ``doing``: what it is busy with."""

    doing: Say


class Attract(Page, frozen=True):
    """Nobody is here. Intent ``start``. ``works``: what can be done today; ``out``: what cannot, in words."""

    works: tuple[Say, ...]
    out: tuple[Say, ...] = ()


class Notice(Page, frozen=True):
    """What is read from the card, why, and what is kept; language choice. Intents ``agree``, ``leave``."""

    points: tuple[Say, ...]


class Identify(Page, frozen=True):
    """How shall we know you? Choices ``card``, ``id_card``, ... with their devices already listening.

    Intents ``choose``.
    """

    ways: tuple[Choice, ...]


class InsertCard(Page, frozen=True):
    """Put the card in the slot. ``problem``: why the last try did not work ("turn it over"). Intents: frame only."""

    problem: Say | None = None


class LayIdCard(Page, frozen=True):
    """Lay the ID card on the plate. ``problem`` as in InsertCard."""

    problem: Say | None = None


class Working(Page, frozen=True):
    """Something takes time: what is waited for, and how long at most in seconds. ``leave`` in the frame is the way out.

    ``keep``: where the card must stay meanwhile.
    """

    doing: Say
    at_most: int
    keep: Say | None = None


class PinEntry(Page, frozen=True):
    """A PIN is typed on the pad. ``purpose``: verify, old, new, again. Dots for ``typed``; no digits ever.

    ``tries_left`` as read from the chip; ``problem``: what was wrong with the last entry. Intents: frame only.
    """

    purpose: Literal["verify", "old", "new", "again"]
    typed: int = 0
    length: int = 6
    tries_left: int | None = None
    problem: Say | None = None
    rules: tuple[Say, ...] = ()


class Menu(Page, frozen=True):
    """What would you like to do? At most 6 choices a page (4 in large mode); the screen turns pages itself."""

    question: Say
    choices: tuple[Choice, ...]
    greeting: Say | None = None


class Amount(Page, frozen=True):
    """One amount large, what it is in words, whose account, as of when, where the figure comes from (chip or host).

    Intents ``print`` (if the frame says it is available), ``choose`` for ``more`` (other amounts of the same matter).
    """

    title: Say
    amount: Fen
    account: Say
    source: Say
    as_of: Day
    rows: tuple[Row, ...] = ()
    more: tuple[Choice, ...] = ()
    notes: tuple[Say, ...] = ()


class Details(Page, frozen=True):
    """Labelled values in groups, each group with a heading. ``masked``: intent ``reveal`` shows them in full.

    Intents ``print`` if ``printable``, ``wrong`` ("this is wrong") if ``reportable``.
    """

    title: Say
    groups: tuple[tuple[Say, tuple[Row, ...]], ...]
    masked: bool = False
    revealed: bool = False
    printable: bool = False
    reportable: bool = False
    notes: tuple[Say, ...] = ()


class Years(Page, frozen=True):
    """Contributions by year, newest first; turns pages itself. Intents ``choose`` (a year), ``print``."""

    title: Say
    summary: tuple[Row, ...]
    years: tuple[YearLine, ...]
    printable: bool = False


class Months(Page, frozen=True):
    """The months of one year. Intents ``print``; ``choose`` with ``earlier`` or ``later`` where there is one."""

    title: Say
    year: int
    months: tuple[MonthLine, ...]
    earlier: bool = False
    later: bool = False
    printable: bool = False


class AskPrint(Page, frozen=True):
    """Print this? Choices such as ``this`` or how many years. Intents ``choose``, ``back``."""

    question: Say
    choices: tuple[Choice, ...]
    note: Say | None = None


class Printing(Page, frozen=True):
    """Paper is coming out. No intents but the frame's."""

    what: Say
    at_most: int


class TakePaper(Page, frozen=True):
    """The print is done. Intents ``done``. ``document``: its number."""

    what: Say
    document: str


class Done(Page, frozen=True):
    """A matter is finished well. Intents ``done`` (on to the menu). ``notes``: what it means from now on."""

    title: Say
    notes: tuple[Say, ...] = ()


class Refusal(Page, frozen=True):
    """It cannot be done: what happened, what still works, where to go, which papers. Intents ``done``, ``print``.

    ``again``: the same can be tried once more; intent ``again``. ``differences``: the fields, masked, that card and
    host tell differently, each with both values.
    """

    what: Say
    advice: tuple[Say, ...] = ()
    works: tuple[Say, ...] = ()
    where: tuple[Say, ...] = ()
    papers: tuple[Say, ...] = ()
    again: bool = False
    printable: bool = False
    differences: tuple[tuple[Say, tuple[Row, ...]], ...] = ()


class StillThere(Page, frozen=True):
    """More time? ``seconds`` left when sent, counted down by the screen. Intents ``more_time`` (large), ``leave``."""

    seconds: int


class TakeCard(Page, frozen=True):
    """Take your card. ``card``: ``social`` in the slot, ``id`` on the plate. ``urgent`` after a first wait."""

    card: Literal["social", "id", "both"]
    urgent: bool = False


class Farewell(Page, frozen=True):
    """Thank you; closes by itself. ``outcome``: what was done, in words."""

    outcome: Say | None = None


class OutOfService(Page, frozen=True):
    """What is out, what works, the nearest machine. No intents."""

    what: Say
    works: tuple[Say, ...] = ()
    where: tuple[Say, ...] = ()


class Maintenance(Page, frozen=True):
    """An engineer is at work. ``rows``: device states in words. Intents ``choose``."""

    rows: tuple[Row, ...] = ()
    choices: tuple[Choice, ...] = ()


class Help(Page, frozen=True):
    """Whom to ask: 12333, an attendant. Laid over a page; intent ``done`` goes back to it."""

    lines: tuple[Say, ...]


AnyPage = (
    Starting
    | Attract
    | Notice
    | Identify
    | InsertCard
    | LayIdCard
    | Working
    | PinEntry
    | Menu
    | Amount
    | Details
    | Years
    | Months
    | AskPrint
    | Printing
    | TakePaper
    | Done
    | Refusal
    | StillThere
    | TakeCard
    | Farewell
    | OutOfService
    | Maintenance
    | Help
)


# -- messages between controller and screens: one JSON object a line on a unix socket, screens connect -----------------


class Show(msgspec.Struct, frozen=True, tag="show", tag_field="message"):
    """Controller to screens: draw this, from now on."""

    frame: Frame
    page: AnyPage


class Touched(msgspec.Struct, frozen=True, tag="touched", tag_field="message"):
    """Screens to controller: ``intent`` on view ``number``, with a ``value`` where the page says so."""

    number: int
    intent: str
    value: str = ""


class Target(msgspec.Struct, frozen=True):
    """Something touchable as drawn: pixels from the top left of the screen, and what touching it says."""

    intent: str
    value: str
    x: int
    y: int
    width: int
    height: int


class Drawn(msgspec.Struct, frozen=True, tag="drawn", tag_field="message"):
    """Screens to controller: view ``number`` is on the glass, with these targets."""

    number: int
    page: str
    targets: tuple[Target, ...]


class Alive(msgspec.Struct, frozen=True, tag="alive", tag_field="message"):
    """Screens to controller, on connecting: ready to draw. ``version`` of the screens."""

    version: str


FromScreens = Touched | Drawn | Alive
