"""Debian's Zabbix server, started on loopback with a database and a folder of its own, and ended by its process id.

Hosts and items are put into its database before it starts; values are given to it by the trapper's protocol (header
``ZBXD``, flag 1, length in 8 bytes little endian, JSON), 250 at a time on a connection of their own, as
``zabbix_sender`` does. What costs and serves nobody here is off: no pollers, no discovery, no housekeeping, no trends;
its caches are ample.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.fleet_postgres import OWNER, Postgres
from benchmarks.processes import family, processor_seconds

SCHEMAS = (Path("/usr/share/zabbix-server-pgsql"), Path("/usr/share/zabbix-sql-scripts/postgresql"))
PROGRAM = Path("/usr/sbin/zabbix_server")
USER = "zabbix"
"""Whom it becomes when it is started by root."""
TRAPPER_ITEM = 2
FLOAT, CHARACTERS, UNSIGNED, TEXT = 0, 1, 3, 4
TABLES = {FLOAT: "history", CHARACTERS: "history_str", UNSIGNED: "history_uint", TEXT: "history_text"}
AT_ONCE = 250
READY_SECONDS, STORED_SECONDS = 120.0, 300.0

SETTINGS = """
ListenIP=127.0.0.1
ListenPort={port}
DBHost={host}
DBName={database}
DBUser={owner}
LogType=file
LogFile={folder}/server.log
PidFile={folder}/server.pid
SocketDir={folder}
StartPollers=0
StartPollersUnreachable=0
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartTrappers=5
HousekeepingFrequency=0
CacheSize=2G
CacheUpdateFrequency=3600
HistoryCacheSize=512M
HistoryIndexCacheSize=256M
TrendCacheSize=64M
ValueCacheSize=0
"""


@dataclass(frozen=True, slots=True)
class Value:
    """One value for an item, at ``clock`` seconds and ``ns`` nanoseconds."""

    host: str
    key: str
    value: str
    clock: int
    ns: int


class Zabbix:
    """``items``: by key, which kind of value. Started by ``with``."""

    def __init__(self, postgres: Postgres, database: str, hosts: Sequence[str], items: Mapping[str, int]) -> None:
        self._postgres = postgres
        self._database = database
        self._hosts = hosts
        self._items = items
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if not PROGRAM.exists():
            raise RuntimeError("Zabbix is not installed; deploy/packages-bench.txt has it")
        self.folder = Path(tempfile.mkdtemp(prefix="bench-zabbix-"))
        try:
            self._begin()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self) -> None:
        self.folder.chmod(0o755)  # psql runs as the database's owner, Zabbix as a user of its own
        self._postgres.database(self._database)
        self._postgres.read(self._database, *self._schema())
        self._describe()
        self._postgres.settle()
        settings = self.folder / "server.conf"
        settings.write_text(
            SETTINGS.format(
                port=self._port,
                host=self._postgres.folder,
                database=self._database,
                owner=OWNER,
                folder=self.folder,
            )
        )
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER)
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen([PROGRAM, "-f", "-c", str(settings)], stdin=quiet, stdout=quiet, stderr=quiet)

    def wait_ready(self, probe: Value) -> None:
        """Until it takes a value. Raises RuntimeError."""
        until = time.monotonic() + READY_SECONDS
        while True:
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Zabbix did not come up:\n{self._log()}")
            try:
                if self._send([probe]) == 1:
                    return
            except OSError:
                pass  # it does not listen yet
            time.sleep(0.25)

    def send(self, values: Sequence[Value]) -> None:
        """All of them. Raises RuntimeError if it does not take every one."""
        for part in _parts(values, AT_ONCE):
            if (taken := self._send(part)) != len(part):
                raise RuntimeError(f"Zabbix took {taken} of {len(part)} values:\n{self._log()}")

    def wait_stored(self, count: int) -> None:
        """Until so many values are in its database. Raises RuntimeError."""
        until = time.monotonic() + STORED_SECONDS
        while self.stored() < count:
            if time.monotonic() > until:
                raise RuntimeError(f"Zabbix has stored {self.stored()} of {count} values:\n{self._log()}")
            time.sleep(0.5)

    def stored(self) -> int:
        """Values in its database."""
        counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in TABLES.values())
        with self._postgres.connect(self._database) as connection:
            row = connection.execute(f"SELECT {counts}".encode()).fetchone()
            assert row is not None
            return int(row[0])

    def processor_seconds(self) -> float:
        """Of all its processes."""
        assert self._process is not None
        return processor_seconds(*family(self._process.pid))

    def _send(self, values: Sequence[Value]) -> int:
        data = [{"host": v.host, "key": v.key, "value": v.value, "clock": v.clock, "ns": v.ns} for v in values]
        answer = self._ask({"request": "sender data", "data": data})
        found = re.search(r"processed: (\d+)", str(answer.get("info")))
        return int(found[1]) if found else 0

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(request).encode()
        with socket.create_connection(("127.0.0.1", self._port), timeout=60) as line:
            line.sendall(b"ZBXD\x01" + len(body).to_bytes(8, "little") + body)
            answer = b""
            while data := line.recv(65536):
                answer += data
        told: dict[str, Any] = json.loads(answer[13:]) if len(answer) > 13 else {}
        return told

    def _schema(self) -> Iterator[Path]:
        folder = next(each for each in SCHEMAS if (each / "schema.sql.gz").exists())
        for name in ("schema", "images", "data"):
            file = self.folder / f"{name}.sql"
            file.write_bytes(gzip.decompress((folder / f"{name}.sql.gz").read_bytes()))
            yield file

    def _describe(self) -> None:
        """Hosts and their items, as its web pages would have put them there; what is delivered with it is off."""
        first = 1_000_000
        hosts = [(first + number, host, host) for number, host in enumerate(self._hosts)]
        kinds = list(enumerate(self._items.items()))
        items = (
            (hostid * 100 + place, hostid, key, key, TRAPPER_ITEM, kind, "90d", "0")
            for hostid, _, _ in hosts
            for place, (key, kind) in kinds
        )
        with self._postgres.connect(self._database) as connection, connection.transaction():
            connection.execute("UPDATE hosts SET status = 1 WHERE status = 0")
            with connection.cursor().copy("COPY hosts (hostid, host, name) FROM STDIN") as copy:
                for host in hosts:
                    copy.write_row(host)
            columns = "itemid, hostid, name, key_, type, value_type, history, trends"
            with connection.cursor().copy(f"COPY items ({columns}) FROM STDIN".encode()) as copy:
                for item in items:
                    copy.write_row(item)
            connection.execute("INSERT INTO item_rtdata (itemid) SELECT itemid FROM items WHERE type = 2")

    def _log(self) -> str:
        file = self.folder / "server.log"
        return "\n".join(file.read_text(errors="replace").splitlines()[-20:]) if file.exists() else "(no log)"


def _free_port() -> int:
    """It takes none above 32767."""
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("no port is free")


def _parts(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    return (values[start : start + size] for start in range(0, len(values), size))
