"""What the session knows of the card that is being applied for and made. Everything personal in it goes with the
session; what must outlive a power cut is in the journal's :class:`kiosk.journal.issues.IssueRecord`."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import Application, Bank, Eligibility, Quote, Reservation
from kiosk.host.payer.port import Payment
from kiosk.host.port import IdCardProof
from kiosk.journal.issues import IssueRecord
from kiosk.photo.taken import Taken
from statemachines.views import Say

PHOTO_TRIES = 3
"""Pictures taken of a person before the application is saved for a deferred issue instead (scenario A3)."""


@dataclass(slots=True, repr=False)
class Issue:
    """``record``: as the journal has it; None until the application is being opened. ``vouched_by``: the staff number
    of an attendant who vouched, or empty. ``reason``: what was chosen and quoted.

    ``preview``: the pictures (PNG) of both faces as the citizen was shown them. ``note``: something unusual for the
    page of the making. ``identifier``: of the card in the path, as its chip has it. ``read_back``: the digest of what
    stands on its chip. ``no_second``: another card would fare no better.

    ``stock``: cards in this machine of each bank offered, by its key. ``photo_tries``: pictures taken. ``mirror``: the
    live picture, as the camera sees; empty while it rests. ``photo_shown``: the photo taken, as the page shows it, its
    faults drawn on it. Both are JPEG. ``own_pin``: the holder has set a PIN of their own at the handing over.
    """

    record: IssueRecord | None = None
    applicant: IdCardProof | None = None
    eligibility: Eligibility | None = None
    vouched_by: str = ""
    reason: Reason | None = None
    quote: Quote | None = None
    application: Application | None = None
    photo: Taken | None = None
    photo_tries: int = 0
    mirror: bytes = b""
    photo_shown: bytes = b""
    base_photo: bytes = b""
    banks: tuple[Bank, ...] = ()
    stock: dict[str, int] = field(default_factory=dict)
    preview: tuple[bytes, bytes] = (b"", b"")
    payment: Payment | None = None
    declined: int = 0
    pay_until: float = 0.0
    reservation: Reservation | None = None
    problem: Say | None = None
    note: Say | None = None
    own_pin: bool = False
    identifier: str = ""
    read_back: str = ""
    no_second: bool = False
    done: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Issue {self.record.business if self.record else 'not opened'}>"

    @property
    def photo_tries_left(self) -> int:
        """Pictures that may still be taken."""
        return max(0, PHOTO_TRIES - self.photo_tries)

    @property
    def bank(self) -> Bank | None:
        """The chosen one, among those offered."""
        record = self.record
        return next((each for each in self.banks if record is not None and each.key == record.bank), None)
