"""The simulated module against the frames of the protocol page, without a driver and without a clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from devices.id_reader.simulator import SamVSimulator

RESET, STATUS, SAM_ID = "AAAAAA9669000310FFEC", "AAAAAA9669000311FFED", "AAAAAA9669000312FFEE"
FIND, SELECT = "AAAAAA96690003200122", "AAAAAA96690003200221"
READ, READ_FINGERPRINT, READ_ADDRESS = "AAAAAA96690003300132", "AAAAAA96690003301023", "AAAAAA96690003300330"

FOUND = "AAAAAA9669000800009F0000000097"
NOT_FOUND = "AAAAAA9669000400008084"
SELECTED = "AAAAAA9669000C00009000000000000000009C"
NOT_SELECTED = "AAAAAA9669000400008185"
READ_FAILED = "AAAAAA9669000400004145"
OK = "AAAAAA9669000400009094"
NO_CONTENT = "AAAAAA9669000400009195"
CHECKSUM_ERROR = "AAAAAA9669000400001014"

B6: dict[str, Any] = {
    "kind": "citizen",
    "name": "张三",
    "sex": "1",
    "nation_code": "01",
    "birth_date": "1880-01-01",
    "address": "示例省示例市示例路1号",
    "number": "440524188001010014",
    "authority": "示例市公安局",
    "valid_from": "2020-01-01",
    "valid_until": None,
    "photo": "00" * 1024,
    "fingerprint": "00" * 1024,
}


class ManualTimer:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ManualPort:
    """A line whose time passes when the test says so."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.planned: list[tuple[float, Callable[[], None], ManualTimer]] = []

    def send(self, data: bytes) -> None:
        self.sent.append(data.hex().upper())

    def after(self, seconds: float, action: Callable[[], None]) -> ManualTimer:
        timer = ManualTimer()
        self.planned.append((seconds, action, timer))
        return timer

    def pass_time(self) -> None:
        planned, self.planned = self.planned, []
        for _, action, timer in planned:
            if not timer.cancelled:
                action()


@pytest.fixture
def port() -> ManualPort:
    return ManualPort()


@pytest.fixture
def module(port: ManualPort) -> SamVSimulator:
    simulator = SamVSimulator()
    simulator.attached(port)
    return simulator


def ask(module: SamVSimulator, port: ManualPort, *commands: str) -> list[str]:
    port.sent.clear()
    for command in commands:
        module.received(bytes.fromhex(command))
    return port.sent


def test_the_module_answers_for_itself(module: SamVSimulator, port: ManualPort) -> None:
    sam_id = "AAAAAA9669001400009005000100E5D6340187D61200B1CB7400CB"
    assert ask(module, port, RESET, STATUS, SAM_ID) == [OK, OK, sam_id]


def test_without_a_card(module: SamVSimulator, port: ManualPort) -> None:
    assert ask(module, port, FIND, SELECT, READ, READ_ADDRESS) == [NOT_FOUND, NOT_SELECTED, READ_FAILED, READ_FAILED]


