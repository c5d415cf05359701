"""The line between kiosk and host, for scenarios that cut it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import cast
from urllib.parse import urlsplit


class Cable:
    """TCP between kiosk and host. Cut, it refuses connections, as a dead line's router does."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._far = (where.hostname or "", where.port or 0)
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._port = 0

    @property
    def url(self) -> str:
        """Where the kiosk connects."""
        return f"https://127.0.0.1:{self._port}"

    async def plug(self) -> None:
        """Let through what comes."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            for talk in tuple(self._talks):
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = cast("asyncio.Task[None]", asyncio.current_task())
        self._talks.add(talk)
        far_reader, far_writer = await asyncio.open_connection(*self._far)
        try:
            await asyncio.wait(
                [
                    asyncio.create_task(_pour(reader, far_writer)),
                    asyncio.create_task(_pour(far_reader, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._talks.discard(talk)
            writer.close()
            far_writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
