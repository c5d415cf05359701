"""What every driver of the PIN pad class promises (devices/pin_pad/contract.py)."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from pin_pad_desk import Desk
from simulated_person import assert_passes

from devices.conformance import Check
from devices.conformance_common import Plug
from devices.contract import Cancellation, DeviceError, DeviceState, OperationCancelled
from devices.pin_pad import entry as entry_module
from devices.pin_pad.check import SUITE, Question, Step
from devices.pin_pad.contract import (
    BatteryState,
    BlockFormat,
    EntryCancelled,
    EntryTimedOut,
    Key,
    KeyAlgorithm,
    KeyCheckValue,
    KeyKind,
    KeyPress,
    KeyState,
    KeyUse,
)
from devices.pin_pad.secret import DigitBuffer

PIN = "314159"
TEST_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


@pytest.fixture
def buffers(monkeypatch: pytest.MonkeyPatch) -> list[bytearray]:
    """The memory of every entry begun."""
    seen: list[bytearray] = []

    class Watched(DigitBuffer):
        __slots__ = ()

        def __init__(self, maximum: int) -> None:
            super().__init__(maximum)
            seen.append(self._buffer)

    monkeypatch.setattr(entry_module, "DigitBuffer", Watched)
    return seen


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(desk: Desk, check: Check[Any]) -> None:
    """What is also checked on a real pad, by hand."""
    beeps = desk.scene()["beeps"]
    hands: dict[StrEnum, Callable[[], object]] = {
        Plug.PULL: lambda: desk.line.set_fault("absent", True),
        Plug.PUT_IN: lambda: desk.line.set_fault("absent", False),
        Step.PIN: lambda: desk.types([*PIN, "enter"]),
        Step.SHORT_THEN_LONG: lambda: desk.types([*"123", "enter", *"456", "enter"]),
        Step.CANCEL: lambda: desk.types([*"314", "cancel"]),
        Step.ENTER: lambda: desk.types(["enter"]),
        Question.BEEP: lambda: desk.scene()["beeps"] == beeps + 1,
    }
    assert_passes(SUITE, check, desk.pad, hands)
    assert desk.scene()["input"] == "off"


def test_no_pad_could_take_such_a_key(desk: Desk) -> None:
    for index, value in ((0x100, TEST_KEY), (1, TEST_KEY[:5])):
        with pytest.raises(ValueError):
            desk.pad.load_key(index, KeyUse.PIN, None, value)


def test_status_of_a_pad_that_is_there(desk: Desk) -> None:
    status = desk.pad.status()
    assert (status.device, status.fault, status.battery, status.keys) == (
        DeviceState.ONLINE,
        None,
        BatteryState.OPERATIONAL,
        None,
    )


def test_the_own_pin_comes_through(desk: Desk, buffers: list[bytearray]) -> None:
    desk.types([*PIN, "enter"])
    with desk.enter() as digits:
        assert digits.digits == bytearray(PIN.encode())
    assert desk.heard == [*(KeyPress(KeyKind.DIGIT, n) for n in range(1, 7)), KeyPress(KeyKind.ENTER, 6)]
    assert desk.scene()["input"] == "off"
    assert buffers == [bytearray(6)]


def test_clear_begins_again(desk: Desk) -> None:
    desk.types(["9", "9", "clear", *PIN, "enter"])
    with desk.enter() as digits:
        assert digits.digits == bytearray(PIN.encode())
    assert desk.heard[2] == KeyPress(KeyKind.CLEAR, 0)


def test_lengths_are_kept(desk: Desk) -> None:
    desk.types([*"123", "enter", *"45678", "enter"])
    with desk.enter(minimum=4, maximum=7) as digits:
        assert digits.digits == bytearray(b"1234567")
    refused = [press.count for press in desk.heard if press.kind is KeyKind.REFUSED]
    assert refused == [3, 7]


def test_the_person_cancels(desk: Desk, buffers: list[bytearray]) -> None:
    desk.types([*"314", "cancel"])
    with pytest.raises(EntryCancelled):
        desk.enter()
    assert desk.heard[-1] == KeyPress(KeyKind.CANCEL, 3)
    assert (desk.scene()["input"], buffers) == ("off", [bytearray(6)])


def test_the_person_walks_away(desk: Desk, buffers: list[bytearray]) -> None:
    desk.types("314")
    began = time.monotonic()
    with pytest.raises(EntryTimedOut):
        desk.enter(timeout=0.3)
    assert time.monotonic() - began < 1.5
    assert (desk.scene()["input"], buffers) == ("off", [bytearray(6)])


def test_the_time_allowed_starts_afresh_at_each_key(desk: Desk) -> None:
    port = desk.simulator.port

    def type_slowly(keys: list[str]) -> None:
        if keys:
            desk.simulator.press(keys[0])
            port.after(0.08, lambda: type_slowly(keys[1:]))

    def begin() -> None:
        if desk.simulator.scene()["input"] == "off":
            port.after(0.005, begin)
        else:
            type_slowly([*PIN, "enter"])

    desk.line.call(begin)
    began = time.monotonic()
    with desk.enter(timeout=0.35) as digits:
        assert digits.digits == bytearray(PIN.encode())
    assert time.monotonic() - began > 0.45


def test_the_host_cancels_within_a_fifth_of_a_second(desk: Desk, buffers: list[bytearray]) -> None:
    cancellation = Cancellation()
    asked: list[float] = []

    def cancel() -> None:
        asked.append(time.monotonic())
        cancellation.cancel()

    desk.types("314")
    with pytest.raises(OperationCancelled):
        desk.enter(cancellation=cancellation, on_key=desk.acts_when_typed(3, cancel))
    assert time.monotonic() - asked[0] < 0.2
    assert (desk.scene()["input"], buffers) == ("off", [bytearray(6)])


def test_no_key_is_left_for_the_next_person(desk: Desk) -> None:
    cancellation = Cancellation()

    def press_and_cancel() -> None:
        desk.line.call(lambda: [desk.simulator.press(key) for key in "777"])
        cancellation.cancel()

    desk.types("99")
    with pytest.raises(OperationCancelled):
        desk.enter(cancellation=cancellation, on_key=desk.acts_when_typed(2, press_and_cancel))
    desk.line.call(lambda: desk.simulator.press("8"))
    desk.heard.clear()
    desk.types([*PIN, "enter"])
    with desk.enter() as digits:
        assert digits.digits == bytearray(PIN.encode())
    assert desk.heard[0] == KeyPress(KeyKind.DIGIT, 1)


def test_a_failing_listener_leaves_nothing_behind(desk: Desk, buffers: list[bytearray]) -> None:
    def on_key(press: KeyPress) -> None:
        if press.count == 3:
            raise RuntimeError("the screen has gone")

    desk.types(PIN)
    with pytest.raises(RuntimeError, match="the screen has gone"):
        desk.enter(on_key=on_key)
    assert (desk.scene()["input"], buffers) == ("off", [bytearray(6)])


def test_unplugged_in_the_middle(desk: Desk, buffers: list[bytearray]) -> None:
    desk.types("314")
    with pytest.raises(DeviceError) as raised:
        desk.enter(on_key=desk.acts_when_typed(3, lambda: desk.line.set_fault("absent", True)))
    assert raised.value.code == "pin_pad.disconnected"
    assert buffers == [bytearray(6)]
    status = desk.pad.status()
    assert (status.device, status.fault) == (DeviceState.NO_DEVICE, "pin_pad.disconnected")
    desk.line.set_fault("absent", False)
    assert desk.pad.status().device is DeviceState.ONLINE
    desk.types([*PIN, "enter"])
    desk.enter().close()


def test_a_plug_that_flaps_in_the_middle(desk: Desk, buffers: list[bytearray]) -> None:
    def flap() -> None:
        desk.line.set_fault("absent", True)
        desk.line.set_fault("absent", False)

    desk.types("314")
    with pytest.raises(DeviceError) as raised:
        desk.enter(on_key=desk.acts_when_typed(3, flap))
    assert raised.value.code == "pin_pad.interrupted"
    assert (desk.scene()["input"], buffers) == ("off", [bytearray(6)])
    assert desk.pad.status().device is DeviceState.ONLINE


def test_a_silent_pad_is_offline_and_comes_back(desk: Desk) -> None:
    desk.line.set_fault("silent", True)
    status = desk.pad.status()
    assert (status.device, status.fault) == (DeviceState.OFFLINE, "pin_pad.no_answer")
    desk.line.set_fault("silent", False)
    assert desk.pad.status().device is DeviceState.ONLINE


def test_noise_neither_kills_nor_confuses(desk: Desk) -> None:
    desk.line.set_fault("noise", 0.03)
    for _ in range(12):
        desk.pad.status()
    desk.line.set_fault("noise", 0.0)
    assert desk.pad.status().device is DeviceState.ONLINE
    desk.types([*PIN, "enter"])
    with desk.enter() as digits:
        assert digits.digits == bytearray(PIN.encode())


def test_plain_keys(desk: Desk) -> None:
    for label, key in (("F3", Key.F3), ("5", Key.DIGIT_5), ("00", Key.DOUBLE_ZERO), ("enter", Key.ENTER)):
        desk.types(["blank", label])
        assert desk.pad.read_key(Cancellation(), 3.0) is key
    with pytest.raises(EntryTimedOut):
        desk.pad.read_key(Cancellation(), 0.1)


def test_keys_and_their_check_values(desk: Desk) -> None:
    pad = desk.pad
    assert pad.key_status(0x40).state is KeyState.MISSING
    check_value = pad.load_key(0x40, KeyUse.PIN, None, TEST_KEY)
    assert pad.key_status(0x40).check_value == check_value
    assert pad.load_key(0x40, KeyUse.PIN, None, TEST_KEY, expected=KeyCheckValue(check_value.value[:3])) == check_value
    with pytest.raises(DeviceError) as raised:
        pad.load_key(0x40, KeyUse.PIN, None, TEST_KEY, expected=KeyCheckValue(b"\x00\x00\x01"))
    assert raised.value.code == "pin_pad.key_check_failed"
    assert pad.key_status(0x40).state is KeyState.MISSING


def test_a_bank_pin_leaves_the_pad_only_as_a_block(desk: Desk) -> None:
    key = bytes.fromhex("042666B49184CF5C68DE9628D0397B36")
    desk.pad.load_key(0x41, KeyUse.PIN, None, key)
    desk.types([*"1234", "enter"])
    block = desk.pad.enter_pin_block(
        Cancellation(),
        key_index=0x41,
        pan12="401234567890",
        block_format=BlockFormat.ISO_0,
        minimum=4,
        maximum=6,
        timeout=3.0,
        on_key=desk.hear,
    )
    assert block.block.hex().upper() == "1B9C1845EB993A7A"
    assert repr(block) == "<PinBlock iso-0 8 bytes under key 41>"
    assert desk.heard == [*(KeyPress(KeyKind.DIGIT, n) for n in range(1, 5)), KeyPress(KeyKind.ENTER, 4)]
    assert desk.scene()["input"] == "off"


def bank_entry(desk: Desk, **options: object) -> object:
    wanted: dict[str, object] = {
        "key_index": 0x41,
        "pan12": "401234567890",
        "block_format": BlockFormat.ISO_0,
        "minimum": 4,
        "maximum": 6,
        "timeout": 3.0,
        "on_key": desk.hear,
    }
    return desk.pad.enter_pin_block(Cancellation(), **(wanted | options))


def test_a_bank_pin_entry_ends_in_every_way(desk: Desk) -> None:
    desk.pad.load_key(0x41, KeyUse.PIN, None, TEST_KEY)
    desk.types([*"12", "cancel"])
    with pytest.raises(EntryCancelled):
        bank_entry(desk)
    desk.types("12")
    with pytest.raises(EntryTimedOut):
        bank_entry(desk, timeout=0.2)
    desk.types([*"12", "enter", *"34567", "enter"])
    bank_entry(desk)
    assert desk.heard[-1] == KeyPress(KeyKind.ENTER, 6)
    assert desk.scene()["input"] == "off"


def test_a_bank_pin_without_its_key(desk: Desk) -> None:
    desk.types([*"1234", "enter"])
    with pytest.raises(DeviceError) as raised:
        bank_entry(desk, key_index=0x55)
    assert raised.value.code == "pin_pad.key_missing"
    assert desk.scene()["input"] == "off"


def test_sm4_is_there_or_honestly_not(desk: Desk) -> None:
    if BlockFormat.SM4 in desk.pad.formats:
        desk.pad.load_key(1, KeyUse.MASTER, None, TEST_KEY, algorithm=KeyAlgorithm.SM4)
        assert desk.pad.key_status(1, KeyAlgorithm.SM4).state is KeyState.PRESENT
    else:
        with pytest.raises(DeviceError) as raised:
            desk.pad.load_key(1, KeyUse.MASTER, None, TEST_KEY, algorithm=KeyAlgorithm.SM4)
        assert raised.value.code == "pin_pad.unsupported"


def test_no_digit_survives_in_texts(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    ways: list[tuple[list[str], Callable[[], object]]] = [
        ([*PIN, "cancel"], desk.enter),
        ([*PIN], lambda: desk.enter(timeout=0.2)),
        ([*PIN], lambda: desk.enter(on_key=desk.acts_when_typed(6, lambda: desk.line.set_fault("absent", True)))),
    ]
    for keys, way in ways:
        desk.line.set_fault("absent", False)
        desk.pad.status()
        desk.types(keys)
        with pytest.raises((EntryCancelled, EntryTimedOut, DeviceError)) as raised:
            way()
        told += traceback.TracebackException.from_exception(raised.value, capture_locals=True).format()
        # This test's own frames hold the digits it types; the driver's must not.
        told = [line for line in told if "test_pin_pad_conformance" not in line]
    told += [record.getMessage() for record in caplog.records]
    told += [repr(press) for press in desk.heard]
    assert "314159" not in "".join(told)
    assert all(f"'{digit}'" not in line for line in told for digit in "314159")
