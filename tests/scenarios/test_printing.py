"""Paper: what is good so far, what is void, when a code counts (A20, A21), slips, and a machine without a printer."""

from __future__ import annotations

from typing import Any

import pytest
from kiosk_rig import Kiosk, codes_on, numbers_on

from statemachines.views import (
    Amount,
    Attract,
    Farewell,
    Menu,
    Number,
    Printing,
    Refusal,
    Say,
    TakePaper,
)

pytestmark = [pytest.mark.pcsc]

WANG = "wang_xiulan"
PRINTER = "receipt-printer"


@pytest.fixture
def short_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record takes several sheets."""
    monkeypatch.setattr("kiosk.documents.contributions.SHEET_LINES", 8)


async def sheets_of_a_good_print(kiosk: Kiosk) -> list[dict[str, Any]]:
    """Print the record once, take it, and go back to the menu."""
    await kiosk.prints_contributions(WANG)
    kiosk.screens.touch("done")
    await kiosk.screens.page(Menu)
    return list(await kiosk.bench.receipts())


async def new_papers(kiosk: Kiosk, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has come out since."""
    known = {each["number"] for each in before}
    return [each for each in await kiosk.bench.receipts() if each["number"] not in known]


async def says(kiosk: Kiosk, what: str) -> Refusal:
    """Wait for a refusal with this sentence anywhere on it."""
    refusal = await kiosk.screens.page(Refusal)
    assert what in {each.key for each in (refusal.what, *refusal.advice)}
    return refusal


# -- A20 ---------------------------------------------------------------------------------------------------------------


async def test_a20_after_the_refill_printing_goes_on_at_the_missing_sheet_under_the_same_number(
    kiosk: Kiosk, short_sheets: None
) -> None:
    await kiosk.reaches_menu(WANG)
    good = await sheets_of_a_good_print(kiosk)
    assert len(good) >= 4
    lines = [len(each["lines"]) for each in good]
    await kiosk.bench.set_fault(PRINTER, "paper_out_after_lines", sum(lines[:2]) + 4)
    await kiosk.asks_for_contributions()
    refusal = await says(kiosk, "fault.receipt_printer.paper_out")
    assert refusal.advice[0] == Say("print.sheets_good", {"done": Number(2), "of": Number(len(good))})
    assert refusal.again
    assert not kiosk.screens.last.frame.print_available
    await kiosk.bench.act(PRINTER, "new_roll")
    kiosk.screens.touch("again")
    await kiosk.screens.page(TakePaper)
    await kiosk.bench.tear_off(WANG)
    papers = await new_papers(kiosk, good)
    numbers = set(numbers_on(papers))
    assert len(numbers) == 1
    assert numbers.isdisjoint(numbers_on(good))
    whole = [each for each in papers if codes_on([each])]
    assert len(whole) == len(good), "each sheet once; the torn piece has no code on it"
    (code,) = set(codes_on(papers))
    await kiosk.host_is_told("/v1/documents/activation")
    await kiosk.comes_to_pass(lambda: kiosk.verifies(code))


async def test_a20_sheets_that_nobody_waits_for_are_void_together(kiosk: Kiosk, short_sheets: None) -> None:
    await kiosk.reaches_menu(WANG)
    good = await sheets_of_a_good_print(kiosk)
    await kiosk.bench.set_fault(PRINTER, "paper_out_after_lines", len(good[0]["lines"]) + 4)
    await kiosk.asks_for_contributions()
    await says(kiosk, "fault.receipt_printer.paper_out")
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    await kiosk.host_is_told("/v1/documents/void")
    (code,) = set(codes_on(await new_papers(kiosk, good)))
    assert not await kiosk.verifies(code)


async def test_another_print_is_never_the_rest_of_an_unfinished_one(kiosk: Kiosk, short_sheets: None) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.bench.set_fault(PRINTER, "paper_out", True)
    await kiosk.asks_for_contributions()
    await says(kiosk, "fault.receipt_printer.paper_out")
    kiosk.screens.touch("done")
    await kiosk.screens.page(Menu)
    await kiosk.bench.act(PRINTER, "new_roll")
    await kiosk.chooses("medical_account")
    await kiosk.screens.page(Amount)
    kiosk.screens.touch("print")
    await kiosk.screens.page(TakePaper)
    await kiosk.bench.tear_off(WANG)
    *ends_of_the_old_roll, paper = await kiosk.bench.receipts()
    assert "￥3,456.18" in "\n".join(paper["lines"])
    assert codes_on(ends_of_the_old_roll) == []
    await kiosk.host_is_told("/v1/documents/void")


# -- A21 ---------------------------------------------------------------------------------------------------------------


