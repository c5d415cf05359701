"""A cluster of brokers: the same configuration as one alone, three times, with routes between them.

``python -m kiosk.fleet.cluster FOLDER NAME=HOST ...`` writes for each broker its certificate, configuration and list of
users; that is how the examples in ``deploy/nats`` are made (without the keys).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.fleet.broker_configuration import (
    USERS_FILE,
    BrokerSettings,
    Cluster,
    Users,
    configuration,
    users_text,
)
from kiosk.fleet.pki import FleetPki, Paths

REPLICAS = 3
CLIENT_PORT, ROUTE_PORT, MQTT_PORT, MONITOR_PORT = 4222, 6222, 8883, 8222


@dataclass(frozen=True, slots=True)
class Node:
    """One broker of a cluster."""

    name: str
    host: str
    port: int = CLIENT_PORT
    route_port: int = ROUTE_PORT


def cluster_settings(
    pki: FleetPki, nodes: Sequence[Node], folders: Mapping[str, Path], *, name: str = "fleet"
) -> tuple[BrokerSettings, ...]:
    """The settings of every node, in their order; certificates are made where there are none."""
    routes = tuple(f"{node.host}:{node.route_port}" for node in nodes)
    settings = []
    for node in nodes:
        tls = pki.broker(node.name, [node.host])
        between = replace(tls, authority=pki.authority_file("brokers"))
        settings.append(
            BrokerSettings(
                node.name,
                folders[node.name],
                tls,
                host=node.host,
                port=node.port,
                cluster=Cluster(name, node.route_port, routes, between),
            )
        )
    return tuple(settings)


def example(
    nodes: Sequence[Node], *, etc: Path = Path("/etc/fleet/nats"), state: Path = Path("/var/lib/fleet/nats")
) -> Mapping[str, str]:
    """Configurations as they are shipped: file name to text; certificates under ``etc``, streams under ``state``."""
    routes = tuple(f"{node.host}:{node.route_port}" for node in nodes)
    files = {}
    for node in nodes:
        tls = Paths(etc / f"broker-{node.name}.pem", etc / f"broker-{node.name}.key", etc / "members.pem")
        settings = BrokerSettings(
            node.name,
            state,
            tls,
            host=node.host,
            port=node.port,
            cluster=Cluster("fleet", node.route_port, routes, replace(tls, authority=etc / "brokers.pem")),
            mqtt_port=MQTT_PORT,
            monitor_port=MONITOR_PORT,
        )
        files[f"{node.name}.conf"] = configuration(settings)
    users = Users(
        services=frozenset({"ingest", "api", "alerts"}),
        readers=frozenset({"dashboard"}),
        kiosks=frozenset({("K0001", "0123456789abcdef")}),
    )
    files[USERS_FILE] = users_text(users)
    return files


EXAMPLE = tuple(Node(f"fleet-{number}", f"fleet-{number}.example") for number in (1, 2, 3))


def main(words: Sequence[str]) -> int:
    """Write a cluster's files; the exit code."""
    if len(words) < 2 or any("=" not in word for word in words[1:]):
        sys.stderr.write("usage: python -m kiosk.fleet.cluster FOLDER NAME=HOST ...\n")
        return 2
    folder = Path(words[0])
    nodes = [Node(name, host) for name, _, host in (word.partition("=") for word in words[1:])]
    folders = {node.name: folder / node.name for node in nodes}
    pki = FleetPki.at(folder / "pki")
    for settings in cluster_settings(pki, nodes, folders):
        settings.folder.mkdir(parents=True, exist_ok=True)
        (settings.folder / "broker.conf").write_text(configuration(settings), encoding="utf-8")
        (settings.folder / USERS_FILE).write_text(users_text(Users()), encoding="utf-8")
        sys.stdout.write(f"{settings.folder / 'broker.conf'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
