"""What is looked at, as values. Times are milliseconds since 1970 by the fleet's clock, unless said otherwise."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL has no place for it."""

Facts = dict[str, str | int | bool]


class Shape(BaseModel):
    """A value of the API."""

    model_config = ConfigDict(frozen=True)


class Standing(StrEnum):
    """How a kiosk is, in one word, the worst first."""

    OFFLINE = "offline"
    OUT = "out"
    LIMITED = "limited"
    FINE = "fine"
    UNKNOWN = "unknown"
    """It is on the list and has not been heard of yet."""


class Bilingual(Shape):
    """The same words in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


class AlertStep(Shape):
    """What became of an alert at a moment."""

    at: int
    what: str
    by: str
    facts: dict[str, Any]


class AlertRow(Shape):
    """An alert. ``kiosk`` empty: of the many in ``kiosks``; ``device`` is then ``line:NAME``, ``site:NAME``, ``fleet``.

    ``words``: what is the matter; ``remedy``: what is done about it; ``by_hand``: a person must say that it is over.
    """

    id: int
    kiosk: str
    device: str
    code: str
    severity: str
    state: str
    level: int = Field(description="How often it has been escalated.")
    late: bool
    happened_at: int
    opened_at: int
    acknowledged_at: int | None = None
    acknowledged_by: str | None = None
    cleared_at: int | None = None
    cleared_by: str | None = None
    facts: dict[str, Any] = {}
    words: Bilingual
    remedy: Bilingual
    by_hand: bool
    kiosks: tuple[str, ...] = ()
    notes: tuple[AlertStep, ...] = ()


class AlertDetail(AlertRow):
    """With its history, oldest first."""

    history: tuple[AlertStep, ...] = ()


class KioskRow(Shape):
    """A kiosk on the list. ``rank``: how much it needs a hand, 0 for not at all. ``worst``: its worst open alert."""

    id: str
    name: str
    site: str
    standing: Standing
    rank: int
    serving: bool
    seen_at: int | None
    works: tuple[str, ...]
    banks: tuple[str, ...]
    lost: dict[str, str]
    alerts: int = 0
    worst: AlertRow | None = None


class Hall(Shape):
    """The kiosks of a site; ``site`` empty: those of which no place is known."""

    site: str
    kiosks: tuple[KioskRow, ...]
    wrong: int


class Overview(Shape):
    """The fleet at a glance. ``able``: kiosks by capability. ``first``: who needs a hand, worst first."""

    at: int
    total: int
    standings: dict[Standing, int]
    serving: int
    open_alerts: dict[str, int] = Field(description="By severity.")
    able: dict[str, int]
    first: tuple[KioskRow, ...]
    halls: tuple[Hall, ...] = ()


class StorageView(Shape):
    """A hopper, bin or slot."""

    device: str
    unit: str
    kind: str
    level: str
    count: int | None
    threshold: int | None
    bank: str | None


class SupplyView(Shape):
    """What runs out. ``a_day``: thousandths of a unit."""

    supply: str
    unit: str
    left: int | None
    capacity: int | None
    level: str
    a_day: int | None
    empty_on: str | None
    soon: bool
    bank: str | None


class DeviceView(Shape):
    """A device as it last said. ``wrong``: whether something is to be done about it; then ``alarm`` says what is the
    matter and ``remedy`` what to do."""

    device: str
    kind: str
    state: str
    model: str
    fault: str | None
    faults: tuple[str, ...]
    words: dict[str, str]
    measures: dict[str, int]
    ribbon: dict[str, Any] | None
    since: int
    wrong: bool
    severity: str | None = None
    alarm: Bilingual | None = None
    remedy: Bilingual | None = None


class Presence(Shape):
    """The latest heartbeat."""

    seen_at: int
    boot: str
    uptime: int
    version: str
    policy: str
    region: str
    state: str
    serving: bool
    unsent: int
    dropped: int
    clock_off: int | None
    certificate_until: int | None
    disk_free: int | None
    memory: int | None


class Details(Shape):
    """What people have written down about a kiosk. ``hours``: seven lists (Monday first) of [begin, end] in minutes of
    the day; None: always open. ``latitude``, ``longitude``: millionths of a degree."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("", max_length=200, pattern=NO_NUL)
    site: str = Field("", max_length=100, pattern=NO_NUL)
    line: str = Field("", max_length=100, pattern=NO_NUL)
    latitude: int | None = Field(None, ge=-90_000_000, le=90_000_000)
    longitude: int | None = Field(None, ge=-180_000_000, le=180_000_000)
    hours: list[list[tuple[int, int]]] | None = Field(None, min_length=7, max_length=7)


