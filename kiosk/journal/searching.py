"""Looking through the journal for a business, a card, a day, a step: what a person far away may see of it (F97).

There is no person in the journal (:func:`kiosk.journal.entries.refuse_personal`). A card's serial is shown by its last
four characters, however it was asked for: whoever asks for a whole one has it already.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from kiosk.clock import KIOSK_ZONE
from kiosk.journal.business_number import BusinessNumber, NotABusinessNumber, parse
from kiosk.journal.database import Database
from kiosk.journal.entries import Fact, instant
from kiosk.masking import mask_card_number, mask_text

MOST = 500
"""Entries that are found at once, the newest."""
SHORTEST_SERIAL = 4
"""Characters of a serial, from its end, that a search takes."""
SERIALS = frozenset({"serial", "serials"})
"""Facts that are a card's serial, or a list of them."""


class Mistake(StrEnum):
    """Why something cannot be looked for."""

    NOTHING_TO_SEARCH = "nothing_to_search"
    NOT_A_SERIAL = "not_a_serial"
    NOT_A_BUSINESS_NUMBER = "not_a_business_number"
    NOT_A_DAY = "not_a_day"


class SearchError(ValueError):
    """What cannot be looked for."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.value)
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class Wanted:
    """``serial``: of a card, whole or its end. ``day``: in the kiosk's zone."""

    business: BusinessNumber | None = None
    serial: str = ""
    day: date | None = None
    step: str = ""

    @classmethod
    def typed(cls, *, business: str = "", serial: str = "", day: str = "", step: str = "") -> Wanted:
        """As people write it. Raises SearchError."""
        if not any((business, serial, day, step)):
            raise SearchError(Mistake.NOTHING_TO_SEARCH)
        if serial and not (len(serial) >= SHORTEST_SERIAL and serial.isascii() and serial.isalnum()):
            raise SearchError(Mistake.NOT_A_SERIAL)
        try:
            number = parse(business)[0] if business else None
        except NotABusinessNumber as error:
            raise SearchError(Mistake.NOT_A_BUSINESS_NUMBER) from error
        try:
            on = date.fromisoformat(day) if day else None
        except ValueError as error:
            raise SearchError(Mistake.NOT_A_DAY) from error
        return cls(number, serial.upper(), on, step)


def search(database: Database, wanted: Wanted) -> list[dict[str, object]]:
    """The newest entries that fit, the newest first, masked."""
    conditions: list[str] = ["1"]
    values: list[str | int] = []
    if wanted.business is not None:
        conditions.append("business = ?")
        values.append(wanted.business)
    if wanted.step:
        conditions.append("step = ?")
        values.append(wanted.step)
    if wanted.day is not None:
        begin = datetime.combine(wanted.day, time(), KIOSK_ZONE)
        conditions.append("at >= ? AND at < ?")
        values += [instant(begin), instant(begin + timedelta(days=1))]
    if wanted.serial:
        conditions.append("instr(upper(facts), ?) > 0")
        values.append(f'{wanted.serial}"')
    rows = database.rows(
        "SELECT sequence, business, kind, step, at, result, facts FROM entry"  # noqa: S608 - our own conditions
        f" WHERE {' AND '.join(conditions)} ORDER BY sequence DESC LIMIT {MOST}",
        *values,
    )
    return [
        {
            "sequence": sequence, "business": business, "kind": kind, "step": step, "at": at, "result": result,
            "facts": _masked(json.loads(facts)),
        }
        for sequence, business, kind, step, at, result, facts in rows
    ]  # fmt: skip


def _masked(value: Fact, *, serial: bool = False) -> Fact:
    match value:
        case str():
            return mask_card_number(value) if serial else mask_text(value)
        case dict():
            return {name: _masked(inner, serial=serial or name in SERIALS) for name, inner in value.items()}
        case list():
            return [_masked(inner, serial=serial) for inner in value]
    return value
