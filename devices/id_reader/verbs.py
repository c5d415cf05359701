"""``kiosk device id-reader --at URL status | sam-id | find | read | address | watch | baud RATE | check``.

``read`` and ``address`` print what is on the card in full: an engineer asked for it by hand, with the card in hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date

from devices import conformance_verb
from devices.contract import Cancellation, DeviceError
from devices.id_reader import faults
from devices.id_reader.check import SUITE
from devices.id_reader.contract import CitizenCard, ForeignerCard2023, IdCard
from devices.id_reader.documents import FOREVER
from devices.id_reader.masking import mask_name, mask_number
from devices.id_reader.sam_v import SamVReader
from devices.verbs import Verb

Tell = Callable[[str], None]

CARD_SECONDS = 30.0
"""How long ``read`` and ``address`` wait for a card: time to find it in a pocket."""


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()} if value else None
    return value


def card_in_full(card: IdCard) -> dict[str, object]:
    """Every field by name: dates as YYYY-MM-DD, 长期 as such, photo and fingerprint as size and SHA-256."""
    told: dict[str, object] = {"kind": card.kind.value}
    told |= {field.name: _plain(getattr(card, field.name)) for field in fields(card)}
    if card.valid_until is None:
        told["valid_until"] = FOREVER
    if isinstance(card, CitizenCard):
        told["nation"] = card.nation
    if isinstance(card, ForeignerCard2023):
        told["previous_number"] = card.previous_number
    fault = card.number_fault()
    told["number_fault"] = None if fault is None else fault.value
    return told


def _no_words(words: Sequence[str]) -> None:
    if words:
        raise ValueError(f"takes no words, was given {words[0]!r}")


def _await_card(reader: SamVReader, cancellation: Cancellation, tell: Tell) -> None:
    tell("lay an ID card on the reader")
    if not reader.wait_for_card(cancellation, CARD_SECONDS):
        raise DeviceError(faults.NO_CARD, f"none was laid down within {CARD_SECONDS:.0f} s")


def _status(reader: SamVReader, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _no_words(words)
    status = reader.status()
    return {
        "device": status.device.value,
        "fault": status.fault,
        "media": status.media.value,
        "sam_id": status.sam_id,
    }


def _sam_id(reader: SamVReader, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _no_words(words)
    return {"sam_id": reader.sam_id()}


def _find(reader: SamVReader, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _no_words(words)
    return {"found": reader.find()}


def _read(reader: SamVReader, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _no_words(words)
    _await_card(reader, cancellation, tell)
    return card_in_full(reader.read())


def _address(reader: SamVReader, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _no_words(words)
    _await_card(reader, cancellation, tell)
    return {"address": reader.read_address() or None}


def _watch(reader: SamVReader, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> str:
    _no_words(words)
    while reader.wait_for_card(cancellation, None):
        try:
            card = reader.read()
        except DeviceError as error:
            tell(str(error))
        else:
            tell(f"{card.kind.value} {mask_name(card.name)} {mask_number(card.number)}")
        if reader.wait_for_removal(cancellation, None):
            tell("lifted")
    return "no longer watching"


def _baud(reader: SamVReader, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    if len(words) != 1 or not words[0].isdecimal():
        raise ValueError("give one rate in bits a second")
    reader.set_baud(int(words[0]))
    return {"baud": int(words[0])}


VERBS: dict[str, Verb] = {
    "status": Verb("What the module says of itself, and whether a card lies there.", _status),
    "sam-id": Verb("The security module's serial.", _sam_id),
    "find": Verb("Look for a card once.", _find),
    "read": Verb("Wait for a card and print all that is on it.", _read),
    "address": Verb("Wait for a card and print the address appended to it.", _address),
    "watch": Verb("Tell of every card laid down and lifted (masked) until Ctrl-C.", _watch),
    "baud": Verb("Set the module to another serial rate and go on at it.", _baud, "RATE"),
    "check": conformance_verb.verb(SUITE),
}
