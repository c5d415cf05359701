"""Who may apply, and what is said to those who may not yet: the four causes (A2, A4), the photo (A2, A3), a card that
is there already (A5), leaving in the middle (A14), an application under way elsewhere (A17)."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import msgspec
import pytest
from id_plate import Plate, card_of, person
from issuing_steps import (
    NEWCOMER,
    agrees,
    applications,
    asks_for_a_card,
    calls,
    comes_by_id_card,
    confirms_and_signs,
    gives_reason,
    goes,
    nothing_is_touched,
    open_issues,
    says_farewell,
    sees,
    takes_it,
    text_of,
    touches,
)
from kiosk_rig import Kiosk
from PIL import Image

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_http import HttpIssuingHost
from kiosk.host.issuing_values import Mode
from kiosk.host.port import IdCardProof
from kiosk.photo.crop import crop_to_rule
from kiosk.photo.faces import find
from kiosk.photo.measure import measure
from kiosk.photo.rule import PhotoRule
from kiosk.photo.taken import Taken
from statemachines.views import (
    CardPreview,
    Confirm,
    Consent,
    Done,
    EnterDigits,
    Menu,
    Photo,
    Refusal,
    Say,
    Sign,
    StillThere,
    TakeCard,
    TakePaper,
    Verbatim,
)

pytestmark = [pytest.mark.pcsc]

HAS_A_CARD = "li_jianguo"


@pytest.fixture
async def at_plate(standing_issuer: Kiosk, plate: Plate) -> AsyncIterator[Kiosk]:
    """A kiosk in service on whose plate any ID card can be laid."""
    standing_issuer.elsewhere["id-reader"] = plate.line.url
    await standing_issuer.start()
    yield standing_issuer
    plate.lift()


async def lifts(kiosk: Kiosk, plate: Plate) -> None:
    """The ID card when asked to; then the next one may come."""
    await sees(kiosk, TakeCard)
    plate.lift()
    await says_farewell(kiosk)


# -- A2 and A4: the four causes ----------------------------------------------------------------------------------------

STOPPED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "1 unknown": ({}, {"number": "990101194711060018", "birth_date": "1947-11-06"}, "unknown_person"),
    "2 two people": ({"kind": "duplicate_number"}, {}, "duplicate_number"),
    "3 the name differs": ({"kind": "data_differ"}, {}, "data_differ"),
}


@pytest.mark.parametrize(("wanted", "changes", "reason"), STOPPED.values(), ids=STOPPED)
async def test_a2_and_a4_causes_one_to_three_stop_with_a_slip_of_papers_and_address(
    at_plate: Kiosk, plate: Plate, wanted: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    kiosk = at_plate
    await kiosk.begins()
    plate.lay(card_of(await person(kiosk, **wanted), **changes))
    refusal = await sees(kiosk, Refusal)
    assert refusal.what == Say(f"refusal.{reason}")
    assert bool(refusal.differences) == (reason == "data_differ")
    await touches(kiosk, "print", to=TakePaper)
    await kiosk.bench.tear_off()
    slip = text_of((await kiosk.bench.receipts())[-1])
    assert "新华区幸福路1号" in slip
    assert "居民身份证" in slip
    if reason == "data_differ":
        assert ("余**" in slip, "于**" in slip, "国强" in slip) == (True, True, False)
    cause = {told: number for number, (_, _, told) in enumerate(STOPPED.values(), 1)}[reason]
    assert re.search(rf"原因代码 +{cause}\n", slip), slip
    await nothing_is_touched(kiosk)
    assert await applications(kiosk) == []
    kiosk.screens.touch("done")
    await lifts(kiosk, plate)


async def applies_for_lost(kiosk: Kiosk, plate: Plate) -> Menu:
    """Someone without a photo on file who has lost her card, up to the ways to a photo (cause 4)."""
    await kiosk.begins()
    plate.lay(card_of(await person(kiosk, kind="no_photo")))
    await sees(kiosk, Menu)
    await asks_for_a_card(kiosk)
    await touches(kiosk, "choose", "replace", to=Menu)
    await gives_reason(kiosk, "lost")
    return await agrees(kiosk, to=Menu)


async def test_a2_cause_four_takes_a_photo_and_goes_on_to_the_card(at_plate: Kiosk, plate: Plate) -> None:
    kiosk = at_plate
    means = await applies_for_lost(kiosk, plate)
    assert means.question == Say("issue.photo.question")
    assert {choice.id: choice.why_not for choice in means.choices} == {"camera": None, "receipt": None}
    await nothing_is_touched(kiosk)
    await kiosk.bench.sit_down("zhao_min")
    await touches(kiosk, "choose", "camera", to=Photo)
    await sees(kiosk, Photo, so=lambda page: page.stage == "aim" and bool(page.picture))
    good = await takes_photo(kiosk)
    assert (good.stage, good.faults) == ("good", ())
    await touches(kiosk, "use", to=Menu)
    await confirms_and_signs(kiosk)
    serial = await takes_it(kiosk, "zhao_min")
    (application,) = await applications(kiosk)
    assert application["reservations"] == {serial: "bound"}
    kiosk.screens.touch("leave")
    await lifts(kiosk, plate)


async def test_a2_cause_four_takes_a_photographers_receipt(at_plate: Kiosk, plate: Plate) -> None:
    kiosk = at_plate
    who = await person(kiosk, kind="no_photo")
    sent = await kiosk.host.post("/sandbox/issuing/photo-receipts", json={"number": who["number"]})
    await applies_for_lost(kiosk, plate)
    before = kiosk.screens.last.frame.number
    await kiosk.chooses("receipt")
    await kiosk.screens.page(EnterDigits, after=before)
    wrong = await touches(kiosk, "enter", "99999999", to=EnterDigits)
    assert wrong.problem == Say("issue.photo_receipt.unknown")
    banks = await touches(kiosk, "enter", sent.json()["receipt"], to=Menu)
    assert banks.question == Say("issue.bank.question")
    kiosk.screens.touch("leave")
    await lifts(kiosk, plate)


async def takes_photo(kiosk: Kiosk) -> Photo:
    """The next picture, judged."""
    kiosk.screens.touch("take")
    return await sees(kiosk, Photo, so=lambda page: page.stage in ("good", "bad"))


# -- A3: the photo is rejected -----------------------------------------------------------------------------------------


async def test_a3_each_fault_is_named_and_drawn_and_after_three_the_business_is_saved(
    at_plate: Kiosk, plate: Plate
) -> None:
    kiosk = at_plate
    await applies_for_lost(kiosk, plate)
    await kiosk.bench.sit_down("zhao_min")
    await kiosk.bench.set_fault("camera", "blurred", 6.0)
    await kiosk.bench.set_fault("camera", "coloured_wall", True)
    await touches(kiosk, "choose", "camera", to=Photo)
    for tries_left in (2, 1, 0):
        bad = await takes_photo(kiosk)
        assert {fault.key for fault in bad.faults} >= {"photo.fault.blurred", "photo.fault.background_not_white"}
        assert (bad.stage, bad.tries_left, bool(bad.picture)) == ("bad", tries_left, True)
        if tries_left:
            await touches(kiosk, "again", to=Photo)
    await touches(kiosk, "give_up", to=TakePaper)
    await is_deferred(kiosk)
    kiosk.screens.touch("leave")
    await lifts(kiosk, plate)


async def is_deferred(kiosk: Kiosk) -> None:
    """Paper and page say when and where; the host has it in its queue; nothing is open here."""
    (application,) = await applications(kiosk)
    assert (application["mode"], application["state"]) == ("deferred", "accepted")
    assert (await kiosk.host.get("/sandbox/issuing/queue")).json() == [application["number"]]
    await kiosk.bench.tear_off()
    slip = text_of((await kiosk.bench.receipts())[-1])
    assert application["number"] in slip
    assert "领卡" in slip
    done = await touches(kiosk, "done", to=Done)
    assert Say("issue.deferred.number", {"number": Verbatim(application["number"])}) in done.notes
    assert await open_issues(kiosk) == ()
    await nothing_is_touched(kiosk)
    await touches(kiosk, "done", to=Menu)


def cut_too_high(picture: Image.Image, *, rule: PhotoRule) -> Taken:
    """A photo whose eye line is 190 dots above the lower edge, in a file of 11 KB, measured against the rule."""
    found = find(picture).landmarks
    assert found is not None
    photo, face = crop_to_rule(picture, found, rule)
    down = round(photo.height - 190 - face.eye_middle[1])
    low = Image.new("RGB", photo.size, (250, 250, 250))
    low.paste(photo, (0, down))
    files = (encoded(low, quality) for quality in range(60, 10, -1))
    file = next(each for each in files if len(each) <= 11 * 1024)
    return Taken(low, file, measure(file, face.moved(0, -down, 1), rule))


def encoded(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, dpi=(350, 350))
    return file.getvalue()


async def test_a3_eyes_at_190_dots_and_11_kilobytes_are_both_named(
    at_plate: Kiosk, plate: Plate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kiosk's own cutting never makes such a photo: here it is cut wrongly, and measured all the same."""
    kiosk = at_plate
    monkeypatch.setattr("kiosk.activities.photographing.take", cut_too_high)
    await applies_for_lost(kiosk, plate)
    await kiosk.bench.sit_down("zhao_min")
    await touches(kiosk, "choose", "camera", to=Photo)
    bad = await takes_photo(kiosk)
    assert {fault.key for fault in bad.faults} >= {"photo.fault.eyes_low", "photo.fault.file_small"}
    measured = {fault.fault.value: fault for fault in kiosk.session.issue.photo.report.faults}
    assert round(float(measured["eyes_low"].found)) == 190
    assert measured["eyes_low"].marks
    assert bad.tries_left == 2
    kiosk.screens.touch("leave")
    await lifts(kiosk, plate)


