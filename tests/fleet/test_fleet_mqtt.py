"""Another system over MQTT, with a client that many use: it hears what kiosks tell and every step of an alert; a stolen
kiosk's key gets no further this way either."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from fleet_databases import empty, engine, postgres
from fleet_far_end import FarEnd
from fleet_stand import Fleet
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from sqlalchemy import Engine

from kiosk.fleet import subjects
from kiosk.fleet.alerts import desk
from kiosk.fleet.announcing import Announcer
from kiosk.fleet.broker import Broker, free_port
from kiosk.fleet.broker_configuration import Users
from kiosk.fleet.connection import connect, ensure_streams, tls_context
from kiosk.fleet.pki import Paths

__all__ = ["empty", "engine", "postgres"]

SLOW = 30.0


class Listener:
    """``heard``: topic and what was said. ``allowed``: by topic, whether the broker let it be subscribed to."""

    def __init__(self, name: str, paths: Paths, port: int) -> None:
        loop = asyncio.get_running_loop()
        self.heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._answers: asyncio.Queue[list[Any]] = asyncio.Queue()
        self.lost = asyncio.Event()
        self._connected = asyncio.Event()

        def soon(what: Any, *values: Any) -> None:
            loop.call_soon_threadsafe(what, *values)

        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, reconnect_on_failure=False)
        self._client.tls_set_context(tls_context(paths))
        self._client.on_connect = lambda *_: soon(self._connected.set)
        self._client.on_disconnect = lambda *_: soon(self.lost.set)
        self._client.on_subscribe = lambda client, data, number, codes, properties: soon(
            self._answers.put_nowait, codes
        )
        self._client.on_message = lambda client, data, message: soon(
            self.heard.put_nowait, (message.topic, message.payload)
        )
        self._port = port

    async def open(self) -> None:
        assert await asyncio.to_thread(self._client.connect, "127.0.0.1", self._port) is MQTTErrorCode.MQTT_ERR_SUCCESS
        self._client.loop_start()
        await asyncio.wait_for(self._connected.wait(), SLOW)

    async def subscribe(self, topic: str) -> bool:
        self._client.subscribe(topic)
        (code,) = await asyncio.wait_for(self._answers.get(), SLOW)
        return not code.is_failure

    def publish(self, topic: str, data: bytes) -> None:
        self._client.publish(topic, data)

    async def next(self) -> tuple[str, bytes]:
        return await asyncio.wait_for(self.heard.get(), SLOW)

    async def close(self) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)


@pytest.fixture
async def mqtt_fleet(fleet: Fleet) -> AsyncIterator[Fleet]:
    """The same fleet, on a broker that also listens for MQTT."""
    folder = fleet.broker.settings.folder / "mqtt"
    settings = dataclasses.replace(fleet.broker.settings, folder=folder, port=free_port(), mqtt_port=free_port())
    users: Users = dataclasses.replace(fleet.users, services=fleet.users.services | {"alerts"})
    broker = Broker(settings)
    await broker.start(users)
    yield Fleet(fleet.pki, broker, users)
    await broker.stop()


def listener(fleet: Fleet, name: str, paths: Paths) -> Listener:
    assert fleet.broker.settings.mqtt_port is not None
    return Listener(name, paths, fleet.broker.settings.mqtt_port)


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
async def test_another_system_hears_every_step_of_an_alert(mqtt_fleet: Fleet, engine: Engine) -> None:
    far = FarEnd(engine, 1)
    machine = far.fleet.kiosks["S00001"]
    far.run(35)
    machine.stock_difference(far.now)
    far.run(5)
    machine.stock_counted(far.now)
    far.run(120)  # over before anyone announces: no news
    client = await connect([mqtt_fleet.broker.url], mqtt_fleet.pki.service("alerts"), name="alerts")
    announcer = Announcer(client, engine, far.clock)
    dashboard = listener(mqtt_fleet, "dashboard", mqtt_fleet.pki.reader("dashboard"))
    await dashboard.open()
    assert await dashboard.subscribe("fleet/v1/+/alert")

    assert await announcer.round() == 0
    machine.door_forced(far.now)
    far.run(5)
    assert await announcer.round() == 1
    with engine.begin() as connection:
        (row,) = desk.open_alerts(connection)
        desk.acknowledge(connection, far.now, "ann", row.id)
    assert await announcer.round() == 1
    with engine.begin() as connection:
        desk.clear(connection, far.now, "ann", row.id)
    assert await announcer.round() == 1
    far.run(120)
    assert await announcer.round() == 0
    # one that begins anew says again what is of the last minute, under the same numbers
    machine.stock_difference(far.now)
    far.run(5)
    assert [await each.round() for each in (announcer, Announcer(client, engine, far.clock))] == [1, 1]

    heard = [await dashboard.next() for _ in range(5)]
    assert {topic for topic, _ in heard} == {"fleet/v1/S00001/alert"}
    told = [json.loads(data) for _, data in heard]
    assert [(each["what"], each["code"]) for each in told] == [
        ("opened", "fleet.door_forced"),
        ("acknowledged", "fleet.door_forced"),
        ("cleared", "fleet.door_forced"),
        ("opened", "fleet.stock_difference"),
        ("opened", "fleet.stock_difference"),
    ]
    assert (told[0]["kiosk"], told[0]["severity"], told[0]["late"]) == ("S00001", "critical", False)
    assert told[0]["remedy"]["zh"]
    assert len({each["step"] for each in told}) == 4
    assert dashboard.heard.empty()
    await dashboard.close()
    await client.close()


async def test_a_reader_hears_kiosks_and_cannot_speak(mqtt_fleet: Fleet) -> None:
    service = await connect([mqtt_fleet.broker.url], mqtt_fleet.pki.service("ingest"), name="ingest")
    await ensure_streams(service.jetstream())
    dashboard = listener(mqtt_fleet, "dashboard", mqtt_fleet.pki.reader("dashboard"))
    await dashboard.open()
    assert await dashboard.subscribe("fleet/v1/K0001/telemetry/event")
    for foreign in ("fleet/v1/+/command", "fleet/v1/+/reply", "$JS/#", "#"):
        assert not await dashboard.subscribe(foreign), foreign
    kiosk = await connect(
        [mqtt_fleet.broker.url], mqtt_fleet.kiosk("K0001"), name="K0001", inbox=subjects.inbox("K0001")
    )
    await kiosk.publish(subjects.telemetry("K0001", "event"), b"told")
    assert await dashboard.next() == ("fleet/v1/K0001/telemetry/event", b"told")
    hears = await service.subscribe("fleet.v1.>")
    await service.flush()
    dashboard.publish("fleet/v1/K0001/command", b"forged")
    dashboard.publish("fleet/v1/K0002/telemetry/event", b"forged")
    assert await dashboard.subscribe("fleet/v1/K0002/telemetry/event")  # the broker has dealt with both by now
    await kiosk.publish(subjects.telemetry("K0001", "event"), b"the next")
    assert (await hears.next_msg(timeout=SLOW)).data == b"the next"
    for each in (kiosk, service):
        await each.close()
    await dashboard.close()


async def test_a_stolen_key_gets_no_further_over_mqtt(mqtt_fleet: Fleet) -> None:
    service = await connect([mqtt_fleet.broker.url], mqtt_fleet.pki.service("ingest"), name="ingest")
    hears = await service.subscribe("fleet.v1.>")
    await service.flush()
    thief = listener(mqtt_fleet, "K0001", mqtt_fleet.kiosk("K0001"))
    await thief.open()
    for foreign in ("fleet/v1/K0002/command", "fleet/v1/+/command", "fleet/v1/K0002/inbox/#", "fleet/#", "#"):
        assert not await thief.subscribe(foreign), foreign
    thief.publish("fleet/v1/K0002/telemetry/event", b"forged")
    thief.publish("fleet/v1/K0001/command", b"forged")
    assert not await thief.subscribe("fleet/v1/K0002/heartbeat")
    await service.publish(subjects.command("K0002"), b"for another")
    assert (await hears.next_msg(timeout=SLOW)).data == b"for another"
    assert thief.heard.empty()
    await thief.close()
    await service.close()
