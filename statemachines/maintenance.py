"""Maintenance: what the devices say; and, for two people together, the stock of pre-made cards (F82 to F87).

Two people sign in at the pad; from then on all that is written down carries both staff numbers. Whatever is done ends
in a new comparison of the ledger with what the device says.
"""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State, chosen


class MaintenanceActivities(Protocol):
    """What the states here do."""

    @property
    def serve_engineer(self) -> Activity:
        """Show what the devices say. Ends only by being left."""
        ...

    @property
    def sign_in(self) -> Activity:
        """Staff number and code at the pad: ``one`` (the first of two), ``both``, ``wrong``, ``refused``,
        ``cancelled``."""
        ...

    @property
    def compare_stock(self) -> Activity:
        """Hold the ledger against the device: ``compared``."""
        ...

    @property
    def find_deliveries(self) -> Activity:
        """What there is to put into the chosen hopper: ``found``, ``none``."""
        ...

    @property
    def load_cards(self) -> Activity:
        """Write down the cards that were put into a hopper: ``stored``, ``differs`` (the number cannot be),
        ``refused``."""
        ...

    @property
    def store_count(self) -> Activity:
        """Write down what two people counted: ``stored``, ``differs`` (from one another), ``refused`` (there are more
        cards than the ledger can know)."""
        ...

    @property
    def empty_bin(self) -> Activity:
        """The reject box was emptied: ``stored``, ``refused``."""
        ...

    @property
    def seal_held(self) -> Activity:
        """What nobody fetched was put into the sealed bin (A13): ``stored``, ``refused``."""
        ...

    @property
    def settle_card(self) -> Activity:
        """A card that the machine could not place, or its absence, as two people found it: ``stored``, ``refused``
        (it contradicts the host), ``unreachable``."""
        ...

    @property
    def renew_paper(self) -> Activity:
        """A new paper roll is in: ``stored``."""
        ...

    @property
    def print_items(self) -> Activity:
        """The list of what was taken out, with two lines to sign on: ``printed``, ``not_printed``."""
        ...


