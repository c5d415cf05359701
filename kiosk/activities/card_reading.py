"""The card in the slot, read on the reader's own thread, with the host's HSM asked from there."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from devices.card_reader.apdu import CommandApdu, ResponseApdu
from devices.card_reader.contract import CardReader, Chip
from devices.card_reader.social_security_card.authentication import CardContext, MutualAnswer, MutualChallenge
from devices.card_reader.social_security_card.identity import CardIdentity, CardVersion, IssuerData
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import Cancellation, OperationCancelled
from kiosk.host.port import Host, HsmRequest

R = TypeVar("R")


class CardNotServed(Exception):
    """The card is in order as a chip, and not served here. ``reason``: as in ``refusal.<reason>``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CardReading:
    """A card that has proved that it is genuine, still connected, and what it says."""

    card: SocialSecurityCard
    identity: CardIdentity


class HostAuthenticator:
    """The :class:`Authenticator` for a card: asks the host from the reader's thread. Raises the host's errors, and
    OperationCancelled when nobody waits for the card any more.

    Only what a query kiosk needs: mutual authentication. PIN reset and updates are not asked for here.
    """

    def __init__(self, host: Host, loop: asyncio.AbstractEventLoop, cancellation: Cancellation) -> None:
        self._host = host
        self._loop = loop
        self._cancellation = cancellation

    def mutual(self, card: CardContext, challenge: MutualChallenge) -> MutualAnswer:
        """The card's proof checked and the terminal's made, by the host's HSM in one call."""
        answer = self._ask(
            self._host.authenticate_card(
                HsmRequest(
                    region=card.region,
                    atr=card.atr.hex().upper(),
                    algorithm=f"{card.algorithm:02X}",
                    identifier=card.identifier.hex().upper(),
                    internal_factor=challenge.internal_factor.hex().upper(),
                    internal_random=challenge.internal_raw.hex().upper(),
                    external_factor=challenge.external_factor.hex().upper(),
                    external_random=challenge.external_raw.hex().upper(),
                    key_id=challenge.key_id,
                )
            )
        )
        return MutualAnswer(bytes.fromhex(answer.internal_response), bytes.fromhex(answer.external_cryptogram))

    def _ask(self, question: Coroutine[Any, Any, R]) -> R:
        asked = asyncio.run_coroutine_threadsafe(question, self._loop)

        def give_up() -> None:
            asked.cancel()

        with self._cancellation.calling(give_up):
            try:
                return asked.result()
            except concurrent.futures.CancelledError:
                raise OperationCancelled from None


class _PatientChip:
    """A chip that is asked nothing more once nobody waits for it: a slow card has some 30 commands to answer."""

    def __init__(self, chip: Chip, cancellation: Cancellation) -> None:
        self._chip = chip
        self._cancellation = cancellation

    @property
    def atr(self) -> bytes:
        return self._chip.atr

    def transmit(self, command: CommandApdu) -> ResponseApdu:
        self._cancellation.check()
        return self._chip.transmit(command)

    def close(self) -> None:
        self._chip.close()


def read_social_security_card(
    reader: CardReader,
    cancellation: Cancellation,
    host: Host,
    loop: asyncio.AbstractEventLoop,
    refuse: Callable[[IssuerData], str | None],
) -> CardReading:
    """Connect, read EF05 and judge it, have the card prove itself, read EF06. On any failure the chip is let go of.

    ``refuse``: why a card of this issuer data is not served, or None. It comes before the HSM is asked, which knows
    nothing of other regions' cards. Raises DeviceError ``card_reader.*``, the host's errors and CardNotServed.
    """
    chip = _PatientChip(reader.connect(), cancellation)
    authenticator = HostAuthenticator(host, loop, cancellation)
    try:
        card = SocialSecurityCard(chip)
        issuer = card.read_issuer()
        if reason := refuse(issuer):
            raise CardNotServed(reason)
        if issuer.version is not CardVersion.V3:  # a 3.0 card is authenticated on the way to its EF06
            card.authenticate(authenticator)
        return CardReading(card, card.read_identity(authenticator))
    except BaseException:
        chip.close()
        raise
