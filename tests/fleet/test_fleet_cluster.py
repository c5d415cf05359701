"""Three brokers as three processes: replicas, one of them killed under load, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fleet_ingest_stand import in_database, until, worker
from fleet_stand import ENROLMENT, Fleet
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import Error as StreamError
from sqlalchemy import select
from test_fleet_agent import Kiosk, join

from kiosk.fleet import cluster, pull
from kiosk.fleet.broker import Broker, free_port
from kiosk.fleet.broker_configuration import Users
from kiosk.fleet.cluster import Node, cluster_settings
from kiosk.fleet.connection import connect, ensure_streams
from kiosk.fleet.enrolment_messages import Enrolled
from kiosk.fleet.messages import decode, encode
from kiosk.fleet.pki import FleetPki, Paths
from kiosk.fleet.store.database import migrate, open_database
from kiosk.fleet.store.tables import telemetry

PATIENCE = 60.0
TROUBLE = (NatsError, StreamError, TimeoutError, OSError)


@pytest.fixture
async def brokers(tmp_path: Path) -> AsyncIterator[tuple[FleetPki, list[Broker]]]:
    pki = FleetPki.at(tmp_path / "pki")
    nodes = [Node(name, "127.0.0.1", free_port(), free_port()) for name in ("n1", "n2", "n3")]
    settings = cluster_settings(pki, nodes, {node.name: tmp_path / node.name for node in nodes})
    users = Users(services=frozenset({"ingest"}), kiosks=frozenset({("K0001", ENROLMENT)}))
    started = [Broker(each) for each in settings]
    await asyncio.gather(*(broker.start(users) for broker in started))
    yield pki, started
    await asyncio.gather(*(broker.stop() for broker in started))


async def _with_streams(client: Client) -> JetStreamContext:
    """The cluster elects a leader first; what is asked of it until then is not answered."""
    context = client.jetstream(timeout=1)
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await ensure_streams(context, replicas=cluster.REPLICAS)
            except TROUBLE:
                continue
            else:
                return client.jetstream(timeout=5)


async def test_one_of_three_is_killed_under_load(
    brokers: tuple[FleetPki, list[Broker]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leader of the stream, while a kiosk sends and ingest stores: compared message by message."""
    monkeypatch.setattr(pull, "EXPIRES", 1.0)  # what a worker asked of the dead one is asked again after twice that
    pki, nodes = brokers
    urls = [node.url for node in nodes]
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    migrate(engine)
    service = await connect(urls, pki.service("ingest"), name="ingest")
    context = await _with_streams(service)
    info = await context.stream_info("TELEMETRY")
    assert (info.config.num_replicas, info.cluster is not None and len(info.cluster.replicas or [])) == (3, 2)

    folder = join(Fleet(pki, nodes[0], Users()), "K0001", tmp_path / "member")
    membership = decode(Enrolled, (folder / "membership.json").read_bytes())
    every = Enrolled(
        kiosk="K0001", certificate=membership.certificate, authority=membership.authority, keys=(), brokers=tuple(urls)
    )
    (folder / "membership.json").write_bytes(encode(every))
    kiosk = Kiosk(folder, "K0001", tmp_path / "journal.db")
    kiosk.start()
    leader = None if info.cluster is None else info.cluster.leader
    victim = next(node for node in nodes if node.settings.name == leader)
    async with worker(service, engine, batch=20):
        writing = asyncio.create_task(kiosk.write(0, 200))
        await until(lambda: bool(in_database(engine)), PATIENCE)
        assert len(in_database(engine)) < 200, "all was over before the kill"
        await victim.kill(for_good=True)
        await until(lambda: len(in_database(engine)) == 200, PATIENCE)
        await writing
    assert victim.pid is None
    with engine.connect() as connection:
        rows = connection.execute(select(telemetry).order_by(telemetry.c.sequence)).all()
    assert [(row.kiosk, row.journal, row.sequence, row.body["values"]["n"]) for row in rows] == [
        ("K0001", kiosk.journal.telemetry.journal, number + 1, number) for number in range(200)
    ]
    await kiosk.end()
    await service.close()
    engine.dispose()


async def _route_opens(port: int, paths: Paths) -> bool:
    """Whether a broker speaks on with whoever shows these papers at its door for routes."""
    context = ssl.create_default_context(cafile=str(paths.authority))
    context.load_cert_chain(str(paths.certificate), str(paths.key))
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="127.0.0.1")
    except OSError:
        return False
    try:
        return (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"INFO")
    except OSError:
        return False
    finally:
        writer.close()


async def test_a_member_is_no_broker(brokers: tuple[FleetPki, list[Broker]]) -> None:
    """Neither a kiosk's nor a service's certificate opens a route into the cluster."""
    pki, nodes = brokers
    routes = nodes[0].settings.cluster
    assert routes is not None
    kiosk = Fleet(pki, nodes[0], Users()).kiosk("K0001")
    opened = [await _route_opens(routes.port, paths) for paths in (routes.tls, pki.service("ingest"), kiosk)]
    assert opened == [True, False, False]


def test_the_examples_in_deploy_are_as_generated() -> None:
    folder = Path(__file__).parents[2] / "deploy" / "nats"
    written = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.conf")}
    assert written == dict(cluster.example(cluster.EXAMPLE))
