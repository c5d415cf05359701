"""Each fault of the PIN pad, provoked on the simulated pad and told by the driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pin_pad_desk import Desk
from provocation import faults_of, provoke

from devices.contract import Cancellation
from devices.pin_pad.contract import BlockFormat, KeyCheckValue, KeyUse

TEST_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")

Act = Callable[[Desk], Any]


def status_with(fault: str, value: Any = True) -> Act:
    def act(desk: Desk) -> Any:
        desk.line.set_fault(fault, value)
        return desk.pad.status()

    return act


def answered_with(rtn: str) -> Act:
    return status_with("rtn", rtn)


def load(desk: Desk, **options: Any) -> Any:
    return desk.pad.load_key(0x41, KeyUse.PIN, None, TEST_KEY, **options)


def bank_pin(desk: Desk, block_format: BlockFormat = BlockFormat.ISO_0) -> Any:
    return desk.pad.enter_pin_block(
        Cancellation(),
        key_index=0x41,
        pan12="401234567890",
        block_format=block_format,
        minimum=4,
        maximum=6,
        timeout=3.0,
        on_key=desk.hear,
    )


def flapping(desk: Desk) -> Any:
    def flap() -> None:
        desk.line.set_fault("absent", True)
        desk.line.set_fault("absent", False)

    desk.types("314")
    return desk.enter(on_key=desk.acts_when_typed(3, flap))


def lost_before_it_was_read(desk: Desk) -> Any:
    load(desk)
    desk.line.set_fault("rtn_for", "7")
    desk.line.set_fault("rtn", "EF")
    desk.types([*"1234", "enter"])
    return bank_pin(desk)


def without_its_key(desk: Desk) -> Any:
    desk.types([*"1234", "enter"])
    return bank_pin(desk)


PROVOKED_BY: dict[str, Act] = {
    "disconnected": status_with("absent"),
    "no_answer": status_with("silent"),
    "line_noise": status_with("wrong_lrc", 1000),
    "interrupted": flapping,
    "unexpected_answer": answered_with("01"),
    "unsupported": lambda desk: bank_pin(desk, BlockFormat.ISO_4),
    "command_rejected": answered_with("E8"),
    "failed": answered_with("EF"),
    "no_pin": lost_before_it_was_read,
    "input_timed_out": answered_with("EE"),
    "low_battery": status_with("low_battery"),
    "key_missing": without_its_key,
    "key_rejected": answered_with("E6"),
    "key_check_failed": lambda desk: load(desk, expected=KeyCheckValue(b"\x00\x00\x01")),
    "authorisation_failed": answered_with("EC"),
    "authorisation_locked": answered_with("ED"),
    "security_module": answered_with("D3"),
    "tampered": status_with("tampered"),
    "hardware_error": answered_with("F1"),
}


@pytest.mark.parametrize("name", faults_of("pin_pad"))
def test_provoked(desk: Desk, name: str) -> None:
    provoke("pin_pad", name, PROVOKED_BY, desk)
