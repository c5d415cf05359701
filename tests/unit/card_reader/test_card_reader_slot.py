"""The slot by its frames: contacts, faults, what a person sees."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest
from card_examples import PAGE_CARD
from hypothesis import given
from hypothesis import strategies as st

from devices.bench.ports import free_ports
from devices.card_reader.simulator import CardReaderSimulator
from devices.card_reader.simulator.vpcd import FrameReader, VpcdSlot, frame

ATR = "3B6D000000814E43238697639900BF7C7A"
CHALLENGE = bytes.fromhex("00050084000008")


class SlotPort:
    """A reader's end; time passes when the test says so."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.planned: list[tuple[float, Callable[[], None]]] = []

    def send(self, data: bytes) -> None:
        self.sent.append(data.hex().upper())

    def after(self, seconds: float, action: Callable[[], None]) -> SlotPort:
        self.planned.append((seconds, action))
        return self

    def cancel(self) -> None:
        self.planned.clear()


class Service:
    """What the reader hangs on."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def kill(self) -> None:
        self.done.append("kill")

    def restart(self) -> None:
        self.done.append("restart")


@pytest.fixture
def port() -> SlotPort:
    return SlotPort()


@pytest.fixture
def slot(port: SlotPort) -> CardReaderSimulator:
    simulator = CardReaderSimulator()
    simulator.attached(port)
    return simulator


def test_the_page_s_answer_to_reset(slot: CardReaderSimulator, port: SlotPort) -> None:
    slot.insert(PAGE_CARD)
    slot.received(bytes.fromhex("0001"))
    slot.received(bytes.fromhex("04"))
    assert port.sent == ["0011" + ATR]


def test_contacts_are_not_answered_and_reset_ends_rights(slot: CardReaderSimulator, port: SlotPort) -> None:
    slot.insert(PAGE_CARD)
    slot.received(frame(b"\x01") + frame(bytes.fromhex("0020000003123456")) + frame(bytes.fromhex("0020000000")))
    slot.received(frame(b"\x02") + frame(bytes.fromhex("0020000000")) + frame(b"\x00"))
    assert port.sent == ["00029000", "00029000", "000263C3"]
    assert slot.scene()["powered"] is False


def test_an_empty_slot_says_nothing(slot: CardReaderSimulator, port: SlotPort) -> None:
    slot.received(frame(b"\x04"))
    assert port.sent == []
    assert slot.scene()["card"] is None


def test_what_a_person_does(slot: CardReaderSimulator) -> None:
    assert slot.actions() == {"insert": "insert a card", "take": "take the card"}
    card = slot.insert(PAGE_CARD)
    assert slot.scene()["card"] == {"number": "0019", "blocked": ""}
    with pytest.raises(ValueError, match="a card in the reader already"):
        slot.insert(PAGE_CARD)
    assert slot.take() is card
    assert slot.take() is None
    assert slot.insert(card) is card


def test_pulled_after_some_commands(slot: CardReaderSimulator, port: SlotPort) -> None:
    slot.insert(PAGE_CARD)
    slot.set_fault("pull_after", 2)
    for _ in range(3):
        slot.received(CHALLENGE)
    assert len(port.sent) == 2
    assert slot.card is None
    assert slot.faults["pull_after"] == -1


def test_slow_garbled_and_injected(slot: CardReaderSimulator, port: SlotPort) -> None:
    slot.insert(PAGE_CARD)
    slot.set_fault("slow", 2.5)
    slot.received(CHALLENGE)
    assert port.sent == []
    (seconds, answer) = port.planned[0]
    answer()
    assert (seconds, len(port.sent[0])) == (2.5, 2 * (2 + 8 + 2))
    slot.set_fault("slow", 0.0)
    slot.set_fault("status_word", "84=6F00 *=6D00")
    slot.received(CHALLENGE)
    slot.received(frame(bytes.fromhex("00A4000000")))
    assert port.sent[1:] == ["00026F00", "00026D00"]
    slot.set_fault("garbled", True)
    slot.received(CHALLENGE)
    assert port.sent[-1] == "00016F"
    slot.set_fault("no_reset_answer", True)
    slot.received(frame(b"\x04"))
    assert port.sent[-1] == "00020001"


def test_a_mute_chip_is_given_up_by_the_reader(slot: CardReaderSimulator, port: SlotPort) -> None:
    slot.insert(PAGE_CARD)
    slot.set_fault("mute", True)
    slot.received(CHALLENGE)
    assert (port.sent, [seconds for seconds, _ in port.planned]) == ([], [1.0])


def test_a_worn_chip_stays_worn_while_the_fault_lasts(slot: CardReaderSimulator) -> None:
    slot.set_fault("worn_out", True)
    card = slot.insert(PAGE_CARD)
    assert card.worn_out
    slot.set_fault("worn_out", False)
    assert not card.worn_out


def test_whoever_watches_is_told_of_commands_and_not_of_looks(slot: CardReaderSimulator) -> None:
    stirs: list[int] = []
    slot.watch = lambda: stirs.append(slot.commands)
    slot.insert(PAGE_CARD)
    slot.received(frame(b"\x04") + frame(b"\x01") + CHALLENGE)
    assert stirs == [0, 1]


def test_faults_that_make_no_sense(slot: CardReaderSimulator) -> None:
    with pytest.raises(KeyError):
        slot.set_fault("jam", True)
    with pytest.raises(ValueError, match="B2=6581"):
        slot.set_fault("status_word", "B2")
    with pytest.raises(ValueError, match="which service"):
        slot.set_fault("absent", True)
    with pytest.raises(ValueError, match="not a vpcd address"):
        CardReaderSimulator("tcp://127.0.0.1:1")


def test_absent_takes_the_service_away_once_and_brings_it_back() -> None:
    service = Service()
    slot = CardReaderSimulator(service=service)
    for absent in (True, True, False, False):
        slot.set_fault("absent", absent)
    assert service.done == ["kill", "restart"]


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 50))
def test_frames_survive_any_cut(payloads: list[bytes], cut: int) -> None:
    stream = b"".join(frame(payload) for payload in payloads)
    reader = FrameReader()
    heard = [payload for at in range(0, len(stream), cut) for payload in reader.feed(stream[at : at + cut])]
    assert heard == payloads


def test_a_slot_without_a_service_lets_its_card_be_taken() -> None:
    slot = VpcdSlot("vpcd://127.0.0.1:1", lambda _: None, lambda: None)
    slot.insert()
    slot.remove()
    slot.remove()


def test_a_card_whose_reader_is_gone_never_talks_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP connects a socket to itself when it is given the port that it connects to."""
    where = ("127.0.0.1", free_ports())
    met: list[socket.socket] = []
    tried_again = threading.Event()

    def itself(address: tuple[str, int], timeout: float) -> socket.socket:
        if met:
            tried_again.set()
            raise ConnectionRefusedError
        line = socket.socket()
        line.bind(address)
        line.connect(address)
        met.append(line)
        return line

    monkeypatch.setattr(socket, "create_connection", itself)
    slot = VpcdSlot(f"vpcd://{where[0]}:{where[1]}", lambda data: None, lambda: None)
    slot.insert()
    assert tried_again.wait(30)
    assert met[0].fileno() == -1
    slot.remove()
    with socket.socket() as service:
        service.bind(where)
