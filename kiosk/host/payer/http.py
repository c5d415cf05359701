"""The client: :class:`kiosk.host.payer.port.Payer` over a :class:`HostConnection` to the payer's address."""

from __future__ import annotations

from datetime import date

import msgspec

from kiosk.host.payer.port import Means, PayerLine, Payment
from kiosk.host.transport import HostConnection, new_key

_ORDERS = "/v1/orders"


class _Found(msgspec.Struct):
    payment: Payment | None


class HttpPayer:
    """``connection``: the payer's own; :meth:`close` closes it."""

    def __init__(self, connection: HostConnection) -> None:
        self.connection = connection

    async def close(self) -> None:
        """Let go of connections."""
        await self.connection.close()

    async def hold(self, order: str, fen: int, means: Means, key: str) -> Payment:
        body = {"order": order, "fen": fen, "means": means}
        return await self.connection.write(f"{_ORDERS}/hold", Payment, body, key=key)

    async def capture(self, order: str, key: str) -> Payment:
        return await self.connection.write(f"{_ORDERS}/capture", Payment, {"order": order}, key=key)

    async def release(self, order: str, key: str) -> Payment | None:
        return (await self.connection.write(f"{_ORDERS}/release", _Found, {"order": order}, key=key)).payment

    async def refund(self, order: str, key: str) -> Payment:
        return await self.connection.write(f"{_ORDERS}/refund", Payment, {"order": order}, key=key)

    async def state(self, order: str) -> Payment | None:
        return (await self.connection.write(f"{_ORDERS}/state", _Found, {"order": order}, key=new_key())).payment

    async def lines(self, day: date) -> tuple[PayerLine, ...]:
        return await self.connection.write(f"{_ORDERS}/lines", tuple[PayerLine, ...], {"day": day}, key=new_key())
