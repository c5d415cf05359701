"""The card's own PIN: verified at the pad, and changed by the rules. Ends in an exit; what follows is the session's."""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State


class PinActivities(Protocol):
    """What the states here do."""

    @property
    def sense_pin(self) -> Activity:
        """Ask the chip for its PIN state without spending a try: ``needed``, ``not_needed``, ``locked``."""
        ...

    @property
    def enter_and_verify(self) -> Activity:
        """Let the PIN be typed and verify it: ``verified``, ``initial``, ``wrong``, ``locked``, ``cancelled``."""
        ...

    @property
    def enter_old(self) -> Activity:
        """Let the present PIN be typed: ``accepted``, ``cancelled``."""
        ...

    @property
    def enter_new(self) -> Activity:
        """Let a new PIN be typed: ``accepted``, ``rejected`` (which rule, in the session), ``cancelled``."""
        ...

    @property
    def enter_again(self) -> Activity:
        """Let it be typed again: ``accepted``, ``differs``, ``cancelled``."""
        ...

    @property
    def change_on_chip(self) -> Activity:
        """Change it on the chip: ``changed``, ``wrong`` (the old one), ``locked``."""
        ...


def verify_chart(do: PinActivities) -> Chart:
    """Verify. Exits: ``verified``, ``initial`` (right, but never changed), ``locked``, ``declined``."""
    return Chart(
        "pin verification",
        states=(
            State("sensing", screen=views.Working, activity=do.sense_pin, timeout="chip"),
            State("entry", screen=views.PinEntry, activity=do.enter_and_verify, timeout="pin"),
        ),
        transitions=(
            On("needed", "sensing", "entry"),
            On("not_needed", "sensing", Exit("verified")),
            On("locked", "sensing", Exit("locked")),
            On("verified", "entry", Exit("verified")),
            On("initial", "entry", Exit("initial")),
            On("wrong", "entry", "entry"),
            On("locked", "entry", Exit("locked")),
            On("cancelled", "entry", Exit("declined")),
        ),
    )


def change_chart(do: PinActivities, *, old_is_known: bool) -> Chart:
    """Change. Exits: ``changed``, ``locked``, ``declined``.

    ``old_is_known``: the present PIN is the initial one, which everybody knows, and is not asked for again.
    """
    asking_old = (State("old", screen=views.PinEntry, activity=do.enter_old, timeout="pin"),)
    from_old = (
        On("accepted", "old", "new"),
        On("cancelled", "old", Exit("declined")),
    )
    return Chart(
        "first PIN change" if old_is_known else "PIN change",
        states=(
            *(() if old_is_known else asking_old),
            State("new", screen=views.PinEntry, activity=do.enter_new, timeout="pin"),
            State("again", screen=views.PinEntry, activity=do.enter_again, timeout="pin"),
            State(
                "changing",
                screen=views.Working,
                activity=do.change_on_chip,
                timeout="chip",
                durable=True,
                restart="nothing: the chip holds either the old PIN or the new one, and the card is handed back",
            ),
        ),
        transitions=(
            *(() if old_is_known else from_old),
            On("accepted", "new", "again"),
            On("rejected", "new", "new"),
            On("cancelled", "new", Exit("declined")),
            On("accepted", "again", "changing"),
            On("differs", "again", "new"),
            On("cancelled", "again", Exit("declined")),
            On("changed", "changing", Exit("changed")),
            On("wrong", "changing", "new" if old_is_known else "old"),
            On("locked", "changing", Exit("locked")),
        ),
    )
