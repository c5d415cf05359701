"""Against a real nats-server: who may speak where, and who is let in at all."""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from fleet_stand import Fleet
from nats.aio.client import Client
from nats.errors import Error
from nats.js.errors import NoStreamResponseError

from kiosk.fleet import subjects
from kiosk.fleet.broker import Broker, BrokerError
from kiosk.fleet.connection import connect, ensure_streams, tls_context
from kiosk.fleet.pki import Paths, new_key, write_certificate, write_key

SLOW = 30
"""Seconds that a loaded machine may take."""


async def _try(fleet: Fleet, paths: Paths) -> str:
    """Connect once; what the broker made of it."""
    client = Client()
    told: list[str] = []

    async def note(error: Exception) -> None:
        told.append(str(error))

    try:
        await client.connect(
            fleet.broker.url, tls=tls_context(paths), allow_reconnect=False, connect_timeout=SLOW, error_cb=note
        )
    except (Error, OSError, ssl.SSLError) as error:
        return f"refused: {type(error).__name__}"
    await client.close()
    return "let in"


Refused = asyncio.Queue[str]


async def _kiosk(fleet: Fleet, kiosk: str, refused: Refused) -> Client:
    client = Client()

    async def note(error: Exception) -> None:
        refused.put_nowait(str(error).lower())

    await client.connect(
        fleet.broker.url, tls=tls_context(fleet.kiosk(kiosk)), inbox_prefix=subjects.inbox(kiosk), error_cb=note
    )
    return client


async def test_a_kiosk_speaks_for_itself_and_for_no_other(fleet: Fleet) -> None:
    service = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest")
    await ensure_streams(service.jetstream())
    refused = Refused()
    kiosk = await _kiosk(fleet, "K0001", refused)
    context = kiosk.jetstream(timeout=SLOW)
    ack = await context.publish(subjects.telemetry("K0001", "event"), b"{}", headers={"Nats-Msg-Id": "a"})
    again = await context.publish(subjects.telemetry("K0001", "event"), b"{}", headers={"Nats-Msg-Id": "a"})
    assert (ack.seq, ack.duplicate, again.duplicate) == (1, None, True)

    for foreign in (
        subjects.telemetry("K0002", "event"),
        subjects.heartbeat("K0002"),
        subjects.reply("K0002"),
        f"{subjects.inbox('K0002')}.ack",
        subjects.command("K0001"),
        subjects.command("K0002"),
        subjects.alert("K0001"),
        "$JS.API.STREAM.DELETE.TELEMETRY",
        "$JS.API.STREAM.PURGE.TELEMETRY",
        "$JS.API.CONSUMER.MSG.NEXT.TELEMETRY.ingest-telemetry",
        "anything",
    ):
        await kiosk.publish(foreign, b"{}")
        await kiosk.flush()
        said = await asyncio.wait_for(refused.get(), SLOW)
        assert (foreign.lower() in said, "permissions violation for publish" in said) == (True, True)
    info = await service.jetstream().stream_info("TELEMETRY")
    assert info.state.messages == 1
    await kiosk.close()
    await service.close()


async def test_a_kiosk_hears_its_own_commands_and_nothing_else(fleet: Fleet) -> None:
    service = await connect([fleet.broker.url], fleet.pki.service("api"), name="api")
    refused = Refused()
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    kiosk = await _kiosk(fleet, "K0001", refused)

    async def hear(message: object) -> None:
        heard.put_nowait(message.data)  # type: ignore[attr-defined]

    await kiosk.subscribe(subjects.command("K0001"), cb=hear)
    await kiosk.flush()
    assert refused.empty()
    for foreign in (
        subjects.command("K0002"),
        subjects.command("*"),
        f"{subjects.inbox('K0002')}.>",
        subjects.heartbeat("K0002"),
        "fleet.>",
        "_INBOX.>",
        "$JS.>",
        ">",
    ):
        await kiosk.subscribe(foreign, cb=hear)
        await kiosk.flush()
        said = await asyncio.wait_for(refused.get(), SLOW)
        assert (foreign.lower() in said, "permissions violation for subscription" in said) == (True, True)
    await service.publish(subjects.command("K0002"), b"for another")
    await service.publish(subjects.command("K0001"), b"for me")
    assert await asyncio.wait_for(heard.get(), SLOW) == b"for me"
    assert heard.empty()
    await kiosk.close()
    await service.close()


