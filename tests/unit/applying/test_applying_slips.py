"""The papers of issuing, from what session and journal know; without paper nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from applying_desk import Desk

from kiosk.activities import applying, issue_slips
from kiosk.activities.issue_slips import fate_of
from kiosk.activities.refusals import refusal
from kiosk.catalogue.rules import Reason
from kiosk.documents.issue_slips import IssueFate
from kiosk.host.issuing_values import CardPrint, Reservation
from kiosk.host.payer.sandbox_orders import Behaviour
from kiosk.host.port import CardSide
from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.session import Trouble
from statemachines.views import Say

ACCOUNT = "6299990000000000012"


def lines(desk: Desk) -> list[list[str]]:
    return [line.split() for line in desk.paper.text.splitlines()]


def reserved(desk: Desk) -> Reservation:
    holder = desk.issue.eligibility.holder if desk.issue.eligibility else None
    assert holder is not None
    today = desk.clock.today()
    printed = CardPrint(holder.name, holder.number, "X00000019", today, today, "示例银行", ACCOUNT)
    return Reservation("A1", "0A1B2C3D", "example_bank", ACCOUNT, "X00000019", (), printed)


async def test_the_receipt_of_a_first_card_says_that_it_was_free(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_fee()
    await applying.settle_old_card(desk.stage)
    desk.issue.reservation = reserved(desk)
    assert await issue_slips.print_issue_receipt(desk.stage) == "printed"
    assert ["费用", "￥0.00", "首次办卡"] in lines(desk)
    assert ["社保卡号", "*****0019"] in lines(desk)
    assert ["银行", "示例银行"] in lines(desk)
    assert ["业务流水号", str(desk.issue_record().business)] in lines(desk)
    assert "示例银行任一网点" in desk.paper.text.replace("\n", "")
    for hidden in (ACCOUNT, "X00000019"):
        assert hidden not in desk.paper.text
    assert desk.session.document == desk.issue_record().business


async def test_the_receipt_of_a_paid_card_has_the_payers_reference(desk: Desk) -> None:
    desk.world.payer.qr = Behaviour.AT_ONCE
    desk.session.language = "en"
    desk.serve(desk.someone(CardSide.LOST))
    assert await desk.up_to_fee(Reason.LOST, 2000) == "held"
    desk.issue.own_pin = True
    assert await issue_slips.print_issue_receipt(desk.stage) == "printed"
    assert desk.issue.payment is not None
    assert ["Fee", "￥20.00", "replacement:", "lost"] in lines(desk)
    assert ["Reference", desk.issue.payment.reference] in lines(desk)
    assert "one you have just set" in desk.paper.text.replace("\n", " ")


async def test_a_card_fetched_later_has_a_receipt_under_the_number_it_was_applied_for(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_fee()
    await applying.settle_old_card(desk.stage)
    record = await desk.record.issuing.step(desk.issue_record(), IssueStep.HELD, serial="0A1B2C3D")
    desk.issue.record, desk.issue.banks, desk.session.business = record, (), "20261122-K0001-0999-X"
    assert await issue_slips.print_issue_receipt(desk.stage) == "printed"
    assert ["业务流水号", str(record.business)] in lines(desk)
    assert ["社保卡", "尾号", "2C3D"] in lines(desk)
    assert "卡面所示银行" in desk.paper.text.replace("\n", "")


async def test_the_collection_slip_names_day_place_and_number(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    assert await issue_slips.print_pickup_slip(desk.stage) == "not_printed"
    await desk.patiently(applying.defer_application)
    assert await issue_slips.print_pickup_slip(desk.stage) == "printed"
    application = desk.issue.application
    assert application is not None
    assert application.slip is not None
    assert ["申请编号", application.number] in lines(desk)
    assert ["排队顺序", "1"] in lines(desk)
    assert application.slip.place.split("，")[0] in desk.paper.text
    due = application.slip.due
    assert ["预计可取", f"{due.year}年{due.month}月{due.day}日"] in lines(desk)


@pytest.mark.parametrize(
    ("step", "fate"),
    [
        (IssueStep.COMMITTING, IssueFate.UNCONFIRMED),
        (IssueStep.UNCONFIRMED, IssueFate.UNCONFIRMED),
        (IssueStep.COMMITTED, IssueFate.ATTENDANT),
        (IssueStep.RETRACTING, IssueFate.ATTENDANT),
        (IssueStep.ATTENDANT, IssueFate.ATTENDANT),
        (IssueStep.SPOILING, IssueFate.UNKNOWN),
    ],
)
async def test_what_becomes_of_a_card_is_told_by_the_journal(desk: Desk, step: IssueStep, fate: IssueFate) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    before = desk.issue.record
    record = await desk.record.issuing.step(desk.issue_record(), step)
    assert desk.issue.record is before
    assert fate_of(record) is fate
    assert fate_of(replace(record, ended=IssueEnd.WITHDRAWN)) is IssueFate.NOT_MADE
    assert await issue_slips.print_issue_slip(desk.stage) == "printed"
    titles = {
        IssueFate.UNCONFIRMED: "卡已制好，等待确认",
        IssueFate.ATTENDANT: "工作人员马上就来",
        IssueFate.UNKNOWN: "业务待确认",
    }
    assert titles[fate] in desk.paper.text


@pytest.mark.parametrize(("holds", "words"), [(True, "没有扣款，预留的费用会自动退回"), (False, "原付款账户")])
async def test_a_card_that_was_not_made_says_what_becomes_of_the_fee(desk: Desk, holds: bool, words: str) -> None:
    desk.world.payer.qr, desk.world.payer.qr_holds = Behaviour.AT_ONCE, holds
    desk.serve(desk.someone(CardSide.LOST))
    await desk.up_to_fee(Reason.LOST, 2000)
    record = await desk.record.issuing.step(desk.issue_record(), IssueStep.SPOILED)
    await desk.record.issuing.end(record, IssueEnd.WITHDRAWN)
    desk.session.trouble = refusal("card_blocked")
    desk.session.keep("old_card", "handed_in")
    assert await issue_slips.print_issue_slip(desk.stage) == "printed"
    assert desk.issue.payment is not None
    assert ["预留费用", "￥20.00"] in lines(desk)
    assert ["交易参考号", desk.issue.payment.reference] in lines(desk)
    whole = desk.paper.text.replace("\n", "")
    assert words in whole
    assert "您交回的旧卡收在机器里" in whole


async def test_without_paper_what_was_to_be_said_is_said_still(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    desk.paper.out = True
    said = Trouble(what=Say("refusal.host_unknown"), advice=(Say("advice.call_12333"),))
    desk.session.trouble = said
    assert await issue_slips.print_issue_slip(desk.stage) == "not_printed"
    assert desk.session.trouble.what == said.what
    assert [each.key for each in desk.session.trouble.advice] == [
        "fault.receipt_printer.paper_out",
        "advice.call_12333",
    ]
    desk.tools.receipt_printer = None
    desk.session.trouble = None
    assert await issue_slips.print_issue_receipt(desk.stage) == "not_printed"
    assert desk.session.trouble is None
    assert desk.issue_record().step is IssueStep.APPLIED
