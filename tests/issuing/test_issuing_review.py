"""What goes wrong at the worst moment of an issue: late answers, a full disk, a host that refuses, two cards held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from invariants import violations
from kiosk_side import AT_LEISURE, SHORT, KioskSide, OnStage, Place
from workshop import STOCK, Workshop

from devices.contract import DeviceError
from kiosk.activities import committing, handing_over, making, personalising, pin, putting_by, recovering
from kiosk.host.issuing_values import Whereabouts
from kiosk.host.port import HostRefused, HostUnknown
from kiosk.issue import Issue
from kiosk.journal.errors import JournalFull
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.journal.ledger import CardPlace
from kiosk.runtime import Stage
from kiosk.session import Session

FIRST, SECOND = [card.serial for card in STOCK.cards][:2]


def on_stage(kiosk: KioskSide, record: IssueRecord, **session: Any) -> Stage:
    return OnStage(kiosk.tools, Session(issue=Issue(record=record), **session))


async def begun(bench: Workshop, kiosk: KioskSide, index: int = 0) -> IssueRecord:
    """An issue whose first card is about to be fed."""
    if not kiosk.journal.ledger.stock():
        await kiosk.stock_up()
    person = bench.get("/sandbox/people", social_side="none")[index]
    issue = (await kiosk.accepted(person)).session.issue
    assert issue is not None
    assert issue.record is not None
    return issue.record


async def made(bench: Workshop, kiosk: KioskSide, index: int = 0) -> IssueRecord:
    """A card made and not taken."""
    if not kiosk.journal.ledger.stock():
        await kiosk.stock_up()
    person = bench.get("/sandbox/people", social_side="none")[index]
    return await kiosk.make(await kiosk.accepted(person))


async def settled(bench: Workshop, kiosk: KioskSide, record: IssueRecord) -> IssueRecord:
    await kiosk.recover()
    await kiosk.told()
    assert violations(bench, kiosk.journal) == []
    return await kiosk.record.issuing.of(record.business)


async def test_a_card_fed_by_a_feeder_that_was_too_late_is_in_the_ledger(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        record = await begun(bench, kiosk)
        hopper = await kiosk.record.stock.hopper_for(record.bank)
        record = await kiosk.record.issuing.step(record, IssueStep.FEEDING, hopper=hopper)
        await kiosk.printer.call(lambda printer: printer.feed(hopper))  # the motion ended, the activity was cut off
        stage = on_stage(kiosk, record)
        assert await committing.spoil_card(stage) == "spoiled"
        await committing.undo_issue(stage)
        assert kiosk.journal.ledger.in_hopper(hopper) == len(bench.simulator.mechanism.hoppers[0])
        record = await settled(bench, kiosk, record)
        assert (record.ended, bench.cards["rejected"]) == (IssueEnd.WITHDRAWN, [FIRST])


async def test_what_was_written_while_a_state_was_left_is_read_by_the_next(bench: Workshop) -> None:
    """The write goes on though the activity is cancelled: its state knows an older record than the journal has."""
    async with KioskSide(Place.of(bench)) as kiosk:
        before = await begun(bench, kiosk)
        stage = on_stage(kiosk, before)
        assert await making.feed_card(stage) == "fed"
        assert await making.read_serial(stage) == "read"
        stage.session.issue = Issue(record=before)
        assert await committing.spoil_card(stage) == "spoiled"
        await kiosk.told()
        (told,) = [each for each in bench.get("/sandbox/issuing/voids") if each["serial"] == FIRST]
        assert told
        assert kiosk.journal.ledger.card(FIRST).place is CardPlace.SPOILED


async def test_an_issue_is_not_over_while_its_card_is_in_the_path(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        record = await begun(bench, kiosk)
        stage = on_stage(kiosk, record)
        assert await making.feed_card(stage) == "fed"
        assert await making.read_serial(stage) == "read"
        await committing.undo_issue(stage)  # as after a spoiling that failed before it began
        record = await kiosk.record.issuing.of(record.business)
        assert record.ended is None
        record = await settled(bench, kiosk, record)
        assert (record.ended, bench.cards["path"]) == (IssueEnd.WITHDRAWN, [])


async def test_a_host_that_will_not_spoil_what_it_may_have_committed_leaves_it_to_a_person(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        record = await begun(bench, kiosk)
        stage = on_stage(kiosk, record)
        assert await making.feed_card(stage) == "fed"
        assert await making.read_serial(stage) == "read"
        issue = stage.session.issue
        assert issue is not None
        assert issue.record is not None
        issue.record = await kiosk.record.issuing.step(issue.record, IssueStep.COMMITTING)

        async def refuses(*_: object) -> None:
            raise HostRefused("not_allowed")

        kiosk.issuing.spoil = refuses  # type: ignore[method-assign, assignment]
        assert await committing.spoil_card(stage) == "stuck"
        await committing.undo_issue(stage)
        record = await kiosk.record.issuing.of(record.business)
        assert (record.step, record.ended) == (IssueStep.ATTENDANT, None)
        assert bench.cards["path"] == [FIRST]
        assert "card_unknown" in await kiosk.record.stock.blocks()


async def test_a_commit_that_could_not_even_be_written_down_holds_nothing_as_a_persons(bench: Workshop) -> None:
    """The disk was full for a moment: the card was compared, and the host has never been asked."""
    kiosk = KioskSide(Place.of(bench))
    async with kiosk:
        step = kiosk.record.issuing.step

        async def full(issue: IssueRecord, at: IssueStep, **rest: Any) -> IssueRecord:
            if at is IssueStep.COMMITTING and not kiosk.states[-1].startswith("recovering"):
                raise JournalFull("no room")
            return await step(issue, at, **rest)

        kiosk.record.issuing.step = full  # type: ignore[method-assign, assignment]
        record = await made(bench, kiosk)
        assert record.step is IssueStep.UNCONFIRMED
        record = await settled(bench, kiosk, record)
        assert (record.step, bench.cards["held"]) == (IssueStep.HELD, [FIRST])
        (seen,) = bench.get("/sandbox/issuing/applications")
        assert (seen["commits"], seen["live_cards"]) == (1, 1)


# -- recovery ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", ["nothing", "refuses", "unknown"])
async def test_a_committed_card_goes_forward_whatever_the_host_says_afterwards(bench: Workshop, says: str) -> None:
    """Cut off while the card was held out, and the host is gone or has forgotten: it is drawn in, never destroyed."""
    kiosk = KioskSide(Place.of(bench))

    async with kiosk:
        record = await begun(bench, kiosk)
        stage = on_stage(kiosk, record)
        for activity in (
            making.feed_card,
            making.read_serial,
            making.reserve_card,
            committing_write,
            handing_over.present_card,
        ):
            await activity(stage)
        if says == "unknown":
            bench.order("lost_reply", "/v1/issuing/state*", times=50)
        else:

            async def state_by_key(_: str) -> None:
                if says == "refuses":
                    raise HostRefused("not_allowed")

            kiosk.issuing.state_by_key = state_by_key  # type: ignore[method-assign, assignment]
        await kiosk.recover()
        assert (bench.cards["held"], bench.cards["rejected"]) == ([FIRST], [])
        assert (await kiosk.record.issuing.of(record.business)).step is IssueStep.HELD


async def committing_write(stage: Stage) -> None:
    """From the reservation to the commit."""
    for activity in (
        personalising.write_chip,
        personalising.print_faces,
        personalising.inspect_faces,
        personalising.compare_all,
        committing.commit_card,
    ):
        await activity(stage)


async def committed_card(bench: Workshop, kiosk: KioskSide) -> tuple[Stage, IssueRecord]:
    record = await begun(bench, kiosk)
    stage = on_stage(kiosk, record)
    for activity in (making.feed_card, making.read_serial, making.reserve_card, committing_write):
        await activity(stage)
    issue = stage.session.issue
    assert issue is not None
    assert issue.record is not None
    assert issue.record.step is IssueStep.COMMITTED
    return stage, issue.record


async def test_a_card_taken_after_the_machine_gave_up_waiting_is_taken(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        stage, record = await committed_card(bench, kiosk)
        await handing_over.present_card(stage)
        bench.take()
        record = await settled(bench, kiosk, record)
        assert record.ended is IssueEnd.COLLECTED
        assert await kiosk.record.stock.blocks() == ()


async def test_a_card_drawn_in_by_a_motion_that_was_late_is_held(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        stage, record = await committed_card(bench, kiosk)
        await handing_over.present_card(stage)
        record = await kiosk.record.issuing.step(record, IssueStep.RETRACTING)
        assert await putting_by.into_slot(kiosk.tools)
        record = await settled(bench, kiosk, record)
        assert (record.step, bench.cards["held"]) == (IssueStep.HELD, [FIRST])
        assert await kiosk.record.stock.blocks() == ()


async def test_a_card_put_by_before_that_was_written_down_is_committed_again(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        bench.order("lost_request", "/v1/issuing/commits", times=10)
        record = await begun(bench, kiosk)
        stage = on_stage(kiosk, record)
        kiosk.wait_for_answers(SHORT)
        for activity in (making.feed_card, making.read_serial, making.reserve_card, committing_write):
            await activity(stage)
        kiosk.wait_for_answers(AT_LEISURE)
        assert await putting_by.into_slot(kiosk.tools)
        bench.control.delete("/sandbox/faults").raise_for_status()
        record = await settled(bench, kiosk, record)
        assert (record.step, bench.cards["held"]) == (IssueStep.HELD, [FIRST])


# -- fetched later -----------------------------------------------------------------------------------------------------


async def fetched(kiosk: KioskSide, record: IssueRecord) -> str:
    return await handing_over.recall_card(on_stage(kiosk, record))


async def test_two_cards_are_held_and_each_goes_to_its_own_holder(bench: Workshop) -> None:
    """The slot has room for one: the second is kept in the path, and must not be handed to who comes for the first."""
    async with KioskSide(Place.of(bench)) as kiosk:
        first = await made(bench, kiosk)
        await kiosk.recover()
        second = await made(bench, kiosk, index=1)
        await kiosk.recover()
        first, second = [await kiosk.record.issuing.of(each.business) for each in (first, second)]
        assert (bench.cards["held"], bench.cards["path"]) == ([first.serial], [second.serial])
        assert await fetched(kiosk, first) == "stuck"
        assert (await kiosk.record.issuing.of(first.business)).step is IssueStep.HELD
        assert await fetched(kiosk, second) == "recalled"


async def test_a_card_that_does_not_come_out_of_its_slot_is_looked_after(bench: Workshop) -> None:
    """It jammed on the way: the journal does not believe that it still lies in its slot."""
    async with KioskSide(Place.of(bench)) as kiosk:
        record = await made(bench, kiosk)
        await kiosk.recover()
        record = await kiosk.record.issuing.of(record.business)
        call = kiosk.printer.call

        async def half_way(method: Callable[[Any], Any]) -> Any:
            if method.__name__ == "recall":
                await call(method)
                raise asyncio.CancelledError
            return await call(method)

        kiosk.printer.call = half_way  # type: ignore[method-assign, assignment]
        with pytest.raises(asyncio.CancelledError):
            await fetched(kiosk, record)
        kiosk.printer.call = call  # type: ignore[method-assign]
        assert bench.cards["path"] == [FIRST]
        assert await recovering.unfinished(kiosk.tools)
        record = await settled(bench, kiosk, record)
        assert (record.step, bench.cards["held"]) == (IssueStep.HELD, [FIRST])


async def test_the_host_hears_each_time_that_a_card_is_held_again(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        record = await made(bench, kiosk)
        for _ in range(3):
            await kiosk.recover()
            stage = on_stage(kiosk, await kiosk.record.issuing.of(record.business))
            assert await handing_over.recall_card(stage) == "recalled"
            assert await handing_over.present_card(stage) == "presented"
            await kiosk.told()
            (seen,) = bench.get("/sandbox/issuing/applications")
            assert seen["whereabouts"] == Whereabouts.PRESENTED
            assert await handing_over.hold_card(stage) == "held"
            await kiosk.told()
            (seen,) = bench.get("/sandbox/issuing/applications")
            assert seen["whereabouts"] == Whereabouts.HELD


# -- chips and PINs ----------------------------------------------------------------------------------------------------


async def test_a_pin_typed_outside_the_handing_over_never_meets_the_card_in_the_path(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        stage, _ = await committed_card(bench, kiosk)
        assert kiosk.tools.encoder is not None
        assert kiosk.tools.encoder.connected
        elsewhere = OnStage(kiosk.tools, stage.session, state="in_service.session.authenticating.sensing")
        with pytest.raises(RuntimeError, match="no card has been read"):
            await pin.sense_pin(elsewhere)
        here = OnStage(kiosk.tools, stage.session, state="in_service.session.handing_over.own_pin.sensing")
        assert await pin.sense_pin(here) == "needed"
        await kiosk.tools.encoder.let_go()
        with pytest.raises(DeviceError):
            await pin.sense_pin(here)


# -- the second card ---------------------------------------------------------------------------------------------------


async def test_the_second_card_waits_until_the_host_has_let_go_of_the_first(bench: Workshop) -> None:
    """Its reservation still stands: feeding another would only burn that one too."""
    bench.order("lost_request", "/v1/issuing/bad-cards", times=2)

    def at(state: str) -> None:
        bad = "m" if "spoiling" not in kiosk.states[-1] and bench.cards["rejected"] == [] else ""
        if state in ("making.printing", "making.spoiling"):
            bench.line.call(lambda: bench.simulator.faults.__setitem__("missing_panel", bad))
            bench.line.set_fault("missing_panel", bad)
        if state.endswith("take_new_card"):
            bench.take()

    kiosk = KioskSide(Place.of(bench), on_state=at)
    async with kiosk:
        record = await made(bench, kiosk)
        record = await settled(bench, kiosk, record)
        assert record.ended is IssueEnd.COLLECTED
        assert (bench.cards["rejected"], bench.cards["taken"]) == ([FIRST], [SECOND])


async def test_a_host_that_says_nothing_is_asked_ever_more_seldom_and_citizens_are_served_meanwhile(
    bench: Workshop,
) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        record = await begun(bench, kiosk)
        stage = on_stage(kiosk, record)
        assert await making.feed_card(stage) == "fed"
        asked = 0

        async def hangs(_: str) -> None:
            nonlocal asked
            asked += 1
            raise HostUnknown("no answer")

        answers, kiosk.issuing.state_by_key = kiosk.issuing.state_by_key, hangs  # type: ignore[method-assign, assignment]
        pauses = []
        for _ in range(6):
            assert await recovering.size_up(stage) == "wait"
            pauses.append(round(kiosk.tools.recovery.not_before - kiosk.clock.monotonic()))
            assert not await recovering.unfinished(kiosk.tools)
        assert (pauses, asked) == ([15, 30, 60, 120, 120, 120], 3)
        kiosk.issuing.state_by_key = answers  # type: ignore[method-assign]
        record = await settled(bench, kiosk, record)
        assert record.ended is IssueEnd.WITHDRAWN


async def test_nothing_of_a_person_outlasts_a_recovery_that_fails(bench: Workshop) -> None:
    async with KioskSide(Place.of(bench)) as kiosk:
        record = await begun(bench, kiosk)
        await kiosk.record.issuing.step(record, IssueStep.COMMITTED, serial=FIRST)  # and it is nowhere

        async def full(_: object) -> None:
            raise JournalFull("no room")

        kiosk.record.stock.change = full  # type: ignore[method-assign, assignment]
        runtime = kiosk.runtime()
        runtime.post("recover")
        await runtime.run()
        assert kiosk.states[-2:] == ["recovering.noting", "stopped"]
        assert runtime.session.issue is None
