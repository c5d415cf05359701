"""The bank side of the chip (A9): its card number and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from devices.card_reader.apdu import CommandApdu, ResponseApdu
from devices.card_reader.social_security_card import tlv
from devices.card_reader.social_security_card.codecs import BadData

Send = Callable[[CommandApdu], ResponseApdu]

PAYMENT_DIRECTORY = b"1PAY.SYS.DDF01"
UNIONPAY = tuple(bytes.fromhex("A00000033301010" + last) for last in "1236")
"""Debit, credit, quasi-credit, electronic cash."""
_FIELD_PLACES = ((2, 1), (3, 1), (1, 1))
"""SFI and record where halls look when the card tells no places itself."""


def _number(record: bytes) -> str | None:
    """From 5A, or from track 2 in 57 up to its D. Raises BadData."""
    plain = tlv.find(record, 0x5A)
    if plain is None:
        track = tlv.find(record, 0x57)
        if track is None:
            return None
        plain_text = track.hex().partition("d")[0]
    else:
        plain_text = plain.hex()
    digits = plain_text.rstrip("f")
    if not digits.isdigit() or not 12 <= len(digits) <= 19:
        raise BadData("no card number of 12 to 19 digits")
    return digits


def _places(send: Send) -> list[tuple[int, int]]:
    """SFI and record of each record that GET PROCESSING OPTIONS names; the usual ones if it names none."""
    response = send(CommandApdu(0x80, 0xA8, 0x00, 0x00, b"\x83\x00", 0))
    if not response.ok:
        return list(_FIELD_PLACES)
    locator = tlv.find(response.data, 0x94)
    if locator is None:
        locator = (tlv.find(response.data, 0x80) or b"")[2:]
    places = [
        (locator[at] >> 3, record)
        for at in range(0, len(locator) - 3, 4)
        for record in range(locator[at + 1], locator[at + 2] + 1)
    ]
    return places or list(_FIELD_PLACES)


def card_number(send: Send) -> str | None:
    """The number on the first UnionPay application that has one; None without one. Raises BadData, DeviceError."""
    send(CommandApdu(0x00, 0xA4, 0x04, 0x00, PAYMENT_DIRECTORY, 0))  # some cards open their bank side only by this
    for name in UNIONPAY:
        if not send(CommandApdu(0x00, 0xA4, 0x04, 0x00, name, 0)).ok:
            continue
        for short_identifier, record in _places(send):
            response = send(CommandApdu(0x00, 0xB2, record, short_identifier << 3 | 0b100, le=0))
            number = _number(response.data) if response.ok else None
            if number is not None:
                return number
    return None
