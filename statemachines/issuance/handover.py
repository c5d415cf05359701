"""Handing a committed card over: an own PIN if wished, out at the bezel, taken or held; and fetching a held one later.

The card is its holder's: it is never put where spoiled cards go, however slow they are (scenario A13).
"""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State, chosen
from statemachines.pin import PinActivities, change_chart


class HandoverActivities(PinActivities, Protocol):
    """What the states here do, the PIN's included."""

    @property
    def ready_chip(self) -> Activity:
        """The new card's chip for the PIN entry: ``ready``, ``no_pin`` (no pad, or the chip cannot be reached)."""
        ...

    @property
    def present_card(self) -> Activity:
        """Out to the bezel: ``presented``, ``stuck``."""
        ...

    @property
    def await_taken(self) -> Activity:
        """Until the sensor and the empty path both say so: ``taken``."""
        ...

    @property
    def hold_card(self) -> Activity:
        """Not taken: drawn back into the holding slot: ``held``, ``taken`` (at the last moment), ``stuck``."""
        ...

    @property
    def print_issue_receipt(self) -> Activity:
        """What was issued, what it cost, what to do at the bank: ``printed``, ``not_printed``."""
        ...

    @property
    def find_held_card(self) -> Activity:
        """Is this person's card in the holding slot? ``found``, ``refused``, ``unreachable``."""
        ...

    @property
    def prove(self) -> Activity:
        """Count the factors: ``proved``, ``attendant_needed``."""
        ...

    @property
    def enter_staff_code(self) -> Activity:
        """An attendant vouches: ``proved``, ``wrong``, ``refused``, ``cancelled``."""
        ...

    @property
    def recall_card(self) -> Activity:
        """From the holding slot to the chip contact: ``recalled``, ``stuck``."""
        ...


def handover_chart(do: HandoverActivities) -> Chart:
    """Exits: ``finished`` (to the menu), ``held`` (its holder has gone), ``stuck`` (an attendant is needed)."""
    typing = ("offering_pin", "own_pin")
    return Chart(
        "handover",
        states=(
            State("readying", screen=views.Working, activity=do.ready_chip, timeout="card_contact"),
            State("offering_pin", screen=views.Menu, timeout="person"),
            State(
                "own_pin",
                chart=change_chart(do, old_is_known=True),
                exits={"changed": "presenting", "locked": "presenting", "declined": "presenting"},
            ),
            State(
                "presenting",
                screen=views.MakingCard,
                activity=do.present_card,
                timeout="card_out",
                durable=True,
                restart="the sensors say where it is: drawn back and held, or taken",
            ),
            State(
                "take_new_card",
                screen=views.TakeNewCard,
                activity=do.await_taken,
                timeout="take_new_card",
            ),
            State(
                "take_new_card_urgent",
                screen=views.TakeNewCard,
                activity=do.await_taken,
                timeout="take_new_card_urgent",
            ),
            State(
                "holding",
                screen=views.MakingCard,
                activity=do.hold_card,
                timeout="reject_card",
                durable=True,
                restart="the sensors say where it is: held, or taken",
            ),
            State("printing_receipt", screen=views.Printing, activity=do.print_issue_receipt, timeout="printer"),
            State("take_receipt", screen=views.TakePaper, timeout="take_paper"),
            State("issued", screen=views.Done, timeout="person_reading"),
        ),
        transitions=(
            On("ready", "readying", "offering_pin"),
            On("no_pin", "readying", "presenting"),
            On("late", "readying", "presenting"),
            On("failed", "readying", "presenting"),
            On("choose", "offering_pin", "own_pin", when=chosen("set_pin")),
            On("choose", "offering_pin", "presenting", when=chosen("later")),
            On("leave", typing, "presenting"),
            On("silence", typing, "presenting"),
            On("late", "own_pin", "presenting"),
            On("failed", "own_pin", "presenting"),
            On("presented", "presenting", "take_new_card"),
            On("stuck", ("presenting", "holding"), Exit("stuck")),
            On("late", "presenting", "holding"),
            On("failed", "presenting", "holding"),
            On("late", "holding", Exit("stuck")),
            On("failed", "holding", Exit("stuck")),
            On("taken", ("take_new_card", "take_new_card_urgent", "holding"), "printing_receipt"),
            On("elapsed", "take_new_card", "take_new_card_urgent"),
            On("elapsed", "take_new_card_urgent", "holding"),
            On("failed", ("take_new_card", "take_new_card_urgent"), "holding"),
            On("held", "holding", Exit("held")),
            On("printed", "printing_receipt", "take_receipt"),
            On("not_printed", "printing_receipt", "issued"),
            On("late", "printing_receipt", "issued"),
            On("failed", "printing_receipt", "issued"),
            On("done", "take_receipt", "issued"),
            On("elapsed", "take_receipt", "issued"),
            On("done", "issued", Exit("finished")),
            On("leave", "issued", Exit("finished")),
            On("silence", "issued", Exit("finished")),
        ),
    )


def collection_chart(do: HandoverActivities) -> Chart:
    """Exits: ``recalled`` (hand it over), ``finished`` (to the menu), ``stuck``."""
    return Chart(
        "collection",
        states=(
            State("finding", screen=views.Working, activity=do.find_held_card, timeout="host"),
            State("proving", screen=views.Working, activity=do.prove, timeout="check"),
            State("attendant", screen=views.PinEntry, activity=do.enter_staff_code, timeout="attendant"),
            State(
                "recalling",
                screen=views.MakingCard,
                activity=do.recall_card,
                timeout="card_contact",
                durable=True,
                restart="the sensors say where it is: held again",
            ),
            State("not_here", screen=views.Refusal, timeout="person_reading"),
        ),
        transitions=(
            On("found", "finding", "proving"),
            On("proved", ("proving", "attendant"), "recalling"),
            On("attendant_needed", "proving", "attendant"),
            On("wrong", "attendant", "attendant"),
            On("cancelled", "attendant", Exit("finished")),
            On("back", "attendant", Exit("finished")),
            On("refused", ("finding", "attendant"), "not_here"),
            On("unreachable", "finding", "not_here"),
            On("late", ("finding", "proving"), "not_here"),
            On("recalled", "recalling", Exit("recalled")),
            On("stuck", "recalling", Exit("stuck")),
            On("late", "recalling", Exit("stuck")),
            On("failed", "recalling", Exit("stuck")),
            On("done", "not_here", Exit("finished")),
            On("leave", ("attendant", "not_here"), Exit("finished")),
            On("silence", ("attendant", "not_here"), Exit("finished")),
            On("failed", ("finding", "proving", "attendant"), "not_here"),
        ),
    )
