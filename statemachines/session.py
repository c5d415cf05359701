"""One citizen at the machine: notice, identification, menu, services, the card handed back, farewell."""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State, chosen
from statemachines.issuance import (
    ApplicationActivities,
    HandoverActivities,
    MakingActivities,
    application_chart,
    collection_chart,
    handover_chart,
    making_chart,
)
from statemachines.pin import PinActivities, change_chart, verify_chart
from statemachines.query import QueryActivities, query_chart

QUERIES = ("card_status", "medical_account", "pension", "contributions", "benefits", "personal_data")
"""The services that are questions; their ids in the catalogue."""

IN_USE = "in_use"
"""The value that comes with ``card_removed`` and ``reader_gone`` when the session is that card's holder's."""

FREE = "free"
"""The other value of ``reader_gone``."""


class SessionActivities(
    HandoverActivities, PinActivities, QueryActivities, ApplicationActivities, MakingActivities, Protocol
):
    """What the states of a session do, its nested charts' included."""

    @property
    def await_any(self) -> Activity:
        """Listen at both readers: ``card_found``, ``id_card_found``."""
        ...

    @property
    def await_card(self) -> Activity:
        """Listen at the card slot: ``card_found``."""
        ...

    @property
    def await_id_card(self) -> Activity:
        """Listen at the ID plate: ``id_card_found``."""
        ...

    @property
    def read_card(self) -> Activity:
        """Read and check the card: ``card_read``, ``unreadable`` (try again), ``refused``."""
        ...

    @property
    def read_id_card(self) -> Activity:
        """Read and check the ID card: ``id_card_read``, ``unreadable``, ``refused``."""
        ...

    @property
    def identify(self) -> Activity:
        """Open the host's session: ``identified``, ``refused``, ``unreachable``."""
        ...

    @property
    def print_slip(self) -> Activity:
        """Print what the refusal says, to take along: ``printed``, ``not_printed``."""
        ...

    @property
    def print_issue_slip(self) -> Activity:
        """How an issue that brought no card has ended, and what becomes of the fee: ``printed``, ``not_printed``."""
        ...

    @property
    def hand_back(self) -> Activity:
        """See every card of the citizen back into their hands: ``returned``."""
        ...

    @property
    def guard_card(self) -> Activity:
        """The citizen has gone and left a card: forget them; keep it or wait: ``retained``, ``returned``."""
        ...

    @property
    def end(self) -> Activity:
        """Close the host's session and forget the citizen: ``forgotten``."""
        ...


