"""What the host's HSM (or a SAM) is asked while a card is served (A6, A8). No key is ever on this side."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol


class Algorithm(IntEnum):
    """From the SSSE's FCI."""

    TRIPLE_DES = 0x01
    SSF33 = 0x02
    SM4 = 0x03


class KeyId(IntEnum):
    """Keys of the user card that a terminal deals with."""

    INTERNAL = 0x00
    UPDATE_ENVIRONMENT = 0x04
    BLOCK = 0x05
    PIN_UNBLOCK = 0x06
    READ_ENVIRONMENT = 0x0A


@dataclass(frozen=True, slots=True)
class CardContext:
    """Which card the HSM derives its keys for. ``identifier``: 16 bytes; its first three are the region."""

    atr: bytes
    algorithm: Algorithm
    identifier: bytes = field(repr=False)

    @property
    def region(self) -> str:
        """Six digits."""
        return self.identifier[:3].hex()


@dataclass(frozen=True, slots=True)
class MutualChallenge:
    """Four randoms of eight bytes from the card, and what the card answered to the first two.

    ``key_id``: the key of the external authentication. ``response``: the card's internal answer, 8 bytes.
    """

    internal_factor: bytes
    internal_raw: bytes
    response: bytes
    external_factor: bytes
    external_raw: bytes
    key_id: int

    def line(self, card: CardContext) -> str:
        """The request as hall middleware writes it: region, ATR, algorithm, card, then factor and raw twice."""
        parts = (card.atr, bytes((card.algorithm,)), card.identifier)
        randoms = (self.internal_factor, self.internal_raw, self.external_factor, self.external_raw)
        return "|".join((card.region, *(part.hex().upper() for part in (*parts, *randoms)), ""))


@dataclass(frozen=True, slots=True)
class MutualAnswer:
    """``internal_response``: what a true card answers; ``external_cryptogram``: proof of the terminal; 8 bytes each."""

    internal_response: bytes
    external_cryptogram: bytes


class MutualAuthenticator(Protocol):
    """The HSM's side as far as reading goes. Calls may take as long as the host does, and raise whatever its client
    raises."""

    def mutual(self, card: CardContext, challenge: MutualChallenge) -> MutualAnswer:
        """For internal and external authentication in one round."""
        ...


class Authenticator(MutualAuthenticator, Protocol):
    """The HSM's side for changing the card, too."""

    def external(self, card: CardContext, key_id: int, factor: bytes, raw: bytes) -> bytes:
        """The external cryptogram, 8 bytes."""
        ...

    def command_mac(self, card: CardContext, key_id: int, factor: bytes, header: bytes, data: bytes) -> bytes:
        """Four bytes over ``header`` (CLA INS P1 P2 Lc, Lc counting the MAC) and ``data``.

        ``factor``: the card's last random.
        """
        ...

    def pin_block(self, card: CardContext, factor: bytes, header: bytes, pin: bytearray) -> bytes:
        """A new PIN (ASCII digits) enciphered under the PUK, then the command's MAC: 16 + 4 bytes; 3DES 8 + 4."""
        ...
