"""What a restart goes on with: an issue that a power cut left open, with nobody in front of the machine.

The same steps as in making; a card that becomes whole is held for its holder, one that cannot is spoiled.
"""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State
from statemachines.issuance.making import MakingActivities, machine_edges, machine_states


class RecoveryActivities(MakingActivities, Protocol):
    """What the states here do, the making's included."""

    @property
    def size_up(self) -> Activity:
        """Journal, sensors, host, chip: where is it, and what follows? ``settled`` (nothing is open), ``write`` (go on
        writing the chip), ``inspect``, ``compare``, ``commit`` (ask, and send it again), ``hold`` (it is its holder's),
        ``spoil``, ``undo`` (no card is concerned), ``attendant`` (it cannot be known), ``wait`` (the host must be asked
        first, and does not answer)."""
        ...

    @property
    def ask_attendant(self) -> Activity:
        """Put it on the attendant's workbench; issuing stays closed until it is settled there: ``noted``."""
        ...


def recovery_chart(do: RecoveryActivities) -> Chart:
    """Exit: ``settled``. One open issue after the other."""
    begins = {
        "write": "writing",
        "inspect": "inspecting",
        "compare": "comparing",
        "commit": "committing",
        "hold": "parking",
        "spoil": "spoiling",
        "undo": "undoing",
    }
    return Chart(
        "recovery",
        states=(
            State("sizing_up", screen=views.Starting, activity=do.size_up, timeout="host_patiently"),
            *(state for state in machine_states(do) if state.name not in ("reading", "reserving")),
            State("noting", screen=views.Starting, activity=do.ask_attendant, timeout="check"),
        ),
        transitions=(
            On("settled", "sizing_up", Exit("settled")),
            On("wait", "sizing_up", Exit("settled")),
            *(On(outcome, "sizing_up", dest) for outcome, dest in begins.items()),
            On("attendant", "sizing_up", "noting"),
            On("late", "sizing_up", "noting"),
            On("failed", "sizing_up", "noting"),
            *machine_edges_without_feeding(),
            On("ask", "inspecting", "spoiling"),
            On("committed", ("committing", "spoiling"), "parking"),
            On("again", "spoiling", "undoing"),
            On("parked", "parking", "sizing_up"),
            On("late", "parking", "noting"),
            On("failed", "parking", "noting"),
            On("undone", "undoing", "sizing_up"),
            On("late", "undoing", "noting"),
            On("failed", "undoing", "noting"),
            On("noted", "noting", Exit("settled")),
            On("late", "noting", Exit("settled")),
            On("failed", "noting", Exit("settled")),
        ),
    )


def machine_edges_without_feeding() -> tuple[On, ...]:
    """The edges of :func:`machine_edges` among the states that recovery has."""
    first = ("reading", "reserving")
    return tuple(
        On(
            on.event,
            on.source if isinstance(on.source, str) else tuple(s for s in on.source if s not in first),
            on.dest,
            on.when,
            on.keep,
        )
        for on in machine_edges()
        if on.source not in first
    )
