"""What the kiosk asks of the host to issue a card: one protocol beside :class:`kiosk.host.port.Host`, same error model.

A value; :class:`HostRefused` with a code of :class:`RefusalCode` or :class:`IssuingRefusal`; :class:`HostUnavailable`
(surely not done); :class:`HostUnknown` (perhaps done). Every call that changes something carries ``key``
(:func:`step_key`): the same key brings the same answer however often it is sent, and a key is never used for two
requests. What is done stays done for other keys, too: an application opened, a card reserved, committed, given back or
spoiled is found so, by the same kiosk; another kiosk is told ``in_progress_elsewhere`` with the device as ``detail``.

The host refuses what comes too late: an application opened after :meth:`IssuingHost.withdraw`, a card reserved after
:meth:`IssuingHost.release` or :meth:`IssuingHost.spoil`. So a request that was lost on the way and turns up later
undoes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import (
    Application,
    BadCard,
    Bank,
    Committed,
    Eligibility,
    ExternalRequest,
    FeeLine,
    MacRequest,
    Mode,
    MutualRequest,
    OldCardFate,
    Quote,
    Reservation,
    Whereabouts,
)
from kiosk.host.port import HsmAnswer, IdCardProof, Person


class IssuingHost(Protocol):
    """The port. Every method may raise the three host errors."""

    # -- before the first card leaves its hopper -----------------------------------------------------------------------

    async def eligibility(self, person: Person, applicant: IdCardProof, reason: Reason | None = None) -> Eligibility:
        """The gate. ``applicant``: whose card it will be, the person at the kiosk or a child of theirs. ``reason``
        None: which reasons there are. Refuses: causes 1 to 3, with the differing fields (A4); cause 4 is ``photo``
        needed."""
        ...

    async def quote(self, person: Person, applicant: IdCardProof, reason: Reason) -> Quote:
        """The fee of today. Refuses: reason_does_not_apply."""
        ...

    async def banks(self, person: Person, applicant: IdCardProof) -> tuple[Bank, ...]:
        """Those whose cards the applicant may have; which are in the machine, the ledger knows."""
        ...

    async def open_application(
        self, person: Person, applicant: IdCardProof, reason: Reason, quote: str, mode: Mode, key: str
    ) -> Application:
        """Accept a quote and open the application. Refuses: not_eligible, in_progress_elsewhere, quote_lapsed."""
        ...

    async def submit_photo(self, application: str, picture: bytes, key: str) -> Application:
        """A JPEG within the region's photo rule. Refuses: photo_unacceptable."""
        ...

    async def use_photo_receipt(self, application: str, receipt: str, key: str) -> Application:
        """The picture that a photographer sent in. Refuses: photo_receipt_unknown."""
        ...

    async def base_photo(self, application: str) -> bytes:
        """The picture on file, a JPEG, for printing. Refuses: photo_needed."""
        ...

    async def settle_old_card(self, application: str, fate: OldCardFate, key: str) -> Application:
        """The old card is reported lost, which stops it at once, or has been handed in."""
        ...

    async def defer(self, application: str, key: str) -> Application:
        """From instant to deferred under the same number, when no card can be made here; gives the pick-up slip.

        Refuses: another_card_reserved (end that first), already_committed.
        """
        ...

    # -- the card ------------------------------------------------------------------------------------------------------

    async def reserve(self, application: str, bank: str, identifier: str, key: str) -> Reservation:
        """Set the pre-made card apart whose chip was read.

        Refuses: photo_needed, old_card_not_settled, bank_not_eligible, card_not_in_stock, card_not_free,
        another_card_reserved, application_closed, already_committed, in_progress_elsewhere.
        """
        ...

    async def mutual_authentication(self, request: MutualRequest) -> HsmAnswer:
        """The HSM, for the reserved card. Refuses: not_reserved."""
        ...

    async def external_authentication(self, request: ExternalRequest) -> str:
        """The cryptogram, 8 bytes in hexadecimal. Refuses: not_reserved."""
        ...

    async def record_mac(self, request: MacRequest) -> str:
        """The MAC, 4 bytes in hexadecimal. Refuses: not_reserved, record_not_planned."""
        ...

    async def commit(self, application: str, serial: str, read_back: str, payment: str, key: str) -> Committed:
        """The card is bound, the old one cancelled: the point of no return.

        ``read_back``: :func:`read_back_digest`. ``payment``: the payer's order number of the held fee, empty when
        nothing is due. Refuses: not_reserved, read_back_differs, fee_not_held.
        """
        ...

    async def release(self, application: str, serial: str, key: str) -> None:
        """Give a reservation back: nothing left the hopper, the card may serve another. Refuses: already_committed."""
        ...

    async def spoil(self, application: str, serial: str, how: BadCard, key: str) -> None:
        """The card will be nobody's: its reservation ends, its bank account number is queued for voiding.

        ``application`` empty: a card found bad outside of any. Refuses: already_committed, card_not_in_stock.
        """
        ...

    async def withdraw(self, opening_key: str, key: str) -> None:
        """End the application that was opened with ``opening_key``, or will be by a request still on its way.

        Refuses: already_committed, another_card_reserved.
        """
        ...

    async def advise(self, application: str, serial: str, whereabouts: Whereabouts, key: str) -> None:
        """Where the bound card is now. What comes after ``collected`` changes nothing. Refuses: not_committed."""
        ...

    # -- recovery, and the end of the day ------------------------------------------------------------------------------

    async def state_by_key(self, opening_key: str) -> Application | None:
        """What became of the request to open; None: the host has never had it. Any kiosk may ask."""
        ...

    async def state(self, application: str) -> Application:
        """By number, as a receipt has it; any kiosk may ask. Refuses: application_unknown."""
        ...

    async def reservation(self, application: str) -> Reservation:
        """What to write on and print for the card that is reserved or bound, after a restart. Refuses: not_reserved."""
        ...

    async def fee_lines(self, day: date) -> tuple[FeeLine, ...]:
        """This kiosk's applications opened on a day (of the kiosk's zone), for reconciliation."""
        ...
