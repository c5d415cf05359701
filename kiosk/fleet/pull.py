"""Messages of a JetStream consumer as they come, without waiting for one another: what ingest pulls with.

The broker is asked for a batch and again when half of it has come, so that it always owes some; :meth:`Pull.next`
returns what has come, at once when that is a batch, else shortly after the first. (The client's own ``fetch`` waits
for every message apart, which costs as much as all the rest of ingest.)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from kiosk.fleet import many_at_once
from kiosk.fleet.many_at_once import Pulled
from kiosk.fleet.subjects import Stream

EXPIRES = 5.0
"""Seconds for which the broker remembers a request."""
GATHER = 0.02
"""Seconds that the first message of a batch waits for others."""
STATUS = "Status"
PENDING = "Nats-Pending-Messages"


class Pull:
    """Of one consumer. :meth:`start` first, :meth:`stop` in the end; one caller of :meth:`next` at a time."""

    def __init__(self, client: Client, stream: Stream, batch: int) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream.name}.{stream.consumer.name}"
        self._batch = batch
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._come: list[Pulled] = []
        self._owed = 0
        self._some, self._full = asyncio.Event(), asyncio.Event()

    async def start(self) -> None:
        """Raises nats.errors.Error."""
        self._subscription = await self._client.subscribe(
            self._inbox, cb=self._on_message, pending_msgs_limit=8 * self._batch, pending_bytes_limit=256 * 1024 * 1024
        )
        many_at_once.take(self._client, self._subscription, self._take)

    async def stop(self) -> None:
        """What has come and was not asked for goes to another worker in time. Raises nats.errors.Error."""
        if self._subscription is not None:
            await self._subscription.unsubscribe()
            many_at_once.leave(self._client, self._subscription)

    async def acknowledge(self, messages: Sequence[Pulled]) -> None:
        """They are stored. Raises nats.errors.Error, OSError; then they are given out again."""
        await many_at_once.acknowledge(self._client, messages)

    async def next(self) -> list[Pulled]:
        """Up to a batch, in the order in which they came; empty when nothing has come for a while. Raises
        nats.errors.Error."""
        if self._owed <= self._batch // 2:
            request = {"batch": self._batch - self._owed, "expires": int(EXPIRES * 1e9)}
            self._owed = self._batch
            await self._client.publish(self._subject, json.dumps(request).encode(), reply=self._inbox)
        if not await _within(self._some, 2 * EXPIRES):
            self._owed = 0  # the request has got lost, with a broker perhaps
            return []
        if len(self._come) < self._batch:
            await _within(self._full, GATHER)
        come, self._come = self._come[: self._batch], self._come[self._batch :]
        self._some.clear()
        self._full.clear()
        if self._come:
            self._some.set()
        return come

    async def _on_message(self, message: Msg) -> None:
        headers: Any = message.headers
        if not message.reply or (headers and STATUS in headers):
            # an end of a request: it has expired, there is nothing, or the consumer has gone
            left = (headers or {}).get(PENDING, "")
            self._owed = max(0, self._owed - int(left)) if left.isdigit() else 0
            self._some.set()
            return
        self._take([Pulled(message.subject, message.reply, message.data)])

    def _take(self, messages: list[Pulled]) -> None:
        self._owed = max(0, self._owed - len(messages))
        self._come += messages
        self._some.set()
        if len(self._come) >= self._batch:
            self._full.set()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
