"""The pages of the machine, of a session and of the queries."""

from __future__ import annotations

from typing import Literal

from statemachines.views.page import Page
from statemachines.views.parts import Choice, MonthLine, Row, YearLine
from statemachines.views.values import Day, Fen, Say


class Starting(Page, frozen=True):
    """The machine is coming up, or busy with itself. No intents. ``doing``: what with. ``title``: what to do meanwhile;
    None: it gets ready. ``note``: what comes then."""

    doing: Say
    title: Say | None = None
    note: Say | None = None


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
    """A PIN is typed on the pad. ``purpose``: verify, old, new, again; ``staff``: an attendant types their own code.

    Dots for ``typed``; no digits ever.
    ``tries_left`` as read from the chip; ``problem``: what was wrong with the last entry. Intents: frame only.
    """

    purpose: Literal["verify", "old", "new", "again", "staff"]
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


class Instruction(Page, frozen=True):
    """What people of the staff do at the machine with their hands, and then say so: intent ``done``."""

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
