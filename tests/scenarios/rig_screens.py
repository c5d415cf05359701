"""Screens without glass, for scenarios."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from kiosk.link import LIMIT
from statemachines.views import Alive, FromScreens, Page, Show, Touched

P = TypeVar("P", bound=Page)
PATIENCE = 20.0
"""Seconds of real time that real devices may take."""


class Screens:
    """Screens without glass: they take what is shown and say what a finger would."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._changed = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.shown: list[Show] = []

    async def open(self) -> None:
        reader, self._writer = await asyncio.open_unix_connection(str(self._socket), limit=LIMIT)
        self._writer.write(msgspec.json.encode(Alive("test")) + b"\n")
        self._reader = asyncio.create_task(self._read(reader))

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def _read(self, reader: asyncio.StreamReader) -> None:
        decoder = msgspec.json.Decoder(Show)
        while line := await reader.readline():
            async with self._changed:
                self.shown.append(decoder.decode(line))
                self._changed.notify_all()

    @property
    def last(self) -> Show:
        return self.shown[-1]

    def pages(self) -> list[str]:
        """The names of the pages shown, repeats of one page in a row left out."""
        names = [type(show.page).__name__ for show in self.shown]
        return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]

    async def page(self, kind: type[P], after: int = 0) -> P:
        """Wait until a page of this kind is shown, in a view later than ``after``."""
        return cast("P", await self.either(kind, after=after))

    async def either(self, *kinds: type[Page], after: int = 0) -> Page:
        """Wait until a page of one of these kinds is shown, in a view later than ``after``."""
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(
                    lambda: bool(self.shown) and isinstance(self.last.page, kinds) and self.last.frame.number > after
                )
        except TimeoutError:
            names = " or ".join(kind.__name__ for kind in kinds)
            raise AssertionError(f"waited for {names}; shown were {self.pages()[-8:]}") from None
        return self.last.page

    def touch(self, intent: str, value: str = "") -> None:
        self.tell(Touched(self.last.frame.number, intent, value))

    def tell(self, message: FromScreens) -> None:
        assert self._writer is not None
        self._writer.write(msgspec.json.encode(message) + b"\n")
