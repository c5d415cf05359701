"""What is said between kiosk and host about a new card: values only. The port is :mod:`kiosk.host.issuing_port`.

Amounts are fen. A card's ``serial`` is the eight hexadecimal digits within its identifier, as on the staff's lists and
in the journal; its ``identifier`` is the 32 digits read from the chip (EF05).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from kiosk.catalogue.fees import FeeBasis
from kiosk.catalogue.rules import Reason
from kiosk.host.port import Personal, Value


class IssuingRefusal(StrEnum):
    """Why the host refuses a step of issuing, besides :class:`kiosk.host.port.RefusalCode`.

    Words: ``refusal.<value>``.
    """

    NOT_ELIGIBLE = "not_eligible"
    """``detail``: the :class:`Obstacle`."""
    REASON_DOES_NOT_APPLY = "reason_does_not_apply"
    QUOTE_LAPSED = "quote_lapsed"
    """Unknown, of another reason, or not accepted before its midnight: quote anew."""
    APPLICATION_UNKNOWN = "application_unknown"
    APPLICATION_CLOSED = "application_closed"
    """Withdrawn, collected, or abandoned before it was opened."""
    PHOTO_NEEDED = "photo_needed"
    PHOTO_UNACCEPTABLE = "photo_unacceptable"
    PHOTO_RECEIPT_UNKNOWN = "photo_receipt_unknown"
    OLD_CARD_NOT_SETTLED = "old_card_not_settled"
    """Neither reported lost nor handed in."""
    BANK_NOT_ELIGIBLE = "bank_not_eligible"
    CARD_NOT_IN_STOCK = "card_not_in_stock"
    """No such pre-made card, or of another bank."""
    CARD_NOT_FREE = "card_not_free"
    """Reserved for another application, bound, suspect, spoiled, or given back by this application before."""
    ANOTHER_CARD_RESERVED = "another_card_reserved"
    """This application has a reservation: end that first."""
    NOT_RESERVED = "not_reserved"
    RECORD_NOT_PLANNED = "record_not_planned"
    """The HSM is asked for something that the reservation does not say."""
    READ_BACK_DIFFERS = "read_back_differs"
    FEE_NOT_HELD = "fee_not_held"
    ALREADY_COMMITTED = "already_committed"
    """After the commit it goes only forward."""
    NOT_COMMITTED = "not_committed"


class Obstacle(StrEnum):
    """What stands against an application, in the order of the gate. Words: ``issue.obstacle.<value>``."""

    INDIVIDUAL_NOT_ALLOWED = "individual_not_allowed"
    GUARDIAN_NEEDED = "guardian_needed"
    """The applicant is a child, and the host does not know the person at the kiosk as its guardian."""
    NOT_INSURED_HERE = "not_insured_here"
    BLACKLISTED = "blacklisted"
    """The present card is on the blacklist for another cause than its loss."""
    OPEN_APPLICATION = "open_application"
    IN_PROGRESS_ELSEWHERE = "in_progress_elsewhere"
    HAS_CARD = "has_card"
    """A first card is asked for by someone who has one (A5)."""
    REASON_DOES_NOT_APPLY = "reason_does_not_apply"


class PhotoNeed(StrEnum):
    """``needed`` is cause 4, which is cured at the kiosk: by a picture taken now or a receipt number."""

    ON_FILE = "on_file"
    NEEDED = "needed"
    NOT_NEEDED = "not_needed"
    """Too young (``photo.min_age``)."""


class Mode(StrEnum):
    """Both share one application number."""

    INSTANT = "instant"
    DEFERRED = "deferred"


class ApplicationState(StrEnum):
    """``accepted``: no card yet. ``producing``: a card is reserved (instant) or being made centrally (deferred).
    ``ready``: the card is bound and not yet with its holder. ``withdrawn`` and ``collected`` are final."""

    ACCEPTED = "accepted"
    PRODUCING = "producing"
    READY = "ready"
    COLLECTED = "collected"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"


class CardState(StrEnum):
    """Of a pre-made card, as the host's stock has it."""

    FREE = "free"
    RESERVED = "reserved"
    BOUND = "bound"
    SUSPECT = "suspect"
    SPOILED = "spoiled"


class BadCard(StrEnum):
    """``suspect``: its state cannot be known (a jam). ``spoiled``: it can never be a person's card. Both never return
    to a hopper, and both have their bank account number voided."""

    SUSPECT = "suspect"
    SPOILED = "spoiled"


class OldCardFate(StrEnum):
    """What became of the card that is replaced (rules: issuing, decision 9)."""

    REPORTED_LOST = "reported_lost"
    HANDED_IN = "handed_in"


class Whereabouts(StrEnum):
    """Advice on a bound card: out at the bezel, taken by its holder, in the holding slot, in the sealed bin."""

    PRESENTED = "presented"
    COLLECTED = "collected"
    HELD = "held"
    SEALED = "sealed"


class HolderRecord(Personal, frozen=True):
    """What will be on the card, for the applicant to confirm item by item.

    ``nation``: GB 3304; ``sex``: male, female.
    """

    name: str
    number: str
    sex: str
    nation: str
    birth_date: date
    birthplace: str  # GB/T 2260, six digits
    phone: str
    address: str


