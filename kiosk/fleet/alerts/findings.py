"""What is wrong with a kiosk, from what is known of it now. Pure: the same knowledge gives the same findings, in
whatever order it came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.alerts import rules
from kiosk.fleet.messages import LATE_AFTER

CLOCK_OFF = 120_000
"""Milliseconds by which a kiosk's clock may differ."""
CERTIFICATE_LEFT = 14 * 86_400_000
"""Milliseconds before its end at which a certificate should have been renewed: it is tried from 30 days on."""
DISK_FREE = 200 * 1024 * 1024
"""Bytes."""

GONE = frozenset({"offline", "powerOff", "noDevice"})
BROKEN = frozenset({"hardwareError"})
FRAUD = frozenset({"fraudAttempt", "potentialFraud"})

OF_SUPPLY: Mapping[str, tuple[str, str]] = {
    "ribbon": ("card_printer", "card_printer.ribbon_low"),
    "paper": ("receipt_printer", "receipt_printer.paper_low"),
}
"""Which device and fault a forecast belongs to: the device's own word and the forecast are one alert."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong now. ``happened_at``: since when, by the kiosk. ``late``: learned of long after."""

    device: str
    code: str
    happened_at: int
    late: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """Rows of the tables of these names, all of one kiosk."""

    devices: Sequence[Row[Any]]
    supplies: Sequence[Row[Any]]
    conditions: Sequence[Row[Any]]
    presence: Row[Any] | None


def findings(known: Known, now: int) -> dict[tuple[str, str], Finding]:
    """All that is wrong, by device and code."""
    found: dict[tuple[str, str], Finding] = {}
    ahead = 0 if known.presence is None else known.presence.sent_at - known.presence.seen_at
    states = (*_devices(known.devices, ahead), *_supplies(known.supplies, ahead, now))
    for each in (*states, *_conditions(known.conditions)):
        key = (each.device, each.code)
        if key in found:
            each = Finding(
                each.device, each.code, found[key].happened_at, each.late, {**found[key].facts, **each.facts}
            )
        found[key] = each
    if known.presence is not None:
        found |= {(each.device, each.code): each for each in _vitals(known.presence, now)}
    covered = {code for _, by in found for code in rules.rule(by).covers}
    return {key: each for key, each in found.items() if key[1] not in covered}


def _learned_late(row: Row[Any], ahead: int) -> bool:
    """``ahead``: milliseconds by which the kiosk's clock is."""
    return bool(row.received_at - (row.happened_at - ahead) > LATE_AFTER * 1000)


def _devices(rows: Iterable[Row[Any]], ahead: int) -> Iterable[Finding]:
    for row in rows:
        late = _learned_late(row, ahead)
        faults = list(row.faults) or ([row.fault] if row.fault else [])
        for code in faults:
            if code.startswith("fleet."):  # no device's to say: the fleet's own alerts are raised by the fleet
                yield Finding(row.device, "fleet.unknown_fault", row.happened_at, late, {"fault": code})
                continue
            facts = _ribbon(row) if code.endswith("ribbon_low") else {}
            yield Finding(row.device, code, row.happened_at, late, facts)
        if faults:
            continue
        if row.state in GONE:
            yield Finding(row.device, "fleet.device_gone", row.happened_at, late, {"state": row.state})
        elif row.state in BROKEN:
            yield Finding(row.device, "fleet.device_broken", row.happened_at, late, {"state": row.state})
        elif row.state in FRAUD:
            yield Finding(row.device, "fleet.device_fraud", row.happened_at, late, {"state": row.state})


def _ribbon(row: Row[Any]) -> dict[str, Any]:
    left = (row.ribbon or {}).get("left")
    return {} if left is None else {"left": left}


def _supplies(rows: Iterable[Row[Any]], ahead: int, now: int) -> Iterable[Finding]:
    tomorrow = (datetime.fromtimestamp(now / 1000, UTC).astimezone(KIOSK_ZONE) + timedelta(days=1)).date()
    for row in rows:
        soon = row.soon or (row.empty_on is not None and date.fromisoformat(row.empty_on) <= tomorrow)
        out = row.level == "empty" or row.left == 0
        if not (soon or out):
            continue
        facts = {
            "supply": row.supply, "unit": row.unit, "left": row.left, "a_day": row.a_day, "empty_on": row.empty_on,
            "bank": row.bank,
        }  # fmt: skip
        facts = {name: value for name, value in facts.items() if value is not None}
        late = _learned_late(row, ahead)
        if row.bank is not None:
            yield Finding(row.supply, "fleet.cards_out" if out else "fleet.cards_low", row.happened_at, late, facts)
        else:
            device, code = OF_SUPPLY.get(row.supply, (row.supply, "fleet.supply_low"))
            yield Finding(device, code, row.happened_at, late, facts)


def _conditions(rows: Iterable[Row[Any]]) -> Iterable[Finding]:
    for row in rows:
        if row.raised:
            yield Finding(row.device, row.code, row.happened_at, row.late, row.facts)


def _vitals(row: Row[Any], now: int) -> Iterable[Finding]:
    off = row.sent_at - row.seen_at
    if abs(off) > CLOCK_OFF:
        yield Finding("clock", "fleet.clock_wrong", row.seen_at, facts={"ahead": round(off / 60_000) * 60_000})
    if row.certificate_until is not None and row.certificate_until - now < CERTIFICATE_LEFT:
        yield Finding("certificate", "fleet.certificate_ending", row.seen_at, facts={"until": row.certificate_until})
    if row.disk_free is not None and row.disk_free < DISK_FREE:
        yield Finding("disk", "fleet.disk_low", row.seen_at)
