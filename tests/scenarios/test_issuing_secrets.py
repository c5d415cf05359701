"""After an issue with a photo, a fee, a PIN and an exception in the middle of it: nothing of its holder in what is
kept."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
from id_plate import Plate, card_of, person
from issuing_steps import (
    SECOND,
    agrees,
    asks_for_a_card,
    card_is_made,
    confirms_and_signs,
    gives_reason,
    pays,
    price,
    says_farewell,
    sees,
    sets_own_pin,
    touches,
)
from kiosk_rig import Kiosk
from test_nothing_remains import found_in

from kiosk.activities import personalising
from kiosk.demo.preparing import STAFF
from kiosk.inspection.compare import compare
from statemachines.views import Done, Menu, Pay, Photo, TakeCard, TakeNewCard, TakePaper

pytestmark = [pytest.mark.pcsc]

PIN = "608142"
NEVER_TEXT = ("PIN", "staff code")
"""What no exception can have in its text: it is never a str."""
TIMES = re.compile(rb'"timestamp": "[^"]*"')


def kept_by(kiosk: Kiosk) -> dict[str, bytes]:
    """Every file of the kiosk's, the times in its log left out: their digits may be anybody's PIN."""
    folders = [kiosk.folder / name for name in ("state", "logs")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {file.name: TIMES.sub(b"", file.read_bytes()) for file in files}


def of_the_holder(kiosk: Kiosk) -> dict[str, str]:
    """What the session knows of her and of her card."""
    issue = kiosk.session.issue
    holder, printed = issue.eligibility.holder, issue.reservation.printed
    return {
        "name": holder.name,
        "number": holder.number,
        "phone": holder.phone,
        "address": holder.address,
        "bank account": printed.bank_account,
        "card number": printed.card_number,
        "PIN": PIN,
        "staff code": STAFF["1001"][1],
    }


async def test_nothing_of_its_holder_is_kept_after_a_card_was_made(
    standing_issuer: Kiosk, plate: Plate, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = standing_issuer
    kiosk.elsewhere["id-reader"] = plate.line.url
    await kiosk.start()
    raised: list[str] = []

    def fails_once(*args: Any) -> Any:
        if raised:
            return compare(*args)
        secrets = of_the_holder(kiosk)
        raised.extend(secret for what, secret in secrets.items() if what not in NEVER_TEXT)
        raise ValueError(f"cannot compare {raised} {kiosk.session.issue.base_photo!r}")

    monkeypatch.setattr(personalising, "compare", fails_once)
    await price(kiosk, "lost", 2000)
    await kiosk.begins()
    plate.lay(card_of(await person(kiosk, kind="no_photo")))
    await sees(kiosk, Menu)
    await asks_for_a_card(kiosk)
    await touches(kiosk, "choose", "replace", to=Menu)
    await gives_reason(kiosk, "lost")
    await agrees(kiosk, to=Menu)
    await kiosk.bench.sit_down("zhao_min")
    await touches(kiosk, "choose", "camera", to=Photo)
    kiosk.screens.touch("take")
    await sees(kiosk, Photo, so=lambda page: page.stage == "good")
    photo = kiosk.session.issue.photo.file
    await touches(kiosk, "use", to=Menu)
    await confirms_and_signs(kiosk)
    await sees(kiosk, Pay)
    await pays(kiosk)
    await card_is_made(kiosk)
    secrets = of_the_holder(kiosk)
    pictures = (photo, kiosk.session.issue.base_photo)
    assert all(secrets.values())
    assert all(pictures)
    await sets_own_pin(kiosk, "zhao_min", PIN)
    await sees(kiosk, TakeNewCard)
    assert await kiosk.takes_new_card("zhao_min") == SECOND, "the first was spoiled when the comparing failed"
    await sees(kiosk, TakePaper)
    await touches(kiosk, "done", to=Done)
    await touches(kiosk, "done", to=Menu)
    kiosk.screens.touch("leave")
    await sees(kiosk, TakeCard)
    plate.lift()
    await says_farewell(kiosk)
    await kiosk.host_is_told("/payer/v1/orders/capture")

    before = kept_by(kiosk)
    with sqlite3.connect(kiosk.folder / "state" / "journal.db") as database:
        database.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        outbox = "\n".join(map(str, database.execute("SELECT * FROM outbox").fetchall()))
    assert "fee_capture" in outbox
    assert "ValueError" in kiosk.log()
    kept = {**{f"{name} before": content for name, content in before.items()}, **kept_by(kiosk)}
    kept["outbox"] = outbox.encode()
    assert any(b"issue.committed" in content for content in kept.values())
    found = {name: found_in(content, secrets) for name, content in kept.items()}
    assert {name: what for name, what in found.items() if what} == {}
    for picture in pictures:
        piece = picture[len(picture) // 2 :][:24]
        assert not [name for name, content in kept.items() if piece in content or repr(piece)[2:-1].encode() in content]
