"""The journal as activities see it: businesses, custody of a card, documents, advices to the host; async.

What a person's session causes is written under the session's business number, given when the first thing worth
recording happens. Every call returns when the disk has it.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import structlog

from kiosk.clock import Clock
from kiosk.fleet.messages import Body
from kiosk.health.noted import follow
from kiosk.health.telemetry import Telemetry
from kiosk.host.port import Host, HostError, HostRefused, HostUnavailable, RefusalCode
from kiosk.issuing_advice import Teller
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.counters import Counters, used_on
from kiosk.journal.entries import Entry, Fact
from kiosk.journal.errors import JournalError
from kiosk.journal.outbox import Message
from kiosk.journal.store import Journal
from kiosk.record_issuing import IssuingRecord
from kiosk.record_stock import StockRecord
from kiosk.session import Session

log = structlog.get_logger("record")

NO_TELLERS: Mapping[str, Teller] = MappingProxyType({})

DOCUMENT = "document"
"""The step of a document from its registration at the host until its code counts or is void."""

ATTEMPTS = 6
"""Advices with an unknown outcome before a person settles them (rules: retry of advice to host)."""

AT_ONCE = 10_000
"""Messages looked at in one go: far more than wait for a payer that is gone for days, so that none hides the others."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
"""Seconds between attempts to tell the host; each pause is twice the one before."""