class RateView(Shape):
    """``times`` that ``what`` was met in ``of`` of what it happens to (:mod:`kiosk.fleet.wear`)."""

    what: str
    times: int
    of: int
    per_thousand: float


class KioskDetail(Shape):
    """One kiosk, whole."""

    row: KioskRow
    details: Details
    presence: Presence | None
    devices: tuple[DeviceView, ...]
    storage: tuple[StorageView, ...]
    supplies: tuple[SupplyView, ...]
    alerts: tuple[AlertRow, ...]
    counters: dict[str, int] = Field(description="As they last stood.")
    wear: tuple[RateView, ...] = Field(description="What of the counters tells of wear before a fault does.")
    missing: int = Field(description="Messages of its journals that have not come yet.")


class Moment(Shape):
    """Something on a kiosk's time line, ``happened_at`` by its clock. ``key``: to ask for what was before."""

    key: str
    kind: str
    happened_at: int
    received_at: int
    late: bool
    body: dict[str, Any]


class TicketRow(Shape):
    """Work to be done. ``state``: open, working, closed; ``urgency``: low, normal, high."""

    id: int
    alert: int | None
    kiosk: str
    device: str
    code: str
    urgency: str
    state: str
    opened_at: int
    opened_by: str
    due_at: int
    assignee: str | None
    closed_at: int | None
    closed_by: str | None
    facts: dict[str, Any]
    words: Bilingual
    remedy: Bilingual


class TicketNote(Shape):
    """``parts``: spare parts used, by name, how many."""

    at: int
    by: str
    text: str
    parts: dict[str, int]


class TicketDetail(TicketRow):
    """With its notes, oldest first."""

    notes: tuple[TicketNote, ...] = ()


class StockRow(Shape):
    """The cards of one bank across the fleet. ``places``, to be filled first: kiosk, cards left, day of the last."""

    bank: str
    cards: int
    kiosks: int
    able: int
    empty: int
    soon: int
    a_day: int = Field(description="Thousandths of a card.")
    places: tuple[tuple[str, int | None, str | None], ...]


class SupplyRow(Shape):
    """Another supply across the fleet."""

    supply: str
    kiosks: int
    empty: int
    soon: int
    places: tuple[tuple[str, int | None, str | None], ...]


class Stock(Shape):
    """All that runs out, across the fleet."""

    banks: tuple[StockRow, ...]
    supplies: tuple[SupplyRow, ...]


class CommandRow(Shape):
    """A command. ``state``: proposed (waits for a second person), ready, received, waiting, running; done, failed,
    refused, expired, withdrawn."""

    id: str
    kiosk: str
    verb: str
    arguments: Facts
    issued_by: str
    issued_at: int
    expires_at: int
    approved_by: str
    approved_at: int | None
    state: str
    sent: int
    refusal: str | None
    facts: dict[str, Any]
    answered_at: int | None
    alert: int | None
    has_content: bool = False


class AuditRow(Shape):
    """Who did what."""

    number: int
    at: int
    actor: str
    action: str
    subject: str
    facts: dict[str, Any]


class AuditCheck(Shape):
    """The chain, walked. ``first_wrong``: number of the first entry that is not as it was written; None: all are."""

    entries: int
    first_wrong: int | None


class DeliveryRow(Shape):
    """Something that was to be sent to a contact. ``what``: opened, escalated, cleared, test. ``state``: waiting, sent,
    dead; ``trouble``: why not yet, or not at all."""

    id: int
    alert: int | None
    what: str
    state: str
    attempts: int
    trouble: str
    made_at: int
    ended_at: int | None


class ContactRow(Shape):
    """Who is told of alerts; a webhook's secret is never among it. ``level``: 0 is told at once, n when an alert has
    been escalated n times. ``least``: the severity from which. ``site``: of this hall only. ``quiet_from``,
    ``quiet_until``: minutes of the day between which only what is critical is sent. ``last``: what was sent last."""

    id: int
    name: str
    channel: str
    address: str
    language: str
    level: int
    least: str
    site: str
    quiet_from: int | None
    quiet_until: int | None
    paused_at: int | None
    last: DeliveryRow | None = None


class QuarantineRow(Shape):
    """Bytes that could not be believed. ``start``: the first 200 bytes as text, what is not printable as dots."""

    id: int
    received_at: int
    stream: str
    subject: str
    reason: str
    size: int
    start: str