async def test_an_acknowledgement_sent_astray_does_no_harm(fleet: Fleet) -> None:
    """Whoever publishes names where the broker answers: a stolen key may have it answered on JetStream's own subjects,
    where the answer is taken for a request, or on another kiosk's."""
    service = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest")
    context = service.jetstream()
    await ensure_streams(context)
    refused = Refused()
    honest, thief = await _kiosk(fleet, "K0002", refused), await _kiosk(fleet, "K0001", refused)
    for number in range(5):
        await honest.jetstream().publish(subjects.telemetry("K0002", "event"), b"%d" % number)
    commands = await honest.subscribe(subjects.command("K0002"))
    await honest.flush()
    stream, consumer = subjects.TELEMETRY.name, subjects.TELEMETRY.consumer.name
    astray = [
        f"$JS.API.STREAM.{what}.{stream}"
        for what in ("PURGE", "DELETE", "UPDATE", "MSG.DELETE", "SNAPSHOT", "LEADER.STEPDOWN")
    ]
    astray += [f"$JS.API.CONSUMER.{what}.{stream}.{consumer}" for what in ("DELETE", "MSG.NEXT", "LEADER.STEPDOWN")]
    astray += [f"$JS.API.CONSUMER.CREATE.{stream}", f"$JS.API.STREAM.CREATE.{stream}", "$JS.API.STREAM.PURGE.REPLIES"]
    before = await context.consumer_info(stream, consumer)
    for where in astray:
        await thief.publish(subjects.telemetry("K0001", "event"), b"stolen", reply=where)
    await thief.publish(subjects.telemetry("K0001", "event"), b"stolen", reply=subjects.command("K0002"))
    # the broker has worked through all of it when the last is answered
    assert b'"seq"' in (await commands.next_msg(timeout=SLOW)).data  # no command: refused and alarmed by the kiosk
    ack = await thief.jetstream(timeout=SLOW).publish(subjects.telemetry("K0001", "event"), b"last")
    kept = [(await context.get_msg(stream, number)).data for number in range(1, ack.seq + 1)]
    assert kept == [b"0", b"1", b"2", b"3", b"4", *[b"stolen"] * (len(astray) + 1), b"last"]
    after = await context.consumer_info(stream, consumer)
    assert (after.config, after.created, after.num_waiting) == (before.config, before.created, 0)
    assert refused.empty()
    for each in (service, honest, thief):
        await each.close()


async def test_a_reader_listens_and_cannot_speak(fleet: Fleet) -> None:
    refused = Refused()

    async def note(error: Exception) -> None:
        refused.put_nowait(str(error).lower())

    reader = Client()
    await reader.connect(fleet.broker.url, tls=tls_context(fleet.pki.reader("dashboard")), error_cb=note)
    heard = await reader.subscribe(subjects.telemetry("*", "event"))
    await reader.flush()
    await reader.publish(subjects.heartbeat("K0001"), b"{}")
    await reader.flush()
    assert "permissions violation for publish" in await asyncio.wait_for(refused.get(), SLOW)
    kiosk = await _kiosk(fleet, "K0001", refused)
    await kiosk.publish(subjects.telemetry("K0001", "event"), b"told")
    assert (await heard.next_msg(timeout=SLOW)).data == b"told"
    await kiosk.close()
    await reader.close()


