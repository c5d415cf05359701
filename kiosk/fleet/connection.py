"""Connections of members to the broker, and the streams that must be there."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence

import structlog

from kiosk.fleet.nats_client import Client, JetStreamContext  # isort: skip -- before anything else of nats
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from kiosk.fleet.broker_configuration import MEGABYTE
from kiosk.fleet.pki import Paths
from kiosk.fleet.subjects import STREAMS, Keep, Stream

log = structlog.get_logger("fleet_connection")

NANOSECONDS = 1_000_000_000


def tls_context(paths: Paths) -> ssl.SSLContext:
    """For a member: its own certificate, and the brokers' authority; TLS 1.2 or better. Raises OSError."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(paths.authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(str(paths.certificate), str(paths.key))
    return context


async def connect(
    urls: Sequence[str],
    paths: Paths,
    *,
    name: str,
    inbox: str = "_INBOX",
    on_connected: Callable[[], Awaitable[None]] | None = None,
    on_lost: Callable[[], Awaitable[None]] | None = None,
    on_closed: Callable[[], Awaitable[None]] | None = None,
    give_up_after: float | None = None,
    reconnect_seconds: int = 1,
    buffered: bool = True,
) -> Client:
    """A connection that is tried for, and comes back by itself, for ever; cancel to give up.

    ``on_closed``: it will not come back, because the broker no longer lets this member in. ``give_up_after``: seconds
    for the first time, then TimeoutError; None: for ever.
    ``buffered`` False: what is published while there is no connection is refused at once, for someone else keeps it.
    """

    async def told(error: Exception) -> None:
        log.info("broker_connection", member=name, error=type(error).__name__, detail=str(error)[:200])

    async def closed() -> None:
        if established and on_closed is not None:
            await on_closed()

    established = False
    client = Client()
    attempt = client.connect(
        servers=list(urls),
        name=name,
        tls=tls_context(paths),
        inbox_prefix=inbox.encode(),
        error_cb=told,
        reconnected_cb=on_connected,
        disconnected_cb=on_lost,
        closed_cb=closed,
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=reconnect_seconds,
        connect_timeout=5,
        ping_interval=20,
        max_outstanding_pings=2,
        pending_size=2 * MEGABYTE if buffered else 0,
    )
    try:
        await asyncio.wait_for(attempt, give_up_after)
    except BaseException:
        await client.close()
        raise
    established = True
    return client


def stream_config(stream: Stream, replicas: int) -> StreamConfig:
    """How JetStream is told of a stream.

    Nobody may purge it or delete from it, the API of JetStream included: whoever publishes names where the broker's
    acknowledgement goes, and it is taken for a request there, of a kiosk that may not make one itself.
    """
    until_stored = stream.keep is Keep.UNTIL_STORED
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        retention=RetentionPolicy.WORK_QUEUE if until_stored else RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW if until_stored else DiscardPolicy.OLD,
        storage=StorageType.FILE if until_stored else StorageType.MEMORY,
        max_bytes=stream.megabytes * MEGABYTE,
        max_msgs_per_subject=-1 if until_stored else 1,
        duplicate_window=stream.once_within,
        num_replicas=replicas,
        deny_purge=True,
        deny_delete=True,
    )


def consumer_config(stream: Stream) -> ConsumerConfig:
    """The durable pull consumer that the workers of ingest share."""
    if not stream.consumer.acknowledges:
        return ConsumerConfig(durable_name=stream.consumer.name, ack_policy=AckPolicy.NONE, max_waiting=512)
    return ConsumerConfig(
        durable_name=stream.consumer.name,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=stream.consumer.ack_seconds,
        max_ack_pending=stream.consumer.in_flight,
        max_waiting=512,
    )


async def ensure_streams(context: JetStreamContext, *, replicas: int = 1) -> None:
    """Make or bring up to date every stream and its consumer. Doing it twice changes nothing."""
    for stream in STREAMS:
        wanted = stream_config(stream, replicas)
        try:
            await context.stream_info(stream.name)
        except NotFoundError:
            await context.add_stream(wanted)
        else:
            await context.update_stream(wanted)
        await context.add_consumer(stream.name, consumer_config(stream))