async def test_a21_a_code_counts_only_when_all_of_the_paper_is_out(kiosk: Kiosk, short_sheets: None) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.bench.set_fault(PRINTER, "slow_lines", 0.02)
    await kiosk.asks_for_contributions()
    await kiosk.bench.wait_scene(PRINTER, lambda scene: any(piece["cut"] for piece in scene["outlet"]))
    (code, *_) = codes_on(await kiosk.bench.receipts())
    assert isinstance(kiosk.screens.last.page, Printing)
    assert not await kiosk.verifies(code)
    await kiosk.bench.set_fault(PRINTER, "slow_lines", 0.0)
    await kiosk.screens.page(TakePaper)
    await kiosk.host_is_told("/v1/documents/activation")
    await kiosk.comes_to_pass(lambda: kiosk.verifies(code))


@pytest.mark.parametrize("how", ["cutter stuck", "paper out in the code"])
async def test_a21_a_torn_certificate_is_void_and_the_next_print_has_a_new_code(kiosk: Kiosk, how: str) -> None:
    await kiosk.reaches_menu(WANG)
    good = await sheets_of_a_good_print(kiosk)
    if how == "cutter stuck":
        await kiosk.bench.set_fault(PRINTER, "cutter_stuck", True)
    else:
        await kiosk.bench.set_fault(PRINTER, "paper_out_after_lines", len(good[0]["lines"]) - 4)
    await kiosk.asks_for_contributions()
    refusal = await says(kiosk, "print.failed.void")
    assert refusal.again
    await kiosk.host_is_told("/v1/documents/void")
    await kiosk.bench.set_fault(PRINTER, "cutter_stuck", False)
    await kiosk.bench.act(PRINTER, "new_roll")
    kiosk.screens.touch("again")
    await kiosk.screens.page(TakePaper)
    await kiosk.bench.tear_off(WANG)
    papers = await new_papers(kiosk, good)
    torn, new = codes_on(papers)[0], codes_on(papers)[-1]
    assert torn != new
    assert len(set(numbers_on(papers))) == 2
    await kiosk.comes_to_pass(lambda: kiosk.verifies(new))
    assert not await kiosk.verifies(torn)


async def test_a_card_pulled_in_mid_print_ends_the_session_and_voids_the_paper(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.bench.set_fault(PRINTER, "slow_lines", 0.02)
    await kiosk.asks_for_contributions()
    await kiosk.bench.wait_scene(PRINTER, lambda scene: scene["printing"])
    await kiosk.bench.take_card(WANG)
    await kiosk.screens.page(Farewell)
    await kiosk.host_is_told("/v1/documents/void")
    assert not any([await kiosk.verifies(code) for code in codes_on(await kiosk.bench.receipts())])


# -- slips, and no printer ---------------------------------------------------------------------------------------------


async def test_a_refusal_is_printed_and_taken_along(kiosk: Kiosk) -> None:
    await kiosk.begins()
    await kiosk.bench.insert_card("wu_guihua")
    refusal = await kiosk.screens.page(Refusal)
    assert refusal.printable
    kiosk.screens.touch("print")
    await kiosk.screens.page(TakePaper)
    await kiosk.bench.tear_off("wu_guihua")
    (slip,) = await kiosk.bench.receipts()
    assert "这张卡已挂失或停用" in "\n".join(slip["lines"])
    kiosk.screens.touch("done")
    await kiosk.takes_card("wu_guihua")


async def test_a_slip_that_cannot_be_printed_leaves_the_reason_on_the_screen(kiosk: Kiosk) -> None:
    await kiosk.begins()
    await kiosk.bench.insert_card("wu_guihua")
    await kiosk.screens.page(Refusal)
    await kiosk.bench.set_fault(PRINTER, "paper_out", True)
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("print")
    await kiosk.screens.page(Printing)
    refusal = await kiosk.screens.page(Refusal, after=before)
    assert refusal.what == Say("refusal.card_blacklisted")
    assert refusal.advice[0] == Say("fault.receipt_printer.paper_out")
    assert not refusal.printable
    kiosk.screens.touch("done")
    await kiosk.takes_card("wu_guihua")


async def test_f90_without_the_printer_the_menu_is_reduced_and_says_so(standing: Kiosk) -> None:
    kiosk = standing
    await kiosk.bench.set_fault(PRINTER, "absent", True)
    await kiosk.start()
    attract = await kiosk.screens.page(Attract)
    assert attract.out == (Say("works.print"),)
    assert Say("works.query_by_card") in attract.works
    await kiosk.reaches_menu(WANG)
    await kiosk.chooses("medical_account")
    await kiosk.screens.page(Amount)
    assert not kiosk.screens.last.frame.print_available
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)


async def test_a_printer_that_is_back_is_offered_again_to_the_next_citizen(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.chooses("medical_account")
    await kiosk.screens.page(Amount)
    await kiosk.bench.set_fault(PRINTER, "absent", True)
    kiosk.screens.touch("print")
    await kiosk.screens.page(Refusal)
    await kiosk.bench.set_fault(PRINTER, "absent", False)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    assert (await kiosk.screens.page(Attract)).out == ()