def stock_chart(do: MaintenanceActivities) -> Chart:
    """Exit: ``finished``, with both people signed out."""
    at_pad = ("first_person", "second_person")
    choosing = ("overview", "tasks", "load_hopper", "load_delivery", "count_hopper")
    at_hopper = ("loading", "number_loaded", "first_count", "second_count")
    by_hand = (*at_hopper, "opening_bin", "opening_slot", "looking_for_card", "finding_card")
    told = ("list_printed", "not_done")
    writing = ("storing_load", "storing_count", "emptying", "sealing", "settling", "renewing_paper")
    return Chart(
        "stock",
        states=(
            State("first_person", screen=views.PinEntry, activity=do.sign_in, timeout="attendant"),
            State("second_person", screen=views.PinEntry, activity=do.sign_in, timeout="attendant"),
            State("not_allowed", screen=views.Refusal, timeout="person"),
            State("comparing", screen=views.Working, activity=do.compare_stock, timeout="check"),
            State("overview", screen=views.Maintenance, timeout="staff"),
            State("tasks", screen=views.Menu, timeout="staff"),
            State("load_hopper", screen=views.Menu, timeout="staff"),
            State("finding_deliveries", screen=views.Working, activity=do.find_deliveries, timeout="check"),
            State("load_delivery", screen=views.Menu, timeout="staff"),
            State("loading", screen=views.Instruction, timeout="staff"),
            State("number_loaded", screen=views.EnterDigits, timeout="staff"),
            State(
                "storing_load",
                screen=views.Working,
                activity=do.load_cards,
                timeout="check",
                durable=True,
                restart="the ledger has all of it or nothing: the two people look at the overview",
            ),
            State("count_hopper", screen=views.Menu, timeout="staff"),
            State("first_count", screen=views.EnterDigits, timeout="staff"),
            State("second_count", screen=views.EnterDigits, timeout="staff"),
            State(
                "storing_count",
                screen=views.Working,
                activity=do.store_count,
                timeout="check",
                durable=True,
                restart="the ledger has all of it or nothing: the two people look at the overview",
            ),
            State("opening_bin", screen=views.Instruction, timeout="staff"),
            State(
                "emptying",
                screen=views.Working,
                activity=do.empty_bin,
                timeout="check",
                durable=True,
                restart="the ledger has all of it or nothing; the list is in the journal",
            ),
            State("opening_slot", screen=views.Instruction, timeout="staff"),
            State(
                "sealing",
                screen=views.Working,
                activity=do.seal_held,
                timeout="check",
                durable=True,
                restart="each card has been sealed in the ledger or is still held; the list is in the journal",
            ),
            State("looking_for_card", screen=views.Instruction, timeout="staff"),
            State("finding_card", screen=views.Menu, timeout="staff"),
            State(
                "settling",
                screen=views.Working,
                activity=do.settle_card,
                timeout="host_patiently",
                durable=True,
                restart="it is settled in the journal, or still waits for two people",
            ),
            State("renewing_paper", screen=views.Working, activity=do.renew_paper, timeout="check"),
            State("printing_list", screen=views.Printing, activity=do.print_items, timeout="printer"),
            State("list_printed", screen=views.TakePaper, timeout="staff"),
            State("not_done", screen=views.Refusal, timeout="staff"),
        ),
        transitions=(
            On("one", "first_person", "second_person"),
            On("one", "second_person", "second_person"),
            On("both", at_pad, "comparing"),
            On("wrong", "first_person", "first_person"),
            On("wrong", "second_person", "second_person"),
            On("refused", at_pad, "not_allowed"),
            On("cancelled", at_pad, Exit("finished")),
            On("failed", at_pad, "not_allowed"),
            On("back", at_pad, Exit("finished")),
            On("done", "not_allowed", Exit("finished")),
            On("compared", "comparing", "overview"),
            On("late", "comparing", "overview"),
            On("failed", "comparing", "overview"),
            On("choose", "overview", "tasks", when=chosen("tasks")),
            On("choose", "overview", "comparing", when=chosen("again")),
            On("choose", "overview", Exit("finished"), when=chosen("sign_out")),
            On("choose", "tasks", "load_hopper", when=chosen("load")),
            On("choose", "tasks", "count_hopper", when=chosen("count")),
            On("choose", "tasks", "opening_bin", when=chosen("bin")),
            On("choose", "tasks", "opening_slot", when=chosen("held")),
            On("choose", "tasks", "looking_for_card", when=chosen("card")),
            On("choose", "tasks", "renewing_paper", when=chosen("paper")),
            On("choose", "load_hopper", "finding_deliveries", keep="hopper"),
            On("found", "finding_deliveries", "load_delivery"),
            On("none", "finding_deliveries", "not_done"),
            On("late", "finding_deliveries", "comparing"),
            On("failed", "finding_deliveries", "comparing"),
            On("choose", "load_delivery", "loading", keep="delivery"),
            On("done", "loading", "number_loaded"),
            On("enter", "number_loaded", "storing_load", keep="number"),
            On("differs", "storing_load", "number_loaded"),
            On("choose", "count_hopper", "first_count", keep="hopper"),
            On("enter", "first_count", "second_count", keep="first_count"),
            On("enter", "second_count", "storing_count", keep="second_count"),
            On("differs", "storing_count", "first_count"),
            On("done", "opening_bin", "emptying"),
            On("done", "opening_slot", "sealing"),
            On("done", "looking_for_card", "finding_card"),
            On("choose", "finding_card", "settling", keep="found"),
            On("unreachable", "settling", "not_done"),
            On("stored", ("emptying", "sealing"), "printing_list"),
            On("stored", ("storing_load", "storing_count", "settling", "renewing_paper"), "comparing"),
            On("refused", ("storing_load", "storing_count", "emptying", "sealing", "settling"), "not_done"),
            On("late", writing, "comparing"),
            On("failed", writing, "comparing"),
            On("maintain", writing, None),
            On("stop", writing, None),
            On("printed", "printing_list", "list_printed"),
            On("not_printed", "printing_list", "not_done"),
            On("late", "printing_list", "not_done"),
            On("failed", "printing_list", "not_done"),
            On("done", told, "comparing"),
            On("back", ("tasks", *by_hand, "count_hopper", "load_hopper"), "overview"),
            On("back", "load_delivery", "load_hopper"),
            On("leave", ("tasks", "load_hopper", "load_delivery", "count_hopper", *by_hand, *told), "overview"),
            On("leave", ("overview", "not_allowed", *at_pad), Exit("finished")),
            On("silence", (*choosing, *by_hand, *told, *at_pad, "not_allowed"), Exit("finished")),
        ),
    )


def maintenance_chart(do: MaintenanceActivities) -> Chart:
    """Exit: ``back_in_service``."""
    return Chart(
        "maintenance",
        states=(
            State("devices", screen=views.Maintenance, activity=do.serve_engineer, timeout="rest"),
            State("stock", chart=stock_chart(do), exits={"finished": "devices"}),
        ),
        transitions=(
            On("choose", "devices", Exit("back_in_service"), when=chosen("back_in_service")),
            On("choose", "devices", "stock", when=chosen("stock")),
            On("failed", "devices", Exit("back_in_service")),
        ),
    )
