"""Each page of issuing says what it is for: choices by their ids, nothing personal unmasked, no fee without its why."""

from __future__ import annotations

from typing import Any

import pages_samples as known
import pytest
from pages_issuing_rig import ISSUING, _Nothing, texts, why_not

from devices.contract import DeviceState, Status, StorageLevel
from devices.fault_catalogue import Capability
from kiosk.activities.refusals import refusal
from kiosk.catalogue.fees import FeeBasis
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import Quote
from kiosk.pages import applying
from kiosk.pages.build import build
from kiosk.session import Session
from statemachines.chart import plan
from statemachines.kiosk import kiosk_chart
from statemachines.views import (
    Fen,
    Number,
    PinEntry,
    Say,
    Verbatim,
)

APPLYING = "in_service.session.applying."
LEAVES = {path: leaf.screen for path, leaf in plan(kiosk_chart(_Nothing())).leaves.items() if path.startswith(ISSUING)}


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
