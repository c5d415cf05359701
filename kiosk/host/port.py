"""What the kiosk asks of the host, as values and one protocol.

Amounts are integer fen; dates are :class:`datetime.date`; months are ``(year, month)``. Everything personal has a
masked ``repr``. Outcomes: a value; :class:`HostRefused` (the host said no, and why); :class:`HostUnavailable` (the
request surely did not reach it); :class:`HostUnknown` (it may have: a time-out is unknown, never failed).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec


class HostError(Exception):
    """Base of the three ways a call does not bring its value."""


class Difference(msgspec.Struct, frozen=True):
    """Cause 3: a field (``name``, ``birth_date``, ``number``) that the card and the host tell differently."""

    field: str
    card_value: str
    host_value: str

    def __repr__(self) -> str:
        return f"<Difference {self.field}>"


class HostRefused(HostError):
    """The host answered no. ``code`` is one of :class:`RefusalCode`, or of another port's own, and never followed by
    personal data.

    ``detail``: words for staff, or what the code says it is (the device of ``in_progress_elsewhere``).
    ``differences`` come with ``data_differ`` only, for the correction slip; they are in no text of the exception.
    """

    def __init__(self, code: str, detail: str = "", differences: tuple[Difference, ...] = ()) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.differences = differences


class HostUnavailable(HostError):
    """The request did not reach the host: refused connection, no route, circuit open, TLS failure."""


class HostUnknown(HostError):
    """The request was sent and no answer came. Ask again with the same idempotency key, or query its state."""


class HostProtocolError(HostUnknown):
    """An answer came and could not be understood: what was done is as unknown as without one."""


class RefusalCode(StrEnum):
    """Why the host refuses. Each has its words in the language files as ``refusal.<value>``."""

    UNKNOWN_PERSON = "unknown_person"  # cause 1
    DUPLICATE_NUMBER = "duplicate_number"  # cause 2
    DATA_DIFFER = "data_differ"  # cause 3
    NO_PHOTO = "no_photo"  # cause 4
    CARD_BLACKLISTED = "card_blacklisted"
    CARD_UNKNOWN = "card_unknown"
    CARD_STOPPED = "card_stopped"
    MINOR_NEEDS_GUARDIAN = "minor_needs_guardian"
    NOT_INSURED_HERE = "not_insured_here"
    IN_PROGRESS_ELSEWHERE = "in_progress_elsewhere"
    TOO_MANY_REQUESTS = "too_many_requests"
    SESSION_OVER = "session_over"
    NOT_ALLOWED = "not_allowed"


class Value(msgspec.Struct, frozen=True):
    """A value that travels, and tells of no person."""


class Personal(msgspec.Struct, frozen=True):
    """A value whose repr tells nothing of the person."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Scheme(StrEnum):
    """The five insurances and the housing fund."""

    PENSION = "pension"
    MEDICAL = "medical"
    UNEMPLOYMENT = "unemployment"
    INJURY = "injury"
    MATERNITY = "maternity"
    HOUSING_FUND = "housing_fund"


# -- identification ----------------------------------------------------------------------------------------------------


class CardProof(Personal, frozen=True):
    """What was read from a social security card, for the host to know the holder. ``pin_verified``: by the chip."""

    identifier: str  # 32 hex digits
    card_number: str
    social_security_number: str
    name: str
    generation: str  # "1.00", "2.00", "3.00"
    pin_verified: bool


class IdCardProof(Personal, frozen=True):
    """What was read from a resident ID card (or its cousins). ``kind``: citizen, hmt, foreigner2017, foreigner2023."""

    kind: str
    number: str
    name: str
    birth_date: date
    valid_until: date | None  # None: long-term


class Person(Personal, frozen=True):
    """The host's session with a person: an opaque token, worth nothing after :meth:`Host.end_session`."""

    token: str
    name: str
    number: str  # 18 characters
    birth_date: date
    insured_here: bool


# -- queries -----------------------------------------------------------------------------------------------------------


class CardSide(StrEnum):
    """States of a card or of one of its two sides, as public texts name them."""

    NORMAL = "normal"
    TO_BE_ACTIVATED = "to_be_activated"
    TEMPORARY_LOSS = "temporary_loss"
    LOST = "lost"
    LOCKED = "locked"
    SEALED = "sealed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    EXPIRED = "expired"
    NONE = "none"


class CardStatus(Personal, frozen=True):
    """F12: both sides. ``bank_as_of``: the bank owns its side; the host caches it."""

    card_number: str
    issued: date | None
    social_side: CardSide
    social_since: date | None
    bank_side: CardSide
    bank_name: str
    bank_last_four: str
    bank_valid_until: date | None
    bank_as_of: datetime | None
    essc_issued: bool


class MonthContribution(Personal, frozen=True):
    """One month of one scheme, in fen. ``paid`` False: a gap (base and parts are then 0)."""

    month: int
    paid: bool
    base: int
    own: int
    employer: int
    employer_name: str


