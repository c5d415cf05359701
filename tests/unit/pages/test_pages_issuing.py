"""Each page of issuing says what it is for: choices by their ids, nothing personal unmasked, no fee without its why."""

from __future__ import annotations

from typing import Any

import pages_samples as known
import pytest
from PIL import Image

from devices.card_printer.contract import CardPosition
from devices.contract import DeviceState, Status, StorageLevel
from devices.fault_catalogue import Capability
from kiosk.activities.refusals import refusal
from kiosk.catalogue.fees import FeeBasis
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import HolderRecord, PhotoNeed, Quote
from kiosk.issue import PHOTO_TRIES, Issue
from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.pages import applying, confirming, handover, making, paying, photographing
from kiosk.pages.build import build
from kiosk.photo.report import Box, Fault, Measured, PhotoFault, PhotoReport
from kiosk.photo.taken import Taken
from kiosk.session import Session
from screens.locale.catalogue import Catalogue
from screens.locale.formats import Words
from statemachines.chart import plan
from statemachines.kiosk import kiosk_chart
from statemachines.views import (
    Attract,
    Choice,
    Day,
    Done,
    Fen,
    MakingCard,
    Menu,
    Number,
    Page,
    Pay,
    Photo,
    PinEntry,
    Row,
    Say,
    Value,
    Verbatim,
)

APPLYING = "in_service.session.applying."
FULL = ("王秀兰", "990101195603120022", "13900000022", "幸福路3号")


class _Nothing:
    """Activities that a chart can be laid out with and that do nothing."""

    def __getattr__(self, name: str) -> Any:
        async def nothing(stage: object) -> str:
            return ""

        return nothing


ISSUING = (
    *(f"in_service.session.{part}." for part in ("applying", "making", "handing_over", "collecting")),
    *(f"in_service.session.{state}" for state in ("printing_issue_slip", "take_issue_slip", "issue_ended")),
    "recovering.",
)
LEAVES = {path: leaf.screen for path, leaf in plan(kiosk_chart(_Nothing())).leaves.items() if path.startswith(ISSUING)}
CATALOGUE = Catalogue.load()


def spoken(value: object) -> list[Value]:
    """Every value on a page, however deep."""
    if isinstance(value, Say | Verbatim | Fen | Day | Number):
        return [value]
    if isinstance(value, tuple):
        return [found for each in value for found in spoken(each)]
    if isinstance(value, Page | Row | Choice):
        return [found for name in value.__struct_fields__ for found in spoken(getattr(value, name))]
    return []


def texts(page: Page, language: str = "zh") -> str:
    words = Words(CATALOGUE, language)
    return "\n".join(words.write(value) for value in spoken(page))


def why_not(menu: Menu) -> dict[str, Say | None]:
    return {choice.id: choice.why_not for choice in menu.choices}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", LEAVES)
def test_every_state_has_its_page_also_when_nothing_is_known_yet(state: str, language: str) -> None:
    for session in (Session(language=language), known.session(application=known.APPLICATION, payment=known.PAYMENT)):
        session.language = language
        page, frame = build(state, session, known.tools())
        assert type(page) is LEAVES[state]
        texts(page, language)  # every word of it is there
        assert frame.machine == "K-990101-007"


def test_the_application_is_counted_in_six_steps() -> None:
    def step(state: str) -> tuple[int, int] | None:
        return build(state, known.session(), known.tools())[1].step

    assert [step(APPLYING + state) for state in ("consent", "photo.aiming", "choosing_bank")] == [
        (1, 6),
        (2, 6),
        (3, 6),
    ]
    assert [step(APPLYING + state) for state in ("confirm_card", "signing")] == [(4, 6), (5, 6)]
    assert step("in_service.session.making.printing") == (6, 6)
    assert step(APPLYING + "refused") is None


def test_the_part_of_the_machine_is_lit_where_hands_or_eyes_go() -> None:
    def lit(state: str) -> str | None:
        return build(state, known.session(), known.tools())[1].lit

    assert lit(APPLYING + "photo.aiming") == "camera"
    assert lit(APPLYING + "photo.bad") is None
    assert lit(APPLYING + "attendant") == "keypad"
    assert lit("in_service.session.handing_over.take_new_card") == "card_outlet"


# -- applying ----------------------------------------------------------------------------------------------------------


