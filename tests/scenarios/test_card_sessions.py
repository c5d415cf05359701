"""Sessions with a social security card, through the real pcscd: balances, PIN to the last try, first PIN, refusals."""

from __future__ import annotations

import pytest
from kiosk_rig import Kiosk

from statemachines.views import (
    Amount,
    Attract,
    Details,
    Done,
    Farewell,
    Fen,
    Maintenance,
    Menu,
    PinEntry,
    Refusal,
    Row,
    Say,
    StillThere,
    TakeCard,
    TakePaper,
    Years,
)

pytestmark = [pytest.mark.pcsc]


async def test_balance_by_card_printed_and_card_back(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await kiosk.chooses("medical_account")
    amount = await kiosk.screens.page(Amount)
    assert amount.amount == Fen(345618)
    assert amount.source == Say("amount.source.host")
    kiosk.screens.touch("print")
    await kiosk.screens.page(TakePaper)
    await kiosk.bench.tear_off("wang_xiulan")
    (receipt,) = await kiosk.bench.receipts()
    text = "\n".join(receipt["lines"])
    assert "￥3,456.18" in text
    assert "990***********0022" in text
    assert "990101195603120022" not in text
    kiosk.screens.touch("done")
    await kiosk.screens.page(Menu)
    kiosk.screens.touch("leave")
    take = await kiosk.screens.page(TakeCard)
    assert (take.card, take.urgent) == ("social", False)
    await kiosk.bench.take_card("wang_xiulan")
    farewell = await kiosk.screens.page(Farewell)
    assert farewell.outcome == Say("outcome.printed")
    await kiosk.passes(6)
    await kiosk.screens.page(Attract)


@pytest.mark.parametrize(
    ("person", "service", "page"),
    [
        ("chen_weixing", "pension", Amount),  # a 1.0 card, 3DES
        ("li_jianguo", "card_status", Details),  # a 3.0 card, SM4: EF06 after authentication
        ("zheng_ji", "personal_data", Details),  # a rare character in the name
        ("ma_jun", "benefits", Details),  # the bank side has expired; the social security side works on
    ],
)
async def test_every_generation_of_card_is_served(kiosk: Kiosk, person: str, service: str, page: type) -> None:
    await kiosk.reaches_menu(person)
    await kiosk.chooses(service)
    await kiosk.screens.page(page)


async def test_contributions_by_scheme_year_and_month(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("li_jianguo")
    await kiosk.chooses("contributions")
    await kiosk.screens.page(Menu, after=kiosk.screens.last.frame.number)
    await kiosk.chooses("pension")
    years = await kiosk.screens.page(Years)
    gap_year = next(year for year in years.years if year.year == 2019)
    assert gap_year.months_paid == 10
    assert len(gap_year.gaps) == 2


# -- A6 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("person", "tries"), [("chen_weixing", 3), ("wang_xiulan", 6)])
async def test_a6_wrong_pins_to_the_last_try_follow_the_chip_and_the_card_comes_back(
    kiosk: Kiosk, person: str, tries: int
) -> None:
    await kiosk.comes_by_card(person)
    assert (await kiosk.screens.page(PinEntry)).tries_left == tries
    for left in range(tries - 1, 0, -1):
        before = kiosk.screens.last.frame.number
        await kiosk.types(person, "000000")
        while (await kiosk.screens.page(PinEntry, after=before)).tries_left != left:
            before = kiosk.screens.last.frame.number
        assert kiosk.screens.last.page.problem == Say("pin.wrong")  # type: ignore[union-attr]
    await kiosk.types(person, "000000")
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("pin.locked.what")
    assert Say("pin.locked.where") in refusal.where
    assert Say("works.id_card_instead") in refusal.works
    kiosk.screens.touch("done")
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card(person)
    await kiosk.screens.page(Farewell)


async def test_a6_a_locked_card_is_told_at_once_and_no_further_try_is_sent(kiosk: Kiosk) -> None:
    await kiosk.begins()
    await kiosk.bench.insert_card("sun_haoran")
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("pin.locked.what")
    assert "PinEntry" not in kiosk.screens.pages()


# -- A7 ----------------------------------------------------------------------------------------------------------------


async def test_a7_an_initial_pin_does_nothing_but_its_own_change(kiosk: Kiosk) -> None:
    await kiosk.comes_by_card("zhou_ting")
    await kiosk.types("zhou_ting", "123456")

    async def at(purpose: str) -> PinEntry:
        entry = await kiosk.screens.page(PinEntry)
        while entry.purpose != purpose or entry.typed:
            entry = await kiosk.screens.page(PinEntry, after=kiosk.screens.last.frame.number)
        return entry

    assert (await at("new")).rules
    for digits, rule in [
        ("123456", "initial"),
        ("111111", "repeated"),
        ("123321", "sequence"),
        ("951206", "birthday"),
        ("990101", "number"),
    ]:
        await kiosk.types("zhou_ting", digits)
        entry = await kiosk.screens.page(PinEntry)
        while entry.problem != Say(f"pin.weak.{rule}"):
            entry = await kiosk.screens.page(PinEntry, after=kiosk.screens.last.frame.number)
        assert entry.purpose == "new"
    await kiosk.types("zhou_ting", "739184")
    await at("again")
    await kiosk.types("zhou_ting", "739185")
    assert (await at("new")).problem == Say("pin.mismatch")
    await kiosk.types("zhou_ting", "739184")
    await at("again")
    await kiosk.types("zhou_ting", "739184")
    await kiosk.screens.page(Menu)
    assert "739184" not in kiosk.log()
    assert "123456" not in kiosk.log()


async def test_f43_pin_change_from_the_menu_and_the_new_pin_works_next_time(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await kiosk.chooses("change_pin")
    for digits, own in (("", True), ("739184", False), ("739184", False)):
        await kiosk.screens.page(PinEntry)
        purpose = kiosk.screens.last.page.purpose  # type: ignore[union-attr]
        await kiosk.types("wang_xiulan", digits, own_pin=own)
        while isinstance(kiosk.screens.last.page, PinEntry) and kiosk.screens.last.page.purpose == purpose:
            await kiosk.screens.page((PinEntry, Done), after=kiosk.screens.last.frame.number)  # type: ignore[arg-type]
    done = await kiosk.screens.page(Done)
    assert done.title == Say("pin.changed")
    assert Say("pin.changed.phone_loss") in done.notes
    kiosk.screens.touch("leave")
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.screens.page(Farewell)
    await kiosk.passes(6)
    await kiosk.comes_by_card("wang_xiulan")
    await kiosk.types("wang_xiulan", "739184")
    await kiosk.screens.page(Menu)


# -- cards that are not served, and come back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "reason"),
    [("wu_guihua", "card_blacklisted"), ("he_qiang", "card_issuer_unknown")],
)
async def test_a_card_that_cannot_be_served_is_handed_back_with_a_sentence(
    kiosk: Kiosk, person: str, reason: str
) -> None:
    await kiosk.begins()
    await kiosk.bench.insert_card(person)
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say(f"refusal.{reason}")
    assert refusal.where
    kiosk.screens.touch("done")
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card(person)
    await kiosk.screens.page(Farewell)


async def test_a_minor_is_sent_to_come_with_a_guardian(kiosk: Kiosk) -> None:
    await kiosk.comes_by_card("huang_lei")
    await kiosk.types("huang_lei", own_pin=True)
    assert (await kiosk.screens.page(Refusal)).what == Say("refusal.minor_needs_guardian")


async def test_a_card_pulled_in_the_middle_ends_the_session_at_once(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.screens.page(Farewell)
    assert kiosk.session.person is None


# -- A14 ---------------------------------------------------------------------------------------------------------------


async def test_a14_silence_is_warned_extended_and_at_last_ends_the_session(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("zhao_min")
    for _ in range(3):
        await kiosk.passes(46)
        await kiosk.screens.page(StillThere)
        kiosk.screens.touch("more_time")
        await kiosk.screens.page(Menu)
    await kiosk.passes(46)
    await kiosk.screens.page(StillThere)
    await kiosk.passes(21)
    assert not (await kiosk.screens.page(TakeCard)).urgent
    before = kiosk.screens.last.frame.number
    await kiosk.passes(31)
    assert (await kiosk.screens.page(TakeCard, after=before)).urgent
    before = kiosk.screens.last.frame.number
    await kiosk.passes(31)
    await kiosk.screens.page(TakeCard, after=before)
    assert kiosk.state == "in_service.session.card_left"
    await kiosk.bench.take_card("zhao_min")
    await kiosk.screens.page(Farewell)
    await kiosk.passes(6)
    await kiosk.screens.page(Attract)
    assert kiosk.session.kept == {}
    assert kiosk.session.person is None


# -- A12 and the way the controller goes -------------------------------------------------------------------------------


async def test_stopped_with_a_card_in_the_reader_it_sees_the_card_back_first(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    assert kiosk.controller is not None
    kiosk.controller.stop()
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.screens.page(Farewell)
    await kiosk.stopped()
    assert kiosk.state == "stopped"


async def test_a12_a_card_found_at_the_start_is_reported_and_no_session_begins(standing: Kiosk) -> None:
    from statemachines.views import OutOfService

    await standing.bench.insert_card("wang_xiulan")
    await standing.card_is_seen()
    await standing.start()
    page = await standing.screens.page(OutOfService)
    assert page.what == Say("out_of_service.card_held")
    await standing.bench.take_card("wang_xiulan")
    await standing.screens.page(Attract)


# -- host and printer --------------------------------------------------------------------------------------------------


async def test_a_host_that_does_not_answer_is_told_and_the_card_comes_back(kiosk: Kiosk) -> None:
    await kiosk.screens.page(Attract)
    rule = {"kind": "error", "times": None}
    (await kiosk.host.post("/sandbox/faults", json=rule)).raise_for_status()
    await kiosk.begins()
    await kiosk.bench.insert_card("wang_xiulan")
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what.key in ("refusal.host_unknown", "refusal.host_unavailable")
    kiosk.screens.touch("done")
    await kiosk.screens.page(TakeCard)
    await kiosk.bench.take_card("wang_xiulan")
    await kiosk.screens.page(Farewell)


async def test_paper_out_is_told_with_what_still_works_and_printing_goes_on_after_the_refill(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await kiosk.chooses("medical_account")
    await kiosk.screens.page(Amount)
    await kiosk.bench.set_fault("receipt-printer", "paper_out", value=True)
    kiosk.screens.touch("print")
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.what == Say("fault.receipt_printer.paper_out")
    assert refusal.again
    await kiosk.bench.set_fault("receipt-printer", "paper_out", value=False)
    kiosk.screens.touch("again")
    await kiosk.screens.page(TakePaper)
    await kiosk.bench.tear_off("wang_xiulan")
    assert len(await kiosk.bench.receipts()) == 1


async def test_the_chips_balance_and_the_hosts_are_told_apart(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu("wang_xiulan")
    await kiosk.chooses("medical_account")
    amount = await kiosk.screens.page(Amount)
    assert amount.amount == Fen(345618)
    assert amount.rows[-1] == Row(Say("amount.chip.title"), Fen(331240), look="muted")
    assert amount.notes == (Say("amount.chip.note"),)


async def test_maintenance_is_entered_between_citizens_and_left_again(kiosk: Kiosk) -> None:
    await kiosk.screens.page(Attract)
    assert kiosk.controller is not None
    kiosk.controller.maintain()
    page = await kiosk.screens.page(Maintenance)
    assert {row.label.key for row in page.rows} >= {"device.card_reader", "device.pin_pad", "device.host"}
    await kiosk.chooses("back_in_service")
    await kiosk.screens.page(Attract)
