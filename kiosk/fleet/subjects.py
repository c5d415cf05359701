"""The subjects of the wire, who may use which, and the streams that keep what must not be lost.

=====================================  =========================================================================
``fleet.v1.<kiosk>.telemetry.<kind>``  kept by stream TELEMETRY until ingest has stored it
``fleet.v1.<kiosk>.heartbeat``         the latest of each kiosk, in memory, by stream HEARTBEATS
``fleet.v1.<kiosk>.reply``             about commands; kept by stream REPLIES until ingest has stored it
``fleet.v1.<kiosk>.command``           to a kiosk that is there now; kept by nobody
``fleet.v1.<kiosk>.inbox.>``           where the broker acknowledges what a kiosk publishes
``fleet.v1.<kiosk>.alert``             each step of an alert, for readers; of many kiosks: ``many``; kept by nobody
=====================================  =========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "fleet.v1"
ANY_KIOSK = "*"
MANY = "many"
"""In the place of the kiosk, where an alert is of many: no kiosk can be called so."""
_BEFORE_KIOSK = f"{PREFIX}."


def telemetry(kiosk: str, kind: str) -> str:
    """Where telemetry of a kind is published."""
    return f"{PREFIX}.{kiosk}.telemetry.{kind}"


def heartbeat(kiosk: str) -> str:
    """Where a kiosk gives its signs of life."""
    return f"{PREFIX}.{kiosk}.heartbeat"


def command(kiosk: str) -> str:
    """Where a kiosk hears."""
    return f"{PREFIX}.{kiosk}.command"


def reply(kiosk: str) -> str:
    """Where a kiosk tells what became of a command."""
    return f"{PREFIX}.{kiosk}.reply"


def alert(kiosk: str) -> str:
    """Where the fleet announces the steps of an alert."""
    return f"{PREFIX}.{kiosk}.alert"


def inbox(kiosk: str) -> str:
    """The prefix of the inboxes of a kiosk's own connection."""
    return f"{PREFIX}.{kiosk}.inbox"


def kiosk_of(subject: str) -> str:
    """Which kiosk a subject belongs to: the broker has checked that no other published on it. Raises ValueError."""
    tokens = subject.split(".", 3)
    if len(tokens) < 4 or not subject.startswith(_BEFORE_KIOSK):
        raise ValueError("not a subject of the fleet")
    return tokens[2]


def may_publish(kiosk: str) -> tuple[str, ...]:
    """All that a kiosk may publish on."""
    return telemetry(kiosk, "*"), heartbeat(kiosk), reply(kiosk)


def may_hear(kiosk: str) -> tuple[str, ...]:
    """All that a kiosk may subscribe to."""
    return command(kiosk), f"{inbox(kiosk)}.>"


READERS_HEAR = (f"{PREFIX}.*.telemetry.>", heartbeat(ANY_KIOSK), alert(ANY_KIOSK))
"""All that a reader may subscribe to."""


class Keep(StrEnum):
    """How a stream treats what it has."""

    UNTIL_STORED = "until_stored"
    """JetStream work queue: deleted when the consumer has acknowledged it; refuses new ones when full, so that kiosks
    keep them."""
    LATEST = "latest"
    """One message a subject, in memory; older ones go."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A durable pull consumer, shared by as many workers as there are. ``ack_seconds``: after which an unacknowledged
    message is given to another worker. ``acknowledges`` False: what was given out is not asked about again."""

    name: str
    ack_seconds: float = 60.0
    acknowledges: bool = True
    in_flight: int = 50_000


@dataclass(frozen=True, slots=True)
class Stream:
    """``once_within``: seconds in which the broker itself drops a message id that it has seen; the store does for ever.

    ``megabytes``: the most it may keep; for LATEST in memory.
    """

    name: str
    subjects: tuple[str, ...]
    keep: Keep
    consumer: Consumer
    megabytes: int
    once_within: float = 120.0


TELEMETRY = Stream(
    "TELEMETRY", (telemetry(ANY_KIOSK, "*"),), Keep.UNTIL_STORED, Consumer("ingest-telemetry"), megabytes=8192
)
HEARTBEATS = Stream(
    "HEARTBEATS",
    (heartbeat(ANY_KIOSK),),
    Keep.LATEST,
    Consumer("ingest-heartbeats", acknowledges=False),
    megabytes=512,
    once_within=1.0,
)
REPLIES = Stream("REPLIES", (reply(ANY_KIOSK),), Keep.UNTIL_STORED, Consumer("ingest-replies"), megabytes=1024)

STREAMS = (TELEMETRY, HEARTBEATS, REPLIES)