def test_someone_with_a_card_is_told_the_rule_and_may_replace_it_or_leave_it() -> None:
    page = applying.has_card(known.session(), known.tools())
    assert page.greeting == Say("issue.has_card.rule")
    assert why_not(page) == {"replace": None, "leave_it": None}
    nothing_to_replace = known.session(eligibility=known.eligibility(reasons=()))
    assert why_not(applying.has_card(nothing_to_replace, known.tools()))["replace"] == Say("issue.has_card.no_reason")


def test_the_reasons_are_those_the_host_gives() -> None:
    page = applying.choosing_reason(known.session(), known.tools())
    assert [(choice.id, choice.title) for choice in page.choices] == [
        ("lost", Say("reason.lost")),
        ("damaged", Say("reason.damaged")),
    ]


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        ({"card_in_slot": True, "custody": known.OLD_SERIAL, "card_reader": known.reader()}, None),
        ({"card_in_slot": True, "custody": "0A0000FF", "card_reader": known.reader()}, "why_not.other_card_in"),
        ({"card_in_slot": False, "custody": "", "card_reader": known.reader()}, "why_not.old_card_not_in"),
        (
            {
                "card_in_slot": True,
                "custody": known.OLD_SERIAL,
                "card_reader": known.reader(bin_level=StorageLevel.FULL),
            },
            "why_not.no_bin",
        ),
        (
            {"card_in_slot": True, "custody": known.OLD_SERIAL, "card_reader": Status(DeviceState.ONLINE)},
            "why_not.no_bin",
        ),
        ({"card_in_slot": True, "custody": known.OLD_SERIAL}, "why_not.no_bin"),
    ],
)
def test_only_a_card_in_the_machines_hand_can_be_handed_in(tools: dict[str, Any], told: str | None) -> None:
    page = applying.old_card(known.session(), known.tools(**tools))
    assert why_not(page) == {"reported_lost": None, "handed_in": Say(told) if told else None}


def test_consent_names_the_reason_the_fee_and_why_it_is_that() -> None:
    page = applying.consent(known.session(), known.tools())
    assert (page.fee, page.basis) == (Fen(2000), Say("fee.basis.price_list"))
    assert page.points[0] == Say("issue.consent.reason", {"reason": Say("reason.damaged")})
    assert Say("issue.consent.fee_held") in page.points
    first = Quote("Q2", Reason.FIRST, 0, FeeBasis.EXEMPT, known.TODAY, known.NOW)
    free = applying.consent(known.session(quote=first, eligibility=known.eligibility(old_card=None)), known.tools())
    assert (free.fee, free.basis) == (Fen(0), Say("fee.basis.exempt"))
    assert [point.key for point in free.points] == [
        f"issue.consent.{point}" for point in ("reason", "long", "kept", "stop")
    ]


def test_banks_are_named_in_the_citizens_language_with_a_word_when_few_cards_are_left() -> None:
    session = known.session(stock={"bank_a": 5, "bank_b": 6})
    first, second = applying.choosing_bank(session, known.tools()).choices
    assert (first.id, first.title) == ("bank_a", Say("issue.bank.card_of", {"name": Verbatim("示例银行")}))
    assert (first.note, second.note) == (Say("issue.bank.few_left", {"count": Number(5)}), None)
    session = known.session(stock={"bank_a": 0})
    session.language = "en"
    first, second = applying.choosing_bank(session, known.tools()).choices
    assert first.title == Say("issue.bank.card_of", {"name": Verbatim("Example Bank")})
    assert (first.why_not, second.why_not) == (Say("issue.bank.none_left"), None)


def test_without_stock_a_later_card_or_another_machine_is_offered() -> None:
    tools = known.tools()
    page = applying.no_stock(known.session(), tools)
    assert [choice.id for choice in page.choices] == ["deferred", "leave_it"]
    assert page.choices[1].note == tools.policy.other_machines[0]


def test_a_refusal_says_what_still_works_and_can_be_printed() -> None:
    session = known.session()
    session.trouble = refusal("unknown_person")
    page = applying.refused(session, known.tools())
    assert (page.what, page.printable, page.again) == (Say("refusal.unknown_person"), True, False)
    assert page.works == (Say("works.queries_and_printing"), Say("works.phone_loss"))
    assert page.papers == (Say("papers.id_card"), Say("papers.household_book"))
    assert applying.refused(session, known.tools(without=frozenset({Capability.PRINT}))).printable is False


