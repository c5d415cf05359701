"""A PostgreSQL server in a folder that is thrown away: for our store, and for Zabbix's, of the same settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from benchmarks.processes import family, processor_seconds

OWNER = "postgres"
"""PostgreSQL refuses to run as root."""
SETTINGS = "shared_buffers = 1GB\nmax_wal_size = 4GB\nwal_compression = lz4\nlisten_addresses = ''\n"


class Postgres:
    """Started by ``with``; reached by a socket in :attr:`folder` only, by anyone on this machine."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
        self._as: dict[str, Any] = {"user": OWNER} if os.geteuid() == 0 else {}
        self._pid = 0

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self) -> None:
        if self._as:
            shutil.chown(self.folder, OWNER)
            self.folder.chmod(0o755)  # Zabbix is yet another user
        self._run("initdb", "-D", "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"unix_socket_directories = '{self.folder}'\n{SETTINGS}")
        self._run("pg_ctl", "-D", "data", "-l", "server.log", "-w", "start")
        self._pid = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def url(self, name: str = "postgres") -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    def connect(self, name: str = "postgres") -> psycopg.Connection[Any]:
        """A connection that commits each statement."""
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname=name, autocommit=True)

    def database(self, name: str) -> str:
        """Make a database; its URL."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def read(self, database: str, *files: Path) -> None:
        """Files of SQL into a database, in one transaction."""
        words = ["-q", "-1", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", OWNER, "-d", database]
        self._run("psql", *words, *(word for file in files for word in ("-f", str(file))))

    def settle(self) -> None:
        """What was written until now reaches the disk, so that it is no cost of what comes."""
        with self.connect() as connection:
            connection.execute("CHECKPOINT")

    def processor_seconds(self) -> float:
        """Of the server with all its backends, those that have ended included."""
        return processor_seconds(*family(self._pid)) + _of_ended_children(self._pid)

    def _run(self, program: str, *words: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run(
            [self._bin / program, *words], cwd=self.folder, stdin=quiet, stdout=quiet, stderr=quiet, check=True,
            **self._as,
        )  # fmt: skip


def _of_ended_children(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
