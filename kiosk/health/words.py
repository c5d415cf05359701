"""What devices and health say, in the fleet's words. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

from devices import fault_catalogue
from devices.card_printer.contract import CardPrinterStatus
from devices.card_printer.contract import Ribbon as PrinterRibbon
from devices.contract import MediaState, Status, StorageUnit
from devices.fault_catalogue import Capability
from kiosk.fleet.messages import Capabilities, DeviceState, Ribbon, Storage, Supplies, Supply
from kiosk.health.capabilities import LOST_WITHOUT, WORKING, Health
from kiosk.health.supplies import Supply as Kept

PASSING = frozenset({"device", "fault", "faults", "blocking", "storage", "ribbon", "cleaning", "position", "looking"})
"""Fields of a status that are told elsewhere in the message, or change with every card."""

PASSING_MEDIA = frozenset({MediaState.PRESENT, MediaState.NOT_PRESENT, MediaState.ENTERING, MediaState.LATCHED})
"""A card comes and goes; only one that is stuck, or that cannot be told, is a state of the device."""


def device_state(
    name: str, status: Status | None, model: str = "", banks: Mapping[str, str] | None = None
) -> DeviceState:
    """A device as the fleet hears of it. ``banks``: by hopper, whose cards are in it."""
    if status is None:
        return DeviceState(device=name, kind=name, state="notFitted", model=model)
    words: dict[str, str] = {}
    measures: dict[str, int] = {}
    for each in dataclasses.fields(status):
        value = getattr(status, each.name)
        if each.name in PASSING or value is None or (isinstance(value, MediaState) and value in PASSING_MEDIA):
            continue
        if isinstance(value, StrEnum):
            words[each.name] = value.value
        elif isinstance(value, int):
            measures[each.name] = int(value)
    faults: tuple[str, ...] = () if status.fault is None else (status.fault,)
    storage: tuple[Storage, ...] = ()
    ribbon = None
    if isinstance(status, CardPrinterStatus):
        faults = status.faults or faults
        storage = tuple(_storage(unit, banks or {}) for unit in status.storage)
        ribbon = None if status.ribbon is None else _ribbon(status.ribbon)
        if status.cleaning is not None:
            words["cleaning"] = status.cleaning.state.value
            if status.cleaning.cards_left is not None:
                measures["cleaning_cards_left"] = max(0, status.cleaning.cards_left)
    return DeviceState(
        device=name,
        kind=name,
        state=status.device.value,
        model=model,
        fault=status.fault,
        faults=faults,
        words=words,
        measures=measures,
        storage=storage,
        ribbon=ribbon,
    )


def capabilities(health: Health) -> Capabilities:
    """What can be done now, and what took the rest."""
    lost: dict[str, str] = {}
    for name, status in health.statuses.items():
        gone: set[Capability] = set()
        if status is None or status.device not in WORKING:
            gone |= LOST_WITHOUT.get(name, frozenset())
        if status is not None and status.fault is not None:
            gone |= fault_catalogue.load()[status.fault].loses
        for capability in gone:
            lost.setdefault(capability.value, status.fault if status is not None and status.fault else name)
    if not health.host_answers:
        for capability in LOST_WITHOUT["host"]:
            lost.setdefault(capability.value, "host")
    if Capability.ISSUE not in health.works:
        lost.setdefault(Capability.ISSUE.value, f"issuing.{health.why_no_issue}")
    if Capability.PAY not in health.works:
        lost.setdefault(Capability.PAY.value, "payer")
    return Capabilities(
        works=tuple(sorted(each.value for each in health.works)),
        banks=tuple(sorted(bank for bank, cards in health.banks.items() if cards)),
        lost=dict(sorted(lost.items())),
    )


def supplies(health: Health) -> Supplies | None:
    """What runs out; None while nothing is known of it."""
    if not health.supplies:
        return None
    return Supplies(supplies=tuple(_supply(each) for each in health.supplies))


def _supply(kept: Kept) -> Supply:
    kind, _, bank = kept.name.partition(".")
    return Supply(
        supply=kept.name,
        unit="cards" if kind == "cards" else "sheets" if kind == "paper" else "prints",
        left=None if kept.left is None else max(0, kept.left),
        level="unknown" if kept.left is None else "empty" if kept.left <= 0 else "low" if kept.soon else "ok",
        a_day=round(kept.per_day * 1000),
        empty_on=None if kept.empty_on is None else kept.empty_on.isoformat(),
        soon=kept.soon,
        bank=bank or None,
    )


def _storage(unit: StorageUnit, banks: Mapping[str, str]) -> Storage:
    return Storage(
        unit=unit.name,
        kind=unit.kind.value,
        level=unit.level.value,
        count=unit.count,
        threshold=unit.threshold,
        bank=banks.get(unit.name),
    )


def _ribbon(ribbon: PrinterRibbon) -> Ribbon:
    return Ribbon(kind=ribbon.kind or "", level=ribbon.state.value, left=ribbon.left, capacity=ribbon.capacity)
