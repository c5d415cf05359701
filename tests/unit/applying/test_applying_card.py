"""Banks in stock, the faces shown, the old card settled, and the deferred issue."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import Any

import msgspec
import pytest
from applying_desk import BANK, Desk
from PIL import Image

from kiosk.activities import applying, issue_slips
from kiosk.activities.withdrawing import abandon
from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import ApplicationState, Mode, PhotoNeed
from kiosk.host.port import CardSide
from kiosk.host.sandbox import holdings
from kiosk.journal.issues import IssueEnd, IssueStep

# -- banks -------------------------------------------------------------------------------------------------------------


async def test_only_banks_with_cards_in_this_machine_are_offered(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    desk.stock.banks = {"rural_bank": 2, BANK: 0, "a_bank_the_host_does_not_know": 7}
    assert await applying.find_banks(desk.stage) == "choose_bank"
    assert [bank.key for bank in desk.issue.banks] == ["rural_bank"]
    assert desk.issue.stock == {"rural_bank": 2}
    desk.card_printer.ready = False
    assert await applying.find_banks(desk.stage) == "none_stocked"
    desk.card_printer.ready = True
    desk.stock.banks = {}
    assert await applying.find_banks(desk.stage) == "none_stocked"
    assert desk.issue.banks == ()


# -- the faces ---------------------------------------------------------------------------------------------------------


async def test_both_faces_are_shown_with_the_holders_own_photo(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_bank()
    assert await applying.draw_card(desk.stage) == "drawn"
    front, back = (Image.open(io.BytesIO(face)) for face in desk.issue.preview)
    assert (front.format, back.size) == ("PNG", (1016, 648))
    assert desk.issue.base_photo
    with_photo = back.convert("RGB").crop((60, 145, 290, 430))
    desk.issue.application = _changed(desk.issue.application, photo=PhotoNeed.NOT_NEEDED)
    desk.issue.base_photo = b""
    assert await applying.draw_card(desk.stage) == "drawn"
    without = Image.open(io.BytesIO(desk.issue.preview[1])).convert("RGB").crop((60, 145, 290, 430))
    assert without.getcolors() == [(230 * 285, (255, 255, 255))]
    assert with_photo.tobytes() != without.tobytes()


async def test_a_name_that_the_card_cannot_carry_is_said_before_anything_is_paid(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_bank()
    eligibility = desk.issue.eligibility
    assert eligibility is not None
    holder = _changed(eligibility.holder, name="长" * 60)
    desk.issue.eligibility = _changed(eligibility, holder=holder)
    assert await applying.draw_card(desk.stage) == "refused"
    assert desk.session.trouble is not None
    assert desk.session.trouble.what.key == "refusal.name_not_on_card"
    assert "hold" not in desk.payer.names()


async def test_a_photo_that_is_no_picture_is_refused_in_words(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_bank()

    async def garbage(application: str) -> bytes:
        return b"not a picture"

    desk.host.base_photo = garbage  # type: ignore[method-assign]
    assert await applying.draw_card(desk.stage) == "refused"


def _changed(value: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(value, **fields)


# -- the old card ------------------------------------------------------------------------------------------------------


async def test_a_first_card_has_no_old_one_to_settle(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_fee()
    assert await applying.settle_old_card(desk.stage) == "settled"
    assert "settle" not in desk.host.names()
    record = desk.issue_record()
    assert (record.step, record.bank) == (IssueStep.ACCEPTED, BANK)
    assert desk.issue.bank is not None
    assert desk.issue.bank.key == BANK


async def test_a_lost_card_is_stopped_at_the_host(desk: Desk) -> None:
    person = desk.serve(desk.someone(CardSide.TEMPORARY_LOSS))
    await desk.up_to_fee(Reason.LOST)
    assert await applying.settle_old_card(desk.stage) == "settled"
    old = desk.world.work("K0001", lambda work: holdings.of_person(work.connection, person.id))
    assert old.social_side == CardSide.LOST


async def _with_old_card_inside(desk: Desk) -> None:
    person = desk.serve(desk.someone(CardSide.NORMAL))
    await desk.up_to_fee(Reason.DAMAGED)
    desk.session.keep("old_card", "handed_in")
    desk.session.means, desk.session.card = "card", "the card in the reader"  # type: ignore[assignment]
    desk.slot.occupied = True
    await desk.record.custody_began(desk.session, desk.card_of(person).identifier)


async def test_a_card_handed_in_is_in_the_bin_before_the_issue_goes_on(desk: Desk) -> None:
    await _with_old_card_inside(desk)
    assert await applying.settle_old_card(desk.stage) == "settled"
    assert desk.reader.retained == 1
    assert desk.host.steps["settle"] == ["applied"]
    assert desk.record.custody_serial == ""
    steps = [entry.step for entry in desk.journal.entries(desk.issue_record().business)]
    assert steps[-2:] == ["card.retained", "issue.accepted"]
    assert not desk.session.card_in_use


async def test_a_card_in_the_bin_is_written_down_as_kept_though_the_state_is_left_meanwhile(desk: Desk) -> None:
    """Told to stop while the card drops: its slot is empty because it was kept, and not because it was taken."""
    await _with_old_card_inside(desk)
    dropping, dropped = asyncio.Event(), threading.Event()
    retain, loop = desk.reader.retain, asyncio.get_running_loop()

    def slowly() -> bool:
        loop.call_soon_threadsafe(dropping.set)
        dropped.wait(5)
        return retain()

    desk.reader.retain = slowly  # type: ignore[method-assign]
    settling = asyncio.create_task(applying.settle_old_card(desk.stage))
    await dropping.wait()
    settling.cancel()
    dropped.set()
    await asyncio.wait([settling])
    assert settling.cancelled()
    assert desk.record.custody_serial == ""
    assert "card.retained" in [entry.step for entry in desk.journal.entries(desk.issue_record().business)]


async def test_a_card_that_is_not_in_the_reader_is_not_handed_in(desk: Desk) -> None:
    await _with_old_card_inside(desk)
    desk.slot.occupied = False
    assert await applying.settle_old_card(desk.stage) == "refused"
    assert "settle" not in desk.host.names()
    desk.slot.occupied = True
    other = desk.card_of(desk.someone(CardSide.LOCKED))
    await desk.record.custody_began(desk.session, other.identifier)
    assert await applying.settle_old_card(desk.stage) == "refused"
    assert desk.reader.retained == 0
    assert desk.issue_record().step is IssueStep.APPLIED


async def test_a_full_bin_leaves_the_card_with_its_owner(desk: Desk) -> None:
    await _with_old_card_inside(desk)
    desk.reader.full = True
    assert await applying.settle_old_card(desk.stage) == "refused"
    assert desk.session.card_in_use
    assert desk.record.custody_serial
    assert desk.issue_record().step is IssueStep.APPLIED


async def test_a_host_that_does_not_answer_leaves_the_card_with_its_owner(desk: Desk) -> None:
    await _with_old_card_inside(desk)
    desk.host.fates["settle"] = ["request_lost"]
    assert await applying.settle_old_card(desk.stage) == "unreachable"
    assert desk.reader.retained == 0
    assert desk.session.card_in_use


# -- deferred ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fates", [[], ["reply_lost"], ["request_lost"]])
async def test_deferred_once_whatever_gets_lost_and_leaving_leaves_it_so(desk: Desk, fates: list[str]) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    desk.host.fates["defer"] = fates
    assert await desk.patiently(applying.defer_application) == "deferred"
    assert len({key for name, key in desk.host.calls if name == "defer"}) == 1
    record, application = desk.issue_record(), desk.issue.application
    assert application is not None
    assert record.ended is IssueEnd.DEFERRED
    assert await issue_slips.print_pickup_slip(desk.stage) == "printed"
    assert desk.session.document == application.number
    await abandon(desk.tools, desk.session)
    assert desk.told() == []
    state = desk.world.state(application.number)
    assert (state.mode, state.state) == (Mode.DEFERRED, ApplicationState.ACCEPTED)


async def test_a_deferral_that_nobody_can_tell_is_withdrawn_on_leaving(desk: Desk) -> None:
    desk.serve(desk.someone())
    await desk.up_to_opened()
    desk.host.fates["defer"] = ["request_lost"] * 3
    desk.host.fates["state"] = ["request_lost"] * 3
    assert await desk.patiently(applying.defer_application) == "unreachable"
    assert desk.issue_record().ended is None
    await applying.close_application(desk.stage)
    assert [kind for kind, _ in desk.told()] == ["issue_withdraw"]
