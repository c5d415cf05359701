"""Making the card: fed, read, reserved, written, printed, inspected, compared, committed. Nobody can leave meanwhile.

Each step is journalled before it begins. Whatever goes wrong before the host's commit ends in ``spoiling`` (the card
goes where it can never be stock again) and, after a second card was tried once, in ``undoing`` (reservation,
application and fee given back). From the commit on there is only forward.
"""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State


class MakingActivities(Protocol):
    """What the states here do. Everything they need is in the journal's record of the issue: none needs the citizen."""

    @property
    def prepare_card(self) -> Activity:
        """Before anything leaves a hopper: does the host answer, is the printer ready? ``ready``, ``not_ready``."""
        ...

    @property
    def feed_card(self) -> Activity:
        """A card from the bank's hopper: ``fed``, ``not_fed`` (surely none left it), ``lost`` (it is somewhere)."""
        ...

    @property
    def read_serial(self) -> Activity:
        """To the contact, the chip's serial read and found in the ledger: ``read``, ``unfit``, ``lost``."""
        ...

    @property
    def reserve_card(self) -> Activity:
        """Have the host set it apart: ``reserved``, ``unfit`` (not this card), ``ended`` (not this application),
        ``unknown``."""
        ...

    @property
    def write_chip(self) -> Activity:
        """Write what is not on the chip yet, read all of it back: ``written``, ``unfit``, ``unknown`` (the host was
        lost on the way)."""
        ...

    @property
    def print_faces(self) -> Activity:
        """Print both faces: ``printed``, ``unfit``, ``lost``. A device that does not print: ``printed``."""
        ...

    @property
    def inspect_faces(self) -> Activity:
        """Compare the print with what was meant: ``good``, ``unfit``, ``ask`` (no scanner, and someone is to look),
        ``lost``."""
        ...

    @property
    def compare_all(self) -> Activity:
        """Back to the contact; chip, print and host say the same: ``same``, ``unfit``, ``lost``."""
        ...

    @property
    def commit_card(self) -> Activity:
        """The point of no return: ``committed``, ``not_committed`` (the host says so), ``unknown``."""
        ...

    @property
    def spoil_card(self) -> Activity:
        """Away with the card in the path, and the host told: ``again`` (a second card may be tried), ``spoiled``,
        ``stuck`` (it could not be moved), ``committed`` (the host had committed after all)."""
        ...

    @property
    def park_card(self) -> Activity:
        """The card into the holding slot, or kept in the path where there is none: ``parked``."""
        ...

    @property
    def undo_issue(self) -> Activity:
        """Give back the application and the fee, and say why: ``undone``."""
        ...


BEFORE_COMMIT = (
    "reading",
    "reserving",
    "writing",
    "printing",
    "inspecting",
    "comparing",
)
"""States with a card in the path that the host has not committed."""


def machine_states(do: MakingActivities) -> tuple[State, ...]:
    """The durable states that making and recovery share."""

    def step(name: str, activity: Activity, timeout: str, restart: str) -> State:
        return State(name, screen=views.MakingCard, activity=activity, timeout=timeout, durable=True, restart=restart)

    return (
        step(
            "reading",
            do.read_serial,
            "card_contact",
            "nobody can tell whose it was to be: the card is spoiled, the application withdrawn, the fee released",
        ),
        step(
            "reserving",
            do.reserve_card,
            "host_patiently",
            "the host is asked for the application; the card in the path is spoiled",
        ),
        step("writing", do.write_chip, "write_chip", "resumed at the first record that is not verified"),
        step("printing", do.print_faces, "print_card", "what is on the card is unknown: it is spoiled"),
        step("inspecting", do.inspect_faces, "inspect_card", "inspected again"),
        step("comparing", do.compare_all, "host_patiently", "compared again"),
        step(
            "committing",
            do.commit_card,
            "host_patiently",
            "the host is asked: committed, it goes forward to the holding slot; else the same request is sent again",
        ),
        step("spoiling", do.spoil_card, "reject_card", "the sensors say where it is; the spoiling is carried through"),
        step("parking", do.park_card, "reject_card", "the sensors say where it is; it stays held"),
        step("undoing", do.undo_issue, "undo", "carried through: everything it sends can be sent again"),
    )


def machine_edges() -> tuple[On, ...]:
    """What leads from one machine state to the next, up to the commit; what follows it is the caller's."""
    return (
        On("read", "reading", "reserving"),
        On("reserved", "reserving", "writing"),
        On("written", "writing", "printing"),
        On("printed", "printing", "inspecting"),
        On("good", "inspecting", "comparing"),
        On("same", "comparing", "committing"),
        On("unfit", BEFORE_COMMIT, "spoiling"),
        On("lost", BEFORE_COMMIT, "spoiling"),
        On("ended", "reserving", "spoiling"),
        On("unknown", ("reserving", "writing"), "spoiling"),
        On("late", BEFORE_COMMIT, "spoiling"),
        On("failed", BEFORE_COMMIT, "spoiling"),
        On("not_committed", "committing", "spoiling"),
        On("unknown", "committing", "parking"),
        On("late", "committing", "parking"),
        On("failed", "committing", "parking"),
        On("spoiled", "spoiling", "undoing"),
        On("stuck", "spoiling", "undoing"),
        On("late", "spoiling", "undoing"),
        On("failed", "spoiling", "undoing"),
    )


def making_chart(do: MakingActivities) -> Chart:
    """Exits: ``made`` (committed, the chip in contact), ``waiting`` (held until the host says), ``failed`` (undone)."""
    return Chart(
        "making",
        states=(
            State("preparing", screen=views.MakingCard, activity=do.prepare_card, timeout="host_patiently"),
            State(
                "feeding",
                screen=views.MakingCard,
                activity=do.feed_card,
                timeout="feed_card",
                durable=True,
                restart="the sensors say whether one is in the path: then it is spoiled, else none has left its hopper",
            ),
            *machine_states(do),
            State("looking", screen=views.CardPreview, timeout="look_at_print"),
        ),
        transitions=(
            On("ready", "preparing", "feeding"),
            On("not_ready", "preparing", "undoing"),
            On("late", "preparing", "undoing"),
            On("failed", "preparing", "undoing"),
            On("fed", "feeding", "reading"),
            On("not_fed", "feeding", "undoing"),
            On("lost", "feeding", "spoiling"),
            On("late", "feeding", "spoiling"),
            On("failed", "feeding", "spoiling"),
            *machine_edges(),
            On("ask", "inspecting", "looking"),
            On("right", "looking", "comparing"),
            On("wrong", "looking", "spoiling"),
            On("elapsed", "looking", "spoiling"),
            On("committed", ("committing", "spoiling"), Exit("made")),
            On("again", "spoiling", "preparing"),
            On("parked", "parking", Exit("waiting")),
            On("late", "parking", Exit("waiting")),
            On("failed", "parking", Exit("waiting")),
            On("undone", "undoing", Exit("failed")),
            On("late", "undoing", Exit("failed")),
            On("failed", "undoing", Exit("failed")),
        ),
    )
