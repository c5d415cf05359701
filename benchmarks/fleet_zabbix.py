"""The same messages into our ingest and into Zabbix server (Debian's, trapper items), on the same PostgreSQL server.

What is compared is processor time, user and system: ours of broker, ingest worker and database; Zabbix's of all its
processes and database. Whoever sends is counted on neither side. Two ways of giving a message to Zabbix are measured:

* each fact that we keep of it in a column of its own is an item of the right kind, as it must be for Zabbix to judge or
  draw it: 18 of a heartbeat, 5 of a change. A *value* is then one fact on both sides;
* the whole message is one text item: Zabbix reads nothing of it and could judge nothing. A value is one message: the
  least that Zabbix could be given, and less than ours does with it. This is told beside, and has no target.

Neither side judges anything meanwhile: no triggers in Zabbix, no alert engine with us. Zabbix keeps a history of each
value without trends; we keep every change and the latest heartbeat. Zabbix has no TLS here, nothing that keeps messages
while it is down, and 10,000 hosts instead of 300,000.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks import fleet_load
from benchmarks.figure import Figure
from benchmarks.fleet_ingest import sustained
from benchmarks.fleet_postgres import Postgres
from benchmarks.zabbix import CHARACTERS, FLOAT, TEXT, UNSIGNED, Value, Zabbix
from kiosk.fleet.messages import DeviceState, Heartbeat, encode

HOSTS = 10_000
MESSAGES = {"facts": 20_000, "whole": 100_000}
AT_MOST = 0.5

OF_HEARTBEAT = {
    "boot": CHARACTERS, "number": UNSIGNED, "journal": CHARACTERS, "sequence": UNSIGNED, "uptime": UNSIGNED,
    "version": CHARACTERS, "policy": CHARACTERS, "region": CHARACTERS, "works": CHARACTERS, "banks": CHARACTERS,
    "state": CHARACTERS, "serving": UNSIGNED, "unsent": UNSIGNED, "dropped": UNSIGNED, "clock_off": FLOAT,
    "certificate_until": UNSIGNED, "disk_free": UNSIGNED, "memory": UNSIGNED,
}  # fmt: skip
OF_CHANGE = {
    "device.state": CHARACTERS, "device.fault": CHARACTERS, "device.faults": TEXT, "device.words": TEXT,
    "device.measures": TEXT,
}  # fmt: skip
WHOLE = {"heartbeat": TEXT, "device_state": TEXT}
ITEMS = {"facts": {**OF_HEARTBEAT, **OF_CHANGE}, "whole": WHOLE}


def values(how: str, clock: int) -> Iterator[Value]:
    """Without end, of the kiosks that are hosts. Each at a moment of its own: Zabbix's tables want it so."""
    source = fleet_load.messages(HOSTS)
    moment = 0
    while True:
        message = next(source)
        moment += 1
        at = (clock + moment // 1_000_000, moment % 1_000_000)
        if how == "whole":
            key = "heartbeat" if isinstance(message, Heartbeat) else "device_state"
            yield Value(message.kiosk, key, encode(message).decode(), *at)
        elif isinstance(message, Heartbeat):
            facts = {**msgspec.structs.asdict(message), **msgspec.structs.asdict(message.software)}
            for name in OF_HEARTBEAT:
                yield Value(message.kiosk, name, _text(facts[name]), *at)
        elif isinstance(message.body, DeviceState):
            facts = msgspec.structs.asdict(message.body)
            for name in OF_CHANGE:
                yield Value(message.kiosk, name, _text(facts[name.partition(".")[2]]), *at)


def _text(fact: object) -> str:
    if isinstance(fact, bool):
        return str(int(fact))
    if isinstance(fact, tuple):
        return " ".join(map(str, fact))
    return fact if isinstance(fact, str) else "" if fact is None else msgspec.json.encode(fact).decode()


def zabbix_cost(postgres: Postgres, how: str) -> tuple[float, float, int]:
    """Processor microseconds a value, of Zabbix and of its database; values in all."""
    hosts = [fleet_load.name(number) for number in range(HOSTS)]
    clock = int(time.time()) - 3600
    a_round = fleet_load.HEARTBEATS_A_CHANGE + 1
    count = MESSAGES[how]
    if how == "facts":
        count = count // a_round * (fleet_load.HEARTBEATS_A_CHANGE * len(OF_HEARTBEAT) + len(OF_CHANGE))
    first, *rest = islice(values(how, clock), count + 1)
    with Zabbix(postgres, f"zabbix_{how}", hosts, ITEMS[how]) as zabbix:
        zabbix.wait_ready(first)
        zabbix.wait_stored(1)
        before, database = zabbix.processor_seconds(), postgres.processor_seconds()
        zabbix.send(rest)
        zabbix.wait_stored(1 + count)
        own = zabbix.processor_seconds() - before
        of_database = postgres.processor_seconds() - database
    return 1e6 * own / count, 1e6 * of_database / count, count


def measure() -> list[Figure]:
    """Processor time a value, ours and Zabbix's."""
    figures = []
    with Postgres() as postgres:
        with tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
            ours = asyncio.run(sustained(postgres, Path(folder), 1)).each
        a_round = fleet_load.HEARTBEATS_A_CHANGE + 1
        facts = (fleet_load.HEARTBEATS_A_CHANGE * len(OF_HEARTBEAT) + len(OF_CHANGE)) / a_round
        for how, name, ours_each in (
            ("facts", "ingest, processor time a value", ours / facts),
            ("whole", "ingest, processor time a message; Zabbix is given it as one text and reads none of it", ours),
        ):
            own, database, count = zabbix_cost(postgres, how)
            note = f"{count} values; Zabbix's own processes {own:.1f} us, its database {database:.1f} us"
            theirs = own + database
            target = AT_MOST * theirs if how == "facts" else None
            figures.append(Figure(name, ours_each, "us", target, "Zabbix", theirs, note))
    return figures
