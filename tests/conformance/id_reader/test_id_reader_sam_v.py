"""Every answer that a SAM_V module can give, at every step, and what the driver makes of it (protocol page, B2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from devices.bench.line import Line
from devices.contract import Cancellation, DeviceError, DeviceState, OperationCancelled
from devices.fault_catalogue import Capability, find, load
from devices.id_reader import faults
from devices.id_reader.sam_v import SamVReader
from devices.id_reader.simulator import SamVSimulator
from devices.id_reader.verbs import VERBS, card_in_full

CARD: dict[str, Any] = {
    "kind": "citizen",
    "name": "示例",
    "sex": "2",
    "nation_code": "01",
    "birth_date": "1988-02-29",
    "address": "示例省示例市示例路1号",
    "number": "990101198802290028",
    "authority": "示例市公安局",
    "valid_from": "2020-01-01",
    "valid_until": None,
}

MEANS = {
    "10": "line_noise",
    "11": "line_noise",
    "21": "unexpected_answer",
    "23": "not_authorised",
    "24": "unexpected_answer",
    "31": "authentication_failed",
    "32": "authentication_failed",
    "33": "verify_failed",
    "40": "unknown_card",
    "41": "read_failed",
    "47": "read_failed",
    "60": "self_test_failed",
    "66": "not_authorised",
}
"""At every step alike."""


class Desk:
    """A module on a PTY, a driver with little patience, and a card that lies there."""

    def __init__(self, line: Line, module: SamVSimulator) -> None:
        self.line = line
        self.module = module
        self.reader = SamVReader(line.url, timeout=0.1)

    def lay(self, **change: Any) -> None:
        self.line.call(lambda: self.module.lay({**CARD, **change}))

    def select(self) -> None:
        assert self.reader.wait_for_card(Cancellation(), 1) is True

    def code_of_reading(self) -> str:
        with pytest.raises(DeviceError) as caught:
            self.reader.read()
        return caught.value.code.removeprefix("id_reader.")


@pytest.fixture
def desk() -> Iterator[Desk]:
    module = SamVSimulator()
    with Line(module, "pty:") as line:
        made = Desk(line, module)
        made.reader.open()
        made.lay()
        yield made
        made.reader.close()


@pytest.mark.parametrize(
    ("status", "code"), [*MEANS.items(), ("80", "no_card"), ("81", "unexpected_answer"), ("91", "unexpected_answer"),
                         ("90", "unexpected_answer")],
)  # fmt: skip
def test_every_answer_to_find(desk: Desk, status: str, code: str) -> None:
    desk.line.set_fault("find_answer", status)
    assert desk.code_of_reading() == code


@pytest.mark.parametrize(
    ("status", "code"), [*MEANS.items(), ("81", "select_failed"), ("80", "unexpected_answer"),
                         ("91", "unexpected_answer"), ("9F", "unexpected_answer")],
)  # fmt: skip
def test_every_answer_to_select(desk: Desk, status: str, code: str) -> None:
    desk.line.set_fault("select_answer", status)
    assert desk.code_of_reading() == code


@pytest.mark.parametrize(
    ("status", "code"), [*MEANS.items(), ("80", "unexpected_answer"), ("81", "unexpected_answer"),
                         ("91", "unexpected_answer"), ("9F", "unexpected_answer")],
)  # fmt: skip
def test_every_answer_to_read(desk: Desk, status: str, code: str) -> None:
    desk.select()
    desk.line.set_fault("read_answer", status)
    assert desk.code_of_reading() == code
    desk.line.set_fault("read_answer", "")
    assert desk.reader.read().number == CARD["number"]


@pytest.mark.parametrize("status", MEANS)
def test_every_answer_to_read_address(desk: Desk, status: str) -> None:
    desk.select()
    desk.line.set_fault("address_answer", status)
    with pytest.raises(DeviceError) as caught:
        desk.reader.read_address()
    assert caught.value.code == f"id_reader.{MEANS[status]}"


@pytest.mark.parametrize("status", ["21", "23", "60", "66"])
def test_a_module_that_is_unwell(desk: Desk, status: str) -> None:
    desk.line.set_fault("module_answer", status)
    heard = desk.reader.status()
    assert (heard.device, heard.fault) == (DeviceState.HARDWARE_ERROR, f"id_reader.{MEANS[status]}")
    with pytest.raises(DeviceError, match=MEANS[status]):
        desk.reader.open()
    desk.line.set_fault("module_answer", "")
    assert desk.reader.status().device is DeviceState.ONLINE


def test_asking_for_the_status_leaves_the_selection_alone(desk: Desk) -> None:
    desk.select()
    desk.reader.status()
    assert desk.line.call(desk.module.scene)["selected"] is True


def test_a_selection_that_fails_once_is_tried_again_while_waiting(desk: Desk) -> None:
    desk.line.set_fault("select_answer", "81")
    desk.line.set_fault("answers", 1)
    desk.select()


@pytest.mark.parametrize("status", ["31", "33", "41", "47"])
def test_a_reading_that_fails_once_is_tried_again(desk: Desk, status: str) -> None:
    desk.select()
    desk.line.set_fault("read_answer", status)
    desk.line.set_fault("answers", 1)
    assert desk.reader.read().number == CARD["number"]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("fault", ["wrong_checksum", "board_timeout"])
def test_damage_that_passes_is_not_noticed(desk: Desk, fault: str, count: int) -> None:
    desk.select()
    desk.line.set_fault(fault, True)
    desk.line.set_fault("answers", count)
    assert desk.reader.read().number == CARD["number"]


@pytest.mark.parametrize(("fault", "code"), [("wrong_checksum", "line_noise"), ("board_timeout", "module_timeout")])
def test_damage_that_stays(desk: Desk, fault: str, code: str) -> None:
    desk.select()
    desk.line.set_fault(fault, True)
    assert desk.code_of_reading() == code
    assert desk.reader.status().fault == f"id_reader.{code}"
    desk.line.set_fault(fault, False)
    desk.select()  # although the module has read the card, and keeps quiet about it
    assert desk.reader.read().number == CARD["number"]


def test_a_forged_card(desk: Desk) -> None:
    desk.lay(read_answer="33")
    desk.select()
    assert desk.code_of_reading() == "verify_failed"


def test_half_a_frame_and_the_card_is_gone(desk: Desk) -> None:
    desk.select()
    desk.line.set_fault("half_frame", True)
    assert desk.code_of_reading() == "removed_early"


def test_a_card_lifted_while_the_module_reads_it() -> None:
    module = SamVSimulator(read_seconds=0.2)
    with Line(module, "pty:") as line:
        reader = SamVReader(line.url)
        line.call(lambda: module.lay(CARD))
        assert reader.wait_for_card(Cancellation(), 1)
        line.call(lambda: line.after(0.1, module.lift))
        with pytest.raises(DeviceError) as caught:
            reader.read()
        reader.close()
    assert caught.value.code == "id_reader.removed_early"


@pytest.mark.parametrize(("given", "size"), [("a5" * 1024, 1024), (None, 0)])
def test_fingerprints_are_read_when_asked_for(given: str | None, size: int) -> None:
    module = SamVSimulator()
    with Line(module, "pty:") as line:
        reader = SamVReader(line.url, fingerprints=True)
        line.call(lambda: module.lay({**CARD, "fingerprint": given}))
        card = reader.read()
        reader.close()
    assert card.fingerprint == b"\xa5" * size
    assert len(card.photo) == 1024


def test_a_module_that_finds_a_read_card_again() -> None:
    module = SamVSimulator(blind_after_read=False)
    with Line(module, "pty:") as line:
        reader = SamVReader(line.url, presence="unknown")
        line.call(lambda: module.lay(CARD))
        reader.read()
        assert reader.is_card_present() is True
        line.call(module.lift)
        assert reader.is_card_present() is False
        reader.close()


def test_a_card_left_from_before_this_process_is_seen(desk: Desk) -> None:
    desk.reader.read()
    desk.reader.close()
    other = SamVReader(desk.line.url)
    other.open()
    assert other.is_card_present() is True
    other.close()
    unsure = SamVReader(desk.line.url, presence="unknown")
    desk.reader.read()
    desk.reader.close()
    unsure.open()
    assert unsure.is_card_present() is None
    unsure.close()


def test_the_rate_can_be_changed(desk: Desk) -> None:
    desk.reader.set_baud(9600)
    assert desk.line.call(desk.module.scene)["baud"] == 9600
    assert desk.reader.read().number == CARD["number"]
    with pytest.raises(ValueError, match="1200"):
        desk.reader.set_baud(1200)


@pytest.mark.parametrize("options", [{"baud": 1200}, {"presence": "perhaps"}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        SamVReader("/dev/null", **options)


@pytest.mark.parametrize("at", ["/dev/no-such-line", "nonsense://x", "socket://127.0.0.1:1"])
def test_an_address_where_nothing_is(at: str) -> None:
    reader = SamVReader(at)
    with pytest.raises(DeviceError) as caught:
        reader.open()
    assert caught.value.code == "id_reader.not_connected"
    assert [reader.status().device for _ in range(2)][-1] is DeviceState.NO_DEVICE


def test_every_fault_of_the_driver_is_in_the_catalogue_and_the_other_way_round() -> None:
    own = {code for code in vars(faults).values() if isinstance(code, str) and code.startswith("id_reader.")}
    assert own == {code for code in load() if code.startswith("id_reader.")}
    assert set(faults.FAULT_OF_ANSWER.values()) <= own
    gone = {code for code in own if Capability.IDENTIFY_ID in find(code).loses}
    assert {faults.NOT_CONNECTED, faults.NO_ANSWER, faults.NOT_AUTHORISED, faults.SELF_TEST_FAILED} <= gone
    assert not gone & {faults.NO_CARD, faults.REMOVED_EARLY, faults.READ_FAILED, faults.UNKNOWN_CARD}


# -- by hand -----------------------------------------------------------------------------------------------------------


def by_hand(desk: Desk, verb: str, *words: str) -> Any:
    told: list[str] = []
    return VERBS[verb].run(desk.reader, Cancellation(), words, told.append)


def test_the_verbs(desk: Desk) -> None:
    desk.lay(appended_address="示例省新址2号")
    status = by_hand(desk, "status")
    assert status == {
        "device": "online",
        "fault": None,
        "media": "present",
        "sam_id": "05.01-20240101-0001234567-0007654321",
    }
    assert by_hand(desk, "sam-id") == {"sam_id": "05.01-20240101-0001234567-0007654321"}
    assert by_hand(desk, "find") == {"found": True}
    assert by_hand(desk, "address") == {"address": "示例省新址2号"}
    desk.lay()
    assert by_hand(desk, "address") == {"address": None}
    assert by_hand(desk, "baud", "57600") == {"baud": 57600}
    with pytest.raises(ValueError):
        by_hand(desk, "baud", "fast")
    with pytest.raises(ValueError, match="no words"):
        by_hand(desk, "read", "all")


def test_reading_by_hand_tells_all(desk: Desk) -> None:
    desk.lay(photo="00" * 1024)
    told = by_hand(desk, "read")
    assert told == {
        "kind": "citizen",
        "name": "示例",
        "sex": "2",
        "birth_date": "1988-02-29",
        "number": "990101198802290028",
        "valid_from": "2020-01-01",
        "valid_until": "长期",
        "photo": {"bytes": 1024, "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"},
        "fingerprint": None,
        "nation_code": "01",
        "address": "示例省示例市示例路1号",
        "authority": "示例市公安局",
        "nation": "汉",
        "number_fault": None,
    }
    assert card_in_full(desk.reader.read()) == told


def test_watching_tells_masked_until_stopped(desk: Desk) -> None:
    told: list[str] = []
    seen = threading.Event()
    lifted = threading.Event()
    cancellation = Cancellation()

    def tell(line: str) -> None:
        told.append(line)
        (lifted if line == "lifted" else seen).set()

    def watching() -> None:
        with pytest.raises(OperationCancelled):
            VERBS["watch"].run(desk.reader, cancellation, (), tell)

    thread = threading.Thread(target=watching)
    thread.start()
    assert seen.wait(2)
    desk.line.call(desk.module.lift)
    assert lifted.wait(2)
    begun = time.monotonic()
    cancellation.cancel()
    thread.join(2)
    assert time.monotonic() - begun < 0.3
    assert told == ["citizen *例 990***********0028", "lifted"]
