"""A card made, from the hopper to the hand, against host, payer and the printer's real bytes (A1, A10, A13-A18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from invariants import violations
from kiosk_side import KioskSide, Place
from workshop import BANK, STOCK, Workshop

from kiosk.catalogue.rules import Reason
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep

FIRST, SECOND = [card.serial for card in STOCK.cards if card.bank == BANK][:2]


@dataclass
class Issued:
    """How it went."""

    bench: Workshop
    kiosk: KioskSide
    record: IssueRecord

    @property
    def trouble(self) -> str:
        found = self.kiosk.last_session.trouble
        return found.what.key if found is not None else ""


async def issue(
    bench: Workshop, *, hand: bool = True, reason: Reason = Reason.FIRST, at: Callable[[str], None] = lambda _: None,
    **place: Any,
) -> Issued:  # fmt: skip
    """A citizen's card, made; afterwards everything agrees."""

    def on_state(state: str) -> None:
        at(state)
        if hand and state.endswith("take_new_card"):
            bench.take()

    kiosk = KioskSide(Place.of(bench, **place), on_state=on_state)
    async with kiosk:
        await kiosk.stock_up()
        side = "none" if reason is Reason.FIRST else "normal"
        (person, *_) = bench.get("/sandbox/people", social_side=side)

        def pay(order: str) -> None:
            bench.post("/sandbox/payer/pay", order=order)

        record = await kiosk.make(await kiosk.accepted(person, reason, pay))
        await kiosk.recover()  # as between two citizens
        await kiosk.told()
        record = await kiosk.record.issuing.of(record.business)
        assert violations(bench, kiosk.journal) == []
        return Issued(bench, kiosk, record)


def application(bench: Workshop) -> Any:
    (seen,) = bench.get("/sandbox/issuing/applications")
    return seen


def fault(bench: Workshop, name: str, value: Any = True) -> None:
    bench.line.call(lambda: bench.simulator.faults.__setitem__(name, value))
    bench.line.set_fault(name, value)


async def test_a_card_is_made_and_taken(bench: Workshop) -> None:
    done = await issue(bench)
    assert done.record.ended is IssueEnd.COLLECTED
    assert bench.cards["taken"] == [FIRST]
    seen = application(bench)
    assert (seen["commits"], seen["live_cards"], seen["whereabouts"]) == (1, 1, "collected")
    assert sorted(bench.taken[0].faces) == ["back", "front"]


async def test_a_dead_chip_costs_one_card_and_the_second_is_tried_once(bench: Workshop) -> None:
    bench.contact.dead.add(FIRST)
    done = await issue(bench)
    assert done.record.ended is IssueEnd.COLLECTED
    assert (bench.cards["rejected"], bench.cards["taken"]) == ([FIRST], [SECOND])


async def test_two_dead_chips_end_it_and_nothing_is_owed(bench: Workshop) -> None:
    bench.contact.dead.update((FIRST, SECOND))
    done = await issue(bench)
    assert done.record.ended is IssueEnd.WITHDRAWN
    assert bench.cards["rejected"] == [FIRST, SECOND]
    assert application(bench)["commits"] == 0


async def test_the_fee_is_taken_when_the_card_is_committed_and_not_before(bench: Workshop) -> None:
    bench.post("/sandbox/issuing/prices", reason="damaged", fen=2000, valid_from="2026-01-01")
    seen: list[str] = []

    def at(state: str) -> None:
        if state == "making.committing":
            seen.append(bench.get("/sandbox/payer/orders")[0]["state"])

    done = await issue(bench, reason=Reason.DAMAGED, at=at)
    assert done.record.ended is IssueEnd.COLLECTED
    (order,) = bench.get("/sandbox/payer/orders")
    assert (seen, order["captures"], order["refunds"]) == (["held"], 1, 0)


async def test_a_fee_that_bought_nothing_is_released(bench: Workshop) -> None:
    bench.post("/sandbox/issuing/prices", reason="damaged", fen=2000, valid_from="2026-01-01")
    bench.contact.dead.update((FIRST, SECOND))
    done = await issue(bench, reason=Reason.DAMAGED)
    assert done.record.ended is IssueEnd.WITHDRAWN
    (order,) = bench.get("/sandbox/payer/orders")
    assert (order["state"], order["captures"]) == ("released", 0)


@pytest.mark.parametrize("kind", ["lost_reply", "lost_request", "broken_reply", "error_after"])
@pytest.mark.parametrize("call", ["reservations", "commits"])
async def test_a_lost_answer_is_asked_for_and_the_card_comes(bench: Workshop, kind: str, call: str) -> None:
    bench.order(kind, f"/v1/issuing/{call}")
    done = await issue(bench)
    assert done.record.ended is IssueEnd.COLLECTED
    assert (application(bench)["commits"], bench.cards["rejected"]) == (1, [])


@pytest.mark.parametrize("call", ["reservations", "personalisation/mac", "commits"])
async def test_a_host_that_is_asked_too_much_is_asked_again_and_no_card_is_burned_for_it(
    bench: Workshop, call: str
) -> None:
    bench.order("refuse", f"/v1/issuing/{call}", code="too_many_requests", times=4)
    done = await issue(bench)
    assert done.record.ended is IssueEnd.COLLECTED
    assert (application(bench)["commits"], bench.cards["rejected"], bench.cards["taken"]) == (1, [], [FIRST])


