"""A card made during a visit, as evidence: both faces as printed, what its chip says, what the journal says."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image
from watchfiles import Change, awatch

from kiosk.config import load
from kiosk.demo.stand import Stand
from kiosk.documents import card_faces
from kiosk.host.sandbox.issuing_stock import read_stock
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.database import Database
from kiosk.journal.store import entries_of
from kiosk.journal.timeline import Moment, timeline
from kiosk.masking import mask_bank_number, mask_card_number, mask_identity_number, mask_name

SIDES: tuple[card_faces.SideName, ...] = ("front", "back")

TOLD_WITHIN = 10.0
"""Seconds for what is told afterwards to reach the host."""

READ_AGAIN = 1000
"""Milliseconds after which the journal is read again though nothing was seen to be written: something may have been
just before it was watched."""

_UNMASKED = ("sex", "nation", "birthplace", "version", "issue_date", "valid_until", "pin_tries_left")
_MASKED = {
    "name": mask_name,
    "number": mask_identity_number,
    "identifier": mask_card_number,
    "card_number": mask_card_number,
    "bank_card_number": mask_bank_number,
}


class NoTrace(RuntimeError):
    """Of a card that was made there is not what there must be: in the journal, or on its chip."""


@dataclass(frozen=True, slots=True)
class MadeCard:
    """``faces``: pictures, front and back, of the print on the card it was printed on. ``chip``: what stands on it, by
    name, masked. ``moments``: the issue as the journal has it."""

    serial: str
    business: BusinessNumber
    faces: tuple[Path, ...]
    chip: Mapping[str, str]
    moments: tuple[Moment, ...]


async def made_card(stand: Stand, serial: str, folder: Path) -> MadeCard:
    """Gather it, the pictures into ``folder``. Raises NoTrace, BenchRefused, JournalError."""
    settings = load(stand.configuration)
    if settings.issuing is None:
        raise NoTrace("this kiosk makes no cards")
    chip = await stand.bench.card_chip(serial)
    design, data = card_faces.load(settings.issuing.design), _face_data(chip, await _bank(stand, serial))
    faces = []
    for side in SIDES:
        printed = Image.open(io.BytesIO(await stand.bench.card_face(serial, side)))
        faces.append(folder / f"card-{side}.png")
        card_faces.printed_card(design, side, printed, data).save(faces[-1])
    business, moments = await _told(settings.journal_file, serial)
    return MadeCard(serial, business, tuple(faces), dict(masked(chip)), moments)


async def _bank(stand: Stand, serial: str) -> str:
    bank = next(card["bank"] for card in await stand.bench.new_cards() if card["serial"] == serial)
    return next(each.name for each in read_stock().banks if each.key == bank)


def _face_data(chip: Mapping[str, Any], bank: str) -> card_faces.FaceData:
    """What stands on the chip, for the design. Raises NoTrace: nobody's yet."""
    if chip["holder"] is None:
        raise NoTrace("the chip of the card is empty")
    until = date.fromisoformat(chip["valid_until"])
    return card_faces.FaceData(
        name=chip["holder"]["name"],
        social_security_number=chip["holder"]["number"],
        card_number=chip["card_number"],
        issued=date.fromisoformat(chip["issue_date"]),
        valid_until=until,
        issuer="",
        bank=bank,
        bank_card_number=chip["bank_card_number"],
        bank_valid_until=until,
    )


def masked(chip: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and value, one after another; of a field unknown here only its length is shown."""
    for name, value in chip.items():
        if isinstance(value, Mapping):
            yield from masked(value)
        elif name in _UNMASKED:
            yield name, str(value)
        else:
            yield name, _MASKED.get(name, lambda text: "*" * len(text))(str(value or ""))


async def _told(journal: Path, serial: str) -> tuple[BusinessNumber, tuple[Moment, ...]]:
    """The time line, once every message of it has arrived, or as it is when that takes too long.

    The journal is another process's: it is read again each time its files are written.
    """

    def of_journal(_: Change, path: str) -> bool:
        return Path(path).name.startswith(journal.name)

    told = await asyncio.to_thread(_time_line, journal, serial)
    written = awatch(
        journal.parent, watch_filter=of_journal, debounce=100, rust_timeout=READ_AGAIN, yield_on_timeout=True
    )
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TOLD_WITHIN), contextlib.aclosing(written):
            while any(each.result == "pending" for each in told[1]):
                await anext(written)
                told = await asyncio.to_thread(_time_line, journal, serial)
    return told


def _time_line(journal: Path, serial: str) -> tuple[BusinessNumber, tuple[Moment, ...]]:
    database = Database(journal, read_only=True)
    try:
        every = [*entries_of(database)]
        business = next((entry.business for entry in every if entry.told.get("serial") == serial), None)
        if business is None:
            raise NoTrace(f"the journal knows no card {serial}")
        return business, timeline(database, business, [entry for entry in every if entry.business == business])
    finally:
        database.close()
