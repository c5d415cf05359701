"""What kiosk and fleet say to each other: JSON on the wire, one struct a message, version 1.

A time is a whole number of milliseconds since 1970-01-01T00:00Z, by the clock of whoever wrote it. Nothing here has a
place for a person's data: no names, no numbers, no card serials, no business numbers of those who were served.

Telemetry (:class:`Telemetry`) is kept by the kiosk until the broker has it, comes in the order of ``sequence`` and is
counted once by :attr:`Telemetry.message_id`. A heartbeat is worth nothing a minute later, so it is never kept.
Commands are in :mod:`kiosk.fleet.orders`, enrolment in :mod:`kiosk.fleet.enrolment_messages`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal, TypeVar

import msgspec

VERSION = 1

KioskId = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9]{2,9}\Z")]
Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.\-]{0,99}\Z")]
"""A word of the house: a device, a fault code, a step, a state of XFS4IoT."""
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8,32}\Z")]
Instant = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)]
"""Milliseconds since 1970, up to the year 2100."""
Day = Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]\Z")]
"""A day in the kiosk's zone."""
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Short = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00]*\Z")]
"""Without NUL: PostgreSQL keeps it within JSON, and then fails to read that."""
Fact = Short | bool | Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Facts = Annotated[dict[Word, Fact], msgspec.Meta(max_length=32)]
FEW, MANY, MOST_COUNTERS = msgspec.Meta(max_length=64), msgspec.Meta(max_length=256), msgspec.Meta(max_length=4096)
"""How many of a kind a message holds at most, far more than any machine has: a kiosk whose key is stolen can raise no
thousand alerts with one message."""
Words = Annotated[tuple[Word, ...], FEW]


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A value of the wire; a field that is not known is an error, not passed over."""


# -- heartbeat ---------------------------------------------------------------------------------------------------------


class Software(Message, frozen=True):
    """``version``: of the software; ``policy``: digest of the region's policy pack; ``region``: its six digits."""

    version: Short
    policy: Short = ""
    region: Short = ""


class Heartbeat(Message, frozen=True):
    """A sign of life, every 30 s and whenever a citizen has come or gone. ``number`` counts from 1 at each start of the
    kiosk (``boot``).

    ``sequence``: of the last telemetry written, sent or not; ``unsent``: how many are still to be sent, and ``dropped``
    how many were given up for want of room since the journal began. ``works``: capabilities now. ``state``: as charted.
    ``clock_off``: milliseconds by which the kiosk's clock is ahead of the host's, None if the host has not said.
    """

    kiosk: KioskId
    boot: Id
    number: Count
    journal: Id
    sequence: Count
    sent_at: Instant
    uptime: Count
    """Seconds since the controller started."""
    software: Software
    works: Words = ()
    banks: Words = ()
    """Banks whose cards can be made now."""
    state: Short = ""
    serving: bool = False
    """Whether a citizen is in front."""
    unsent: Count = 0
    dropped: Count = 0
    clock_off: int | None = None
    certificate_until: Instant | None = None
    disk_free: Count | None = None
    """Bytes on the journal's disk."""
    memory: Count | None = None
    """Bytes resident, of the controller."""
    version: Literal[1] = 1


# -- telemetry ---------------------------------------------------------------------------------------------------------


class Storage(Message, frozen=True):
    """A hopper, bin or slot, in the words of XFS4IoT. ``unit``: its name as the driver has it."""

    unit: Word
    kind: Word
    level: Word
    count: Count | None = None
    threshold: Count | None = None
    bank: Word | None = None


class Ribbon(Message, frozen=True):
    """``level``: ok, low, empty, missing, wrong, unknown as the printer says; ``left`` and ``capacity`` in prints."""

    kind: Short
    level: Word
    left: Count | None = None
    capacity: Count | None = None


class DeviceState(Message, frozen=True, tag="device_state"):
    """A device has changed, or is told of at the start. ``state``: XFS4IoT ``device``, or ``notFitted``.

    ``fault``: the first code of ``faults.toml``, ``faults`` all of them. ``words``: what else it says in words (media,
    paper, cover, cutter, battery); ``measures``: what it says in whole numbers.
    """

    device: Word
    kind: Word
    """The device's class."""
    state: Word
    model: Short = ""
    fault: Word | None = None
    faults: Words = ()
    words: Annotated[dict[Word, Word], FEW] = msgspec.field(default_factory=dict)
    measures: Annotated[dict[Word, int], FEW] = msgspec.field(default_factory=dict)
    storage: Annotated[tuple[Storage, ...], FEW] = ()
    ribbon: Ribbon | None = None


