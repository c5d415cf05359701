"""How host and payer are told what the journal's outbox says of an issue: one function a kind of message.

The messages are written by the activities of issuing, in the transaction of the entry that causes them; they may be
told any number of times, and those of one business are told in their order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from kiosk.host.issuing_port import IssuingHost
from kiosk.host.issuing_values import BadCard, IssuingRefusal, Whereabouts
from kiosk.host.payer.port import Payer, PayerRefusal
from kiosk.host.port import HostRefused, HostUnavailable
from kiosk.journal.outbox import Message

S = TypeVar("S")

Teller = Callable[[Message], Awaitable[None]]


def tellers(host: IssuingHost | None, payer: Payer | None) -> Mapping[str, Teller]:
    """Kind -> what tells it. Each raises the host's errors; with nobody to tell, HostUnavailable."""

    async def spoil(message: Message) -> None:
        told = message.payload
        how = BadCard(str(told["how"]))
        await _there(host).spoil(str(told["application"]), str(told["serial"]), how, message.id)

    async def withdraw(message: Message) -> None:
        await _there(host).withdraw(str(message.payload["opening_key"]), message.id)

    async def advise(message: Message) -> None:
        told = message.payload
        where = Whereabouts(str(told["whereabouts"]))
        await _there(host).advise(str(told["application"]), str(told["serial"]), where, message.id)

    async def capture(message: Message) -> None:
        await _there(payer).capture(str(message.payload["order"]), message.id)

    async def release(message: Message) -> None:
        """A fee that was taken after all, because the payer cannot hold, is sent back (A18)."""
        order = str(message.payload["order"])
        try:
            await _there(payer).release(order, message.id)
        except HostRefused as error:
            if error.code != PayerRefusal.ALREADY_CAPTURED:
                raise
            await _there(payer).refund(order, f"{message.id}/refund")

    return {
        "issue_spoil": spoil,
        "issue_withdraw": _harmless(withdraw, IssuingRefusal.APPLICATION_CLOSED),
        "issue_advise": advise,
        "fee_capture": capture,
        "fee_release": release,
    }


def _there(side: S | None) -> S:
    if side is None:
        raise HostUnavailable("not configured")
    return side


def _harmless(teller: Teller, *codes: str) -> Teller:
    """A refusal that says it is so already is as good as done."""

    async def tell(message: Message) -> None:
        try:
            await teller(message)
        except HostRefused as error:
            if error.code not in codes:
                raise

    return tell
