"""The simulated pad by itself: golden frames, refusals, time, what it remembers and what it never tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from devices.pin_pad.simulated_keys import cbc, ecb
from devices.pin_pad.simulator import Zt598Simulator

TEST_KEY = "0123456789ABCDEFFEDCBA9876543210"
ZEROS = "0" * 16


@dataclass
class Planned:
    at: float
    act: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class OwnTime:
    """A port whose clock the test moves."""

    now: float = 0.0
    sent: bytearray = field(default_factory=bytearray)
    planned: list[Planned] = field(default_factory=list)

    def send(self, data: bytes) -> None:
        self.sent += data

    def after(self, seconds: float, action: Callable[[], None]) -> Planned:
        self.planned.append(Planned(self.now + seconds, action))
        return self.planned[-1]

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        while due := [p for p in self.planned if p.at <= self.now and not p.cancelled]:
            self.planned.remove(due[0])
            due[0].act()


class Bare:
    """A pad, its port, and commands framed by hand."""

    def __init__(self, model: str = "zt598") -> None:
        self.port = OwnTime()
        self.pad = Zt598Simulator(model=model)  # type: ignore[arg-type]
        self.pad.attached(self.port)

    def heard(self) -> bytes:
        data = bytes(self.port.sent)
        self.port.sent.clear()
        return data

    def raw(self, text: str | bytes) -> bytes:
        text = text.encode() if isinstance(text, str) else text
        body = f"{len(text) if len(text) < 1000 else 0:03d}".encode() + text + b"\x03"
        check = 0
        for byte in body:
            check ^= byte
        self.pad.received(b"\x02" + body + f"{check:02X}".encode())
        return self.heard()

    def ask(self, text: str | bytes) -> tuple[int, str]:
        frame = self.raw(text)
        content = frame[8:-3] if frame[1:4] == b"000" else frame[4:-3]
        return content[0], content[1:].decode()

    def press(self, *keys: str) -> bytes:
        for key in keys:
            self.pad.press(key)
        return self.heard()


@pytest.fixture
def bare() -> Bare:
    return Bare()


def test_golden_frames(bare: Bare) -> None:
    answer = bytes.fromhex("0230303160033532")
    for frame in ("0230303435303330033331", "0230303435303332033333", "0230303435303333033332"):
        bare.pad.received(bytes.fromhex(frame))
        assert bare.heard() == answer


def test_bytes_in_pieces_and_rubbish_between(bare: Bare) -> None:
    for byte in b"rubbish" + bytes.fromhex("0230303435303332033333"):
        bare.pad.received(bytes([byte]))
    assert bare.heard() == bytes.fromhex("0230303160033532")


def test_a_wrong_check_sum_is_not_answered(bare: Bare) -> None:
    bare.pad.received(bytes.fromhex("0230303435303332033334"))
    assert (bare.heard(), bare.pad.bad_frames) == (b"", 1)
    assert bare.ask("5032") == (0x60, "")


def test_a_long_command_without_a_length(bare: Bare) -> None:
    bare.ask(f"10262{TEST_KEY}")
    status, data = bare.ask(f"9021{'00' * 600}")
    assert (status, len(data)) == (0x60, 1200)


REFUSALS = {
    "Z": 0xEF,
    "1": 0xE8,
    f"10142{TEST_KEY}": 0xEB,
    f"10134{TEST_KEY}": 0xEB,
    f"10131{TEST_KEY}": 0xE3,
    "10132ZZ": 0xE9,
    "10132Z": 0xE8,
    f"2010232{TEST_KEY}": 0xE1,
    "20055": 0xE8,
    "2005500": 0xE4,
    "4": 0xE8,
    "5099": 0xEB,
    "503": 0xE8,
    "50ZZ": 0xE9,
    "540D": 0xEB,
    "6": 0xE8,
    "600013": 0xEB,
    "7": 0xE8,
    "702$456789012345": 0xEB,
    "702 45678901234": 0xE8,
    "702 45678901234X": 0xE9,
    "702 456789012345": 0xE5,
    "755 456789012345": 0xE4,
    "8": 0xE8,
    f"9551{ZEROS}": 0xE4,
    "9021": 0xE8,
    f"902X{ZEROS}": 0xEB,
    ":A0": 0xE8,
    f":02{TEST_KEY}": 0xEC,
    f":90{TEST_KEY}": 0xEC,
    "b01": 0xE8,
    "c30": 0xE8,
    "d02": 0xE8,
    "e02": 0xE8,
    "n": 0xE8,
    "n3400": 0xEB,
    "o": 0xE8,
    "o021456789012345": 0xEB,
    "o020456789012345": 0xE5,
}


def test_refusals(bare: Bare) -> None:
    bare.ask(f"10262{TEST_KEY}")
    assert {text: bare.ask(text)[0] for text in REFUSALS} == REFUSALS


def test_no_pin_entered(bare: Bare) -> None:
    bare.ask(f"14132{TEST_KEY}")
    assert bare.ask("741 456789012345") == (0xEF, "")
    bare.ask("600012")
    bare.press(*"12345")
    assert bare.ask("741 456789012345") == (0xEF, "")


def test_keys_are_raw_bytes_in_plain_input(bare: Bare) -> None:
    assert bare.press("1") == b""
    bare.ask("5033")
    assert bare.press(*"0123456789", "cancel", "enter", "clear", ".", "00") == b"0123456789\x1b\x0d\x08.\x22"
    assert bare.press(*(f"F{n}" for n in range(1, 9))) == b"ABCDEFGH"
    bare.ask("5032")
    assert bare.press("1") == b""


def test_the_key_table_can_be_changed(bare: Bare) -> None:
    table = bytearray(b"ABCDEFGHIJKLMNOPQRSTUVWX")
    assert bare.ask("4" + table.hex()) == (0x60, "")
    bare.ask("5033")
    assert bare.press("1", "enter") == b"AP"
    assert bare.ask("4" + "02" * 24) == (0xE9, "")


def test_pin_input_masks_and_keeps_lengths(bare: Bare) -> None:
    bare.ask("5404")
    bare.ask("5505")
    bare.ask("532B")
    bare.ask("600011")
    assert bare.press(*"123", "enter") == b"+++"
    assert bare.press("clear") == b"\x08"
    assert bare.press(*"3456", "enter", "7") == b"+++\x0d"
    assert bare.pad.scene()["typed"] == 5


def test_clear_key_behaviour(bare: Bare) -> None:
    bare.ask("600012")
    bare.press(*"123", "clear")
    assert bare.pad.scene()["typed"] == 0
    bare.ask("600011")
    bare.press(*"123", "clear")
    assert bare.pad.scene()["typed"] == 2


def test_the_time_limit_runs_from_the_last_key(bare: Bare) -> None:
    bare.ask(f"14132{TEST_KEY}")
    bare.ask("5214")
    bare.ask("600012")
    bare.port.pass_time(19)
    assert bare.press("1") == b"*"
    bare.port.pass_time(19.9)
    assert bare.heard() == b""
    bare.port.pass_time(0.2)
    assert bare.heard() == b"\x80"
    assert bare.pad.scene()["input"] == "off"
    assert bare.ask("741 456789012345") == (0xEE, "")


def test_pulling_the_plug_forgets_the_pin(bare: Bare) -> None:
    bare.ask(f"14132{TEST_KEY}")
    bare.ask("600012")
    bare.press(*"1234", "enter")
    digits = bare.pad.keypad._digits
    assert digits[:4] == bytearray([1, 2, 3, 4])
    bare.pad.detached()
    assert digits == bytearray(12)
    bare.pad.attached(bare.port)
    assert bare.ask("741 456789012345") == (0xEF, "")


def test_a_block_is_given_once(bare: Bare) -> None:
    bare.ask(f"14132{TEST_KEY}")
    bare.ask("600012")
    bare.press(*"1234", "enter")
    status, data = bare.ask("741 456789012345")
    assert (status, len(data), data[:4]) == (0x60, 20, "0016")
    assert bare.ask("741 456789012345") == (0xEF, "")
    assert bare.pad.keypad._digits == bytearray(12)


def test_mac_and_crypt(bare: Bare) -> None:
    key = bytes.fromhex(TEST_KEY)
    bare.ask(f"15152{TEST_KEY}")
    bare.ask(f"16162{TEST_KEY}")
    data = b"sixteen bytes!!!"
    assert bare.ask(b"851A" + data) == (0x60, cbc("tdes", key, data, bytes(8))[-8:].hex().upper())
    assert bare.ask(b"8512" + data) == (0x60, cbc("tdes", key[:8], data, bytes(8))[-8:].hex().upper())
    assert bare.ask(b"861A" + data)[0] == 0xE5
    sealed = ecb("tdes", key, data).hex().upper()
    assert bare.ask(f"9611{data.hex()}") == (0x60, sealed)
    assert bare.ask(f"961A{sealed}") == (0x60, data.hex().upper())
    chained = cbc("tdes", key, data, bytes(8)).hex().upper()
    assert bare.ask(f"9612{data.hex()}") == (0x60, chained)
    assert bare.ask(f"961B{chained}") == (0x60, data.hex().upper())
    assert bare.ask(f"9511{data.hex()}") == (0xE5, "")


def test_sm4_crypt_and_mac(bare: Bare) -> None:
    key = bytes.fromhex(TEST_KEY)
    bare.ask(f"b01{TEST_KEY}")
    bare.ask(f"c300120{ecb('sm4', key, key).hex()}")
    start, text = "00" * 16, TEST_KEY
    assert bare.ask(f"d203141{start}{text}") == (0x60, "681EDF34D206965E86B3E94F536E4246")
    assert bare.ask(f"d203241{start}681EDF34D206965E86B3E94F536E4246") == (0x60, TEST_KEY)
    chained = cbc("sm4", key, key * 2, bytes(16)).hex().upper()
    assert bare.ask(f"d203142{start}{text}{text}") == (0x60, chained)
    assert bare.ask(f"e20{start}43{text}{text}") == (0x60, chained[-32:])
    assert bare.ask(f"d013141{start}{text}") == (0xE5, "")
    assert bare.ask("n3320") == (0x60, "")
    assert bare.ask(f"d203141{start}{text}") == (0xE4, "")
    assert bare.ask("n3200") == (0x60, "")
    assert bare.pad.scene()["keys_loaded"] == []


def test_zt588_differs() -> None:
    bare = Bare("zt588")
    assert bare.ask(f"14132{TEST_KEY}") == (0xE3, "")
    assert bare.ask(f"14131{TEST_KEY}")[0] == 0x60
    assert bare.ask(f"b01{TEST_KEY}") == (0xEF, "")
    assert bare.ask("7") == (0xEF, "")
    assert bare.ask("641 006456789012345") == (0x60, "")
    assert bare.press(*"123456", "enter") == b"******\x0d"
    status, data = bare.ask("7")
    assert (status, data[4:]) == (
        0x60,
        ecb("tdes", bytes.fromhex(TEST_KEY), bytes.fromhex("0612713176FEDCBA")).hex().upper(),
    )


def test_information_has_the_widths_of_the_page(bare: Bare) -> None:
    bare.ask("3counter 7")
    bare.ask(f"10122{TEST_KEY}")
    status, data = bare.ask("3")
    assert (status, len(data), data[:9]) == (0x60, 146, "counter 7")
    assert data[50:98] == bare.pad.keypad.table.hex().upper()
    assert data[98:118] == "04003C2A040C33370A00"
    assert data[126:132] == "ZT598 "
    bare.ask("5031")
    assert bare.ask("3")[1][98:100] == "05"
    assert bare.ask("3")[1][:50] == " " * 50


def test_it_remembers_keys_and_settings_but_no_pin(bare: Bare) -> None:
    bare.ask(f"14132{TEST_KEY}")
    bare.ask("5406")
    bare.ask("3counter 7")
    bare.ask("600012")
    bare.press(*"314159", "enter")
    saved = json.loads(json.dumps(bare.pad.save()))
    assert "314159" not in json.dumps(saved)
    other = Bare()
    other.pad.restore(saved)
    assert other.pad.save() == saved
    assert other.pad.keypad.minimum == 6
    assert other.ask(f"9411{ZEROS}")[0] == 0x60
    other.pad.restore({})
    assert other.pad.scene()["keys_loaded"] == []


def test_the_scene_counts_and_does_not_tell(bare: Bare) -> None:
    for command in ("5033", "600012"):
        bare.ask(command)
        bare.press(*"777777")
        scene = bare.pad.scene()
        del scene["labels"]
        assert scene["typed"] == 6
        assert "7" not in json.dumps(scene)


def test_faults_and_actions_by_name(bare: Bare) -> None:
    assert bare.pad.actions() == {
        "press": "Press a key",
        "type_keys": "Type keys, one every quarter of a second",
    }
    with pytest.raises(KeyError):
        bare.pad.set_fault("no_such_fault", True)
    with pytest.raises(ValueError, match="no such key"):
        bare.pad.press("help")
    with pytest.raises(ValueError, match="no such key"):
        bare.pad.type_keys(["help"])
    with pytest.raises(ValueError, match="no such model"):
        Bare("zt1")


def test_an_injected_answer_for_one_command_only(bare: Bare) -> None:
    bare.pad.set_fault("rtn", "F3")
    bare.pad.set_fault("rtn_for", "54")
    assert bare.ask("5032") == (0x60, "")
    assert bare.ask("5404") == (0xF3, "")


def test_typing_takes_its_time(bare: Bare) -> None:
    bare.ask("5033")
    bare.pad.type_keys(["1", "2", "enter"])
    assert bare.heard() == b"1"
    bare.port.pass_time(0.25)
    assert bare.heard() == b"2"
    bare.port.pass_time(0.25)
    assert bare.heard() == b"\x0d"
