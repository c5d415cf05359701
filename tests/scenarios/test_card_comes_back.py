"""A citizen's own card comes back in every case, through the real pcscd: from any page, whatever fails."""

from __future__ import annotations

import pytest
from kiosk_rig import Kiosk

from statemachines.views import (
    Amount,
    AskPrint,
    Attract,
    Details,
    Farewell,
    Identify,
    InsertCard,
    Menu,
    Months,
    Notice,
    OutOfService,
    Page,
    PinEntry,
    Printing,
    Refusal,
    Say,
    StillThere,
    TakeCard,
    TakePaper,
    Years,
)

pytestmark = [pytest.mark.pcsc]

WANG = "wang_xiulan"

Steps = tuple[tuple[str, str, type[Page]], ...]

PATHS: dict[str, Steps] = {
    "menu": (),
    "amount": (("choose", "medical_account", Amount),),
    "details": (("choose", "personal_data", Details), ("reveal", "", Details)),
    "reported": (("choose", "personal_data", Details), ("wrong", "", Page)),
    "months": (("choose", "contributions", Menu), ("choose", "pension", Years), ("choose", "2010", Months)),
    "how many years": (("choose", "contributions", Menu), ("choose", "pension", Years), ("print", "", AskPrint)),
    "paper taken": (("choose", "medical_account", Amount), ("print", "", TakePaper)),
    "old PIN": (("choose", "change_pin", PinEntry),),
}
"""From the menu to a page, by touches; the citizen is to leave from there."""


async def walks(kiosk: Kiosk, steps: Steps) -> None:
    for intent, value, page in steps:
        before = kiosk.screens.last.frame.number
        kiosk.screens.touch(intent, value)
        await kiosk.screens.page(page, after=before)
        while not kiosk.screens.last.frame.leave:
            await kiosk.screens.page(page, after=kiosk.screens.last.frame.number)


# -- leaving from anywhere ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", PATHS.values(), ids=PATHS)
async def test_leaving_from_any_page_brings_the_card_back(kiosk: Kiosk, steps: Steps) -> None:
    await kiosk.reaches_menu(WANG)
    await walks(kiosk, steps)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_leaving_from_the_pin_page_and_cancelling_at_the_pad(kiosk: Kiosk) -> None:
    await kiosk.comes_by_card(WANG)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    await kiosk.comes_by_card(WANG)
    await kiosk.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
    await kiosk.bench.type(WANG, "26", then="cancel")
    await kiosk.takes_card(WANG)


@pytest.mark.parametrize(("at", "seconds"), [("PIN", 46), ("menu", 46), ("details", 91)])
async def test_silence_anywhere_brings_the_card_back(kiosk: Kiosk, at: str, seconds: int) -> None:
    await kiosk.comes_by_card(WANG)
    if at != "PIN":
        await kiosk.types(WANG, own_pin=True)
        await kiosk.screens.page(Menu)
        await walks(kiosk, PATHS[at])
    await kiosk.passes(seconds)
    await kiosk.screens.page(StillThere)
    await kiosk.passes(21)
    await kiosk.takes_card(WANG)


@pytest.mark.parametrize("at", ["PIN", "details", "printing"])
async def test_stopped_at_any_moment_it_sees_the_card_back_first(kiosk: Kiosk, at: str) -> None:
    await kiosk.comes_by_card(WANG)
    if at != "PIN":
        await kiosk.types(WANG, own_pin=True)
        await kiosk.screens.page(Menu)
    if at == "details":
        await walks(kiosk, PATHS[at])
    if at == "printing":
        await walks(kiosk, PATHS["amount"])
        kiosk.screens.touch("print")
        await kiosk.screens.page(Printing)
    assert kiosk.controller is not None
    kiosk.controller.stop()
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card(WANG)
    await kiosk.stopped()
    assert kiosk.state == "stopped"