# -- A5 ----------------------------------------------------------------------------------------------------------------


async def test_a5_who_has_a_card_may_replace_it_or_leave_it_and_hears_the_rule(issuer: Kiosk) -> None:
    kiosk = issuer
    await comes_by_id_card(kiosk, HAS_A_CARD)
    asked = await asks_for_a_card(kiosk)
    assert asked.greeting == Say("issue.has_card.rule")
    assert {choice.id: choice.why_not for choice in asked.choices} == {"replace": None, "leave_it": None}
    reasons = await touches(kiosk, "choose", "replace", to=Menu)
    offered = {choice.id for choice in reasons.choices}
    assert "first" not in offered
    assert {"lost", "damaged"} <= offered
    await touches(kiosk, "back", to=Menu)
    await asks_for_a_card(kiosk)
    menu = await touches(kiosk, "choose", "leave_it", to=Menu)
    assert "issue_card" in {choice.id for choice in menu.choices}
    await nothing_is_touched(kiosk)
    assert await applications(kiosk) == []
    await goes(kiosk, HAS_A_CARD)


# -- A14: leaving in the middle ----------------------------------------------------------------------------------------


async def test_a14_who_walks_away_before_signing_leaves_a_cancelled_draft_and_no_trace(issuer: Kiosk) -> None:
    kiosk = issuer
    await comes_by_id_card(kiosk, NEWCOMER)
    await asks_for_a_card(kiosk)
    await gives_reason(kiosk, "first")
    await agrees(kiosk, to=Menu)
    await touches(kiosk, "choose", "example_bank", to=Confirm)
    await touches(kiosk, "reveal", to=Confirm)
    for kind in (Confirm, Confirm, CardPreview, Sign):
        await touches(kiosk, "right", to=kind)
    await kiosk.passes(90)
    await sees(kiosk, StillThere)
    await touches(kiosk, "more_time", to=Sign)
    await kiosk.passes(90)
    await sees(kiosk, StillThere)
    await kiosk.passes(20)
    assert (await sees(kiosk, TakeCard)).card == "id"
    left_at = kiosk.screens.last.frame.number
    await kiosk.passes(30)
    assert (await sees(kiosk, TakeCard, so=lambda page: page.urgent)).card == "id"
    await kiosk.bench.lift_id_card(NEWCOMER)
    await says_farewell(kiosk)
    await kiosk.host_is_told("/v1/issuing/withdrawals")
    (application,) = await applications(kiosk)
    assert (application["state"], application["commits"], application["reservations"]) == ("withdrawn", 0, {})
    await nothing_is_touched(kiosk)
    assert await open_issues(kiosk) == ()
    await comes_by_id_card(kiosk, HAS_A_CARD)
    after = msgspec.json.encode([show for show in kiosk.screens.shown if show.frame.number > left_at]).decode()
    assert ("林" in after, "晓雨" in after, "990101200506180027" in after) == (False, False, False)
    assert await kiosk.bench.receipts() == []


