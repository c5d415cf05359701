"""A process of the stand: started, listened to until it is ready, ended in good order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class ChildError(RuntimeError):
    """A process did not come up, or ended by itself; says which, how, and where its words are."""


class Child:
    """One process. Its standard error goes to ``log``; its first line of standard output may say that it is ready."""

    def __init__(
        self, name: str, words: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._words = list(words)
        self._log = log
        self._environment = dict(environment or {})
        self.process: asyncio.subprocess.Process | None = None
        self.asked_to_end = False
        """Whether :meth:`end` was called: it did not end by itself."""

    async def start(self) -> Child:
        """Start it; use :meth:`ready_line` to wait for it."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self._environment},
                start_new_session=True,
            )
        return self

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self.process is not None and self.process.returncode is None

    @property
    def pid(self) -> int:
        """Its process id. Raises ChildError before the start."""
        if self.process is None:
            raise ChildError(f"{self.name} has not been started")
        return self.process.pid

    async def ready_line(self, seconds: float) -> str:
        """The first line it prints. Raises ChildError when it ends or stays silent."""
        if self.process is None or self.process.stdout is None:
            raise ChildError(f"{self.name} has not been started")
        try:
            async with asyncio.timeout(seconds):
                line = await self.process.stdout.readline()
        except TimeoutError as error:
            raise ChildError(f"{self.name} was not ready within {seconds:g} s; see {self._log}") from error
        if not line:
            code = await self.process.wait()
            raise ChildError(f"{self.name} ended with code {code} before it was ready; see {self._log}{self._tail()}")
        return line.decode().strip()

    async def ready_json(self, seconds: float) -> dict[str, Any]:
        """The first line it prints, as JSON."""
        line = await self.ready_line(seconds)
        try:
            return dict(json.loads(line))
        except ValueError as error:
            raise ChildError(f"{self.name} said {line!r} instead of where it is") from error

    async def end(self, number: int = signal.SIGTERM, seconds: float = 15.0) -> int | None:
        """Tell it to end and wait; killed when it does not. Returns its exit code."""
        process = self.process
        if process is None:
            return None
        self.asked_to_end = True
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            try:
                async with asyncio.timeout(seconds):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return process.returncode

    async def ended(self) -> int:
        """Wait until it has ended; its exit code. Raises ChildError before the start."""
        if self.process is None:
            raise ChildError(f"{self.name} has not been started")
        return await self.process.wait()

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        if self.running and self.process is not None:
            self.process.kill()

    def _tail(self) -> str:
        text = self._log.read_text(encoding="utf-8", errors="replace").strip()
        return f":\n{text[-1500:]}" if text else ""
