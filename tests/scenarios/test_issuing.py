"""A first card from the first touch to the hand (A1), and what may go wrong at the printer without anyone noticing."""

from __future__ import annotations

import gc
import io
from datetime import timedelta
from typing import Any

import pytest
from issuing_steps import (
    BANK,
    FIRST,
    NEWCOMER,
    OWN_PIN,
    agrees,
    applications,
    applies,
    asks_for_a_card,
    card_is_made,
    comes_by_id_card,
    confirms_and_signs,
    entries,
    gives_reason,
    goes,
    orders,
    record_of,
    sees,
    sets_own_pin,
    takes_it,
    text_of,
    took,
    tools_of,
    touches,
)
from kiosk_rig import Kiosk
from PIL import Image

from devices.card_printer.faces import ScannedFaces
from kiosk.documents.issued_card import faces
from kiosk.host.issuing_values import CardPrint
from kiosk.inspection.compare import compare
from kiosk.inspection.thresholds import national
from kiosk.issue import Issue
from kiosk.photo.taken import Taken
from statemachines.views import Consent, Details, Done, Fen, Menu, Say, TakeNewCard, TakePaper, Verbatim

pytestmark = [pytest.mark.pcsc]


async def the_card(kiosk: Kiosk, serial: str) -> tuple[ScannedFaces, dict[str, Any]]:
    """Both faces as they are in the hand, and what its chip says."""
    front, back = [await kiosk.bench.card_face(serial, side) for side in ("front", "back")]
    pictures = ScannedFaces(*(Image.open(io.BytesIO(each)).convert("RGB") for each in (front, back)))
    return pictures, await kiosk.bench.card_chip(serial)


def pictures_in_memory() -> list[str]:
    """What is alive of photos and faces: issues, taken photos, pictures, and the bytes of picture files."""
    gc.collect()
    found = []
    for each in gc.get_objects():
        if isinstance(each, Issue | Taken | Image.Image):
            found.append(type(each).__name__)
        found += [
            f"{len(held)} bytes in a {type(each).__name__}"
            for held in gc.get_referents(each)
            if type(held) is bytes and len(held) > 2000 and held[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
        ]
    return found


async def test_a1_a_first_card_from_the_first_touch_to_the_hand(issuer: Kiosk) -> None:
    kiosk = issuer
    await comes_by_id_card(kiosk, NEWCOMER)
    await asks_for_a_card(kiosk)
    await gives_reason(kiosk, "first")
    told = await sees(kiosk, Consent)
    assert (told.fee, told.basis) == (Fen(0), Say("fee.basis.exempt"))
    await agrees(kiosk, to=Menu)
    await confirms_and_signs(kiosk)
    await card_is_made(kiosk)
    assert not {"making.looking"} & {entry.step for entry in entries(kiosk)}
    photo = kiosk.session.issue.base_photo
    meant: CardPrint = kiosk.session.issue.reservation.printed
    assert photo
    await sets_own_pin(kiosk, NEWCOMER)
    await sees(kiosk, TakeNewCard)
    serial = await kiosk.takes_new_card(NEWCOMER)
    assert serial == FIRST
    await sees(kiosk, TakePaper)
    await kiosk.bench.tear_off(NEWCOMER)
    done = await touches(kiosk, "done", to=Done)
    assert Say("handover.issued.own_pin") in done.notes
    await touches(kiosk, "done", to=Menu)

    assert took(kiosk, "issue.feeding", "issue.presented") <= timedelta(seconds=120)
    pictures, chip = await the_card(kiosk, serial)
    design = tools_of(kiosk).settings.issuing
    assert design is not None
    drawn = faces(design.design, meant, tools_of(kiosk).policy.issuer, photo)
    assert compare(drawn, pictures, national()).good
    person = (await kiosk.host.get("/sandbox/people", params={"kind": "demo", "limit": 100})).json()
    host = next(each for each in person if each["key"] == NEWCOMER)
    holder = chip["holder"]
    assert (holder["name"], holder["number"], chip["card_number"]) == (meant.name, meant.number, meant.card_number)
    assert (chip["bank_card_number"], chip["identifier"][16:24]) == (meant.bank_account, serial)
    assert (host["host_name"], host["number"]) == (meant.name, meant.number)

    await goes(kiosk)
    await kiosk.host_is_told("/v1/issuing/advices")
    (application,) = await applications(kiosk)
    assert (application["commits"], application["live_cards"]) == (1, 1)
    assert application["reservations"] == {serial: "bound"}
    assert await orders(kiosk) == []
    (receipt,) = await kiosk.bench.receipts()
    assert "0.00 首次办卡" in text_of(receipt)
    assert (await record_of(kiosk).stock.banks_in_stock())[BANK] == 19
    card = await record_of(kiosk).stock.read(lambda ledger: ledger.card(serial))
    assert card is not None
    assert card.place.value == "issued"


async def test_a1_the_new_card_opens_a_session_with_the_pin_that_was_set(issuer: Kiosk) -> None:
    kiosk = issuer
    await applies(kiosk)
    serial = await takes_it(kiosk, pin=OWN_PIN)
    await goes(kiosk)
    await kiosk.begins()
    await kiosk.bench.insert_card(NEWCOMER, card=f"{serial}/new")
    await kiosk.types_at("verify", NEWCOMER, OWN_PIN)
    await sees(kiosk, Menu)
    await touches(kiosk, "choose", "card_status", to=Details)
    status = await touches(kiosk, "reveal", to=Details)
    chip = await kiosk.bench.card_chip(serial)
    told = {row.label.key: row.value for _, rows in status.groups for row in rows}
    assert told["card_status.number"] == Verbatim(chip["card_number"])
    assert chip["card_number"]


async def test_a1_no_picture_is_left_in_memory_or_on_the_disk(issuer: Kiosk) -> None:
    kiosk = issuer
    before = set(pictures_in_memory())
    await applies(kiosk)
    await card_is_made(kiosk)
    assert kiosk.session.issue.base_photo
    piece = bytes(255 - each for each in kiosk.session.issue.base_photo[2000:2032])
    assert set(pictures_in_memory()) - before
    await takes_it(kiosk)
    await goes(kiosk)
    del kiosk.screens.shown[:-1]
    assert set(pictures_in_memory()) - before == set()
    photo = bytes(255 - each for each in piece)
    files = [file for folder in ("state", "logs") for file in (kiosk.folder / folder).rglob("*") if file.is_file()]
    kept = [file.read_bytes() for file in files]
    assert kept
    assert not [content for content in kept if photo in content or b"\x89PNG" in content or b"\xff\xd8\xff" in content]
