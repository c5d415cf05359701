"""The capability view: what this kiosk can do now, derived from what its devices, its ledger and its host say
(F90, F92)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from devices import fault_catalogue
from devices.card_printer.contract import CardPrinterStatus, Ribbon, RibbonState
from devices.contract import DeviceError, DeviceState, MediaState, Status
from devices.fault_catalogue import Capability
from kiosk.health.issuing_view import IssuingView
from kiosk.health.supplies import Supply
from kiosk.host.payer.port import Payer
from kiosk.host.port import Host, HostError, HostRefused

log = structlog.get_logger("health")

LOST_WITHOUT: Mapping[str, frozenset[Capability]] = {
    "card_reader": frozenset({Capability.IDENTIFY_CARD}),
    "pin_pad": frozenset({Capability.PIN}),
    "id_reader": frozenset({Capability.IDENTIFY_ID}),
    "receipt_printer": frozenset({Capability.PRINT}),
    "card_printer": frozenset({Capability.ISSUE}),
    "camera": frozenset(),
    "cabinet": frozenset(),
    "host": frozenset({Capability.QUERY, Capability.ISSUE}),
    "payer": frozenset({Capability.PAY}),
    "speech": frozenset({Capability.SPEAK}),
}
"""What is gone with something that is not there, whatever its fault says. Without a camera a photo is still sent in."""

WORKING = frozenset({DeviceState.ONLINE, DeviceState.DEVICE_BUSY})
"""One that is starting has not answered yet, and may never."""

MISMATCH = frozenset({RibbonState.UNSUITABLE, RibbonState.UNRECOGNISED})
"""Not the ribbon this printer is to print with."""

SPENT = frozenset({"card_printer.hopper_empty", "card_printer.ribbon_out", "card_printer.ribbon_nearly_spent"})
"""Faults of a printer that is well and has nothing left to print on or with."""

ENCODER = "encoder"
"""The reader at the printer's chip contact: its faults are a card reader's, and no citizen's card is concerned. None
where the printer itself reaches the chip."""

PROBE = "no-such-order"
"""A number as long as an order's is, that no payer has: asking for it shows that the payer answers."""