async def test_a_refusal_that_is_about_the_application_costs_no_second_card(bench: Workshop) -> None:
    """And the host hears of the first, though it is asked too much just then."""
    bench.order("refuse", "/v1/issuing/reservations", code="bank_not_eligible", times=5)
    bench.order("refuse", "/v1/issuing/bad-cards", code="too_many_requests", times=2)
    done = await issue(bench)
    assert (done.record.ended, bench.cards["rejected"]) == (IssueEnd.WITHDRAWN, [FIRST])
    assert [void["serial"] for void in bench.get("/sandbox/issuing/voids")] == [FIRST]


@pytest.mark.parametrize("kind", ["lost_reply", "lost_request"])
async def test_a_commit_that_stays_unknown_puts_the_card_by_until_the_host_says(bench: Workshop, kind: str) -> None:
    """A16: exactly one commit, whenever the host is back."""
    bench.order(kind, "/v1/issuing/commits", times=50)

    def at(state: str) -> None:
        if state == "making.committing":
            bench.order("lost_reply", "/v1/issuing/state*", times=50)

    kiosk = KioskSide(Place.of(bench), on_state=at)
    async with kiosk:
        await kiosk.stock_up()
        (person, *_) = bench.get("/sandbox/people", social_side="none")
        record = await kiosk.make(await kiosk.accepted(person))
        assert (record.step, kiosk.states[-2:]) == (IssueStep.UNCONFIRMED, ["issue_ended", "stopped"])
        assert bench.cards["held"] == [FIRST]
        bench.control.delete("/sandbox/faults").raise_for_status()
        await kiosk.recover()
        await kiosk.told()
        record = await kiosk.record.issuing.of(record.business)
        assert (record.step, bench.cards["held"]) == (IssueStep.HELD, [FIRST]), kiosk.states
        assert violations(bench, kiosk.journal) == []
    assert application(bench)["commits"] == 1


async def test_a_card_not_taken_is_held_and_never_rejected(bench: Workshop) -> None:
    done = await issue(bench, hand=False)
    assert (done.record.step, done.record.ended) == (IssueStep.HELD, None)
    assert bench.cards["held"] == [FIRST]
    assert application(bench)["whereabouts"] == "held"


@pytest.mark.parametrize("jam", ["jam_feed", "jam_contact", "jam_print"])
async def test_a_jam_before_the_commit_leaves_no_card_and_no_debt(bench: Workshop, jam: str) -> None:
    fault(bench, jam)
    done = await issue(bench)
    assert done.record.ended is IssueEnd.WITHDRAWN
    assert application(bench)["commits"] == 0


async def test_a_jam_at_the_exit_after_the_commit_goes_only_forward(bench: Workshop) -> None:
    def at(state: str) -> None:
        if state == "handing_over.presenting":
            fault(bench, "jam_exit")

    done = await issue(bench, at=at)
    assert done.record.ended is None
    assert application(bench)["commits"] == 1
    assert bench.cards["rejected"] == []


@pytest.mark.parametrize(
    ("name", "value"), [("missing_panel", "m"), ("banding", 60), ("too_quick", True), ("ribbon_break", True)]
)
async def test_a_bad_print_is_never_committed(bench: Workshop, name: str, value: Any) -> None:
    fault(bench, name, value)
    done = await issue(bench)
    assert done.record.ended is IssueEnd.WITHDRAWN
    assert application(bench)["commits"] == 0


async def test_without_a_scanner_the_citizen_is_asked(bench: Workshop) -> None:
    done = await issue(bench, scanner=False)
    assert "making.looking" in done.kiosk.states
    assert done.record.ended is IssueEnd.COLLECTED


async def test_an_empty_hopper_feeds_nothing(bench: Workshop) -> None:
    bench.line.call(lambda: bench.simulator.mechanism.hoppers[0].clear())
    before = dict(bench.cards)
    kiosk = KioskSide(Place.of(bench))
    async with kiosk:
        await kiosk.stock_up()
        (person, *_) = bench.get("/sandbox/people", social_side="none")
        record = await kiosk.make(await kiosk.accepted(person))
        await kiosk.told()
    assert record.ended is IssueEnd.WITHDRAWN
    assert bench.cards == before


async def test_a_card_of_another_stock_stops_issuing_until_two_have_looked(bench: Workshop) -> None:
    mechanism = bench.simulator.mechanism
    bench.line.call(lambda: mechanism.hoppers.__setitem__(0, mechanism.hoppers[1][:]))
    bench.line.call(lambda: mechanism.hoppers.__setitem__(1, []))
    kiosk = KioskSide(Place.of(bench))
    async with kiosk:
        await kiosk.stock_up()
        (person, *_) = bench.get("/sandbox/people", social_side="none")
        record = await kiosk.make(await kiosk.accepted(person))
        assert record.ended is IssueEnd.WITHDRAWN
        assert "stock_mismatch" in await kiosk.record.stock.blocks()
        await kiosk.told()
    assert application(bench)["commits"] == 0
