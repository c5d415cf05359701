"""Applying for a card: everything that comes before the first card leaves its hopper, in the order of the rules."""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State, chosen
from statemachines.issuance.photo import PhotoActivities, photo_chart


class ApplicationActivities(PhotoActivities, Protocol):
    """What the states here do, the photo's included."""

    @property
    def await_applicant(self) -> Activity:
        """Listen at the ID plate: ``id_card_found``."""
        ...

    @property
    def read_applicant(self) -> Activity:
        """Read the ID card of whom the session is of: ``id_card_read``, ``unreadable``, ``refused``."""
        ...

    @property
    def check_eligibility(self) -> Activity:
        """Ask the gate: ``id_card_needed`` (none has been read), ``may_apply``, ``has_card`` (A5), ``held_here``
        (the card is made and waits in this machine), ``refused``, ``unreachable``."""
        ...

    @property
    def prove(self) -> Activity:
        """Count the factors: ``proved``, ``attendant_needed``."""
        ...

    @property
    def enter_staff_code(self) -> Activity:
        """An attendant vouches, with number and code at the pad: ``proved``, ``wrong``, ``refused``, ``cancelled``."""
        ...

    @property
    def quote_fee(self) -> Activity:
        """Ask what it costs today: ``quoted``, ``old_card_open`` (quoted, and the old card is to be handed in or
        reported lost), ``refused``, ``unreachable``."""
        ...

    @property
    def open_application(self) -> Activity:
        """Accept the quote and open the application: ``opened``, ``photo_needed``, ``lapsed`` (quote anew),
        ``refused``, ``unreachable``."""
        ...

    @property
    def find_banks(self) -> Activity:
        """Eligible, and with stock in this machine: ``choose_bank``, ``none_stocked``, ``refused``, ``unreachable``."""
        ...

    @property
    def draw_card(self) -> Activity:
        """Draw both faces: ``drawn``, ``refused`` (a name that this card cannot carry), ``unreachable``."""
        ...

    @property
    def ask_fee(self) -> Activity:
        """Have the payer hold the fee: ``free``, ``held``, ``waiting`` (for the citizen's phone), ``declined``,
        ``unreachable``."""
        ...

    @property
    def await_payment(self) -> Activity:
        """Until the payer says: ``held``, ``declined``."""
        ...

    @property
    def settle_old_card(self) -> Activity:
        """The old card reported lost or handed in, as chosen, if there is one: ``settled``, ``refused``,
        ``unreachable``."""
        ...

    @property
    def defer_application(self) -> Activity:
        """From instant to deferred: ``deferred``, ``refused``, ``unreachable``."""
        ...

    @property
    def print_pickup_slip(self) -> Activity:
        """When and where the card will be: ``printed``, ``not_printed``."""
        ...

    @property
    def print_slip(self) -> Activity:
        """What the refusal says, to take along: ``printed``, ``not_printed``."""
        ...

    @property
    def close_application(self) -> Activity:
        """See that nothing is left of what came to nothing: withdrawn, released: ``closed``."""
        ...


_WITHDRAWN = "the application is withdrawn and the fee released: nothing has left its hopper"