class Supply(Message, frozen=True):
    """A thing that runs out, or a bin that fills up. ``left``: in ``unit``; ``a_day``: thousandths of a unit used a
    day; ``empty_on``: the day on which it runs out at that rate, None while nothing is known of the rate."""

    supply: Word
    """``ribbon``, ``paper``, ``cards.BANK``."""
    unit: Literal["sheets", "cards", "prints"]
    left: Count | None = None
    capacity: Count | None = None
    level: Word = "unknown"
    """XFS4IoT: ok, full, high, low, empty, unknown."""
    a_day: Count | None = None
    empty_on: Day | None = None
    soon: bool = False
    """Whether someone should bring more now."""
    bank: Word | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a day that no month has."""
        if self.empty_on is not None:
            date.fromisoformat(self.empty_on)


class Supplies(Message, frozen=True, tag="supplies"):
    """Everything that runs out, with its forecast; after a change of level, and daily."""

    supplies: Annotated[tuple[Supply, ...], FEW]


class Counters(Message, frozen=True, tag="counters"):
    """Counts since the journal began, by name: cards read, sheets, jams, retries, APDU errors. They only rise."""

    values: Annotated[dict[Word, Count], MOST_COUNTERS]


class Capabilities(Message, frozen=True, tag="capabilities"):
    """What can be done for a citizen has changed. ``lost``: by capability, the device or fault that took it."""

    works: Words
    banks: Words = ()
    lost: Annotated[dict[Word, Word], FEW] = msgspec.field(default_factory=dict)


class Result(StrEnum):
    """How a business went for the citizen."""

    DONE = "done"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    FAILED = "failed"


class StepTime(Message, frozen=True):
    """``milliseconds`` spent in a step, all visits together."""

    step: Word
    milliseconds: Count
    visits: Count = 1


class BusinessOutcome(Message, frozen=True, tag="business_outcome"):
    """One visit's business has ended. ``step``: where it ended, if not done. ``reason``: the refusal's word, if any."""

    service: Word
    result: Result
    step: Word | None = None
    reason: Word | None = None
    means: Literal["card", "id_card", "none"] = "none"
    steps: Annotated[tuple[StepTime, ...], MANY] = ()


class EventName(StrEnum):
    """What may happen to a machine besides its devices' states."""

    STARTED = "started"
    STOPPING = "stopping"
    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"
    MAINTENANCE_BEGAN = "maintenance_began"
    MAINTENANCE_ENDED = "maintenance_ended"
    DOOR_OPENED = "door_opened"
    """``facts``: door, and exchange (whether an exchange was open, so that it was expected)."""
    DOOR_CLOSED = "door_closed"
    TAMPERED = "tampered"
    EXCHANGE_BEGAN = "exchange_began"
    EXCHANGE_ENDED = "exchange_ended"
    STOCK_DIFFERENCE = "stock_difference"
    """``facts``: bank, place, ledger and counted, in cards."""
    STOCK_COUNTED = "stock_counted"
    """Two persons have counted and signed; issuing is free again."""
    CARD_RETAINED = "card_retained"
    BUSINESS_STUCK = "business_stuck"
    STUCK = "stuck"
    """``facts``: what (view, event_loop, device, driver), where, milliseconds."""
    HEALED = "healed"
    """``facts``: what, remedy."""
    NOT_HEALED = "not_healed"
    COMMAND_REFUSED = "command_refused"
    """``facts``: reason, verb if it could be read, and untold: how many more there were before, too many to be told.
    Someone may be trying to command this kiosk."""
    ATTENDANT_PAGED = "attendant_paged"
    ENROLLED = "enrolled"
    CERTIFICATE_RENEWED = "certificate_renewed"
    CERTIFICATE_ENDING = "certificate_ending"
    CLOCK_WRONG = "clock_wrong"
    DISK_LOW = "disk_low"
    POLICY_CHANGED = "policy_changed"
    TELEMETRY_DROPPED = "telemetry_dropped"


class Event(Message, frozen=True, tag="event"):
    """Something happened."""

    event: EventName
    device: Word | None = None
    facts: Facts = msgspec.field(default_factory=dict)


Body = DeviceState | Supplies | Counters | Capabilities | BusinessOutcome | Event

KINDS: dict[str, type[Message]] = {
    "device_state": DeviceState,
    "supplies": Supplies,
    "counters": Counters,
    "capabilities": Capabilities,
    "business_outcome": BusinessOutcome,
    "event": Event,
}
"""Every kind of telemetry by its tag; the last token of its subject is the tag."""


class Telemetry(Message, frozen=True):
    """One message of the kiosk's telemetry.

    ``journal``: which journal counts ``sequence``: a kiosk with a new disk begins a new one at 1. Within a journal the
    sequence rises by one with every message, so that a gap is a message that is missing. ``late``: it was kept for
    longer than :data:`LATE_AFTER` and tells of the past; by the kiosk's clock it is ``sent_at - happened_at`` old.
    """

    kiosk: KioskId
    journal: Id
    sequence: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    boot: Id
    """The start of the controller in which it was written."""
    happened_at: Instant
    sent_at: Instant
    body: Body
    late: bool = False
    version: Literal[1] = 1

    @property
    def message_id(self) -> str:
        """What it is counted once by; the header ``Nats-Msg-Id``."""
        return f"{self.kiosk}-{self.journal}-{self.sequence}"


LATE_AFTER = 90.0
"""Seconds after which telemetry is late: as long as a kiosk may be silent before it counts as offline."""


# -- bytes -------------------------------------------------------------------------------------------------------------

M = TypeVar("M", bound=Message)

_encoder = msgspec.json.Encoder()


@cache
def _decoder(kind: type[M]) -> msgspec.json.Decoder[M]:
    return msgspec.json.Decoder(kind)


class Unreadable(ValueError):
    """Bytes that are no such message; the text says where and why."""


def encode(message: Message) -> bytes:
    """A message as it goes over the line."""
    return _encoder.encode(message)


def decode(kind: type[M], data: bytes) -> M:
    """The message in ``data``. Raises Unreadable, whatever the bytes are."""
    try:
        decoder: msgspec.json.Decoder[M] = _decoder(kind)
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise Unreadable(f"not a {kind.__name__}: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable(f"not a {kind.__name__}: no JSON") from None