class OldCard(Personal, frozen=True):
    """The card that a new one replaces. States are :class:`kiosk.host.port.CardSide` values."""

    card_number: str
    serial: str
    generation: str
    issued: date | None
    social_side: str
    bank_name: str
    bank_last_four: str
    in_warranty: bool


class Eligibility(Personal, frozen=True):
    """The gate's answer. Without ``obstacles`` the applicant may apply for one of ``reasons``; with them, ``reasons``
    are what could be applied for instead (A5). ``open_application``: a number, or empty. ``device``: where that is in
    progress."""

    obstacles: tuple[Obstacle, ...]
    reasons: tuple[Reason, ...]
    photo: PhotoNeed
    holder: HolderRecord
    old_card: OldCard | None
    open_application: str
    device: str


class Quote(Value, frozen=True):
    """A fee, promised until ``lapses`` (the midnight of its day); accepted before, it stays as it is (A19)."""

    number: str
    reason: Reason
    fen: int
    basis: FeeBasis
    day: date
    lapses: datetime


class PickupSlip(Value, frozen=True):
    """F36: ``due`` and ``latest`` are working days counted from acceptance; ``provisional``: holidays not announced yet
    may move them. ``position``: in the queue, from 1; ``priority``: in its first group."""

    due: date
    latest: date
    provisional: bool
    position: int
    priority: bool
    place: str


class Application(Value, frozen=True):
    """An application as the host has it; no person is in it. ``serial`` and ``bank``: of the card reserved or bound,
    else empty. ``fen`` and ``reason``: as quoted and accepted. ``device``: the kiosk that may go on with it.

    ``committed_at``: the point of no return, None before it. ``whereabouts``: the latest advice, None before one.
    """

    number: str
    mode: Mode
    state: ApplicationState
    reason: Reason
    fen: int
    photo: PhotoNeed
    device: str
    opened_at: datetime
    bank: str
    serial: str
    committed_at: datetime | None
    whereabouts: Whereabouts | None
    slip: PickupSlip | None

    @property
    def committed(self) -> bool:
        """Whether it goes only forward."""
        return self.committed_at is not None


class Bank(Value, frozen=True):
    """A bank whose cards this region issues. ``key``: as in the stock file."""

    key: str
    name: str
    name_en: str


class ChipRecord(Personal, frozen=True):
    """One record to write: ``file`` such as ``EF06``, ``record`` the whole record (tag, length, value) in hexadecimal.
    ``position`` counts from 1, which is the order of writing."""

    position: int
    file: str
    record: str

    @property
    def tag(self) -> int:
        """The record's first byte."""
        return int(self.record[:2], 16)

    @property
    def content(self) -> bytes:
        """The whole record."""
        return bytes.fromhex(self.record)


class CardPrint(Personal, frozen=True):
    """What both faces say. ``bank_account``: the whole number."""

    name: str
    number: str
    card_number: str
    issued: date
    valid_until: date
    bank_name: str
    bank_account: str


class Reservation(Personal, frozen=True):
    """A pre-made card set apart for an application: what to write, in order, and what to print."""

    application: str
    serial: str
    bank: str
    bank_account: str
    card_number: str
    records: tuple[ChipRecord, ...]
    printed: CardPrint


class MutualRequest(Personal, frozen=True):
    """As :class:`kiosk.host.port.HsmRequest`, for the card of a reservation. All bytes in hexadecimal."""

    application: str
    serial: str
    internal_factor: str
    internal_random: str
    external_factor: str
    external_random: str
    key_id: int


class ExternalRequest(Personal, frozen=True):
    """For EXTERNAL AUTHENTICATE alone: the card's last random (``factor``) and the one before (``random``)."""

    application: str
    serial: str
    key_id: int
    factor: str
    random: str


class MacRequest(Personal, frozen=True):
    """For UPDATE RECORD under MAC: ``header`` CLA INS P1 P2 Lc (Lc counts the MAC), ``data`` the whole record.

    The host gives a MAC for a record of the reservation and for nothing else.
    """

    application: str
    serial: str
    key_id: int
    factor: str
    header: str
    data: str


class Committed(Value, frozen=True):
    """The card is its holder's. ``old_serial``: of the card that is cancelled by it, or empty."""

    application: str
    serial: str
    committed_at: datetime
    old_serial: str


class FeeLine(Value, frozen=True):
    """The host's line for the daily reconciliation: one application with what it cost, by the payer's order number."""

    application: str
    order: str
    fen: int
    committed: bool


def read_back_digest(records: Iterable[bytes]) -> str:
    """What :meth:`IssuingHost.commit` is given: SHA-256, in hexadecimal, over the whole records as the chip gave them
    back, in the order of the reservation. It stands for a person's data: not for a journal."""
    digest = hashlib.sha256()
    for record in records:
        digest.update(record)
    return digest.hexdigest()


def step_key(business: str, step: str, nth: int = 1) -> str:
    """The idempotency key of a step of a business: ``20261122-K0001-0042-S/reserve/1``. The business number names the
    kiosk; ``nth`` tells a second card from the first, and never a repetition from what it repeats."""
    return f"{business}/{step}/{nth}"
