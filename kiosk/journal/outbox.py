"""What the host and the fleet have yet to be told: messages kept until they are said to have arrived."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.journal.database import Database
from kiosk.journal.entries import Fact, Facts, canonical, instant, refuse_personal


@dataclass(frozen=True, slots=True)
class Message:
    """``attempts``: how often telling failed. ``id`` is the idempotency key at the other end."""

    id: str
    kind: str
    payload: dict[str, Fact]
    queued_at: str
    attempts: int


class Outbox:
    """In the order of queueing. The content of a message that arrived is erased."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, kind: str, payload: Facts, message_id: str | None = None) -> str:
        """Queue a message; within :meth:`Journal.together` with the entry that causes it. Returns its id.

        Queueing the same id again changes nothing. A card identifier is the only thing of a person's that may be in
        it. Raises PersonalDataRefused.
        """
        refuse_personal(payload, "payload", card_allowed=True)
        message_id = message_id or uuid.uuid4().hex
        with self._database.transaction():
            self._database.write(
                "INSERT INTO outbox (message_id, kind, payload, queued_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (message_id) DO NOTHING",
                message_id,
                kind,
                canonical(dict(payload)),
                instant(self._clock.now()),
            )
        return message_id

    def pending(self, limit: int = 100) -> tuple[Message, ...]:
        """The oldest messages still to be told."""
        return self._in_state("pending", limit)

    def manual(self, limit: int = 1000) -> tuple[Message, ...]:
        """Messages given up on: a person settles them."""
        return self._in_state("manual", limit)

    def sent(self, message_id: str) -> None:
        """It arrived. Its content is erased; its id stays, so that it is never queued again."""
        self._settle(
            "UPDATE outbox SET state = 'sent', payload = NULL, settled_at = ? WHERE message_id = ?", message_id
        )

    def failed(self, message_id: str) -> int:
        """Telling failed once more; returns how often by now."""
        with self._database.transaction():
            self._database.write("UPDATE outbox SET attempts = attempts + 1 WHERE message_id = ?", message_id)
            rows = self._database.rows("SELECT attempts FROM outbox WHERE message_id = ?", message_id)
        if not rows:
            raise KeyError(message_id)
        return int(rows[0][0])

    def give_up(self, message_id: str) -> None:
        """Put it on the list that a person works through."""
        self._settle("UPDATE outbox SET state = 'manual', settled_at = ? WHERE message_id = ?", message_id)

    def _settle(self, statement: str, message_id: str) -> None:
        with self._database.transaction():
            if not self._database.write(statement, instant(self._clock.now()), message_id):
                raise KeyError(message_id)

    def _in_state(self, state: str, limit: int) -> tuple[Message, ...]:
        rows = self._database.rows(
            "SELECT message_id, kind, payload, queued_at, attempts FROM outbox"
            " WHERE state = ? ORDER BY position LIMIT ?",
            state,
            limit,
        )
        return tuple(Message(id_, kind, json.loads(payload), at, attempts) for id_, kind, payload, at, attempts in rows)
