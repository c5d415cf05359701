"""The socket between controller and screens: one JSON object a line on a unix socket that only this user can open.

The screens connect and say :class:`Alive`; from then on they are sent every view, and send touches. A *watcher* (the
demonstration, a test, the bench page) connects and says :class:`Watch`; it is told what is drawn and where it can be
touched, which holds nothing personal, and can change nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from statemachines.views import Alive, Drawn, Show, Speech, Touched

log = structlog.get_logger("link")


class Watch(msgspec.Struct, frozen=True, tag="watch", tag_field="message"):
    """A watcher's first message."""


Incoming = Touched | Drawn | Alive | Speech | Watch
LIMIT = 4 * 1024 * 1024
"""Bytes a line may have; a month of every scheme is some 60 kB, both faces of a card 200 kB."""

BACKLOG = 1024 * 1024
"""Bytes that may wait for screens that are slow to read. Beyond, of the views that come only the newest is kept: live
pictures come several times a second, and nobody wants the old ones."""


class ScreenLink:
    """The controller's end. ``on_touch``, ``on_drawn``, ``on_alive`` and ``on_speech`` are called on the event
    loop; ``on_speech`` with what keeps the screens from being heard, None once there are none."""

    def __init__(
        self,
        path: Path,
        *,
        on_touch: Callable[[Touched], None],
        on_drawn: Callable[[Drawn], None],
        on_alive: Callable[[], None],
        on_speech: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._on_touch = on_touch
        self._on_drawn = on_drawn
        self._on_alive = on_alive
        self._on_speech = on_speech
        self._server: asyncio.Server | None = None
        self._screens: asyncio.StreamWriter | None = None
        self._late: Show | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._watchers: set[asyncio.StreamWriter] = set()
        self._drawn: Drawn | None = None
        """What is on the glass: a watcher who comes later is told at once."""
        self._decoder = msgspec.json.Decoder(Incoming)
        self._encoder = msgspec.json.Encoder()

    async def open(self) -> None:
        """Listen. A socket left behind by a killed controller is replaced."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._talk, str(self._path), limit=LIMIT)
        finally:
            os.umask(mask)

    async def close(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
        if self._catching_up is not None:
            self._catching_up.cancel()
        for writer in (self._screens, *self._watchers):
            if writer is not None:
                writer.close()
        self._path.unlink(missing_ok=True)

    @property
    def connected(self) -> bool:
        """Whether there are screens that draw."""
        return self._screens is not None

    def show(self, show: Show) -> None:
        """Have the screens draw this. Without screens it is drawn when they come."""
        screens = self._screens
        if screens is None:
            return
        if self._late is not None:
            self._late = show
        elif screens.transport.get_write_buffer_size() > BACKLOG:
            self._late = show
            self._catching_up = asyncio.create_task(self._catch_up(screens), name="link-catch-up")
        else:
            screens.write(self._encoder.encode(show) + b"\n")

    async def _catch_up(self, screens: asyncio.StreamWriter) -> None:
        """Wait until the screens have read what was sent, then send the newest view."""
        try:
            await screens.drain()
        except ConnectionError:
            return  # the reading side notices
        show, self._late = self._late, None
        if show is not None and screens is self._screens:
            self.show(show)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                try:
                    message = self._decoder.decode(line)
                except msgspec.MsgspecError as error:
                    log.warning("link_message_refused", reason=str(error), length=len(line))
                    continue
                self._take(message, writer)
        except (ConnectionError, ValueError) as error:
            log.info("link_broken", reason=type(error).__name__)
        finally:
            self._watchers.discard(writer)
            if self._screens is writer:
                self._screens = self._drawn = self._late = None
                log.warning("screens_gone")
                self._on_speech(None)
            writer.close()

    def _take(self, message: Incoming, writer: asyncio.StreamWriter) -> None:
        if isinstance(message, Alive):
            if self._screens is not None and self._screens is not writer:
                log.warning("screens_replaced")
                self._screens.close()
            self._screens = writer
            self._late = None
            log.info("screens_connected", version=message.version)
            self._on_alive()
        elif isinstance(message, Watch):
            self._watchers.add(writer)
            if self._drawn is not None:
                writer.write(self._encoder.encode(self._drawn) + b"\n")
        elif writer is not self._screens:
            log.warning("link_message_from_stranger")
        elif isinstance(message, Touched):
            self._on_touch(message)
        elif isinstance(message, Speech):
            self._on_speech(message.fault)
        else:
            self._drawn = message
            self._on_drawn(message)
            for watcher in self._watchers:
                watcher.write(self._encoder.encode(message) + b"\n")
