"""The capability view: what this kiosk can do now, derived from what its devices and its host say (F90, F92)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from devices import fault_catalogue
from devices.contract import DeviceError, DeviceState, Status
from devices.fault_catalogue import Capability
from kiosk.host.port import Host, HostError

log = structlog.get_logger("health")

LOST_WITHOUT: Mapping[str, frozenset[Capability]] = {
    "card_reader": frozenset({Capability.IDENTIFY_CARD}),
    "pin_pad": frozenset({Capability.PIN}),
    "id_reader": frozenset({Capability.IDENTIFY_ID}),
    "receipt_printer": frozenset({Capability.PRINT}),
    "card_printer": frozenset({Capability.ISSUE}),
    "host": frozenset({Capability.QUERY}),
}
"""What is gone with a device that is not there, whatever its fault says."""

FITTED = frozenset(Capability) - {Capability.ISSUE, Capability.PAY}
"""What a kiosk of this make can do when all is well."""

WORKING = frozenset({DeviceState.ONLINE, DeviceState.DEVICE_BUSY})
"""One that is starting has not answered yet, and may never."""


@dataclass(slots=True)
class Health:
    """The latest look at everything. ``statuses``: by device name, None for one that is not fitted.

    A device that goes is logged once, and once when it is back.
    """

    host: Host
    statuses: dict[str, Status | None] = field(default_factory=dict)
    host_answers: bool = False

    @property
    def works(self) -> frozenset[Capability]:
        """What can be done for a citizen now."""
        lost: set[Capability] = set()
        for name, status in self.statuses.items():
            if status is None or status.device not in WORKING:
                lost |= LOST_WITHOUT.get(name, frozenset())
            if status is not None and status.fault is not None:
                # the encoder is a card reader by its faults, and no citizen's card goes into it
                lost |= {Capability.ISSUE} if name == "encoder" else fault_catalogue.load()[status.fault].loses
        if not self.host_answers:
            lost |= LOST_WITHOUT["host"]
        return FITTED - lost

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
        if status is not None and (old is None or (old.device, old.fault) != (status.device, status.fault)):
            report = log.info if status.device in WORKING and status.fault is None else log.warning
            report("device_state", device=name, state=status.device.value, fault=status.fault)
        return self.works != before

    def failed(self, error: DeviceError) -> None:
        """A device failed in the middle of something: until the next look it counts as gone, if its fault says so."""
        entry = fault_catalogue.load().get(error.code)
        name = error.code.partition(".")[0]
        if entry is not None and entry.loses and name in self.statuses:
            self.saw(name, Status(DeviceState.OFFLINE, error.code))

    async def ask_host(self) -> bool:
        """Ask the host for a sign of life; True if what it means for a citizen has changed."""
        before = self.works
        try:
            await self.host.ping()
            answers = True
        except HostError as error:
            answers = False
            if self.host_answers:
                log.warning("host_gone", reason=type(error).__name__)
        if answers and not self.host_answers:
            log.info("host_answers")
        self.host_answers = answers
        return self.works != before
