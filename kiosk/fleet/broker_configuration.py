"""The configuration of ``nats-server`` (2.9, as in Debian 12): one broker, or one of a cluster; who may use it.

Members are known by the subject of their certificate (``verify_and_map``); there are no passwords. The list of users is
a file of its own, so that it can change while the broker runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.fleet import subjects
from kiosk.fleet.pki import Paths, kiosk_subject, reader_subject, service_subject

MEGABYTE = 1024 * 1024
USERS_FILE = "users.conf"


@dataclass(frozen=True, slots=True)
class Cluster:
    """``port``: for routes from the others; ``routes``: ``host:port`` of every broker of the cluster.

    ``tls``: a broker's certificate, with the *brokers'* authority: no member can pass for a broker on a route.
    """

    name: str
    port: int
    routes: tuple[str, ...]
    tls: Paths


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """One broker. ``folder`` holds its configuration, log and streams; on a local disk. ``tls``: the broker's
    certificate, with the *members'* authority. ``mqtt_port`` and ``monitor_port`` None: not offered; the monitor is for
    this machine only."""

    name: str
    folder: Path
    tls: Paths
    host: str = "127.0.0.1"
    port: int = 4222
    cluster: Cluster | None = None
    mqtt_port: int | None = None
    monitor_port: int | None = None
    memory_megabytes: int = 1024
    disk_megabytes: int = 16384

    @property
    def url(self) -> str:
        """Where members connect."""
        return f"tls://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Users:
    """Who may connect. ``kiosks``: (kiosk, enrolment) of those enrolled and not revoked."""

    services: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    kiosks: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def configuration(settings: BrokerSettings) -> str:
    """The text of ``nats-server``'s configuration file."""
    lines = [
        f"server_name: {_text(settings.name)}",
        f"listen: {_text(f'{settings.host}:{settings.port}')}",
        "max_payload: 1MB",
        "max_connections: 200000",
        'ping_interval: "20s"',
        "ping_max: 2",
        'write_deadline: "10s"',
        'lame_duck_duration: "30s"',
        "tls {",
        *_tls(settings.tls),
        "  verify_and_map: true",
        "  timeout: 10",
        "}",
        "jetstream {",
        f"  store_dir: {_text(settings.folder / 'jetstream')}",
        f"  max_memory_store: {settings.memory_megabytes * MEGABYTE}",
        f"  max_file_store: {settings.disk_megabytes * MEGABYTE}",
        "}",
        "authorization {",
        "  timeout: 10",
        f"  include {_text(USERS_FILE)}",
        "}",
    ]
    if settings.monitor_port is not None:
        lines.append(f'http: "127.0.0.1:{settings.monitor_port}"')
    if settings.mqtt_port is not None:
        lines += [
            "mqtt {",
            f"  host: {_text(settings.host)}",
            f"  port: {settings.mqtt_port}",
            "  tls {",
            *(f"  {line}" for line in _tls(settings.tls)),
            "    verify_and_map: true",
            "  }",
            "}",
        ]
    if (cluster := settings.cluster) is not None:
        lines += [
            "cluster {",
            f"  name: {_text(cluster.name)}",
            f"  listen: {_text(f'{settings.host}:{cluster.port}')}",
            "  tls {",
            *(f"  {line}" for line in _tls(cluster.tls)),
            "    verify: true",
            "  }",
            f"  routes: [{', '.join(_text(f'nats-route://{route}') for route in cluster.routes)}]",
            "}",
        ]
    return "\n".join(lines) + "\n"


def users_text(users: Users) -> str:
    """The text of the users' file: a kiosk may publish and hear its own subjects, a reader may only listen."""
    lines = ["users: ["]
    lines += [f"  {{user: {_text(service_subject(name))}}}" for name in sorted(users.services)]
    lines += [_user(reader_subject(name), (), subjects.READERS_HEAR) for name in sorted(users.readers)]
    lines += [
        _user(kiosk_subject(kiosk, enrolment), subjects.may_publish(kiosk), subjects.may_hear(kiosk))
        for kiosk, enrolment in sorted(users.kiosks)
    ]
    return "\n".join([*lines, "]", ""])


def _user(subject: str, publish: Iterable[str], hear: Iterable[str]) -> str:
    may_publish, may_hear = _allowed(publish), _allowed(hear)
    return f"  {{user: {_text(subject)}, permissions: {{publish: {may_publish}, subscribe: {may_hear}}}}}"


def _allowed(subject: Iterable[str]) -> str:
    listed = ", ".join(_text(each) for each in subject)
    return f"{{allow: [{listed}]}}" if listed else '{deny: [">"]}'


def _tls(paths: Paths) -> list[str]:
    return [
        f"  cert_file: {_text(paths.certificate)}",
        f"  key_file: {_text(paths.key)}",
        f"  ca_file: {_text(paths.authority)}",
    ]


def _text(value: str | Path) -> str:
    return json.dumps(str(value), ensure_ascii=False)