async def test_the_next_citizen_may_put_the_card_in_before_the_farewell_is_over(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    kiosk.screens.touch("leave")
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card(WANG)
    await kiosk.screens.page(Farewell)
    await kiosk.bench.insert_card("zhao_min")
    await kiosk.card_is_seen()
    await kiosk.passes(6)
    await kiosk.screens.page(Notice)
    kiosk.screens.touch("agree")
    await kiosk.screens.page(PinEntry)
    kiosk.screens.touch("leave")
    await kiosk.takes_card("zhao_min")


# -- the printer -------------------------------------------------------------------------------------------------------

PRINTER_TROUBLES: dict[str, tuple[str, object]] = {
    "absent": ("absent", True),
    "silent": ("silent", True),
    "paper out at line 5": ("paper_out_after_lines", 5),
    "cutter stuck": ("cutter_stuck", True),
    "unplugged in mid-print": ("unplug_at_byte", 12),
    "broken": ("unrecoverable_error", True),
}


@pytest.mark.parametrize("fault", PRINTER_TROUBLES.values(), ids=PRINTER_TROUBLES)
async def test_a_dead_printer_keeps_no_card(kiosk: Kiosk, fault: tuple[str, bool]) -> None:
    await kiosk.reaches_menu(WANG)
    await walks(kiosk, PATHS["amount"])
    await kiosk.bench.set_fault("receipt-printer", *fault)
    kiosk.screens.touch("print")
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.again
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_a_cover_opened_in_mid_print_keeps_no_card(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    await walks(kiosk, PATHS["amount"])
    await kiosk.bench.set_fault("receipt-printer", "slow_lines", 0.1)
    kiosk.screens.touch("print")
    await kiosk.bench.wait_scene("receipt-printer", lambda scene: scene["printing"])
    await kiosk.bench.act("receipt-printer", "open_cover")
    refusal = await kiosk.screens.page(Refusal)
    assert Say("fault.receipt_printer.cover_open") in (refusal.what, *refusal.advice)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


# -- pad and ID reader -------------------------------------------------------------------------------------------------


async def test_a_pad_unplugged_in_mid_entry_is_told_and_the_card_comes_back(kiosk: Kiosk) -> None:
    await kiosk.comes_by_card(WANG)
    await kiosk.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
    await kiosk.bench.type(WANG, "260")
    await kiosk.bench.set_fault("pin-pad", "absent", True)
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("fault.pin_pad.disconnected")
    assert Say("works.id_card_instead") in refusal.works
    kiosk.screens.touch("done")
    await kiosk.takes_card(WANG)
    assert Say("works.query_by_card") in (await kiosk.screens.page(Attract)).out


async def test_a_pad_that_falls_silent_in_mid_entry_keeps_no_card(kiosk: Kiosk) -> None:
    await kiosk.comes_by_card(WANG)
    await kiosk.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
    await kiosk.bench.type(WANG, "260")
    await kiosk.bench.set_fault("pin-pad", "silent", True)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_without_the_id_reader_the_card_way_works(standing: Kiosk) -> None:
    kiosk = standing
    await kiosk.bench.set_fault("id-reader", "absent", True)
    await kiosk.start()
    assert Say("works.query_by_id_card") in (await kiosk.screens.page(Attract)).out
    await kiosk.begins()
    identify = await kiosk.screens.page(Identify)
    assert {way.id: way.why_not for way in identify.ways} == {"card": None, "id_card": Say("why_not.id_reader")}
    await kiosk.bench.insert_card(WANG)
    await kiosk.screens.page(PinEntry)
    await kiosk.types(WANG, own_pin=True)
    await kiosk.screens.page(Menu)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_an_id_reader_that_goes_while_it_is_waited_at_is_shown_at_once(kiosk: Kiosk) -> None:
    await kiosk.begins()
    before = kiosk.screens.last.frame.number
    await kiosk.bench.set_fault("id-reader", "absent", True)
    identify = await kiosk.screens.page(Identify, after=before)
    assert [way.why_not for way in identify.ways] == [None, Say("why_not.id_reader")]
    await kiosk.bench.insert_card(WANG)
    await kiosk.screens.page(PinEntry)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


# -- the card reader ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taken", ["while it is gone", "after it is back"])
@pytest.mark.parametrize("at", ["PIN", "menu"])
async def test_a_reader_unplugged_and_plugged_again_gives_the_card_back(kiosk: Kiosk, at: str, taken: str) -> None:
    await kiosk.comes_by_card(WANG)
    if at == "menu":
        await kiosk.types(WANG, own_pin=True)
        await kiosk.screens.page(Menu)
    await kiosk.bench.set_fault("card-reader", "absent", True)
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("fault.card_reader.absent")
    assert kiosk.screens.last.frame.card_in
    kiosk.screens.touch("done")
    await kiosk.screens.page(TakeCard)
    if taken == "while it is gone":
        await kiosk.bench.take_card(WANG)
        assert isinstance(kiosk.screens.last.page, TakeCard), "nobody has seen the slot empty yet"
        await kiosk.bench.set_fault("card-reader", "absent", False)
    else:
        await kiosk.bench.set_fault("card-reader", "absent", False)
        await kiosk.card_is_seen()
        assert isinstance(kiosk.screens.last.page, TakeCard)
        await kiosk.bench.take_card(WANG)
    await kiosk.screens.page(Farewell)
    await kiosk.passes(6)
    attract = await kiosk.screens.page(Attract)
    assert attract.out == ()
    await kiosk.reaches_menu(WANG)


async def test_a_reader_that_goes_while_nobody_is_here_is_out_and_back_by_itself(kiosk: Kiosk) -> None:
    await kiosk.screens.page(Attract)
    before = kiosk.screens.last.frame.number
    await kiosk.bench.set_fault("card-reader", "absent", True)
    assert Say("works.query_by_card") in (await kiosk.screens.page(Attract, after=before)).out
    before = kiosk.screens.last.frame.number
    await kiosk.bench.set_fault("card-reader", "absent", False)
    attract = await kiosk.screens.page(Attract, after=before)
    while attract.out:
        attract = await kiosk.screens.page(Attract, after=kiosk.screens.last.frame.number)


async def test_a_reader_that_goes_while_a_card_is_awaited_offers_the_other_way(kiosk: Kiosk) -> None:
    await kiosk.begins()
    await kiosk.chooses("card")
    await kiosk.screens.page(InsertCard)
    await kiosk.bench.set_fault("card-reader", "absent", True)
    identify = await kiosk.screens.page(Identify)
    while identify.ways[0].why_not is None:
        identify = await kiosk.screens.page(Identify, after=kiosk.screens.last.frame.number)
    assert identify.ways[0].why_not == Say("why_not.card_reader")
    assert identify.ways[1].why_not is None


@pytest.mark.parametrize(
    ("fault", "value", "problem"),
    [
        ("mute", True, "problem.card_turn_over"),
        ("no_reset_answer", True, "problem.card_turn_over"),
    ],
)
async def test_a_card_that_cannot_be_read_is_tried_three_times_and_comes_back(
    kiosk: Kiosk, fault: str, value: bool, problem: str
) -> None:
    await kiosk.begins()
    await kiosk.bench.set_fault("card-reader", fault, value)
    for _ in range(2):
        before = kiosk.screens.last.frame.number
        await kiosk.bench.insert_card(WANG)
        assert (await kiosk.screens.page(InsertCard, after=before)).problem == Say(problem)
        await kiosk.bench.take_card(WANG)
    await kiosk.bench.insert_card(WANG)
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("refusal.card_unreadable")
    kiosk.screens.touch("done")
    await kiosk.takes_card(WANG)


async def test_a_slow_card_is_given_up_tried_anew_and_never_read_in_circles(kiosk: Kiosk) -> None:
    await kiosk.begins()
    await kiosk.bench.set_fault("card-reader", "slow", 0.3)
    await kiosk.bench.insert_card(WANG)
    for attempt in range(3):
        await kiosk.bench.wait_scene("card-reader", lambda scene: scene["commands"] > 0)
        await kiosk.passes(46)
        assert (await kiosk.screens.page(InsertCard)).problem == Say("problem.card_unreadable")
        await kiosk.bench.take_card(WANG)
        if attempt < 2:
            await kiosk.bench.insert_card(WANG)
    await kiosk.bench.set_fault("card-reader", "slow", 0.0)
    await kiosk.bench.insert_card(WANG)
    assert (await kiosk.screens.page(Refusal)).what == Say("refusal.card_unreadable")
    kiosk.screens.touch("done")
    await kiosk.takes_card(WANG)


@pytest.mark.parametrize("after", [0, 8])
async def test_a_card_pulled_half_way_through_reading_may_be_put_in_again(kiosk: Kiosk, after: int) -> None:
    await kiosk.begins()
    await kiosk.bench.set_fault("card-reader", "pull_after", after)
    await kiosk.bench.insert_card(WANG)
    assert (await kiosk.screens.page(InsertCard)).problem == Say("problem.card_removed")
    await kiosk.bench.insert_card(WANG)
    await kiosk.screens.page(PinEntry)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


# -- A12 ---------------------------------------------------------------------------------------------------------------


async def test_a12_a_card_found_at_the_start_is_journalled_as_taken_once_it_is(standing: Kiosk) -> None:
    kiosk = standing
    await kiosk.bench.insert_card(WANG)
    await kiosk.card_is_seen()
    await kiosk.start()
    assert (await kiosk.screens.page(OutOfService)).what == Say("out_of_service.card_held")
    kiosk.screens.touch("start")
    await kiosk.passes(60)
    assert kiosk.state == "out_of_service"
    await kiosk.bench.take_card(WANG)
    await kiosk.screens.page(Attract)
    assert '"event": "card_held"' in kiosk.log()
    await kiosk.reaches_menu(WANG)
