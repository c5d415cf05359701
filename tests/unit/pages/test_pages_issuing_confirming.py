"""The pages on which data are confirmed, a fee is paid, and a card is promised for later."""

from __future__ import annotations

import pages_samples as known
import pytest
from pages_issuing_rig import FULL, texts

from kiosk.activities.refusals import refusal
from kiosk.host.issuing_values import HolderRecord, PhotoNeed
from kiosk.pages import confirming, paying
from statemachines.views import (
    Day,
    Fen,
    Number,
    Pay,
    Row,
    Say,
    Verbatim,
)

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