def session_chart(do: SessionActivities) -> Chart:
    """Exit: ``ended``, with nothing of the citizen left.

    ``leave`` and ``silence`` lead to the hand-back from everywhere, and so does whatever goes wrong.
    """
    person_chooses = (
        "notice",
        "identifying_means",
        "insert_card",
        "lay_id_card",
        "menu",
        "refused",
        "pin_changed",
        "issue_ended",
    )
    listening = ("identifying_means", "insert_card", "lay_id_card")
    serving = (
        *person_chooses,
        "reading_card",
        "reading_id_card",
        "authenticating",
        "identifying",
        "query",
        "first_pin",
        "pin_change",
        "printing_slip",
        "take_slip",
        "trouble",
        "applying",
        "printing_issue_slip",
        "take_issue_slip",
    )
    with_card_inside = ("making", "handing_over", "collecting")
    handing_back = ("hand_back", "hand_back_urgent", "card_left")
    return Chart(
        "session",
        states=(
            State("notice", screen=views.Notice, timeout="person"),
            State("identifying_means", screen=views.Identify, activity=do.await_any, timeout="person"),
            State("insert_card", screen=views.InsertCard, activity=do.await_card, timeout="person"),
            State("lay_id_card", screen=views.LayIdCard, activity=do.await_id_card, timeout="person"),
            State("reading_card", screen=views.Working, activity=do.read_card, timeout="card"),
            State("reading_id_card", screen=views.Working, activity=do.read_id_card, timeout="id_card"),
            State(
                "authenticating",
                chart=verify_chart(do),
                exits={
                    "verified": "identifying",
                    "initial": "first_pin",
                    "locked": "refused",
                    "declined": "hand_back",
                },
            ),
            State(
                "first_pin",
                chart=change_chart(do, old_is_known=True),
                exits={"changed": "identifying", "locked": "refused", "declined": "hand_back"},
            ),
            State("identifying", screen=views.Working, activity=do.identify, timeout="host"),
            State("menu", screen=views.Menu, timeout="person"),
            State("query", chart=query_chart(do), exits={"finished": "menu"}),
            State(
                "pin_change",
                chart=change_chart(do, old_is_known=False),
                exits={"changed": "pin_changed", "locked": "refused", "declined": "menu"},
            ),
            State("pin_changed", screen=views.Done, timeout="person"),
            State(
                "applying",
                chart=application_chart(do),
                exits={"accepted": "making", "held_here": "collecting", "finished": "menu"},
            ),
            State(
                "making",
                chart=making_chart(do),
                exits={"made": "handing_over", "waiting": "printing_issue_slip", "failed": "printing_issue_slip"},
            ),
            State(
                "handing_over",
                chart=handover_chart(do),
                exits={"finished": "menu", "held": "hand_back", "stuck": "printing_issue_slip"},
            ),
            State(
                "collecting",
                chart=collection_chart(do),
                exits={"recalled": "handing_over", "finished": "menu", "stuck": "printing_issue_slip"},
            ),
            State("printing_issue_slip", screen=views.Printing, activity=do.print_issue_slip, timeout="printer"),
            State("take_issue_slip", screen=views.TakePaper, timeout="take_paper"),
            State("issue_ended", screen=views.Refusal, timeout="person_reading"),
            State("refused", screen=views.Refusal, timeout="person"),
            State("printing_slip", screen=views.Printing, activity=do.print_slip, timeout="printer"),
            State("take_slip", screen=views.TakePaper, timeout="take_paper"),
            State("trouble", screen=views.Refusal, timeout="person"),
            State("hand_back", screen=views.TakeCard, activity=do.hand_back, timeout="take_card"),
            State("hand_back_urgent", screen=views.TakeCard, activity=do.hand_back, timeout="take_card_urgent"),
            State("card_left", screen=views.TakeCard, activity=do.guard_card, timeout="card_left"),
            State("ending", screen=views.Working, activity=do.end, timeout="check"),
            State("farewell", screen=views.Farewell, timeout="farewell"),
        ),
        transitions=(
            On("agree", "notice", "identifying_means"),
            On("choose", "identifying_means", "insert_card", when=chosen("card")),
            On("choose", "identifying_means", "lay_id_card", when=chosen("id_card")),
            On("back", ("insert_card", "lay_id_card"), "identifying_means"),
            On("card_found", listening, "reading_card"),
            On("id_card_found", listening, "reading_id_card"),
            On("card_read", "reading_card", "authenticating"),
            On("unreadable", "reading_card", "insert_card"),
            On("late", "reading_card", "insert_card"),
            On("id_card_read", "reading_id_card", "identifying"),
            On("unreadable", "reading_id_card", "lay_id_card"),
            On("late", "reading_id_card", "lay_id_card"),
            On("refused", ("reading_card", "reading_id_card", "identifying"), "refused"),
            On("identified", "identifying", "menu"),
            On("unreachable", "identifying", "refused"),
            On("late", "identifying", "refused"),
            On("choose", "menu", "query", when=chosen(*QUERIES), keep="service"),
            On("choose", "menu", "pin_change", when=chosen("change_pin")),
            On("done", "pin_changed", "menu"),
            On("choose", "menu", "applying", when=chosen("issue_card"), keep="service"),
            On("choose", "menu", "collecting", when=chosen("collect_card"), keep="service"),
            On("printed", "printing_issue_slip", "take_issue_slip"),
            On("not_printed", "printing_issue_slip", "issue_ended"),
            On("late", "printing_issue_slip", "issue_ended"),
            On("done", "take_issue_slip", "issue_ended"),
            On("elapsed", "take_issue_slip", "issue_ended"),
            On("done", "issue_ended", "menu"),
            On("stop", with_card_inside, None),
            On("card_removed", with_card_inside, None),
            On("done", ("refused", "trouble"), "hand_back"),
            On("print", "refused", "printing_slip"),
            On("printed", "printing_slip", "take_slip"),
            On("not_printed", "printing_slip", "refused"),
            On("late", "printing_slip", "refused"),
            On("done", "take_slip", "hand_back"),
            On("elapsed", "take_slip", "hand_back"),
            On("late", ("authenticating", "first_pin", "pin_change", "query", "applying"), "trouble"),
            On("failed", serving, "trouble"),
            On("leave", serving, "hand_back"),
            On("silence", serving, "hand_back"),
            On("card_removed", serving, "ending", when=chosen(IN_USE)),
            On("card_removed", serving, None),
            On("reader_gone", serving, "trouble", when=chosen(IN_USE)),
            On("reader_gone", "insert_card", "identifying_means", when=chosen(FREE)),
            On("reader_gone", "*", None),
            On("maintain", "*", None),
            On("stop", serving, "hand_back"),
            On("returned", handing_back, "ending"),
            On("retained", "card_left", "ending"),
            On("elapsed", "hand_back", "hand_back_urgent"),
            On("elapsed", "hand_back_urgent", "card_left"),
            On("failed", handing_back, "card_left"),
            On("card_removed", handing_back, None),
            On("stop", handing_back, None),
            On("forgotten", "ending", "farewell"),
            On("late", "ending", "farewell"),
            On("failed", "ending", "farewell"),
            On("elapsed", "farewell", Exit("ended")),
            On("start", "farewell", Exit("ended")),
            On("stop", "ending", None),
            On("stop", "farewell", Exit("ended")),
            On("card_removed", ("ending", "farewell"), None),
            On("card_inserted", "*", None),
        ),
    )
