"""Where a power cut can fall: before a journal entry is durable and after it, and for every exchange with printer,
chip, host and payer before the request, after it was sent, and after the answer came."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from devices.card_printer.evolis.transport import TcpTransport
from kiosk.journal.database import Database

Point = Callable[[str], None]

_transaction = Database.transaction


class WatchedPrinter(TcpTransport):
    """The way to the printer, with points around each exchange and one in it: what the printer was asked for it does,
    whoever is gone."""

    def __init__(self, at: str, connect_seconds: float, point: Point) -> None:
        super().__init__(at, connect_seconds)
        self._point = point
        self._label = ""

    def exchange(self, data: bytes, seconds: float) -> bytes:
        command = data.strip(b"\x1b\r\0").split(b";")[0].decode("ascii", "replace")[:8] or "poll"
        self._label = f"printer:{command}" if command.isalnum() else "printer:panel"
        self._point(f"{self._label}:before")
        answer = super().exchange(data, seconds)
        self._point(f"{self._label}:answered")
        return answer

    def _reply(self, line: socket.socket) -> bytes:
        self._point(f"{self._label}:sent")
        return super()._reply(line)


class WatchedHost(httpx.AsyncBaseTransport):
    """The network, with a point around each request."""

    def __init__(self, inner: httpx.AsyncBaseTransport, point: Point) -> None:
        self._inner = inner
        self._point = point

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        label = f"host:{request.url.path}"
        self._point(f"{label}:before")

        async def trace(event: str, info: dict[str, Any]) -> None:
            if event == "http11.send_request_body.complete":
                self._point(f"{label}:sent")

        request.extensions["trace"] = trace
        response = await self._inner.handle_async_request(request)
        await response.aread()
        self._point(f"{label}:answered")
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def watch_journal(point: Point) -> None:
    """A point before each transaction of any journal is durable, and one after."""

    @contextmanager
    def transaction(self: Database) -> Iterator[None]:
        outermost = self._depth == 0
        with _transaction(self):
            yield
            if outermost:
                point("journal:before")
        if outermost:
            point("journal:after")

    Database.transaction = transaction  # type: ignore[method-assign]