def test_the_reading_of_the_page_byte_for_byte(module: SamVSimulator, port: ManualPort) -> None:
    module.lay(B6)
    found, selected, reading = ask(module, port, FIND, SELECT, READ)
    assert (found, selected) == (FOUND, SELECTED)
    assert reading.startswith("AAAAAA9669050800009001000400205F094E2000")
    assert (len(reading) // 2, reading[-2:]) == (1295, "76")
    expected = "6eeeaccfa1ee9ab2d3458ec73af47f5fd67261ccc5a21f685c8c52bccc0f5a13"
    assert hashlib.sha256(bytes.fromhex(reading)).hexdigest() == expected


def test_the_reading_with_fingerprint_of_the_page(module: SamVSimulator, port: ManualPort) -> None:
    module.lay(B6)
    reading = ask(module, port, FIND, SELECT, READ_FINGERPRINT)[-1]
    assert reading.startswith("AAAAAA9669090A000090010004000400")
    assert (len(reading) // 2, reading[-2:]) == (2321, "7C")


def test_a_card_without_fingerprint_gives_its_length_as_none(module: SamVSimulator, port: ManualPort) -> None:
    module.lay({**B6, "fingerprint": None})
    assert ask(module, port, FIND, SELECT, READ_FINGERPRINT)[-1].startswith("AAAAAA9669050A000090010004000000")


def test_selecting_needs_finding_and_reading_needs_selecting(module: SamVSimulator, port: ManualPort) -> None:
    module.lay(B6)
    assert ask(module, port, SELECT, READ, FIND, READ) == [NOT_SELECTED, READ_FAILED, FOUND, READ_FAILED]


def test_a_card_that_was_read_is_not_found_until_lifted_or_reset(module: SamVSimulator, port: ManualPort) -> None:
    module.lay(B6)
    ask(module, port, FIND, SELECT, READ)
    assert ask(module, port, FIND, RESET, FIND) == [NOT_FOUND, OK, FOUND]
    ask(module, port, SELECT, READ)
    module.lay(B6)
    assert ask(module, port, FIND) == [FOUND]


def test_modules_that_find_a_read_card_again_are_an_option(port: ManualPort) -> None:
    module = SamVSimulator(blind_after_read=False)
    module.attached(port)
    module.lay(B6)
    assert ask(module, port, FIND, SELECT, READ, FIND)[-1] == FOUND


def test_the_appended_address(module: SamVSimulator, port: ManualPort) -> None:
    module.lay(B6)
    assert ask(module, port, FIND, SELECT, READ_ADDRESS)[-1] == NO_CONTENT
    module.lay({**B6, "appended_address": "示例"})
    answer = ask(module, port, FIND, SELECT, READ_ADDRESS)[-1]
    assert answer.startswith("AAAAAA9669004A0000903A798B4F" + "2000" * 33)
    assert len(answer) // 2 == 7 + 0x4A


def test_commands_come_in_any_pieces_and_with_rubbish_between(module: SamVSimulator, port: ManualPort) -> None:
    for byte in bytes.fromhex("00FFAA" + FIND + "AA9669" + STATUS):
        module.received(bytes([byte]))
    assert port.sent == [NOT_FOUND, OK]


def test_damaged_commands(module: SamVSimulator, port: ManualPort) -> None:
    assert ask(module, port, FIND[:-2] + "23") == [CHECKSUM_ERROR]
    assert ask(module, port, "AAAAAA9669000420010025") == ["AAAAAA9669000400001115"]
    assert ask(module, port, "AAAAAA966900022022") == ["AAAAAA9669000400001115"]
    assert ask(module, port, "AAAAAA966900037777" + "03") == ["AAAAAA9669000400002125"]
    assert ask(module, port, FIND) == [NOT_FOUND]


def test_a_command_that_breaks_off_is_forgotten(module: SamVSimulator, port: ManualPort) -> None:
    assert ask(module, port, FIND[:14]) == []
    port.pass_time()
    assert ask(module, port, STATUS) == [OK]


def test_rates(module: SamVSimulator, port: ManualPort) -> None:
    assert ask(module, port, "AAAAAA96690003600467") == [OK]
    assert module.scene()["baud"] == 9600
    assert ask(module, port, "AAAAAA96690003600566") == ["AAAAAA9669000400002125"]


@pytest.mark.parametrize(
    "status",
    ["10", "11", "21", "23", "24", "31", "32", "33", "40", "41", "47", "60", "66", "80", "81", "90", "91", "9F"],
)
@pytest.mark.parametrize(
    ("fault", "command"),
    [("find_answer", FIND), ("select_answer", SELECT), ("read_answer", READ), ("address_answer", READ_ADDRESS),
     ("module_answer", STATUS)],
)  # fmt: skip
def test_every_status_can_be_asked_for(
    module: SamVSimulator, port: ManualPort, fault: str, command: str, status: str
) -> None:
    module.set_fault(fault, status)
    (answer,) = ask(module, port, command)
    assert answer[18:20] == status


def test_the_cards_own_status_word(module: SamVSimulator, port: ManualPort) -> None:
    module.set_fault("card_status_word", "6A82")
    assert ask(module, port, READ, FIND) == ["AAAAAA966900046A8241AD", NOT_FOUND]


def test_damage_heals_after_so_many_answers(module: SamVSimulator, port: ManualPort) -> None:
    module.set_fault("wrong_checksum", True)
    module.set_fault("answers", 2)
    assert ask(module, port, STATUS, STATUS, STATUS) == [OK[:-2] + "6B", OK[:-2] + "6B", OK]


def test_the_boards_time_out(module: SamVSimulator, port: ManualPort) -> None:
    module.set_fault("board_timeout", True)
    assert ask(module, port, STATUS) == ["AAAAAA96690005050505"]


def test_half_a_frame_and_the_card_is_gone(module: SamVSimulator, port: ManualPort) -> None:
    module.lay(B6)
    module.set_fault("half_frame", True)
    reading = ask(module, port, FIND, SELECT, READ)[-1]
    assert len(reading) // 2 == 1295 // 2
    assert ask(module, port, FIND) == [NOT_FOUND]
    assert module.faults["half_frame"] is False


def test_reading_takes_its_time_and_fails_when_the_card_is_lifted(module: SamVSimulator, port: ManualPort) -> None:
    module.set_fault("read_seconds", 0.7)
    module.lay(B6)
    assert ask(module, port, FIND, SELECT, READ, STATUS) == [FOUND, SELECTED]
    module.lift()
    port.pass_time()
    assert port.sent == [FOUND, SELECTED, READ_FAILED, OK]


def test_a_card_can_be_forged(module: SamVSimulator, port: ManualPort) -> None:
    module.lay({**B6, "read_answer": "33"})
    assert ask(module, port, FIND, SELECT, READ)[-1] == "AAAAAA9669000400003337"


def test_the_scene_is_masked(module: SamVSimulator) -> None:
    assert module.scene()["card"] is None
    module.lay(B6)
    assert module.scene() == {
        "card": {"kind": "citizen", "name": "*三", "number": "440***********0014"},
        "selected": False,
        "read": False,
        "baud": 115200,
    }


def test_what_lies_there_survives_a_restart_of_the_bench(module: SamVSimulator) -> None:
    module.lay(B6)
    again = SamVSimulator()
    again.restore(module.save())
    assert again.scene() == module.scene()
    again.restore(SamVSimulator().save())
    assert again.scene() == module.scene()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "passport"}, "kind is one of"),
        ({"name": "很" * 16}, "name is too long"),
        ({"birth_date": "18800101x"}, "birth_date is not in form"),
        ({"photo": "00"}, "photo is 1 bytes"),
        ({"appended_address": "很" * 36}, "appended_address is too long"),
        ({"read_answer": "3333"}, "read_answer"),
    ],
)
def test_a_card_out_of_form_is_refused_at_once(module: SamVSimulator, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        module.lay({**B6, **change})
    assert "很" not in str(caught.value)
    assert module.scene()["card"] is None


def test_faults_are_checked_when_set(module: SamVSimulator) -> None:
    with pytest.raises(ValueError, match="find_answer"):
        module.set_fault("find_answer", "9F9F")
    with pytest.raises(KeyError):
        module.set_fault("on_fire", True)


def test_what_a_person_can_do(module: SamVSimulator) -> None:
    assert set(module.actions()) == {"lay", "lift"}