@dataclass(slots=True)
class Health:
    """The latest look at everything. ``statuses``: by device name, None for one that is not fitted. ``issuing``: None
    where no cards are made. ``payer``: None where no fee can be taken.

    What goes is logged once, and once when it is back.
    """

    host: Host
    payer: Payer | None = None
    statuses: dict[str, Status | None] = field(default_factory=dict)
    host_answers: bool = False
    payer_answers: bool = False
    issuing: IssuingView | None = None
    supplies: tuple[Supply, ...] = ()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The kiosk's own clock."""
    monotonic: Callable[[], float] = time.monotonic
    looked_at: dict[str, float] = field(default_factory=dict)
    """By device name, when its status was last taken note of, in monotonic seconds."""
    clock_off: int | None = None
    """Milliseconds by which that is ahead of the host's; None while the host has not said."""
    noticed: Callable[[], None] = lambda: None
    """Called after every look at something."""

    @property
    def works(self) -> frozenset[Capability]:
        """What can be done for a citizen now."""
        lost: set[Capability] = set()
        for name, status in self.statuses.items():
            if status is None or status.device not in WORKING:
                lost |= LOST_WITHOUT.get(name, frozenset())
            if status is not None and status.fault is not None and name != ENCODER:
                lost |= fault_catalogue.load()[status.fault].loses
        if not self.host_answers:
            lost |= LOST_WITHOUT["host"]
        if self.payer is None or not self.payer_answers:
            lost |= LOST_WITHOUT["payer"]
        if self.why_no_issue:
            lost.add(Capability.ISSUE)
        if self.statuses.get("speech") is None:
            lost.add(Capability.SPEAK)
        return frozenset(Capability) - lost

    @property
    def why_no_issue(self) -> str:
        """Why no card can be issued, leaving the host aside: ``not_fitted``, ``card_printer``, ``encoder``, or as
        :attr:`kiosk.health.issuing_view.IssuingView.why_not`; empty when one can."""
        if self.issuing is None:
            return "not_fitted"
        printer = self.statuses.get("card_printer")
        if not isinstance(printer, CardPrinterStatus) or not printer.ready:
            return "card_printer"
        encoder = self.statuses.get(ENCODER)
        if encoder is not None and encoder.device not in WORKING:
            return ENCODER
        return self.issuing.why_not

    @property
    def used_up(self) -> bool:
        """Whether no card can be issued because cards or ribbon are used up, and for no other reason: a card can still
        be applied for, and is made elsewhere (A9)."""
        printer = self.statuses.get("card_printer")
        if self.issuing is None or not isinstance(printer, CardPrinterStatus):
            return False
        spent = self.issuing.why_not == "no_stock" or bool(SPENT.intersection(printer.blocking))
        return (
            spent
            and self.issuing.why_not in ("", "no_stock")
            and printer.device is DeviceState.ONLINE
            and printer.media is MediaState.NOT_PRESENT
            and SPENT.issuperset(printer.blocking)
        )

    @property
    def banks(self) -> Mapping[str, int]:
        """The banks whose card can be issued now, with the cards in stock; empty while no card can be issued."""
        return self.issuing.stock if self.issuing is not None and Capability.ISSUE in self.works else {}

    @property
    def can_serve(self) -> bool:
        """Whether anything at all can be done: a citizen can be known, and asked about."""
        works = self.works
        by_card = {Capability.IDENTIFY_CARD, Capability.PIN} <= works
        return Capability.QUERY in works and (by_card or Capability.IDENTIFY_ID in works)

    def saw(self, name: str, status: Status | None) -> bool:
        """Take note of a device's status; True if what it means for a citizen has changed."""
        before = self.works
        old = self.statuses.get(name)
        self.statuses[name] = status
        self.looked_at[name] = self.monotonic()
        if status is not None and (old is None or (old.device, old.fault) != (status.device, status.fault)):
            report = log.info if status.device in WORKING and status.fault is None else log.warning
            report("device_state", device=name, state=status.device.value, fault=status.fault)
        if (ribbon := _mismatch(status)) is not None and _mismatch(old) != ribbon:
            log.error("ribbon_mismatch", device=name, kind=ribbon.kind, part_number=ribbon.reference)
        self.noticed()
        return self.works != before

    def saw_issuing(self, view: IssuingView | None) -> bool:
        """Take note of stock and journal; True if what it means for a citizen has changed."""
        before, old = (self.works, self.banks), self.issuing
        self.issuing = view
        if view is not None and (old is None or old.why_not != view.why_not):
            report = log.warning if view.why_not else log.info
            report("issuing_state", why_not=view.why_not or None, blocks=[*view.blocks], stock=dict(view.stock))
        self.noticed()
        return (self.works, self.banks) != before

    def saw_supplies(self, supplies: tuple[Supply, ...]) -> None:
        """Take note of what is used up; what will soon be is told once."""
        told = {each.name for each in self.supplies if each.soon}
        self.supplies = supplies
        for each in supplies:
            if each.soon and each.name not in told:
                empty_on = each.empty_on.isoformat() if each.empty_on else None
                log.warning("supply_soon_empty", supply=each.name, left=each.left, empty_on=empty_on)
        self.noticed()

    def failed(self, error: DeviceError) -> None:
        """A device failed in the middle of something: until the next look it counts as gone, if its fault says so."""
        entry = fault_catalogue.load().get(error.code)
        name = error.code.partition(".")[0]
        if entry is not None and entry.loses and name in self.statuses:
            self.saw(name, Status(DeviceState.OFFLINE, error.code))

    async def ask_host(self) -> bool:
        """Ask the host for a sign of life; True if what it means for a citizen has changed."""
        before = self.works
        asked = self.now()
        try:
            told = await self.host.ping()
            answers = True
            self.clock_off = ahead(asked, told, self.now())
        except HostError as error:
            answers = False
            if self.host_answers:
                log.warning("host_gone", reason=type(error).__name__)
        if answers and not self.host_answers:
            log.info("host_answers")
        self.host_answers = answers
        self.noticed()
        return self.works != before

    async def ask_payer(self) -> bool:
        """Ask the payer for a sign of life; True if what it means for a citizen has changed."""
        if self.payer is None:
            return False
        before = self.works
        try:
            await self.payer.state(PROBE)
            answers = True
        except HostRefused:
            answers = True
        except HostError as error:
            answers = False
            if self.payer_answers:
                log.warning("payer_gone", reason=type(error).__name__)
        if answers and not self.payer_answers:
            log.info("payer_answers")
        self.payer_answers = answers
        return self.works != before


def ahead(asked: datetime, told: datetime, answered: datetime) -> int:
    """Milliseconds by which our clock is ahead of one that said ``told`` between two looks at ours. The answer's way is
    taken to be half of the whole."""
    return round(((asked - told) + (answered - told)).total_seconds() * 500)


def _mismatch(status: Status | None) -> Ribbon | None:
    """The ribbon that is not for this printer (A8)."""
    if not isinstance(status, CardPrinterStatus) or status.ribbon is None:
        return None
    wrong = status.ribbon.state in MISMATCH or status.ribbon.matches is False
    return status.ribbon if wrong else None
