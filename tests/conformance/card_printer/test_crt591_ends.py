"""The end of a card's way through the dispenser: taken, retained, jammed, counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from crt591_desk import Desk, desk
from crt591_motions import MOTIONS

from devices.card_printer.contract import (
    Ability,
    CardPosition,
)
from devices.contract import Cancellation, MediaState, StorageKind, StorageLevel

pytestmark = pytest.mark.usefixtures("brisk_lines")


# -- the end of a card's way -------------------------------------------------------------------------------------------


def test_a_card_not_taken_is_retained(each: Desk) -> None:
    each.printer.feed("hopper-1")
    each.printer.present()
    assert each.printer.retract(StorageKind.RETAIN) is True
    assert each.printer.where() is CardPosition.REJECTED
    assert each.printer.retract(StorageKind.RETAIN) is False
    with pytest.raises(ValueError, match="cannot park"):
        each.printer.retract(StorageKind.PARK)
    assert len(each.seen()["reject_box"]) == 1


def test_a_hand_that_holds_on(each: Desk) -> None:
    each.printer.feed("hopper-1")
    each.printer.present()
    each.fault("held_at_gate")
    assert each.fails(lambda: each.printer.retract(StorageKind.RETAIN)) == "card_printer.held_at_bezel"
    assert each.fails(each.printer.draw_in) == "card_printer.held_at_bezel"
    assert (each.printer.where(), each.printer.status().fault) == (CardPosition.AT_BEZEL, None)
    each.do("take_card")
    assert each.printer.where() is CardPosition.TAKEN


@pytest.mark.parametrize("motion", ["retract", "draw_in"])
def test_a_hand_that_is_quicker_than_the_motor(there: Desk, motion: str) -> None:
    there.printer.feed("hopper-1")
    there.printer.present()
    receive = there.device._talk._hear_frame

    def hear(frame: bytes) -> None:
        if frame[5] == 0x32:
            there.device.take_card()
        receive(frame)

    there.line.call(lambda: setattr(there.device._talk, "_hear_frame", hear))
    assert there.printer.draw_in() is False if motion == "draw_in" else not MOTIONS["retract"](there)
    assert (there.printer.where(), there.seen()["reject_box"]) == (CardPosition.TAKEN, [])
    assert there.seen()["hoppers"][0]["cards"] == 7


def test_the_bin_s_counter_tells_a_hand_from_the_unit_s_own_timer(tmp_path: Path) -> None:
    with desk(tmp_path, takes_in_after=0.05) as there:
        there.printer.feed("hopper-1")
        there.printer.present()
        until_gone(there)
        assert there.printer.where() is CardPosition.REJECTED
        assert there.printer.status().of(StorageKind.RETAIN)[0].count == 1


def test_without_a_counter_it_is_the_time_that_tells_or_nobody(tmp_path: Path) -> None:
    now = [0.0]
    with desk(tmp_path, model="r02", driver={"clock": lambda: now[0], "takes_in_after": 10.0}) as there:
        for seconds, told in ((9.0, CardPosition.TAKEN), (11.0, CardPosition.UNKNOWN)):
            there.printer.feed("hopper-1")
            there.printer.present()
            now[0] += seconds
            there.do("take_card")
            assert there.printer.where() is told
        assert there.printer.status().of(StorageKind.RETAIN)[0].count is None
        assert Ability.TAKES_IN in there.printer.abilities


def until_gone(there: Desk) -> None:
    look = Cancellation()
    for _ in range(100):
        if there.seen()["card"] is None:
            return
        look.wait(0.02)
    raise AssertionError("the card is still at the gate")


def test_a_full_bin_of_either_model(each: Desk) -> None:
    each.printer.feed("hopper-1")
    each.fault("bin_full")
    assert each.fails(each.printer.reject) == "card_printer.reject_box_full"
    assert each.printer.where() is CardPosition.AT_CONTACT
    box = each.printer.status().of(StorageKind.RETAIN)[0]
    assert box.level is StorageLevel.FULL


def test_emptied_by_hand_and_counted_anew(there: Desk) -> None:
    there.printer.feed("hopper-1")
    there.printer.reject()
    there.do("empty_reject_box")
    assert there.printer.status().of(StorageKind.RETAIN)[0].count == 1
    there.printer.bin_emptied()
    assert there.printer.status().of(StorageKind.RETAIN)[0].count == 0


@pytest.mark.parametrize("states", ["9??", "?9?", "??9"])
def test_a_digit_that_nobody_knows_is_unknown(there: Desk, states: str) -> None:
    there.fault("states", states)
    status = there.printer.status()
    assert status.ready is False
    assert status.blocking == (
        "card_printer.position_unknown" if states == "9??" else "card_printer.unexpected_answer",
    )
    assert there.fails(lambda: there.printer.feed("hopper-1")) == status.fault
    assert there.seen()["hoppers"][0]["cards"] == 8


def test_the_digit_of_the_other_model_is_unknown(there: Desk) -> None:
    there.fault("states", "??2")
    assert there.printer.status().of(StorageKind.RETAIN)[0].level is StorageLevel.UNKNOWN


def test_a_bent_card_stays_in_the_hopper_and_a_jam_is_seen(there: Desk) -> None:
    there.fault("misfeed")
    assert there.fails(lambda: there.printer.feed("hopper-1")) == "card_printer.feed_failed"
    assert (there.printer.where(), there.seen()["feed_tries"]) == (CardPosition.NONE, 5)
    assert there.printer.status().blocking == ("card_printer.feed_failed",)
    there.fault("misfeed", False)
    there.printer.clear()
    there.fault("jam_feed")
    assert there.fails(lambda: there.printer.feed("hopper-1")) == "card_printer.jam_feed"
    status = there.printer.status()
    assert (status.position, status.media) == (CardPosition.JAMMED, MediaState.JAMMED)
    assert there.fails(there.printer.reject) == "card_printer.jam_feed"
    there.do("clear_path")
    assert there.printer.status().ready


def test_the_entry_is_never_opened_and_errors_headed_45_are_read(there: Desk) -> None:
    there.fault("head_45")
    there.fault("jam_exit")
    there.printer.feed("hopper-1")
    assert there.fails(there.printer.present) == "card_printer.jam_exit"
