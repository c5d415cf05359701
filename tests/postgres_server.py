"""A PostgreSQL of the tests' own: Debian's server in a folder that is thrown away, on a socket file only."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text

USER = "postgres"
"""Debian's own user of the server: it refuses to run as root."""


class PostgresServer:
    """Started by :meth:`start`; :meth:`database` makes an empty database and returns its URL."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fleet-pg-"))
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
        self._as = {"user": USER} if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0

    def start(self) -> None:
        """Make the cluster if there is none, start the server, wait until it answers."""
        if self._as:
            shutil.chown(self.folder, USER)
        data = self.folder / "data"
        if not data.exists():
            self._run("initdb", "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
            options = f"unix_socket_directories = '{self.folder}'\nlisten_addresses = ''\nmax_connections = 50\n"
            (data / "postgresql.conf").open("a").write(options)
        self._run("pg_ctl", "-D", str(data), "-l", str(self.folder / "server.log"), "-w", "start")

    def stop(self, *, how: str = "fast") -> None:
        """``immediate`` is how it ends when its power is cut."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", how, "stop")

    def remove(self) -> None:
        """Stop it and throw everything away."""
        try:
            self.stop(how="immediate")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """Where a database is."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def database(self) -> str:
        """A new empty database; its URL."""
        self._made += 1
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "fleet{self._made}"'))
        engine.dispose()
        return self.url(f"fleet{self._made}")

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self._bin / program, *words],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE if program == "initdb" else None,
            stderr=subprocess.STDOUT if program == "initdb" else None, check=False, **self._as,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} {done.returncode}: {(done.stdout or b'').decode(errors='replace')}")