def application_chart(do: ApplicationActivities) -> Chart:
    """Exits: ``accepted`` (make it), ``held_here`` (collect it), ``finished`` (to the menu)."""
    asking = ("checking", "quoting", "finding_banks", "drawing", "settling", "deferring")
    return Chart(
        "application",
        states=(
            State("checking", screen=views.Working, activity=do.check_eligibility, timeout="host"),
            State("laying_id_card", screen=views.LayIdCard, activity=do.await_applicant, timeout="person"),
            State("reading_id_card", screen=views.Working, activity=do.read_applicant, timeout="id_card"),
            State("has_card", screen=views.Menu, timeout="person_reading"),
            State("choosing_reason", screen=views.Menu, timeout="person"),
            State("proving", screen=views.Working, activity=do.prove, timeout="check"),
            State("attendant", screen=views.PinEntry, activity=do.enter_staff_code, timeout="attendant"),
            State("quoting", screen=views.Working, activity=do.quote_fee, timeout="host"),
            State("consent", screen=views.Consent, timeout="person_reading"),
            State("old_card", screen=views.Menu, timeout="person_reading"),
            State(
                "opening",
                screen=views.Working,
                activity=do.open_application,
                timeout="host_patiently",
                durable=True,
                restart=_WITHDRAWN,
            ),
            State(
                "photo",
                chart=photo_chart(do),
                exits={
                    "accepted": "finding_banks",
                    "deferred": "deferring",
                    "refused": "refused",
                    "back": "closing",
                },
            ),
            State("finding_banks", screen=views.Working, activity=do.find_banks, timeout="host"),
            State("choosing_bank", screen=views.Menu, timeout="person"),
            State("no_stock", screen=views.Menu, timeout="person_reading"),
            State("confirm_person", screen=views.Confirm, timeout="person_reading"),
            State("confirm_contact", screen=views.Confirm, timeout="person_reading"),
            State("confirm_card", screen=views.Confirm, timeout="person_reading"),
            State("wrong_data", screen=views.Refusal, timeout="person_reading"),
            State("drawing", screen=views.Working, activity=do.draw_card, timeout="host"),
            State("previewing", screen=views.CardPreview, timeout="person_reading"),
            State("signing", screen=views.Sign, timeout="person_reading"),
            State(
                "asking_fee",
                screen=views.Working,
                activity=do.ask_fee,
                timeout="host_patiently",
                durable=True,
                restart=_WITHDRAWN,
            ),
            State("paying", screen=views.Pay, activity=do.await_payment, timeout="pay"),
            State("fee_failed", screen=views.Refusal, timeout="person"),
            State(
                "settling",
                screen=views.Working,
                activity=do.settle_old_card,
                timeout="host_patiently",
                durable=True,
                restart=_WITHDRAWN + "; what became of the old card is as the host has it",
            ),
            State(
                "deferring",
                screen=views.Working,
                activity=do.defer_application,
                timeout="host_patiently",
                durable=True,
                restart="the host tells whether it is deferred: then it stays so, else it is withdrawn",
            ),
            State("printing_slip", screen=views.Printing, activity=do.print_pickup_slip, timeout="printer"),
            State("take_slip", screen=views.TakePaper, timeout="take_paper"),
            State("deferred", screen=views.Done, timeout="person_reading"),
            State("refused", screen=views.Refusal, timeout="person_reading"),
            State("printing_refusal", screen=views.Printing, activity=do.print_slip, timeout="printer"),
            State("take_refusal", screen=views.TakePaper, timeout="take_paper"),
            State("closing", screen=views.Working, activity=do.close_application, timeout="check"),
        ),
        transitions=(
            On("id_card_needed", "checking", "laying_id_card"),
            On("id_card_found", "laying_id_card", "reading_id_card"),
            On("back", "laying_id_card", "closing"),
            On("id_card_read", "reading_id_card", "checking"),
            On("unreadable", "reading_id_card", "laying_id_card"),
            On("late", "reading_id_card", "laying_id_card"),
            On("may_apply", "checking", "choosing_reason"),
            On("has_card", "checking", "has_card"),
            On("held_here", "checking", Exit("held_here")),
            On("choose", "has_card", "choosing_reason", when=chosen("replace")),
            On("choose", "has_card", "closing", when=chosen("leave_it")),
            On("back", ("has_card", "choosing_reason"), "closing"),
            On("choose", "choosing_reason", "proving", keep="reason"),
            On("proved", ("proving", "attendant"), "quoting"),
            On("attendant_needed", "proving", "attendant"),
            On("wrong", "attendant", "attendant"),
            On("cancelled", "attendant", "closing"),
            On("back", "attendant", "closing"),
            On("late", "proving", "refused"),
            On("quoted", "quoting", "consent"),
            On("old_card_open", "quoting", "old_card"),
            On("choose", "old_card", "consent", keep="old_card"),
            On("back", ("old_card", "consent"), "choosing_reason"),
            On("agree", "consent", "opening"),
            On("opened", "opening", "finding_banks"),
            On("photo_needed", "opening", "photo"),
            On("lapsed", "opening", "quoting"),
            On("choose_bank", "finding_banks", "choosing_bank"),
            On("none_stocked", "finding_banks", "no_stock"),
            On("choose", "no_stock", "deferring", when=chosen("deferred")),
            On("choose", "no_stock", "closing", when=chosen("leave_it")),
            On("choose", "choosing_bank", "confirm_person", keep="bank"),
            On("right", "confirm_person", "confirm_contact"),
            On("right", "confirm_contact", "confirm_card"),
            On("right", "confirm_card", "drawing"),
            On("reveal", "confirm_person", "confirm_person", keep="revealed"),
            On("reveal", "confirm_contact", "confirm_contact", keep="revealed"),
            On("wrong", ("confirm_person", "confirm_contact"), "wrong_data", keep="disputed"),
            On("wrong", "confirm_card", "choosing_bank"),
            On("back", "confirm_person", "choosing_bank"),
            On("back", "confirm_contact", "confirm_person"),
            On("back", "confirm_card", "confirm_contact"),
            On("done", "wrong_data", "closing"),
            On("print", "wrong_data", "printing_refusal"),
            On("drawn", "drawing", "previewing"),
            On("right", "previewing", "signing"),
            On("wrong", "previewing", "wrong_data", keep="disputed"),
            On("back", "previewing", "confirm_card"),
            On("signed", "signing", "asking_fee", keep="signature"),
            On("back", "signing", "previewing"),
            On("free", "asking_fee", "settling"),
            On("waiting", "asking_fee", "paying"),
            On("held", ("asking_fee", "paying"), "settling"),
            On("declined", ("asking_fee", "paying"), "fee_failed"),
            On("unreachable", "asking_fee", "fee_failed"),
            On("late", "asking_fee", "fee_failed"),
            On("again", "fee_failed", "asking_fee"),
            On("done", "fee_failed", "closing"),
            On("settled", "settling", Exit("accepted")),
            On("deferred", "deferring", "printing_slip"),
            On("printed", "printing_slip", "take_slip"),
            On("not_printed", "printing_slip", "deferred"),
            On("late", "printing_slip", "deferred"),
            On("failed", "printing_slip", "deferred"),
            On("done", "take_slip", "deferred"),
            On("elapsed", "take_slip", "deferred"),
            On("done", "deferred", "closing"),
            On("refused", (*asking, "reading_id_card", "opening", "attendant"), "refused"),
            On("unreachable", (*asking, "opening"), "refused"),
            On("late", (*asking, "opening"), "refused"),
            On("again", "refused", "checking"),
            On("done", "refused", "closing"),
            On("print", "refused", "printing_refusal"),
            On("printed", "printing_refusal", "take_refusal"),
            On("not_printed", "printing_refusal", "closing"),
            On("late", "printing_refusal", "closing"),
            On("done", "take_refusal", "closing"),
            On("elapsed", "take_refusal", "closing"),
            On("closed", "closing", Exit("finished")),
            On("late", "closing", Exit("finished")),
        ),
    )
