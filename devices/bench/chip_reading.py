"""What stands on a pre-made card's chip, read as a terminal reads it, under the published test keys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.simulator.card import VirtualCard, with_memory
from devices.card_reader.simulator.hsm import TestKeyHsm
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.simulation import Json


class _LooseChip:
    """A chip on the table: commands reach it without a reader, and nothing that it remembers of them lasts."""

    def __init__(self, card: VirtualCard) -> None:
        self._card = card
        self._card.memory = None
        self._card.reset()
        self._send = terminal(self._exchange, t0=True)

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def transmit(self, command: CommandApdu) -> ResponseApdu:
        return self._send(command)

    def close(self) -> None:
        self._card.reset()

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        return ResponseApdu.decode(self._card.process(bytes(command.encode())))


def read_out(description: Mapping[str, Any], memories: Path | None) -> Json:
    """The chip's content in plain words: ``identifier``, ``version``, ``card_number``, ``issue_date``, ``valid_until``,
    ``holder`` (None: nobody's yet), ``bank_card_number``, ``pin_tries_left``. Dates ISO or empty.

    ``memories``: where the chips keep theirs. Raises DeviceError ``card_reader.*`` for a chip that is blocked.
    """
    loose = with_memory(dict(description), memories)
    tries_left = loose.pin_tries_left
    card = SocialSecurityCard(_LooseChip(loose))
    identity = card.read_identity(TestKeyHsm())
    issuer = identity.issuer
    holder = {
        "name": identity.name,
        "number": identity.social_security_number,
        "sex": identity.sex,
        "nation": identity.nation,
        "birthplace": identity.birthplace,
        "birth_date": identity.birth_date.isoformat() if identity.birth_date else "",
    }
    return {
        "identifier": issuer.identifier,
        "version": issuer.version_text,
        "card_number": issuer.card_number,
        "issue_date": _iso(issuer.issue_date),
        "valid_until": _iso(issuer.valid_until),
        "holder": None if identity.blank else holder,
        "bank_card_number": card.bank_card_number(),
        "pin_tries_left": tries_left,
    }


def _iso(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}" if len(digits) == 8 else ""