def test_a_host_that_took_too_long_is_told_as_such_and_cannot_be_printed() -> None:
    page = applying.refused(known.session(), known.tools())
    assert (page.what, page.again, page.printable) == (Say("refusal.host_unknown"), True, False)


def test_an_attendants_number_is_as_long_as_it_is() -> None:
    session = known.session()
    session.pin.length, session.pin.typed, session.pin.problem = 8, 3, Say("staff.wrong")
    page, _ = build(APPLYING + "attendant", session, known.tools())
    assert isinstance(page, PinEntry)
    assert (page.purpose, page.typed, page.length, page.problem) == ("staff", 3, 8, Say("staff.wrong"))


# -- confirming --------------------------------------------------------------------------------------------------------


def test_what_is_confirmed_is_masked_until_it_is_asked_for() -> None:
    session = known.session()
    pages = (confirming.confirm_person(session, known.tools()), confirming.confirm_contact(session, known.tools()))
    assert all(page.masked for page in pages)
    assert not any(part in texts(page) for page in pages for part in FULL)
    session.keep("revealed", "")
    pages = (confirming.confirm_person(session, known.tools()), confirming.confirm_contact(session, known.tools()))
    assert not any(page.masked for page in pages)
    shown = "\n".join(map(texts, pages))
    assert all(part in shown for part in FULL)


def test_nation_and_birthplace_are_told_by_name() -> None:
    person = confirming.confirm_person(known.session(), known.tools())
    assert person.rows[3] == Row(Say("personal.nation"), Say("nation.01"))
    assert person.rows[5] == Row(Say("personal.birthplace"), Verbatim("示例省示例市新华区"))
    unknown = known.eligibility(holder=HolderRecord("张三", "1", "male", "", known.TODAY, "659999", "", ""))
    person = confirming.confirm_person(known.session(eligibility=unknown), known.tools())
    assert [row.value for row in person.rows[3::2]] == [Say("personal.empty"), Verbatim("659999")]


def test_the_card_is_confirmed_with_bank_reason_fee_and_design() -> None:
    session = known.session()
    session.keep("bank", "bank_b")
    assert [row.value for row in confirming.confirm_card(session, known.tools()).rows] == [
        Verbatim("样板银行"),
        Say("reason.damaged"),
        Fen(2000),
        Say("issue.confirm.design.with_photo"),
    ]
    young = known.session(eligibility=known.eligibility(photo=PhotoNeed.NOT_NEEDED))
    assert confirming.confirm_card(young, known.tools()).rows[-1].value == Say("issue.confirm.design.without_photo")


def test_wrong_data_names_the_papers_of_the_region_whatever_went_wrong_before() -> None:
    session = known.session()
    session.trouble = refusal("declined")
    tools = known.tools()
    page = confirming.wrong_data(session, tools)
    assert (page.what, page.printable) == (Say("refusal.wrong_data"), True)
    assert [paper.key for paper in page.papers] == list(tools.policy.rules.correction_papers)
    assert page.where == (Say("where.counter"), *tools.policy.offices)


def test_what_is_signed_for_is_said() -> None:
    session = known.session(problem=Say("problem.nothing_came"))
    session.keep("bank", "bank_a")
    page = confirming.signing(session, known.tools())
    assert page.points == (
        Say("issue.sign.true"),
        Say("issue.sign.reason", {"reason": Say("reason.damaged")}),
        Say("issue.sign.fee", {"fee": Fen(2000)}),
        Say("issue.sign.bank", {"name": Verbatim("示例银行")}),
    )
    assert page.problem == Say("problem.nothing_came")


# -- the fee, and later ------------------------------------------------------------------------------------------------


def test_paying_counts_the_seconds_that_are_left() -> None:
    tools = known.tools()
    session = known.session(payment=known.PAYMENT, pay_until=tools.clock.monotonic() + 90)
    tools.clock.advance(30)
    assert paying.paying(session, tools) == Pay(
        Fen(2000), Say("issue.pay.what"), known.PAYMENT.code, 60, (Say("issue.pay.held"),)
    )
    tools.clock.advance(100)
    assert paying.paying(session, tools).seconds == 0


