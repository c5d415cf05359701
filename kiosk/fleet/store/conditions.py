"""Which events of a kiosk raise or settle a condition that the alert engine looks at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kiosk.fleet.messages import Event, EventName, Fact
from kiosk.fleet.orders import Refusal

SERVICE_EVENTS: Mapping[EventName, bool] = {
    EventName.IN_SERVICE: True,
    EventName.OUT_OF_SERVICE: False,
    EventName.STOPPING: False,
}
"""Whether the kiosk serves from then on."""

SUSPICIOUS = frozenset(
    each.value
    for each in (
        Refusal.UNREADABLE,
        Refusal.SIGNATURE,
        Refusal.UNKNOWN_KEY,
        Refusal.ANOTHER_KIOSK,
        Refusal.REPLAYED,
        Refusal.SECOND_PERSON,
    )
)
"""Refusals that an honest fleet never meets."""

Condition = tuple[str, str, bool, Mapping[str, Fact]]
"""Device, code of ``rules.toml``, raised or settled, facts."""


def conditions_of(event: Event) -> Iterable[Condition]:
    """What an event raises or settles; most do neither."""
    facts = event.facts
    match event.event:
        case EventName.DOOR_OPENED if facts.get("exchange") is not True:
            yield _device(event, "door", "cabinet"), "fleet.door_forced", True, facts
        case EventName.TAMPERED:
            yield _device(event, "sensor", "cabinet"), "fleet.tampered", True, facts
        case EventName.STOCK_DIFFERENCE:
            yield "stock", "fleet.stock_difference", True, facts
        case EventName.STOCK_COUNTED:
            yield "stock", "fleet.stock_difference", False, facts
        case EventName.BUSINESS_STUCK:
            yield "workbench", "fleet.business_stuck", True, facts
        case EventName.NOT_HEALED:
            yield _device(event, "what", "application"), "fleet.not_healed", True, facts
        case EventName.HEALED:
            yield _device(event, "what", "application"), "fleet.not_healed", False, facts
        case EventName.COMMAND_REFUSED if facts.get("reason") in SUSPICIOUS:
            yield "commands", "fleet.command_refused", True, facts
        case EventName.TELEMETRY_DROPPED:
            yield "telemetry", "fleet.telemetry_dropped", True, facts
        case EventName.OUT_OF_SERVICE:
            yield "service", "fleet.out_of_service", True, facts
        case EventName.IN_SERVICE:
            yield "service", "fleet.out_of_service", False, facts
        case _:
            return


def _device(event: Event, fact: str, otherwise: str) -> str:
    named = event.device or facts_word(event.facts.get(fact))
    return named or otherwise


def facts_word(value: Fact | None) -> str:
    """A fact as the name of a device; empty if it is no word."""
    return value[:100] if isinstance(value, str) else ""
