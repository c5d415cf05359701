"""The kiosk's end of the wire: sends what the journal keeps for the fleet, gives signs of life, hears commands.

Nothing waits for it: without a network it tries again for ever, and what was to be sent stays in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import structlog

from kiosk.clock import Clock
from kiosk.fleet import subjects
from kiosk.fleet.connection import connect
from kiosk.fleet.messages import LATE_AFTER, Body, Heartbeat, Telemetry, encode
from kiosk.fleet.nats_client import Client, JetStreamContext, Msg, NatsError, StreamError
from kiosk.health.membership import Membership, NotEnrolled
from kiosk.journal.store import Journal
from kiosk.journal.telemetry import Kept

log = structlog.get_logger("agent")

HEARTBEAT_EVERY = 30.0
BATCH = 100
"""Messages sent between two deletions: after a cut, so many may be sent twice, and are counted once."""
ACKNOWLEDGED_WITHIN = 5.0
MEMBERSHIP_READ_AGAIN = 60.0
"""Seconds of vain attempts after which the membership is read again: it may have been renewed."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
UNSENDABLE = (NatsError, StreamError, OSError, TimeoutError)


class FleetAgent:
    """``folder``: of the membership. ``heartbeat``: makes one, given its number. ``hear``: takes bytes of a command."""

    def __init__(
        self,
        kiosk: str,
        folder: Path,
        journal: Journal,
        clock: Clock,
        *,
        heartbeat: Callable[[int], Heartbeat],
        hear: Callable[[bytes], Awaitable[None]],
        reconnect_seconds: int = 5,
    ) -> None:
        self._kiosk = kiosk
        self._folder = folder
        self._journal = journal
        self._clock = clock
        self._heartbeat = heartbeat
        self._hear = hear
        self._reconnect_seconds = reconnect_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._client: Client | None = None
        self._renewed = asyncio.Event()
        self._beat_now = asyncio.Event()
        self.heartbeats = 0

    def news(self) -> None:
        """There is something to send; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    def reconnect(self) -> None:
        """Connect anew, with the certificate as it is now. On the event loop."""
        self._renewed.set()

    def beat(self) -> None:
        """Give a sign of life now and not when it is due: something has changed. On the event loop."""
        self._beat_now.set()

    @property
    def connected(self) -> bool:
        """Whether the broker can be spoken to now."""
        return self._client is not None and self._client.is_connected

    async def run(self) -> None:
        """Connected for ever; cancel it to end it."""
        self._loop = asyncio.get_running_loop()
        said = ""
        while True:
            try:
                membership = Membership.load(self._folder)
            except NotEnrolled as error:
                if str(error) != said:
                    log.warning("not_enrolled", reason=str(error))
                    said = str(error)
                await self._clock.sleep(LONGEST_PAUSE)
                continue
            self._renewed.clear()
            await self._one_membership(membership)

    async def _one_membership(self, membership: Membership) -> None:
        try:
            client = self._client = await connect(
                membership.brokers,
                membership.paths,
                name=self._kiosk,
                inbox=subjects.inbox(self._kiosk),
                buffered=False,
                on_connected=self._connected,
                on_closed=self._closed,
                give_up_after=MEMBERSHIP_READ_AGAIN,
                reconnect_seconds=self._reconnect_seconds,
            )
        except TimeoutError:
            return
        except UNSENDABLE as error:
            log.warning("broker_not_reached", error=type(error).__name__)
            await self._clock.sleep(LONGEST_PAUSE)
            return
        try:
            await client.subscribe(subjects.command(self._kiosk), cb=self._command)
            log.info("fleet_connected")
            async with asyncio.TaskGroup() as group:
                working = [group.create_task(self._send(client)), group.create_task(self._beat(client))]
                await self._renewed.wait()
                for task in working:
                    task.cancel()
        finally:
            self._client = None
            await client.close()

    async def _connected(self) -> None:
        self._news.set()

    async def _closed(self) -> None:
        """The broker no longer lets this certificate in, or the connection was ended here."""
        self._renewed.set()

    async def _command(self, message: Msg) -> None:
        await self._hear(message.data)

    # -- what is kept --------------------------------------------------------------------------------------------------

    async def _send(self, client: Client) -> None:
        context = client.jetstream(timeout=ACKNOWLEDGED_WITHIN)
        pause = FIRST_PAUSE
        while True:
            self._news.clear()
            try:
                await self._send_replies(context)
                more = await self._send_telemetry(context)
            except UNSENDABLE as error:
                log.info("telemetry_waits", error=type(error).__name__)
                await self._clock.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            if not more:
                await self._news.wait()

    async def _send_replies(self, context: JetStreamContext) -> None:
        orders = self._journal.orders
        for message_id, content in await asyncio.to_thread(orders.replies):
            await context.publish(subjects.reply(self._kiosk), content, headers={"Nats-Msg-Id": message_id})
            await asyncio.to_thread(orders.replied, message_id)

    async def _send_telemetry(self, context: JetStreamContext) -> bool:
        """Send some, each acknowledged before the next, so that order holds; True if there may be more."""
        lane = self._journal.telemetry
        kept = await asyncio.to_thread(lane.oldest, BATCH)
        sent = 0
        try:
            for each in kept:
                if (body := _body(each)) is not None:
                    message = self._message(each, body)
                    subject = subjects.telemetry(self._kiosk, str(each.body["type"]))
                    await context.publish(subject, encode(message), headers={"Nats-Msg-Id": message.message_id})
                sent = each.sequence
        finally:
            if sent:
                await asyncio.to_thread(lane.sent, sent)
        return len(kept) == BATCH

    def _message(self, kept: Kept, body: Body) -> Telemetry:
        now = int(self._clock.now().timestamp() * 1000)
        return Telemetry(
            kiosk=self._kiosk,
            journal=self._journal.telemetry.journal,
            sequence=kept.sequence,
            boot=kept.boot,
            happened_at=kept.happened_at,
            sent_at=now,
            body=body,
            late=now - kept.happened_at > LATE_AFTER * 1000,
        )

    # -- signs of life -------------------------------------------------------------------------------------------------

    async def _beat(self, client: Client) -> None:
        while True:
            self.heartbeats += 1
            heartbeat = await asyncio.to_thread(self._heartbeat, self.heartbeats)
            try:
                await client.publish(subjects.heartbeat(self._kiosk), encode(heartbeat))
            except UNSENDABLE as error:
                log.debug("heartbeat_not_sent", error=type(error).__name__)
            await self._until_due()

    async def _until_due(self) -> None:
        due = [asyncio.ensure_future(self._clock.sleep(HEARTBEAT_EVERY)), asyncio.ensure_future(self._beat_now.wait())]
        try:
            await asyncio.wait(due, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in due:
                each.cancel()
        self._beat_now.clear()


def _body(kept: Kept) -> Body | None:
    """None for what an older software wrote and this one does not know: it is passed over, and shows as a gap."""
    try:
        body: Body = msgspec.convert(kept.body, Body)
    except msgspec.ValidationError as error:
        log.error("telemetry_not_known", sequence=kept.sequence, reason=str(error))
        return None
    return body