@pytest.mark.parametrize(
    ("reason", "again"), [(None, True), ("declined", True), ("payer_unavailable", True), ("order_closed", False)]
)
def test_a_fee_that_failed_costs_nothing(reason: str | None, again: bool) -> None:
    session = known.session()
    session.trouble = refusal(reason) if reason else None
    page = paying.fee_failed(session, known.tools())
    assert (page.what, page.again) == (Say(f"refusal.{reason or 'payer_unknown'}"), again)
    assert page.advice[-1] == Say("issue.fee_failed.no_card_no_fee")


def test_a_deferred_card_has_a_day_a_place_and_a_place_in_the_queue() -> None:
    page = paying.deferred(known.session(application=known.APPLICATION), known.tools())
    assert page.notes == (
        Say("issue.deferred.due", {"day": Day("2026-12-14")}),
        Say("issue.deferred.provisional"),
        Say("issue.deferred.latest", {"day": Day("2027-01-05")}),
        Say("issue.deferred.place", {"place": Verbatim("示例市社保服务大厅")}),
        Say("issue.deferred.position", {"position": Number(7)}),
        Say("issue.deferred.number", {"number": Verbatim("A20261122000001")}),
        Say("issue.deferred.bring"),
    )


# -- the photo ---------------------------------------------------------------------------------------------------------


def test_without_a_camera_a_photo_can_still_be_named() -> None:
    assert why_not(photographing.means(known.session(), known.tools())) == {"camera": None, "receipt": None}
    gone = known.tools(camera=Status(DeviceState.OFFLINE))
    not_fitted = known.tools()
    not_fitted.camera = None
    for tools in (gone, not_fitted):
        page = photographing.means(known.session(), tools)
        assert why_not(page) == {"camera": Say("why_not.no_camera"), "receipt": None}


def test_a_bad_photo_names_its_faults() -> None:
    marked = PhotoFault(Fault.EYES_LOW, (Box(100, 100, 200, 200),))
    report = PhotoReport((marked, PhotoFault(Fault.FILE_SMALL)), Measured(width=358, height=441, faces=1))
    taken = Taken(Image.new("RGB", (358, 441), "white"), None, report)
    session = known.session(photo=taken, photo_shown=b"drawn", photo_tries=1)
    faults = (Say("photo.fault.eyes_low"), Say("photo.fault.file_small"))
    assert photographing.bad(session, known.tools()) == Photo("bad", b"drawn", faults, PHOTO_TRIES - 1)
    assert photographing.good(session, known.tools()) == Photo("good", b"drawn", (), PHOTO_TRIES - 1)


def test_after_the_last_try_none_is_left() -> None:
    assert photographing.bad(known.session(photo_tries=9), known.tools()) == Photo("bad", tries_left=0)


# -- the making and the handing over -----------------------------------------------------------------------------------


def test_the_steps_of_the_making_follow_the_rules() -> None:
    order = (
        "preparing",
        "feeding",
        "reading",
        "reserving",
        "writing",
        "printing",
        "inspecting",
        "comparing",
        "committing",
    )
    at = [getattr(making, name)(known.session(), known.tools()).at for name in order]
    assert at == [1, 1, 1, 1, 2, 3, 4, 4, 5]
    second = known.session(note=Say("issue.note.second_card"))
    assert making.printing(second, known.tools()).note == Say("issue.note.second_card")
    assert handover.presenting(second, known.tools()).at == 6
    assert handover.presenting(second, known.tools()).note == Say("handover.coming_out")


def test_a_pin_of_ones_own_is_offered_and_not_forced() -> None:
    page = handover.offering_pin(known.session(), known.tools())
    assert page.greeting == Say("handover.pin.why")
    assert why_not(page) == {"set_pin": None, "later": None}


def test_the_new_card_is_called_for_with_the_seconds_left() -> None:
    page = handover.take_new_card_urgent(known.session(), known.tools())
    assert (page.urgent, page.seconds) == (True, 30)


@pytest.mark.parametrize(("own", "told"), [(True, "own_pin"), (False, "first_pin")])
def test_the_end_says_what_the_card_can_do_and_which_pin_it_has(own: bool, told: str) -> None:
    page = handover.issued(known.session(own_pin=own), known.tools())
    assert page == Done(
        Say("handover.issued"),
        (
            Say("handover.issued.social"),
            Say(f"handover.issued.{told}"),
            Say("handover.issued.bank"),
            Say("handover.issued.receipt"),
        ),
    )


