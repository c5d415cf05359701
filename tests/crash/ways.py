"""The ways an issue can go, good and bad, each of which is cut off at every point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workshop import BANK, STOCK, Workshop

from kiosk.catalogue.rules import Reason

FIRST, SECOND = [card.serial for card in STOCK.cards if card.bank == BANK][:2]


def _nothing(bench: Workshop) -> None:
    return


@dataclass(frozen=True)
class Way:
    """``prepare``: what is wrong from the start. ``ends``: how it goes when nothing is cut."""

    name: str
    ends: str
    prepare: Callable[[Workshop], None] = _nothing
    reason: Reason = Reason.FIRST
    hand: bool = True
    scanner: bool = True
    slot: bool = True
    answers: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def _dead(*serials: str) -> Callable[[Workshop], None]:
    return lambda bench: bench.contact.dead.update(serials)


def _fault(name: str, value: object = True) -> Callable[[Workshop], None]:
    return lambda bench: bench.line.set_fault(name, value)  # type: ignore[arg-type]


def _host(kind: str, path: str, times: int = 1) -> Callable[[Workshop], None]:
    return lambda bench: bench.order(kind, path, times=times)


def _fee(bench: Workshop) -> None:
    bench.post("/sandbox/issuing/prices", reason="damaged", fen=2000, valid_from="2026-01-01")


def _fee_for_nothing(bench: Workshop) -> None:
    _fee(bench)
    bench.contact.dead.update((FIRST, SECOND))


WAYS: tuple[Way, ...] = (
    Way("happy", "collected"),
    Way("fee", "collected", _fee, reason=Reason.DAMAGED),
    Way("fee for nothing", "withdrawn", _fee_for_nothing, reason=Reason.DAMAGED),
    Way("not taken", "held", hand=False),
    Way("first chip dead", "collected", _dead(FIRST)),
    Way("both chips dead", "withdrawn", _dead(FIRST, SECOND)),
    Way("jam at the contact", "withdrawn", _fault("jam_contact")),
    Way("jam under the head", "withdrawn", _fault("jam_print")),
    Way("a bad print", "withdrawn", _fault("missing_panel", "m")),
    Way("ribbon breaks", "withdrawn", _fault("ribbon_break")),
    Way("print seen good by an eye", "collected", scanner=False),
    Way("print found bad by an eye", "withdrawn", scanner=False, answers={"making.looking": ("wrong", "")}),
    Way("reservation's answer lost", "collected", _host("lost_reply", "/v1/issuing/reservations")),
    Way("commit's answer lost", "collected", _host("lost_reply", "/v1/issuing/commits")),
    Way("commit lost", "collected", _host("lost_request", "/v1/issuing/commits")),
    Way("a MAC lost", "collected", _host("lost_reply", "/v1/issuing/personalisation/mac")),
    Way("a motion's answer lost", "collected", _fault("lost_reply", 1)),
    Way("no holding slot, not taken", "held", hand=False, slot=False),
)
"""The happy way first."""