class YearContribution(Personal, frozen=True):
    """A year of one scheme; ``months`` holds those from first insurance on and not in the future."""

    year: int
    months: tuple[MonthContribution, ...]


class ContributionHistory(Personal, frozen=True):
    """F14. Newest year first. ``gaps`` = months within the insured time without a contribution."""

    scheme: Scheme
    first_insured: date | None
    months_paid: int
    gaps: int
    total_own: int
    years: tuple[YearContribution, ...]
    as_of: datetime


class Pension(Personal, frozen=True):
    """F15. ``monthly_benefit`` None while not retired; ``last_paid`` the last month that was paid out."""

    account_balance: int
    own_total: int
    months_paid: int
    retired_since: date | None
    monthly_benefit: int | None
    last_paid: tuple[int, int] | None
    as_of: datetime


class MedicalAccount(Personal, frozen=True):
    """F16. ``past_years``: (year, income, spent, closing balance), newest first."""

    balance: int
    income_this_year: int
    spent_this_year: int
    pooled_paid_this_year: int
    past_years: tuple[tuple[int, int, int, int], ...]
    as_of: datetime


class Benefit(Personal, frozen=True):
    """F17. ``kind``: unemployment, injury, maternity; ``state``: running, ended, none."""

    kind: str
    state: str
    since: date | None
    until: date | None
    monthly: int
    paid_total: int


class PersonalData(Personal, frozen=True):
    """F20, as the host holds it, in full; masked before it reaches a view."""

    name: str
    number: str
    sex: str  # male, female
    nation: str  # GB 3304 code
    birth_date: date
    phone: str
    address: str
    employer: str
    bank_last_four: str
    photo_on_file: bool


class PrintedDocument(Value, frozen=True):
    """F27: the host's record of a print: its number and the code that a check page verifies once it is activated."""

    number: str
    verification_code: str
    check_url: str


# -- the HSM behind the host -------------------------------------------------------------------------------------------


class HsmRequest(Personal, frozen=True):
    """Protocol page of the card, A8: what the HSM is given. All but ``region``, ``algorithm`` are hexadecimal.

    ``key_id`` of the external authentication: 0x0A reads EF06 of a 3.0 card, 0x06 (PUK) unblocks.
    """

    region: str
    atr: str
    algorithm: str  # "01" 3DES, "03" SM4
    identifier: str
    internal_factor: str
    internal_random: str
    external_factor: str
    external_random: str
    key_id: int


class HsmAnswer(Personal, frozen=True):
    """The response a genuine card gives to internal authentication, and the cryptogram for the external one (hex)."""

    internal_response: str
    external_cryptogram: str


class Host(Protocol):
    """The port. Every method may raise the three host errors. Reads are safe to repeat; writes carry a key."""

    async def ping(self) -> datetime:
        """The host's clock, in UTC."""
        ...

    async def blacklist(self) -> tuple[int, frozenset[str], tuple[tuple[str, str], ...]]:
        """Version, card identifiers (hex), and ranges (first, last identifier) that must be refused."""
        ...

    async def authenticate_card(self, request: HsmRequest) -> HsmAnswer:
        """Ask the HSM; no person's session is needed."""
        ...

    async def identify_by_card(self, proof: CardProof) -> Person:
        """Open a session for a card's holder. Refuses: causes 1 to 3, card codes, minors, rate limit."""
        ...

    async def identify_by_id_card(self, proof: IdCardProof) -> Person:
        """Open a session for an ID card's holder. Refuses: causes 1 to 3, minors, rate limit."""
        ...

    async def end_session(self, person: Person) -> None:
        """Make the token worthless. Idempotent."""
        ...

    async def card_status(self, person: Person) -> CardStatus: ...

    async def contributions(self, person: Person, scheme: Scheme) -> ContributionHistory: ...

    async def pension(self, person: Person) -> Pension: ...

    async def medical_account(self, person: Person) -> MedicalAccount: ...

    async def benefits(self, person: Person) -> tuple[Benefit, ...]: ...

    async def personal_data(self, person: Person) -> PersonalData: ...

    async def report_wrong_data(self, person: Person, fields: tuple[str, ...], key: str) -> str:
        """F20 "this is wrong": opens a correction case, returns its number. ``key``: idempotency key."""
        ...

    async def register_document(self, person: Person, kind: str, key: str) -> PrintedDocument:
        """F27: reserve number and code before printing; the code verifies nothing until activated."""
        ...

    async def activate_document(self, number: str, key: str) -> None:
        """A21: the paper is whole and out; the code verifies from now on."""
        ...

    async def void_document(self, number: str, key: str) -> None:
        """A21: the paper is torn or never came."""
        ...

    async def pin_changed(self, identifier: str, key: str) -> None:
        """F43 advice: the holder set an own PIN on the chip (the PIN itself is never sent)."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
