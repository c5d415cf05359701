"""What works and what does not, in words: the capability view as a citizen reads it (F80, F90)."""

from __future__ import annotations

from collections.abc import Iterable

from devices.card_printer.contract import CardPosition, CardPrinterStatus
from devices.contract import StorageKind, StorageLevel
from devices.fault_catalogue import Capability
from kiosk.tools import Tools
from statemachines.views import Say

_WORDS: tuple[tuple[frozenset[Capability], str], ...] = (
    (frozenset({Capability.QUERY, Capability.IDENTIFY_CARD, Capability.PIN}), "works.query_by_card"),
    (frozenset({Capability.QUERY, Capability.IDENTIFY_ID}), "works.query_by_id_card"),
    (frozenset({Capability.QUERY, Capability.PRINT}), "works.print"),
    (frozenset({Capability.IDENTIFY_CARD, Capability.PIN}), "works.pin_change"),
    (frozenset({Capability.QUERY, Capability.ISSUE}), "works.issue"),
)
"""What a citizen can come for, and what it takes."""


def works(tools: Tools) -> tuple[Say, ...]:
    """What can be come for now."""
    able = tools.health.works
    return tuple(Say(words) for needs, words in _WORDS if needs <= able)


def out(tools: Tools) -> tuple[Say, ...]:
    """What usually can be come for, and not now. A kiosk without a card printer never made cards."""
    able = tools.health.works
    never = frozenset({Capability.ISSUE}) if tools.card_printer is None else frozenset()
    return tuple(Say(words) for needs, words in _WORDS if not needs <= able and not needs & never)


def card_may_wait(tools: Tools) -> bool:
    """Whether a card that was not taken may be in this machine: in the holding slot, or kept in the path. Not known is
    maybe."""
    if tools.card_printer is None:
        return False
    status = tools.health.statuses.get("card_printer")
    if not isinstance(status, CardPrinterStatus) or not status.answered:
        return True
    kept = status.position not in (CardPosition.NONE, CardPosition.TAKEN, CardPosition.REJECTED)
    slots = status.of(StorageKind.PARK)
    return kept or any(slot.level is not StorageLevel.EMPTY and slot.count != 0 for slot in slots)


def still_works(tools: Tools, *, instead_of: str | None) -> tuple[Say, ...]:
    """For a refusal: what still works, other than the way that just failed (``card``, ``id_card`` or None)."""
    able = tools.health.works

    def lines() -> Iterable[Say]:
        if instead_of == "card" and {Capability.QUERY, Capability.IDENTIFY_ID} <= able:
            yield Say("works.id_card_instead")
        if instead_of == "id_card" and {Capability.QUERY, Capability.IDENTIFY_CARD, Capability.PIN} <= able:
            yield Say("works.card_instead")
        if Capability.QUERY in able and Capability.PRINT not in able:
            yield Say("works.look_without_paper")
        yield Say("works.phone_loss")

    return tuple(lines())