@pytest.mark.parametrize(
    ("record", "what", "advice"),
    [
        (None, "card_not_made", ["not_made"]),
        (known.record(IssueStep.SPOILED, IssueEnd.WITHDRAWN), "card_not_made", ["not_made"]),
        (known.record(IssueStep.SPOILED, IssueEnd.WITHDRAWN, fen=2000), "card_not_made", ["not_made", "fee_back"]),
        (known.record(IssueStep.COMMITTING, fen=2000), "issue_unconfirmed", ["unconfirmed"]),
        (known.record(IssueStep.PRESENTING, fen=2000), "issue_not_held", ["attendant"]),
        (known.record(IssueStep.SPOILING), "host_unknown", ["unknown"]),
    ],
)
def test_an_issue_without_a_card_says_what_became_of_card_and_fee(record: Any, what: str, advice: list[str]) -> None:
    page = handover.issue_ended(known.session(record=record), known.tools())
    assert page.what == Say(f"refusal.{what}")
    assert page.advice[: len(advice)] == tuple(Say(f"issue.ended.{each}") for each in advice)
    assert page.again is False


def test_what_went_wrong_stands_above_what_became_of_it() -> None:
    session = known.session(record=known.record(IssueStep.SPOILED, IssueEnd.WITHDRAWN))
    session.trouble = refusal("print_not_good")
    page = handover.issue_ended(session, known.tools())
    assert (page.what, page.advice[0]) == (Say("refusal.print_not_good"), Say("issue.ended.not_made"))


def test_after_a_cut_whoever_comes_by_is_told_why_the_machine_is_busy() -> None:
    page, frame = build("recovering.writing", Session(issue=Issue(note=Say("issue.note.held"))), known.tools())
    assert isinstance(page, MakingCard)
    assert (page.at, page.note) == (2, Say("recovery.note"))
    assert frame.step is None


# -- the menu and the start page ---------------------------------------------------------------------------------------


def offered(tools: Any) -> dict[str, Say | None]:
    page, _ = build("in_service.session.menu", known.session(), tools)
    assert isinstance(page, Menu)
    return {each: reason for each, reason in why_not(page).items() if each in ("issue_card", "collect_card")}


def test_cards_are_offered_where_they_are_made() -> None:
    empty = known.printer()
    assert offered(known.tools(card_printer=empty)) == {"issue_card": None}
    assert offered(known.tools(fitted=False)) == {}
    lost = frozenset({Capability.ISSUE})
    assert offered(known.tools(card_printer=empty, without=lost)) == {"issue_card": Say("why_not.no_issue")}
    out = known.tools(card_printer=empty, without=lost, why_no_issue="no_stock")
    assert offered(out) == {"issue_card": Say("why_not.no_cards")}
    spent = known.tools(card_printer=empty, without=lost, why_no_issue="no_stock", used_up=True)
    assert offered(spent) == {"issue_card": None}, "it can be applied for, and is made elsewhere"
    page, _ = build("in_service.session.menu", known.session(), spent)
    assert isinstance(page, Menu)
    assert [each.note for each in page.choices if each.id == "issue_card"] == [Say("why_not.no_cards")]


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (known.printer(), False),
        (known.printer(held=1), True),
        (known.printer(position=CardPosition.IN_PATH), True),
        (known.printer(position=CardPosition.UNKNOWN), True),
        (None, True),
    ],
)
def test_a_card_can_be_fetched_while_one_may_wait(status: Any, may: bool) -> None:
    assert ("collect_card" in offered(known.tools(card_printer=status))) is may


def test_the_start_page_says_whether_cards_are_made_today() -> None:
    def says(tools: Any) -> tuple[bool, bool]:
        page, _ = build("in_service.attract", Session(), tools)
        assert isinstance(page, Attract)
        return Say("works.issue") in page.works, Say("works.issue") in page.out

    lost = frozenset({Capability.ISSUE})
    assert says(known.tools()) == (True, False)
    assert says(known.tools(without=lost)) == (False, True)
    assert says(known.tools(without=lost, fitted=False)) == (False, False)
