"""What is done to a card under the issuer's keys: PIN unblock and reset, protected updates, blocking (A6, A8).

Each command carries a MAC from the authenticator over a random that the card has just given out.
"""

from __future__ import annotations

from typing import Any

from devices.card_reader.apdu import CommandApdu
from devices.card_reader.social_security_card.authentication import Algorithm, Authenticator, CardContext, KeyId
from devices.card_reader.social_security_card.declaration import CardFile, Item, Organisation
from devices.card_reader.social_security_card.refusal import accepted
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError

_MAC_LENGTH = 4


def unblock_pin(card: SocialSecurityCard, authenticator: Authenticator) -> None:
    """All tries again, the PIN as it was. Raises CardRefused."""
    _prove_unblock_key(card, authenticator)
    _protected(card, card.context(), authenticator, KeyId.PIN_UNBLOCK, (0x84, 0x24, 0x00, 0x00), b"", "PIN UNBLOCK")


def reset_pin(card: SocialSecurityCard, authenticator: Authenticator, new: bytearray) -> None:
    """A new PIN (ASCII digits, left to the caller to wipe) and all tries again. Raises CardRefused."""
    _prove_unblock_key(card, authenticator)
    cipher_length = 8 if card.algorithm is Algorithm.TRIPLE_DES else 16
    header = bytes((0x84, 0x24, 0x00, 0x01, cipher_length + _MAC_LENGTH))
    sealed = authenticator.pin_block(card.context(), card.challenge(), header, new)
    if len(sealed) != header[4]:
        raise ValueError(f"the authenticator's PIN block has {len(sealed)} bytes, not {header[4]}")
    accepted(card.chip.transmit(CommandApdu(0x84, 0x24, 0x00, 0x01, sealed)), "PIN RESET")


def _prove_unblock_key(card: SocialSecurityCard, authenticator: Authenticator) -> None:
    card.select()
    card.prove(authenticator, KeyId.PIN_UNBLOCK)


def update_item(
    card: SocialSecurityCard, authenticator: Authenticator, file: type[CardFile], item: Item, value: Any
) -> None:
    """Write one record of a VARIABLE file under MAC, and read it back.

    ValueError for a value that does not fit. A record that reads back otherwise: ``card_reader.write_not_verified``.
    """
    if file.organisation is not Organisation.VARIABLE:
        raise ValueError(f"{file.__name__} is not made of tagged records")
    record = item.encode_record(value)
    context = card.context()  # may read EF05, so before the file is opened
    card.open_file(file)
    doing = f"UPDATE RECORD {file.__name__} {item.tag:02X}"
    _protected(card, context, authenticator, file.update_key, (0x04, 0xDC, item.tag, 0x00), record, doing)
    if card.read_item(file, item) != record[2:]:
        raise DeviceError("card_reader.write_not_verified", doing)


def block_application(card: SocialSecurityCard, authenticator: Authenticator, *, for_ever: bool) -> None:
    """The social security side is closed. ``for_ever``: nobody can open it again."""
    card.select()
    header = (0x84, 0x1E, 0x00, 0x01 if for_ever else 0x00)
    _protected(card, card.context(), authenticator, KeyId.BLOCK, header, b"", "APPLICATION BLOCK")


def block_card(card: SocialSecurityCard, authenticator: Authenticator) -> None:
    """The whole card is closed."""
    card.select()
    _protected(card, card.context(), authenticator, KeyId.BLOCK, (0x84, 0x16, 0x00, 0x00), b"", "CARD BLOCK")


def _protected(
    card: SocialSecurityCard,
    context: CardContext,
    authenticator: Authenticator,
    key_id: int,
    head: tuple[int, int, int, int],
    data: bytes,
    doing: str,
) -> None:
    header = bytes((*head, len(data) + _MAC_LENGTH))
    mac = authenticator.command_mac(context, key_id, card.challenge(), header, data)
    cla, ins, p1, p2 = head
    accepted(card.chip.transmit(CommandApdu(cla, ins, p1, p2, data + mac)), doing)