# -- A17: twice, and at two machines -----------------------------------------------------------------------------------


async def test_a17_a_double_tap_opens_one_application(issuer: Kiosk) -> None:
    kiosk = issuer
    await comes_by_id_card(kiosk, NEWCOMER)
    await asks_for_a_card(kiosk)
    await gives_reason(kiosk, "first")
    await sees(kiosk, Consent)
    before = kiosk.screens.last.frame.number
    for _ in range(3):
        kiosk.screens.touch("agree")
    await sees(kiosk, Menu, before)
    await confirms_and_signs(kiosk)
    kiosk.screens.touch("signed", "100,500 300,300")
    await takes_it(kiosk)
    (application,) = await applications(kiosk)
    assert application["commits"] == 1
    assert len(await calls(kiosk, "/v1/issuing/applications")) == 1
    assert len(await calls(kiosk, "/v1/issuing/commits")) == 1


async def test_a17_the_second_kiosk_is_told_at_which_machine_it_is_in_progress(issuer: Kiosk) -> None:
    kiosk = issuer
    number = "990101200506180027"
    proof = IdCardProof("citizen", number, "林晓雨", date(2005, 6, 18), date(2034, 7, 1))
    there = kiosk.another_kiosk("TEST02")
    host = HttpIssuingHost(there.connection)
    try:
        at_the_other = await there.identify_by_id_card(proof)
        quote = await host.quote(at_the_other, proof, Reason.FIRST)
        asked = (at_the_other, proof, Reason.FIRST, quote.number, Mode.INSTANT, "TEST02-open-1")
        assert await host.open_application(*asked) == await host.open_application(*asked)
    finally:
        await there.close()
    await comes_by_id_card(kiosk, NEWCOMER)
    refusal = await touches(kiosk, "choose", "issue_card", to=Refusal)
    assert refusal.what == Say("issue.obstacle.in_progress_elsewhere")
    assert Say("advice.at_device", {"device": Verbatim("TEST02")}) in refusal.advice
    await nothing_is_touched(kiosk)
    assert len(await applications(kiosk)) == 1
