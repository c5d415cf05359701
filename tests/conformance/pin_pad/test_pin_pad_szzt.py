"""The SZZT protocol between driver and pad: every answer code, damage on the line, blocks in every format, sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pin_pad_desk import Desk, seat

from devices.contract import Cancellation, DeviceError, DeviceState
from devices.pin_pad import pin_block
from devices.pin_pad.contract import (
    BatteryState,
    BlockFormat,
    EntryTimedOut,
    KeyAlgorithm,
    KeyKind,
    KeysState,
    KeyState,
    KeyUse,
    PinBlock,
    PinPadInformation,
)
from devices.pin_pad.rtn import fault, succeeded
from devices.pin_pad.simulated_keys import ecb

TEST_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
TEST_MASTER = bytes.fromhex("1234567890ABCDEFABCDEF0987654321")
PIN_KEY = 0x41
PAN12 = "456789012345"
UID = b"test uid, secret"


def block(desk: Desk, block_format: BlockFormat, *, pan12: str | None = PAN12, key_index: int = PIN_KEY) -> PinBlock:
    result = desk.pad.enter_pin_block(
        Cancellation(),
        key_index=key_index,
        pan12=pan12,
        block_format=block_format,
        minimum=4,
        maximum=12,
        timeout=3.0,
        on_key=desk.hear,
    )
    assert isinstance(result, PinBlock)
    return result


def error_of(desk: Desk, code: int) -> str:
    desk.line.set_fault("rtn", f"{code:02X}")
    with pytest.raises(DeviceError) as raised:
        desk.pad.stop()
    desk.line.set_fault("rtn", "")
    return raised.value.code


def test_every_answer_code_becomes_its_fault(zt598: Desk) -> None:
    refusals = [code for code in range(0xA2, 0x100) if not succeeded(code)]
    assert {code: error_of(zt598, code) for code in refusals} == {code: fault(code) for code in refusals}


@pytest.mark.parametrize(
    ("name", "device", "code", "battery"),
    [
        ("low_battery", DeviceState.HARDWARE_ERROR, "pin_pad.low_battery", BatteryState.LOW),
        ("tampered", DeviceState.FRAUD_ATTEMPT, "pin_pad.tampered", BatteryState.OPERATIONAL),
    ],
)
def test_status_of_a_pad_in_trouble(
    zt598: Desk, name: str, device: DeviceState, code: str, battery: BatteryState
) -> None:
    zt598.line.set_fault(name, True)
    status = zt598.pad.status()
    assert (status.device, status.fault, status.battery) == (device, code, battery)
    zt598.line.set_fault(name, False)
    assert zt598.pad.status().battery is BatteryState.OPERATIONAL


@pytest.mark.parametrize("name", ["wrong_lrc", "lost_answers", "cut_answers", "late_answers"])
def test_two_misses_are_not_the_end(zt598: Desk, name: str) -> None:
    zt598.line.set_fault(name, 2)
    zt598.pad.stop()
    assert zt598.pad.information().model == "ZT598"


@pytest.mark.parametrize(("name", "code"), [("wrong_lrc", "pin_pad.line_noise"), ("lost_answers", "pin_pad.no_answer")])
def test_three_misses_are(zt598: Desk, name: str, code: str) -> None:
    zt598.line.set_fault(name, 3)
    with pytest.raises(DeviceError) as raised:
        zt598.pad.stop()
    assert raised.value.code == code
    assert zt598.pad.information().model == "ZT598"


def test_a_late_answer_is_not_taken_for_the_next_one(zt598: Desk) -> None:
    zt598.line.set_fault("late_answers", 3)
    zt598.pad.stop()
    assert zt598.pad.key_status(0x20).state is KeyState.MISSING
    assert zt598.pad.information().model == "ZT598"


def test_a_stray_byte_before_answers_is_no_key(zt598: Desk) -> None:
    zt598.line.set_fault("stray_byte", True)
    zt598.types([*"314159", "enter"])
    with zt598.enter() as digits:
        assert digits.digits == bytearray(b"314159")
    assert len(zt598.heard) == 7


def test_the_pads_own_time_limit_ends_an_entry(zt598: Desk) -> None:
    zt598.line.call(lambda: zt598.simulator.port.after(0.1, lambda: zt598.simulator.port.send(b"\x80")))
    with pytest.raises(EntryTimedOut):
        zt598.enter(timeout=30.0)


def test_information(zt598: Desk) -> None:
    assert zt598.pad.information() == PinPadInformation("ZT598", "1.0", "2.3", "2401", "0001", None)


def test_iso_formats(zt598: Desk) -> None:
    zt598.pad.load_key(PIN_KEY, KeyUse.PIN, None, TEST_KEY)

    def opened(block_format: BlockFormat, pan12: str | None = PAN12) -> str:
        zt598.types([*"123456", "enter"])
        sealed = block(zt598, block_format, pan12=pan12).block
        return ecb("tdes", TEST_KEY, sealed, decrypt=True).hex().upper()

    assert opened(BlockFormat.ISO_0) == "0612713176FEDCBA"
    assert opened(BlockFormat.ISO_1, None)[:8] == "16123456"
    assert opened(BlockFormat.ISO_2) == "26123456FFFFFFFF"
    clear = bytearray.fromhex(opened(BlockFormat.ISO_3))
    for at, digits in enumerate(("45", "67", "89", "01", "23", "45"), start=2):
        clear[at] ^= int(digits, 16)
    assert clear.hex().upper()[:8] == "36123456"
    assert set(clear.hex().upper()[8:]) <= set("ABCDEF")
    assert opened(BlockFormat.IBM_3624) == "123456FFFFFFFFFF"
    assert opened(BlockFormat.ASCII) == "313233343536FFFF"


def test_sm4_block_of_the_page(zt598: Desk) -> None:
    pad = zt598.pad
    pad.load_key(1, KeyUse.MASTER, None, TEST_MASTER, algorithm=KeyAlgorithm.SM4)
    article = bytes.fromhex("3D66234C49E4296FF9C78D8BACBD6A76")
    check_value = pad.load_key(0x20, KeyUse.PIN, 1, article, algorithm=KeyAlgorithm.SM4)
    assert str(check_value) == "861E83E31FAEBF10"
    assert pad.key_status(0x20, KeyAlgorithm.SM4).check_value == check_value
    under = ecb("sm4", TEST_MASTER, TEST_KEY)
    pad.load_key(0x21, KeyUse.PIN, 1, under, algorithm=KeyAlgorithm.SM4)
    zt598.types([*"123456", "enter"])
    sealed = block(zt598, BlockFormat.SM4, pan12="678901234567", key_index=0x21)
    assert sealed.block.hex().upper() == "52DF1BC94510411790B4008AE8A1E797"


def test_tdes_working_key_under_its_master(zt598: Desk) -> None:
    zt598.pad.load_key(0x01, KeyUse.MASTER, None, TEST_MASTER)
    under = ecb("tdes", TEST_MASTER, TEST_KEY)
    assert zt598.pad.load_key(PIN_KEY, KeyUse.PIN, 0x01, under).value == ecb("tdes", TEST_KEY, bytes(8))
    with pytest.raises(DeviceError) as raised:
        zt598.pad.load_key(PIN_KEY, KeyUse.PIN, 0x02, under)
    assert raised.value.code == "pin_pad.key_missing"


def test_required_keys(tmp_path: Path) -> None:
    for desk in seat("zt598", f"pty:{tmp_path}/pad", required_keys=[PIN_KEY]):
        status = desk.pad.status()
        assert (status.device, status.fault, status.keys) == (
            DeviceState.ONLINE,
            "pin_pad.key_missing",
            KeysState.NOT_INITIALIZED,
        )
        desk.pad.load_key(PIN_KEY, KeyUse.PIN, None, TEST_KEY)
        status = desk.pad.status()
        assert (status.fault, status.keys) == (None, KeysState.INITIALIZED)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Desk]:
    """A pad whose keys must be authorised, and a driver that knows its UID."""
    for desk in seat("zt598", f"pty:{tmp_path}/pad", uid=UID):
        desk.simulator.uid = UID
        desk.line.set_fault("authorisation", True)
        yield desk


def test_a_key_is_authorised_before_its_use(guarded: Desk) -> None:
    guarded.pad.load_key(PIN_KEY, KeyUse.PIN, None, TEST_KEY)
    guarded.types([*"123456", "enter"])
    assert block(guarded, BlockFormat.ISO_0).block == ecb("tdes", TEST_KEY, pin_block.iso_0([1, 2, 3, 4, 5, 6], PAN12))
    assert guarded.pad.key_status(PIN_KEY).state is KeyState.PRESENT


def test_a_wrong_uid_is_refused_and_at_last_locks(guarded: Desk) -> None:
    guarded.pad.load_key(PIN_KEY, KeyUse.PIN, None, TEST_KEY)
    guarded.simulator.uid = bytes(16)
    codes = []
    for _ in range(6):
        guarded.types([*"123456", "enter"])
        with pytest.raises(DeviceError) as raised:
            block(guarded, BlockFormat.ISO_0)
        codes.append(raised.value.code)
    assert codes == [*["pin_pad.authorisation_failed"] * 5, "pin_pad.authorisation_locked"]


def test_a_block_whose_answer_was_lost_is_typed_again(zt598: Desk) -> None:
    zt598.pad.load_key(PIN_KEY, KeyUse.PIN, None, TEST_KEY)

    def lose_the_block(press: object) -> None:
        if getattr(press, "kind", None) is KeyKind.ENTER:
            zt598.line.set_fault("lost_answers", 1)

    zt598.types([*"123456", "enter"])
    with pytest.raises(DeviceError) as raised:
        zt598.pad.enter_pin_block(
            Cancellation(),
            key_index=PIN_KEY,
            pan12=PAN12,
            block_format=BlockFormat.ISO_0,
            minimum=4,
            maximum=6,
            timeout=3.0,
            on_key=lose_the_block,
        )
    assert raised.value.code == "pin_pad.no_pin"


def test_the_session_in_the_order_of_the_page(zt598: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    zt598.pad.load_key(PIN_KEY, KeyUse.PIN, None, TEST_KEY)
    texts: list[bytes] = []
    answer = zt598.simulator._answer
    monkeypatch.setattr(zt598.simulator, "_answer", lambda text: (texts.append(text), answer(text)))
    zt598.types([*"123456", "enter"])
    block(zt598, BlockFormat.ISO_0)
    assert texts == [
        b"5032",
        b"522A",
        b"5404",
        b"550C",
        b"5035",
        b"532A",
        b"600012",
        b"741 456789012345",
        b"5032",
    ]


def test_unplugged_at_every_byte_of_an_entry(zt598: Desk) -> None:
    """However far the pad came: no exception but a device's, and it works again afterwards."""
    answers_and_keys = 3 * 8 + 7
    for byte in range(0, answers_and_keys, 3):
        zt598.types([*"314159", "enter"])
        zt598.line.set_fault("unplug_at_byte", byte)
        with pytest.raises(DeviceError) as raised:
            zt598.enter()
        assert raised.value.code == "pin_pad.disconnected"
        zt598.line.set_fault("unplug_at_byte", -1)
        assert zt598.pad.status().device is DeviceState.ONLINE
    zt598.types([*"314159", "enter"])
    zt598.line.set_fault("unplug_at_byte", answers_and_keys + 4)
    with zt598.enter() as digits:
        assert digits.digits == bytearray(b"314159")
