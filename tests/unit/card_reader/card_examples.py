"""Examples that several tests share: the page's synthetic card, what is read from it, a chip with no reader between."""

from __future__ import annotations

from datetime import date

from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.social_security_card.identity import CardIdentity, IssuerData

PAGE_CARD = {
    "identifier": "639900D15600000500BF7C7A00000000",
    "number": "X00000019",
    "ssn": "440524188001010014",
    "name": "张三",
    "sex": "1",
    "nation": "01",
    "birthplace": "440524",
    "birth_date": "18800101",
    "issue_date": "20240101",
    "valid_until": "20340101",
    "initialiser": "915600000263990063990001",
    "atr": "3B6D000000814E43238697639900BF7C7A",
}
"""The page's synthetic card (A8)."""


class DirectChip:
    """A Chip over a virtual card, keeping what was sent."""

    def __init__(self, card: VirtualCard, *, t0: bool = True) -> None:
        self.card = card
        self.atr = card.atr
        self.sent: list[str] = []
        self.closed = False
        self.transmit = terminal(self._exchange, t0=t0)

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        raw = bytes(command.encode())
        self.sent.append(raw.hex().upper())
        return ResponseApdu.decode(self.card.process(raw))

    def close(self) -> None:
        self.closed = True


ISSUER = IssuerData(
    card_identifier=bytes.fromhex("639900D15600000500BF7C7A00000000"),
    card_class="3",
    version_text="3.00",
    initialiser="915600000263990063990001",
    issue_date="20240101",
    valid_until="20340101",
    card_number="X00000019",
)
IDENTITY = CardIdentity(
    issuer=ISSUER,
    social_security_number="440524188001010014",
    name="张三",
    sex="1",
    nation="01",
    birthplace="440524",
    birth_date=date(1880, 1, 1),
    atr=bytes.fromhex("3B6D000000814E43238697639900BF7C7A"),
)