class Record:
    """``path``: the journal's file. ``also``: who is told of kinds of messages other than the host's own. ``fleet``:
    whether telemetry is kept for one. Raises the errors of :mod:`kiosk.journal.errors`; none is passed over."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        kiosk: str,
        host: Host,
        also: Mapping[str, Teller] = NO_TELLERS,
        *,
        fleet: bool = False,
    ) -> None:
        self._journal = Journal(path, clock, kiosk)
        self._clock = clock
        self._host = host
        self._also = also
        self._news = asyncio.Event()
        self.telemetry = Telemetry(self._journal, enabled=fleet)
        if fleet:
            follow(self._journal, self.telemetry)
        self.outcomes: Callable[[Session], tuple[Body, ...]] = lambda session: ()
        """What the fleet is told of a session that has ended, in the transaction that ends it."""
        self.issuing = IssuingRecord(self._journal, self._news.set)
        self.stock = StockRecord(self._journal)

    @property
    def journal(self) -> Journal:
        """The journal itself, for who writes from a thread of their own."""
        return self._journal

    @property
    def counters(self) -> Counters:
        """The durable counts. Each call waits for the disk: never on the loop."""
        return self._journal.counters

    def close(self) -> None:
        """Let go of the file."""
        self._journal.close()

    # -- businesses ----------------------------------------------------------------------------------------------------

    async def begin(self, session: Session, state: str) -> Entry:
        """A durable state is entered: its intent, before its activity starts."""
        business = await self.business(session)
        return await asyncio.to_thread(self._journal.intent, business, state)

    async def end(self, intent: Entry, outcome: str) -> None:
        """What became of it."""
        await asyncio.to_thread(self._journal.outcome, intent, outcome)

    async def business(self, session: Session) -> BusinessNumber:
        """The session's number; given now if it has none."""
        if not session.business:
            session.business = await asyncio.to_thread(self._journal.new_business)
        return BusinessNumber(session.business)

    async def session_ended(self, session: Session) -> None:
        """How a session that had a business number went."""
        business, outcomes = session.business, self.outcomes(session)
        facts: dict[str, Fact] = {"means": session.means or "none", "done": [*session.done]}

        def write() -> None:
            with self._journal.together():
                if business:
                    self._journal.note(BusinessNumber(business), "session.ended", facts)
                self.telemetry.write(*outcomes)

        if business or outcomes:
            await asyncio.to_thread(write)

    # -- a citizen's card ----------------------------------------------------------------------------------------------

    async def custody_began(self, session: Session, identifier: str) -> None:
        """A card is in the reader and has been read."""
        business = await self.business(session)

        def write() -> None:
            with self._journal.together():
                self._journal.custody.began(identifier, business)
                self._journal.counters.add("cards.read")

        await asyncio.to_thread(write)

    async def custody_ended(self) -> None:
        """The slot has been seen empty: a card that was held has been taken."""
        await asyncio.to_thread(self._card_taken)

    def _card_taken(self) -> None:
        held = self._journal.custody.held()
        if held is not None:
            with self._journal.together():
                self._journal.note(held.business, "card.taken", {"serial": held.serial})
                self._journal.custody.ended()

    async def card_retained(self) -> None:
        """The card that was in the reader is in its bin now."""
        await asyncio.to_thread(self._card_retained)

    def _card_retained(self) -> None:
        held = self._journal.custody.held()
        if held is not None:
            with self._journal.together():
                self._journal.note(held.business, "card.retained", {"serial": held.serial})
                self._journal.custody.ended()

    @property
    def custody_serial(self) -> str:
        """The serial of the card that the journal knows to be in the machine, or nothing."""
        held = self._journal.custody.held()
        return held.serial if held else ""

    # -- paper ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def new_key() -> str:
        """An idempotency key."""
        return uuid.uuid4().hex

    async def document_registered(self, session: Session, number: str) -> None:
        """The host has given a number; until the paper is out it verifies nothing."""
        business = await self.business(session)
        await asyncio.to_thread(self._journal.intent, business, DOCUMENT, {"document": number})

    async def settle_document(self, number: str, *, activate: bool) -> None:
        """The paper is whole and out, or never will be; the host is told as soon as it answers."""
        await asyncio.to_thread(self._settle, number, activate)
        self._news.set()

    def _settle(self, number: str, activate: bool) -> None:
        for open_business in self._journal.open_businesses():
            for intent in open_business.intents:
                if intent.step == DOCUMENT and intent.told.get("document") == number:
                    self._settle_intent(intent, activate=activate)

    def _settle_intent(self, intent: Entry, *, activate: bool) -> None:
        with self._journal.together():
            self._journal.outcome(intent, "activated" if activate else "voided")
            kind = "activate_document" if activate else "void_document"
            self._journal.outbox.add(kind, {"document": intent.told["document"]})

    async def counted_sheets(self, sheets: int) -> None:
        """So many receipts have come out."""

        def write() -> None:
            with self._journal.together():
                self._journal.counters.add("receipts", sheets)
                self._journal.counters.add(used_on("paper", self._clock.today()), sheets)

        await asyncio.to_thread(write)

    # -- PIN -----------------------------------------------------------------------------------------------------------

    async def advise_pin_changed(self, identifier: str) -> None:
        """The holder has set an own PIN: the host hears of it, never of the PIN."""
        await asyncio.to_thread(self._journal.outbox.add, "pin_changed", {"card": identifier})
        self._news.set()

    # -- start and outbox ----------------------------------------------------------------------------------------------

    async def recover(self, *, slot_is_empty: bool) -> None:
        """Settle what a cut left open: papers are void, anything else is written down as unknown.

        With an empty slot, the card that was in it has been taken by its holder.
        """
        await asyncio.to_thread(self._recover, slot_is_empty)
        self._news.set()

    def _recover(self, slot_is_empty: bool) -> None:
        for business in self._journal.open_businesses():
            for intent in business.intents:
                log.warning("found_open", business=business.business, step=intent.step)
                if intent.step == DOCUMENT:
                    self._settle_intent(intent, activate=False)
                else:
                    self._journal.outcome(intent, "unknown")
        if slot_is_empty and (held := self._journal.custody.held()) is not None:
            log.warning("card_was_taken_meanwhile", serial=held.serial, business=held.business)
            self._card_taken()

    async def deliver(self) -> None:
        """Tell the host what it has yet to be told, in order, for ever. Cancel it to end it."""
        tell = self._tellers()
        pause = FIRST_PAUSE
        while True:
            self._news.clear()
            if await self._told_all(tell):
                pause = FIRST_PAUSE
                await self._news.wait()
            else:
                await self._clock.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _told_all(self, tell: Mapping[str, Teller]) -> bool:
        """As :meth:`_tell_all`. A journal that cannot be written for a while ends nothing: it is tried again."""
        try:
            return await self._tell_all(tell)
        except JournalError as error:
            log.error("outbox_not_written", reason=type(error).__name__)
            return False

    async def _tell_all(self, tell: Mapping[str, Teller]) -> bool:
        """Tell what is pending, each business's messages in their order; True when nothing is left."""
        behind: set[Fact] = set()
        waits = False
        for message in await asyncio.to_thread(self._journal.outbox.pending, AT_ONCE):
            business = message.payload.get("business")
            if business is not None and business in behind:
                continue
            if not await self._tell(message, tell):
                waits = True
                behind.add(business)
        return not waits

    def _tellers(self) -> dict[str, Teller]:
        host = self._host
        return {
            **self._also,
            "activate_document": lambda m: host.activate_document(str(m.payload["document"]), m.id),
            "void_document": lambda m: host.void_document(str(m.payload["document"]), m.id),
            "pin_changed": lambda m: host.pin_changed(str(m.payload["card"]), m.id),
        }

    async def _tell(self, message: Message, tell: Mapping[str, Teller]) -> bool:
        """True when nothing is left to do about this message."""
        outbox = self._journal.outbox
        teller = tell.get(message.kind)
        if teller is None:
            log.error("advice_to_nobody", kind=message.kind)
            await asyncio.to_thread(self._give_up, message)
            return True
        try:
            await teller(message)
        except HostUnavailable:
            return False
        except HostRefused as error:
            if error.code == RefusalCode.TOO_MANY_REQUESTS:  # put off, not refused
                return False
            log.error("advice_refused", kind=message.kind, code=error.code)
            await asyncio.to_thread(self._give_up, message)
        except (KeyError, ValueError) as error:  # of what it says, nobody can make anything
            log.error("advice_unreadable", kind=message.kind, reason=type(error).__name__)
            await asyncio.to_thread(self._give_up, message)
        except HostError:
            if await asyncio.to_thread(outbox.failed, message.id) < ATTEMPTS:
                return False
            log.error("advice_given_up", kind=message.kind)
            await asyncio.to_thread(self._give_up, message)
        else:
            await asyncio.to_thread(outbox.sent, message.id)
        return True

    def _give_up(self, message: Message) -> None:
        """A person settles it."""
        business = message.payload.get("business")
        with self._journal.together():
            self._journal.outbox.give_up(message.id)
            known = BusinessNumber(str(business)) if business else self._journal.new_business()
            self._journal.note(known, "advice.given_up", {"kind": message.kind})
