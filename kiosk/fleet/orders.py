"""Commands to a kiosk and what becomes of them.

A command is signed, expires, and is transmitted under a new nonce every time: the kiosk runs an ``id`` once and answers
the rest with what it knows; a nonce that it has seen is a replay, refused and reported. The broker keeps no commands:
the fleet sends again, newly signed, until a reply has come or the command has expired.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from kiosk.fleet.messages import Count, Facts, Id, Instant, KioskId, Message, Short, Word


class Command(Message, frozen=True):
    """An order to one kiosk.

    ``id`` is the order's; the same order sent once more has a new ``nonce`` and a new signature, and runs once.
    ``key``: which signing key. ``approved_by``: the second person, empty where none is needed. ``signature``: Ed25519
    over :func:`kiosk.fleet.keys.signed_bytes`, base64 on the wire.
    """

    id: Id
    kiosk: KioskId
    verb: Word
    issued_by: Short
    issued_at: Instant
    expires_at: Instant
    nonce: Id
    key: Id
    arguments: Facts = msgspec.field(default_factory=dict)
    approved_by: Short = ""
    signature: bytes = b""
    version: Literal[1] = 1


class CommandState(StrEnum):
    """How far a command has come; the last three end it."""

    RECEIVED = "received"
    WAITING = "waiting"
    """For the citizen in front to finish."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a command was not run."""

    UNREADABLE = "unreadable"
    SIGNATURE = "signature"
    UNKNOWN_KEY = "unknown_key"
    ANOTHER_KIOSK = "another_kiosk"
    EXPIRED = "expired"
    TOO_EARLY = "too_early"
    """Issued in the kiosk's future: a clock is wrong."""
    REPLAYED = "replayed"
    UNKNOWN_VERB = "unknown_verb"
    ARGUMENTS = "arguments"
    SECOND_PERSON = "second_person"
    CITIZEN_IN_FRONT = "citizen_in_front"
    """It expired while a citizen was being served."""


class CommandReply(Message, frozen=True):
    """What became of a command so far. ``step`` rises from 1 with every reply about it; kept until the broker has it.

    ``content``: a file that was asked for (base64 on the wire), of the media type ``content_type``.
    """

    kiosk: KioskId
    command: Id
    step: Count
    state: CommandState
    at: Instant
    verb: Word | None = None
    refusal: Refusal | None = None
    facts: Facts = msgspec.field(default_factory=dict)
    content: Annotated[bytes, msgspec.Meta(max_length=600_000)] = b""
    content_type: Short = ""
    version: Literal[1] = 1

    @property
    def message_id(self) -> str:
        """What it is counted once by; the header ``Nats-Msg-Id``."""
        return f"{self.kiosk}-{self.command}-{self.step}"
