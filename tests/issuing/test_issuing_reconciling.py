"""The day's end (F62, A18): what kiosk, host and payer say of one day agrees, or the difference has a name."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from kiosk_side import KioskSide, Place, QuickClock
from workshop import BANK, STOCK, Workshop

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import FeeLine
from kiosk.host.payer.port import PayerLine, PaymentState
from kiosk.host.payer.reconciliation import Outcome, reconcile
from kiosk.host.port import HostUnavailable
from kiosk.journal.business_number import BusinessNumber, compose
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.reconciling import DONE, UNEXPLAINED, Reconciler, day_lines

FIRST, SECOND = [card.serial for card in STOCK.cards if card.bank == BANK][:2]
DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)


class Later(QuickClock):
    """So many days on."""

    days = 1

    def today(self) -> date:
        return super().today() + timedelta(days=self.days)


async def one_paid_issue(bench: Workshop, kiosk: KioskSide) -> IssueRecord:
    bench.post("/sandbox/issuing/prices", reason="damaged", fen=2000, valid_from="2026-01-01")
    await kiosk.stock_up()
    (person, *_) = bench.get("/sandbox/people", social_side="normal")

    def pay(order: str) -> None:
        bench.post("/sandbox/payer/pay", order=order)

    record = await kiosk.make(await kiosk.accepted(person, Reason.DAMAGED, pay))
    await kiosk.recover()
    await kiosk.told()
    return await kiosk.record.issuing.of(record.business)


def duty(kiosk: KioskSide, days: int = 1, idle: bool = True) -> Reconciler:
    clock = Later()
    clock.days = days
    return Reconciler(kiosk.journal, clock, kiosk.issuing, kiosk.payer, lambda: idle)


def notes(kiosk: KioskSide, step: str, day: str) -> list[dict[str, Any]]:
    return [e.told for e in kiosk.journal.entries() if e.step == step and e.told["day"] == day]


def taking(bench: Workshop) -> Any:
    def on_state(state: str) -> None:
        if state.endswith("take_new_card"):
            bench.take()

    return on_state


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("fails", [False, True])
async def test_a_day_agrees_whether_the_payer_holds_or_captures(bench: Workshop, holds: bool, fails: bool) -> None:
    bench.post("/sandbox/payer/settings", qr_holds=holds)
    if fails:
        bench.contact.dead.update((FIRST, SECOND))
    async with KioskSide(Place.of(bench), on_state=taking(bench)) as kiosk:
        record = await one_paid_issue(bench, kiosk)
        assert record.ended is (IssueEnd.WITHDRAWN if fails else IssueEnd.COLLECTED)
        today = kiosk.clock.today().isoformat()
        await duty(kiosk, days=0).look()
        assert notes(kiosk, DONE, today) == []  # the day is not over
        await duty(kiosk).look()
        (told,) = notes(kiosk, DONE, today)
        assert (told["agreed"], told["unexplained"], told["payer_fen"]) == (1, 0, 0 if fails else 2000)
        assert notes(kiosk, UNEXPLAINED, today) == []
        await duty(kiosk).look()
        await duty(kiosk, days=2).look()
        assert len(notes(kiosk, DONE, today)) == 1  # once, and done with


async def test_money_that_went_astray_is_named_and_a_person_is_told(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench), on_state=taking(bench)) as kiosk:
        record = await one_paid_issue(bench, kiosk)
        await kiosk.payer.refund(record.fee_order, f"{record.business}/by_hand/1")
        await duty(kiosk).look()
        today = kiosk.clock.today().isoformat()
        (told,) = notes(kiosk, UNEXPLAINED, today)
        assert (told["difference"], told["order"], told["fen"]) == ("issued_and_refunded", record.business, 2000)


async def test_what_time_may_settle_is_looked_at_again_and_at_last_left_to_a_person(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench), on_state=taking(bench)) as kiosk:
        record = await one_paid_issue(bench, kiosk)
        with kiosk.journal.together():
            kiosk.journal._database.write(
                "UPDATE issue SET ended = NULL, step = ? WHERE business = ?",
                *(IssueStep.UNCONFIRMED.value, record.business),
            )
        today = kiosk.clock.today().isoformat()
        for days in (1, 1, 2, 6):
            await duty(kiosk, days).look()
        assert (len(notes(kiosk, DONE, today)), notes(kiosk, UNEXPLAINED, today)) == (3, [])
        await duty(kiosk, 7).look()
        (told,) = notes(kiosk, UNEXPLAINED, today)
        assert told["difference"] == "still_open"


async def test_nobody_is_disturbed_and_a_host_that_is_gone_is_asked_later(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench), on_state=taking(bench)) as kiosk:
        await one_paid_issue(bench, kiosk)
        today = kiosk.clock.today().isoformat()
        await duty(kiosk, idle=False).look()
        assert notes(kiosk, DONE, today) == []
        ask, gone = kiosk.issuing.fee_lines, [True]

        async def fee_lines(day: date) -> tuple[FeeLine, ...]:
            if gone:
                gone.pop()
                raise HostUnavailable
            return await ask(day)

        kiosk.issuing.fee_lines = fee_lines  # type: ignore[method-assign]
        running = asyncio.create_task(duty(kiosk).run())
        async with asyncio.timeout(10):
            while not notes(kiosk, DONE, today):  # noqa: ASYNC110 -- it is looked at from outside
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait([running])


def issue(running: int, day: date = DAY, **changed: Any) -> IssueRecord:
    number = compose(day, "K0001", running)
    given = {"application": f"A{running}", "fee_order": number, "fen": 2000, "step": IssueStep.PRESENTED, **changed}
    return IssueRecord(business=number, holder=b"", bank=BANK, hopper="", cards=1, serial=FIRST,
                       **{"ended": IssueEnd.COLLECTED, **given})  # fmt: skip


def order(running: int, day: date = DAY) -> BusinessNumber:
    return compose(day, "K0001", running)


def test_what_was_begun_before_midnight_belongs_to_its_day() -> None:
    early, late = issue(1), issue(1, NEXT, application="A9")
    host = {DAY: [], NEXT: [FeeLine("A1", order(1), 2000, True), FeeLine("A9", order(1, NEXT), 2000, True)]}
    payer = {
        DAY: [],
        NEXT: [
            PayerLine(order(1), 2000, PaymentState.CAPTURED),
            PayerLine(order(1, NEXT), 2000, PaymentState.CAPTURED),
        ],
    }
    lines = day_lines(DAY, [(early, True), (late, True)], host, payer)
    assert [each.application for each in lines.host] == ["A1"]
    assert [each.order for each in lines.payer] == [order(1)]
    assert [(each.application, each.outcome) for each in lines.kiosk] == [("A1", Outcome.ISSUED)]


def test_what_the_kiosk_has_never_heard_of_is_not_left_out() -> None:
    host = {DAY: [FeeLine("A7", "", 0, True)], NEXT: [FeeLine("A8", "", 0, True)]}
    payer = {DAY: [PayerLine("of-another", 5, PaymentState.CAPTURED)], NEXT: []}
    lines = day_lines(DAY, [], host, payer)
    assert ([each.application for each in lines.host], len(lines.payer)) == (["A7"], 1)


def test_an_issue_that_ended_before_its_fee_was_asked_for_differs_in_nothing() -> None:
    withdrawn = issue(1, fee_order="", fen=0, ended=IssueEnd.WITHDRAWN, step=IssueStep.APPLIED)
    deferred = issue(2, fee_order="", fen=0, ended=IssueEnd.DEFERRED, step=IssueStep.APPLIED)
    host = {DAY: [FeeLine("A1", "", 2000, False), FeeLine("A2", "", 2000, True)]}
    lines = day_lines(DAY, [(withdrawn, False), (deferred, False)], host, {})
    assert reconcile(lines.kiosk, lines.host, lines.payer).differences == ()
