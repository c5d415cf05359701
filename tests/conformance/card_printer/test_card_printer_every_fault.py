"""Each fault of the card printer, provoked on the simulated printer and told by the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from card_printer_desk import Desk, desk, driver_for
from provocation import faults_of, provoke

from devices.card_printer.faces import Faces
from devices.card_printer.sample import TEST_CARD
from devices.contract import StorageKind

Act = Callable[[Desk], Any]
ONE = Faces(front=TEST_CARD.front)


def status_with(fault: str, value: Any = True) -> Act:
    def act(there: Desk) -> Any:
        there.fault(fault, value)
        return there.printer.status()

    return act


def status_with_bits(bits: str) -> Act:
    return status_with("bits", bits)


def after_feeding(then: Act) -> Act:
    def act(there: Desk) -> Any:
        there.printer.feed("hopper-1")
        return then(there)

    return act


def with_fault(fault: str, then: Act, value: Any = True) -> Act:
    def act(there: Desk) -> Any:
        there.fault(fault, value)
        return then(there)

    return act


def feeding(there: Desk) -> Any:
    return there.printer.feed("hopper-1")


def presenting(there: Desk) -> Any:
    return there.printer.present()


def printing(there: Desk) -> Any:
    return there.printer.print(ONE)


def with_the_cover_open(there: Desk) -> Any:
    there.do("open_cover")
    return there.printer.status()


def with_empty_hoppers(there: Desk) -> Any:
    for hopper in (1, 2):
        there.do("empty_hopper", hopper)
    return there.printer.status()


def with_few_cards(there: Desk) -> Any:
    cards = there.do("empty_hopper", 1)["cards"]
    there.do("refill", 1, [{**card, "serial": f"x{card['serial']}"} for card in cards[:2]])
    return there.printer.status()


def with_a_ribbon(left: int) -> Act:
    def act(there: Desk) -> Any:
        there.do("new_ribbon", "YMCKO", left)
        return there.printer.status()

    return act


def held_fast(there: Desk) -> Any:
    there.printer.feed("hopper-1")
    there.printer.present()
    there.fault("held_at_bezel")
    return there.printer.retract(StorageKind.PARK)


def into_a_full_slot(there: Desk) -> Any:
    for _ in range(2):
        there.printer.feed("hopper-1")
        there.printer.retract(StorageKind.PARK)
    return None


def recalling_without_a_slot(there: Desk) -> Any:
    bare = driver_for(there.line.url, Path("/nowhere"), holding_slot=False)
    bare.recall()


PROVOKED_BY: dict[str, Act] = {
    "absent": status_with("absent"),
    "no_answer": status_with("silent"),
    "status_disabled": status_with("status_disabled"),
    "unexpected_answer": after_feeding(with_fault("wrong_answer", presenting, "ERROR CDE")),
    "session_busy": status_with("session_held", 777),
    "busy": after_feeding(with_fault("bits", presenting, "information=00000001")),
    "motion_unknown": after_feeding(with_fault("lost_reply", presenting, 1)),
    "position_unknown": after_feeding(with_fault("bits", presenting, "extension3=00020000")),
    "no_card": presenting,
    "card_inside": after_feeding(feeding),
    "card_at_exit": status_with_bits("error=00000200"),
    "held_at_bezel": held_fast,
    "holding_slot_full": into_a_full_slot,
    "hopper_empty": with_empty_hoppers,
    "hopper_low": with_few_cards,
    "feed_failed": with_fault("misfeed", feeding),
    "feeder_open": status_with_bits("warning=00000100"),
    "jam_feed": with_fault("jam_feed", feeding),
    "jam_contact": after_feeding(with_fault("jam_contact", lambda there: there.printer.to_contact())),
    "jam_print": after_feeding(with_fault("jam_print", printing)),
    "jam_exit": after_feeding(with_fault("jam_exit", presenting)),
    "jammed": status_with_bits("error=01000000"),
    "cover_open": with_the_cover_open,
    "reject_box_full": status_with("reject_box_full"),
    "reject_box_open": status_with_bits("warning=00000400"),
    "outlet_full": status_with_bits("warning=00100000"),
    "ribbon_missing": status_with("ribbon_missing"),
    "ribbon_broken": after_feeding(with_fault("ribbon_break", printing)),
    "ribbon_wrong": status_with("ribbon_wrong"),
    "ribbon_unknown": status_with("ribbon_unknown"),
    "ribbon_out": with_a_ribbon(0),
    "ribbon_low": with_a_ribbon(19),
    "ribbon_nearly_spent": with_a_ribbon(1),
    "head_hot": status_with("head_hot"),
    "power_supply": status_with_bits("warning=80000000"),
    "hardware": status_with("hardware"),
    "cleaning_required": status_with("cleaning_required"),
    "cleaning_due": status_with("cleaning_due"),
    "locked": status_with("locked"),
    "unsupported": recalling_without_a_slot,
    "magnetic": status_with_bits("error=00080000"),
    "too_quick": after_feeding(with_fault("too_quick", printing)),
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as there:
        yield there


@pytest.mark.parametrize("name", faults_of("card_printer"))
def test_provoked(stage: Desk, name: str) -> None:
    if name == "too_quick":
        stage.printer = driver_for(stage.line.url, Path("/nowhere"), fastest_print_seconds=4.0)
    provoke("card_printer", name, PROVOKED_BY, stage)