async def test_who_is_not_let_in(fleet: Fleet) -> None:
    assert await _try(fleet, fleet.kiosk("K0001")) == "let in"
    assert (await _try(fleet, fleet.kiosk("K0003"))).startswith("refused")  # signed, not enrolled
    assert (await _try(fleet, fleet.kiosk("K0001", "00000002"))).startswith("refused")  # another enrolment
    folder = fleet.pki.folder / "expired"
    folder.mkdir()
    key = new_key()
    long_ago = datetime.now(UTC) - timedelta(days=200)
    write_certificate(folder / "c.pem", fleet.pki.members.sign_kiosk(key.public_key(), "K0001", "00000001", long_ago))
    write_key(folder / "c.key", key)
    expired = Paths(folder / "c.pem", folder / "c.key", fleet.pki.authority_file("brokers"))
    assert (await _try(fleet, expired)).startswith("refused")
    stranger = type(fleet.pki).at(fleet.pki.folder / "stranger")
    forged_key = new_key()
    forged = stranger.members.sign_kiosk(forged_key.public_key(), "K0001", "00000001", datetime.now(UTC))
    write_certificate(folder / "f.pem", forged)
    write_key(folder / "f.key", forged_key)
    assert (await _try(fleet, Paths(folder / "f.pem", folder / "f.key", expired.authority))).startswith("refused")


async def test_revocation_cuts_a_connected_kiosk_off(fleet: Fleet) -> None:
    gone = asyncio.Event()

    async def lost() -> None:
        gone.set()

    client = Client()
    await client.connect(
        fleet.broker.url,
        tls=tls_context(fleet.kiosk("K0002")),
        allow_reconnect=False,
        closed_cb=lost,
        error_cb=_ignore,
    )
    fleet.broker.allow(dataclasses.replace(fleet.users, kiosks=fleet.users.kiosks - {("K0002", "00000001")}))
    await asyncio.wait_for(gone.wait(), SLOW)
    assert (await _try(fleet, fleet.kiosk("K0002"))).startswith("refused")
    assert await _try(fleet, fleet.kiosk("K0001")) == "let in"


async def _ignore(error: Exception) -> None:
    """The broker's farewell."""


async def test_the_broker_comes_up_again_with_what_it_had(fleet: Fleet) -> None:
    service = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest")
    await ensure_streams(service.jetstream())
    await service.jetstream().publish(subjects.telemetry("K0001", "event"), b"kept", headers={"Nats-Msg-Id": "x"})
    before = fleet.broker.pid
    await fleet.broker.kill()
    again = await connect([fleet.broker.url], fleet.pki.service("api"), name="api")
    pull = await again.jetstream().pull_subscribe_bind(consumer="ingest-telemetry", stream="TELEMETRY")
    (message,) = await pull.fetch(1, timeout=SLOW)
    assert message.data == b"kept"
    await message.ack_sync()
    assert (fleet.broker.starts, fleet.broker.pid != before) == (2, True)
    await again.close()
    await service.close()


async def test_without_streams_a_kiosk_is_told_that_nobody_keeps_it(fleet: Fleet) -> None:
    kiosk = await _kiosk(fleet, "K0001", Refused())
    with pytest.raises((NoStreamResponseError, TimeoutError)):
        await kiosk.jetstream(timeout=1.0).publish(subjects.telemetry("K0001", "event"), b"{}")
    await kiosk.close()


async def test_a_broker_that_cannot_start_says_so(fleet: Fleet) -> None:
    second = Broker(dataclasses.replace(fleet.broker.settings, folder=fleet.broker.settings.folder / "second"))
    second.settings.tls.key.write_bytes(b"no key")
    object.__setattr__(second.settings, "port", fleet.broker.settings.port + 1)
    with pytest.raises(BrokerError):
        await second.start(fleet.users)
    with pytest.raises(BrokerError, match="not installed"):
        await Broker(fleet.broker.settings, program="no-such-broker").start(fleet.users)


async def test_a_broker_left_behind_is_ended_first(fleet: Fleet) -> None:
    """Its fleet was killed: nobody keeps it, and it holds the port and the streams."""
    orphan = fleet.broker.pid
    assert orphan is not None
    second = Broker(fleet.broker.settings)
    keeper, fleet.broker._keeper = fleet.broker._keeper, None
    assert keeper is not None
    keeper.cancel()
    await second.start(fleet.users)
    assert second.pid not in (None, orphan)
    assert await _try(fleet, fleet.kiosk("K0001")) == "let in"
    await second.stop()
