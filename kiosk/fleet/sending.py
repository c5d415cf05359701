"""Sends commands: what is ready is signed anew and published, until a reply has come or it has expired."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from sqlalchemy import Engine, Row
from sqlalchemy.exc import SQLAlchemyError

from kiosk.clock import Clock
from kiosk.fleet import subjects
from kiosk.fleet.keys import CommandSigner
from kiosk.fleet.messages import encode
from kiosk.fleet.orders import Command
from kiosk.fleet.store import commands

log = structlog.get_logger("sending")

LOOK_EVERY = 0.5
PATIENCE = 5.0
"""Seconds between two looks, and after the database or the broker was away."""


class CommandSender:
    """Any number of them may run: a command sent twice is run once."""

    def __init__(self, client: Client, engine: Engine, signer: CommandSigner, clock: Clock) -> None:
        self._client = client
        self._engine = engine
        self._signer = signer
        self._clock = clock
        self.sent = 0

    async def run(self) -> None:
        """For ever; cancel it to end it."""
        while True:
            try:
                await self.send_due()
            except (SQLAlchemyError, NatsError, OSError, TimeoutError) as error:
                log.warning("commands_wait", error=type(error).__name__)
                await self._clock.sleep(PATIENCE)
            else:
                await self._clock.sleep(LOOK_EVERY)

    async def send_due(self) -> int:
        """Send what is due now; how many. Noted as sent first: at worst the next try comes 15 s later."""
        rows = await asyncio.to_thread(self._take_due)
        for row in rows:
            command = self._signer.sign(_command(row))
            await self._client.publish(subjects.command(row.kiosk), encode(command))
            self.sent += 1
            log.info("command_sent", command=row.id, kiosk=row.kiosk, verb=row.verb)
        if rows:
            await self._client.flush(timeout=5)
        return len(rows)

    def _take_due(self) -> Sequence[Row[Any]]:
        now = int(self._clock.now().timestamp() * 1000)
        with self._engine.begin() as connection:
            rows = commands.due(connection, now)
            for row in rows:
                commands.sent(connection, now, row.id)
        return rows


def _command(row: Row[Any]) -> Command:
    return Command(
        id=row.id,
        kiosk=row.kiosk,
        verb=row.verb,
        issued_by=row.issued_by,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        nonce="0" * 32,
        key="0" * 16,
        arguments=row.arguments,
        approved_by=row.approved_by,
    )
