"""What activities work with: devices on their threads, the host, the record, the rules. Built by the controller."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devices.cabinet.contract import Cabinet
from devices.camera.contract import Camera
from devices.card_printer.contract import CardPrinter
from devices.card_reader.contract import CardReader
from devices.id_reader.contract import IdReader
from devices.pin_pad.contract import PinPad
from devices.receipt_printer.contract import ReceiptPrinter
from devices.worker import DeviceWorker
from kiosk.catalogue.policy import Policy
from kiosk.catalogue.services import Service
from kiosk.clock import Clock
from kiosk.config import Settings
from kiosk.encoder import Encoder
from kiosk.host.issuing_port import IssuingHost
from kiosk.host.payer.port import Payer
from kiosk.host.port import Host
from kiosk.record import Record
from kiosk.slot import CardSlot
from kiosk.staff import Staff

if TYPE_CHECKING:
    from kiosk.health.capabilities import Health


@dataclass(slots=True)
class Wishes:
    """What was asked of the machine from outside while a citizen was being served; looked at between citizens."""

    stop: bool = False
    maintenance: bool = False
    closed: bool = False
    """Taken out of service from afar, until it is put into service again."""


@dataclass(slots=True)
class Recovery:
    """``not_before``: on the clock's monotonic scale, when an issue that waits for the host is looked at again.
    ``last``: the issue that was looked at last, and its step then: found so again, nothing has come of it. ``put_off``:
    the one that was put off last, and how often in a row."""

    not_before: float = 0.0
    last: tuple[str, str] | None = None
    put_off: tuple[tuple[str, str], int] | None = None


@dataclass(slots=True)
class Tools:
    """A device that is not fitted is None. ``encoder``: the card printer's chip contact. ``payer`` None: no fee can be
    taken here."""

    settings: Settings
    clock: Clock
    policy: Policy
    services: tuple[Service, ...]
    host: Host
    record: Record
    health: Health
    card_reader: DeviceWorker[CardReader] | None = None
    card_slot: CardSlot | None = None
    id_reader: DeviceWorker[IdReader] | None = None
    pin_pad: DeviceWorker[PinPad] | None = None
    receipt_printer: DeviceWorker[ReceiptPrinter] | None = None
    card_printer: DeviceWorker[CardPrinter] | None = None
    encoder: Encoder | None = None
    camera: DeviceWorker[Camera] | None = None
    cabinet: DeviceWorker[Cabinet] | None = None
    issuing: IssuingHost | None = None
    payer: Payer | None = None
    staff: Staff | None = None
    wishes: Wishes = field(default_factory=Wishes)
    plate_called: bool = False
    """The card on the ID plate has called already: unless it was lifted, nobody has laid another."""
    recovery: Recovery = field(default_factory=Recovery)

    @property
    def devices(self) -> dict[str, DeviceWorker[Any] | None]:
        """Every device by name, in the order in which a citizen meets them; None for one that is not fitted.

        ``encoder``: the reader at the card printer's chip contact; None where the printer connects by itself."""
        return {
            "card_reader": self.card_reader,
            "pin_pad": self.pin_pad,
            "id_reader": self.id_reader,
            "receipt_printer": self.receipt_printer,
            "card_printer": self.card_printer,
            "encoder": None if self.encoder is None else self.encoder.reader,
            "camera": self.camera,
            "cabinet": self.cabinet,
        }

    @property
    def card_in_slot(self) -> bool:
        """Whether a card stands in the slot, or did when the reader was last able to tell."""
        return self.card_slot is not None and self.card_slot.occupied

    @property
    def card_stranded(self) -> bool:
        """Whether the card in the slot is nobody's who is being served (A12)."""
        return self.card_slot is not None and self.card_slot.stranded
