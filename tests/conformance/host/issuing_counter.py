"""A citizen's issue at a kiosk, step by step over the real line, with the stock's pre-made cards as virtual cards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from devices.card_reader.apdu import CommandApdu, ResponseApdu, terminal
from devices.card_reader.simulator.card import VirtualCard
from devices.card_reader.social_security_card.session import SocialSecurityCard
from kiosk.catalogue.rules import Reason
from kiosk.host.http import HttpHost
from kiosk.host.issuing_http import HttpIssuingHost
from kiosk.host.issuing_values import Application, ChipRecord, Mode, Reservation, step_key
from kiosk.host.personalisation import IssuingAuthenticator, personalise
from kiosk.host.port import HostRefused, IdCardProof, Person
from kiosk.host.sandbox.issuing_stock import PreMadeCard, chip_descriptions, read_stock

STOCK = read_stock()
CHIPS = chip_descriptions()
_numbers = count(1)


class StationChip:
    """A chip at the contact station. ``dies_after``: so many commands, then the power is cut."""

    def __init__(self, card: VirtualCard, dies_after: int | None = None) -> None:
        self.card = card
        self.left = dies_after
        self.transmit = terminal(self._exchange, t0=True)
        card.reset()

    @property
    def atr(self) -> bytes:
        return self.card.atr

    def _exchange(self, command: CommandApdu) -> ResponseApdu:
        if self.left is not None:
            if self.left == 0:
                raise PowerCut
            self.left -= 1
        return ResponseApdu.decode(self.card.process(bytes(command.encode())))

    def close(self) -> None:
        self.card.reset()


class PowerCut(Exception):
    """The station has no power any more."""


def cards_of(bank: str) -> list[PreMadeCard]:
    return [card for card in STOCK.cards if card.bank == bank]


def id_card(person: dict[str, Any], **changed: Any) -> IdCardProof:
    """What the ID card of somebody of the population says."""
    given = {
        "kind": person["document"], "number": person["number"], "name": person["id_card_name"],
        "birth_date": date.fromisoformat(person["birth_date"]), "valid_until": None,
    }  # fmt: skip
    return IdCardProof(**{**given, **changed})


@dataclass
class Counter:
    """One kiosk serving one citizen."""

    host: HttpHost
    proof: IdCardProof
    business: str = field(default_factory=lambda: f"20261122-K0001-{next(_numbers):04d}")

    @property
    def issuing(self) -> HttpIssuingHost:
        return HttpIssuingHost(self.host.connection)

    def key(self, step: str, nth: int = 1) -> str:
        return step_key(self.business, step, nth)

    async def identify(self) -> Person:
        return await self.host.identify_by_id_card(self.proof)

    async def open(self, reason: Reason = Reason.FIRST, mode: Mode = Mode.INSTANT) -> Application:
        person = await self.identify()
        quote = await self.issuing.quote(person, self.proof, reason)
        return await self.issuing.open_application(person, self.proof, reason, quote.number, mode, self.key("open"))

    async def reserve(self, application: Application, card: PreMadeCard, nth: int = 1) -> Reservation:
        return await self.issuing.reserve(application.number, card.bank, card.chip.identifier, self.key("reserve", nth))

    async def personalise(
        self, reservation: Reservation, chip: StationChip, verified: Callable[[ChipRecord], None] = lambda _r: None
    ) -> str:
        """On a thread of its own, as a device's worker does; the HSM is asked on this loop."""
        loop = asyncio.get_running_loop()

        def ask(question: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(question, loop).result()

        authenticator = IssuingAuthenticator(self.issuing, reservation.application, reservation.serial, ask)
        return await asyncio.to_thread(personalise, SocialSecurityCard(chip), authenticator, reservation, verified)


async def refusal(call: Coroutine[Any, Any, Any]) -> HostRefused:
    """What the host refuses with."""
    try:
        await call
    except HostRefused as refused:
        return refused
    raise AssertionError("the host did not refuse")
