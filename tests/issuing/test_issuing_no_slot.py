"""A card that nobody takes, at a device without a holding slot: kept in the path, and what is written of it is true."""

from __future__ import annotations

from typing import Any

import pytest
from invariants import violations
from kiosk_side import KioskSide, Place
from test_issuing_review import FIRST, committed_card, made, on_stage, settled
from test_making import application, fault
from workshop import Workshop

from devices.card_printer.contract import Ability
from devices.card_printer.evolis import EvolisPrinter
from kiosk.activities import handing_over
from kiosk.activities.issue_tools import printer_status
from kiosk.health.issuing import look_at_issuing
from kiosk.journal.entries import Fact
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep


async def looked_at(kiosk: KioskSide, record: IssueRecord) -> IssueRecord:
    """As the kiosk does between two citizens."""
    await look_at_issuing(kiosk.tools, await printer_status(kiosk.tools))
    return await kiosk.record.issuing.of(record.business)


def told(kiosk: KioskSide, step: str) -> list[dict[str, Fact]]:
    return [dict(entry.told) for entry in kiosk.journal.entries() if entry.step == step]


async def test_it_is_drawn_into_the_path_and_fetched_from_there(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench, slot=False)) as kiosk:
        record = await settled(bench, kiosk, await made(bench, kiosk))
        assert (record.step, bench.cards["path"]) == (IssueStep.HELD, [FIRST])
        assert not bench.take()
        assert [facts["slot"] for facts in told(kiosk, "issue.held")] == [False]
        assert application(bench)["whereabouts"] == "held"
        assert await kiosk.record.stock.blocks() == ()
        assert (await looked_at(kiosk, record)).step is IssueStep.HELD
        stage = on_stage(kiosk, record)
        assert await handing_over.recall_card(stage) == "recalled"
        assert await handing_over.present_card(stage) == "presented"
        bench.take()
        assert await handing_over.await_taken(stage) == "taken"
        await kiosk.told()
        assert application(bench)["whereabouts"] == "collected"
        assert violations(bench, kiosk.journal) == []


async def test_once_it_is_no_longer_in_the_path_two_people_have_to_say_where_it_is(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench, slot=False)) as kiosk:
        record = await settled(bench, kiosk, await made(bench, kiosk))
        for by_hand in (bench.simulator.open_cover, bench.simulator.clear_path, bench.simulator.close_cover):
            bench.line.call(by_hand)
        record = await looked_at(kiosk, record)
        assert (record.step, record.ended) == (IssueStep.ATTENDANT, None)
        (facts,) = told(kiosk, "issue.attendant")
        assert facts["found_at"] == "held"


async def test_one_that_stays_at_the_bezel_is_not_held_and_once_gone_it_was_taken(bench: Workshop) -> None:
    def at(state: str) -> None:
        if state == "handing_over.holding":
            fault(bench, "held_at_bezel")

    async with KioskSide(Place.of(bench, slot=False), on_state=at) as kiosk:
        record = await made(bench, kiosk)
        assert kiosk.last_session.trouble is not None
        assert kiosk.last_session.trouble.what.key == "refusal.issue_at_outlet"
        await kiosk.recover()
        await kiosk.told()
        record = await kiosk.record.issuing.of(record.business)
        assert (record.step, record.ended) == (IssueStep.RETRACTING, None)
        assert (application(bench)["whereabouts"], len(told(kiosk, "issue.left_outside"))) == ("presented", 1)
        bench.take()
        record = await settled(bench, kiosk, record)
        assert record.ended is IssueEnd.COLLECTED
        assert await kiosk.record.stock.blocks() == ()


async def test_after_a_cut_a_card_that_is_gone_was_not_taken_where_the_device_may_have_it(
    bench: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual: Any = EvolisPrinter.abilities.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(EvolisPrinter, "abilities", property(lambda printer: usual(printer) | {Ability.TAKES_IN}))
    async with KioskSide(Place.of(bench, slot=False)) as kiosk:
        stage, record = await committed_card(bench, kiosk)
        assert await handing_over.present_card(stage) == "presented"
        bench.take()
        await kiosk.printer.call(lambda printer: printer.open())  # and forgets what it had seen
        await kiosk.recover()
        record = await kiosk.record.issuing.of(record.business)
        assert (record.step, record.ended) == (IssueStep.ATTENDANT, None)
