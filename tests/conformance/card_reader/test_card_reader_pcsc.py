"""The driver against the virtual card, through the real pcscd."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from devices.bench.pcscd import PcscService
from devices.card_reader.apdu import CommandApdu
from devices.card_reader.pcsc import PcscCardReader
from devices.card_reader.simulator import CardReaderSimulator
from devices.card_reader.simulator.hsm import TestKeyHsm
from devices.card_reader.social_security_card.identity import bas_line
from devices.card_reader.social_security_card.pin import PinLocked, PinNeeded, PinVerified, WrongPin
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.card_reader.verbs import VERBS
from devices.contract import Cancellation, DeviceError, DeviceState, MediaState

pytestmark = [pytest.mark.pcsc, pytest.mark.timeout(60)]

CARD: dict[str, Any] = {
    "identifier": "990100D1560000050000000148FB4966",
    "number": "X00000019",
    "ssn": "440524188001010014",
    "name": "张三",
    "sex": "1",
    "nation": "01",
    "birthplace": "440524",
    "birth_date": "18800101",
    "issue_date": "20240101",
    "valid_until": "20340101",
}
CHALLENGE = CommandApdu(0x00, 0x84, 0x00, 0x00, le=8)
PATIENCE = 10


class Watching:
    """A watch on its thread, and what it has seen."""

    def __init__(self, reader: PcscCardReader) -> None:
        self.cancellation = Cancellation()
        self._seen: queue.Queue[MediaState] = queue.Queue()
        self._thread = threading.Thread(target=reader.watch, args=(self.cancellation, self._seen.put))
        self._thread.start()

    def next(self) -> MediaState:
        return self._seen.get(timeout=PATIENCE)

    def until(self, wanted: MediaState) -> list[MediaState]:
        seen = [self.next()]
        while seen[-1] is not wanted:
            seen.append(self.next())
        return seen

    def nothing_more(self) -> bool:
        return self._seen.empty()

    def end(self) -> bool:
        self.cancellation.cancel()
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()


@pytest.fixture
def slot(pcsc_service: PcscService, tmp_path: Path) -> Iterator[CardReaderSimulator]:
    address = pcsc_service.readers[0].address
    with CardReaderSimulator(address, service=pcsc_service, memories=tmp_path) as simulator:
        yield simulator


@pytest.fixture
def reader(pcsc_service: PcscService, slot: CardReaderSimulator) -> Iterator[PcscCardReader]:
    driver = PcscCardReader(f"pcsc:{pcsc_service.readers[0].name}")
    driver.open()
    with watching(driver) as watch:
        watch.until(MediaState.NOT_PRESENT)  # the card of the test before has gone
    yield driver
    driver.close()


@contextmanager
def watching(reader: PcscCardReader) -> Iterator[Watching]:
    watch = Watching(reader)
    try:
        yield watch
    finally:
        assert watch.end()


def insert(reader: PcscCardReader, slot: CardReaderSimulator, **fields: Any) -> None:
    """Put the card in and wait until the reader has seen it."""
    with watching(reader) as watch:
        slot.insert({**CARD, **fields})
        watch.until(MediaState.PRESENT)


def take(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    with watching(reader) as watch:
        slot.take()
        watch.until(MediaState.NOT_PRESENT)


def fault_of(action: Callable[[], object]) -> str:
    with pytest.raises(DeviceError) as raised:
        action()
    return raised.value.code


def test_insertion_and_removal_are_told_once_each(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    with watching(reader) as watch:
        assert watch.next() is MediaState.NOT_PRESENT
        slot.insert(CARD)
        assert watch.next() is MediaState.PRESENT
        reader.connect().close()
        slot.take()
        assert watch.next() is MediaState.NOT_PRESENT
        assert watch.nothing_more()


def test_status_says_what_is_there(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    status = reader.status()
    assert (status.device, status.fault, status.media) == (DeviceState.ONLINE, None, MediaState.NOT_PRESENT)
    insert(reader, slot)
    assert reader.status().media is MediaState.PRESENT
    reader.connect()
    assert reader.status().media is MediaState.PRESENT
    reader.release()
    assert reader.status().media is MediaState.PRESENT


def test_a_watch_is_cancelled_in_the_middle_of_its_wait(reader: PcscCardReader) -> None:
    watch = Watching(reader)
    watch.until(MediaState.NOT_PRESENT)
    assert watch.end()


@pytest.mark.parametrize("version", ["1.0", "2.0", "3.0"])
def test_reading_each_generation(reader: PcscCardReader, slot: CardReaderSimulator, version: str) -> None:
    insert(reader, slot, version=version)
    card = SocialSecurityCard(reader.connect())
    identity = card.read_identity(TestKeyHsm())
    assert bas_line(identity) == (
        "990100|440524188001010014|X00000019|990100D1560000050000000148FB4966|张三|00814E43238697990100000001|"
        f"{version}0|20240101|20340101|000000000000||"
    )


def test_the_connection_is_exclusive(
    reader: PcscCardReader, slot: CardReaderSimulator, pcsc_service: PcscService
) -> None:
    insert(reader, slot)
    chip = reader.connect()
    other = PcscCardReader(f"pcsc:{pcsc_service.readers[0].name}")
    other.open()
    assert fault_of(other.connect) == "card_reader.busy"
    chip.close()
    other.connect().close()


def test_a_second_connection_replaces_the_first_and_forgets_its_rights(
    reader: PcscCardReader, slot: CardReaderSimulator
) -> None:
    insert(reader, slot)
    first = SocialSecurityCard(reader.connect())
    assert first.verify_pin(bytearray(b"123456")) == PinVerified()
    second = SocialSecurityCard(reader.connect())
    assert second.pin_state() == PinNeeded(3)
    assert fault_of(first.pin_state) == "card_reader.removed"


def test_three_wrong_pins_lock_and_the_lock_outlives_the_insertion(
    reader: PcscCardReader, slot: CardReaderSimulator
) -> None:
    insert(reader, slot)
    chip = reader.connect()
    words = []
    for _ in range(4):
        words.append(chip.transmit(CommandApdu(0x00, 0x20, 0x00, 0x00, bytearray.fromhex("000000"))).sw)
    assert [f"{word:04X}" for word in words] == ["63C2", "63C1", "63C0", "6983"]
    take(reader, slot)
    insert(reader, slot)
    assert SocialSecurityCard(reader.connect()).pin_state() == PinLocked()


def test_a_chip_with_six_tries_is_believed(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot, pin_tries_max=6)
    card = SocialSecurityCard(reader.connect())
    results = [card.verify_pin(bytearray(b"999999")) for _ in range(6)]
    assert results == [WrongPin(5), WrongPin(4), WrongPin(3), WrongPin(2), WrongPin(1), PinLocked()]


def test_a_changed_pin_survives_re_insertion(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot)
    card = SocialSecurityCard(reader.connect())
    assert card.change_pin(bytearray(b"123456"), bytearray(b"246810")) == PinVerified()
    take(reader, slot)
    insert(reader, slot)
    card = SocialSecurityCard(reader.connect())
    assert card.verify_pin(bytearray(b"123456")) == WrongPin(2)
    assert card.verify_pin(bytearray(b"246810")) == PinVerified()


@pytest.mark.parametrize("after", [0, 3, 9])
def test_a_card_pulled_in_the_middle_of_a_read(reader: PcscCardReader, slot: CardReaderSimulator, after: int) -> None:
    insert(reader, slot, version="2.0")
    card = SocialSecurityCard(reader.connect())
    slot.set_fault("pull_after", after)
    assert fault_of(card.read_identity) == "card_reader.removed"
    assert reader.status().media is MediaState.NOT_PRESENT
    assert fault_of(card.read_identity) == "card_reader.removed"
    insert(reader, slot, version="2.0")
    assert SocialSecurityCard(reader.connect()).read_identity().name == "张三"


def test_a_card_swapped_behind_our_back_is_not_the_card_we_knew(
    reader: PcscCardReader, slot: CardReaderSimulator
) -> None:
    insert(reader, slot, version="2.0")
    card = SocialSecurityCard(reader.connect())
    card.read_issuer()
    take(reader, slot)
    insert(reader, slot, version="2.0", identifier="990100D1560000050000000248FB4966")
    assert fault_of(card.pin_state) == "card_reader.removed"


def test_a_mute_chip(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot)
    chip = reader.connect()
    slot.set_fault("mute", True)
    assert fault_of(lambda: chip.transmit(CHALLENGE)) == "card_reader.mute"
    slot.set_fault("mute", False)
    assert reader.connect().transmit(CHALLENGE).ok


def test_a_card_the_wrong_way_up(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    slot.set_fault("no_reset_answer", True)
    insert(reader, slot)
    assert fault_of(reader.connect) == "card_reader.mute"
    take(reader, slot)
    slot.set_fault("no_reset_answer", False)
    insert(reader, slot)
    assert reader.connect().transmit(CHALLENGE).ok


def test_half_an_answer(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot)
    chip = reader.connect()
    slot.set_fault("garbled", True)
    assert fault_of(lambda: chip.transmit(CHALLENGE)) == "card_reader.garbled"


def test_a_status_word_out_of_the_blue(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot)
    card = SocialSecurityCard(reader.connect())
    slot.set_fault("status_word", "B2=6F00")
    assert fault_of(card.read_issuer) == "card_reader.refused"
    slot.set_fault("status_word", "B2=6A81")
    assert fault_of(card.read_issuer) == "card_reader.card_blocked"


def test_a_slow_chip_is_waited_for(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot)
    chip = reader.connect()
    slot.set_fault("slow", 0.6)
    assert chip.transmit(CHALLENGE).ok


def test_an_empty_slot(reader: PcscCardReader) -> None:
    assert fault_of(reader.connect) == "card_reader.no_card"
    reader.release()


def test_readers_by_name(pcsc_service: PcscService) -> None:
    PcscCardReader("pcsc:reader B 00 00").open()
    absent = PcscCardReader("pcsc:Reader nobody has")
    with pytest.raises(DeviceError) as raised:
        absent.open()
    assert raised.value.code == "card_reader.absent"
    assert pcsc_service.readers[0].name in raised.value.detail
    assert absent.status().device is DeviceState.NO_DEVICE
    assert fault_of(PcscCardReader("pcsc:Test reader").open) == "card_reader.absent"
    with pytest.raises(ValueError, match="pcsc:Reader name"):
        PcscCardReader("/dev/ttyUSB0")


def test_the_service_dies_and_comes_back(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot)
    chip = reader.connect()
    with watching(reader) as watch:
        assert watch.next() is MediaState.PRESENT
        slot.set_fault("absent", True)
        try:
            assert watch.next() is MediaState.UNKNOWN
            assert fault_of(lambda: chip.transmit(CHALLENGE)) == "card_reader.service_down"
            status = reader.status()
            assert (status.device, status.fault) == (DeviceState.OFFLINE, "card_reader.service_down")
            assert fault_of(reader.open) == "card_reader.service_down"
        finally:
            slot.set_fault("absent", False)
        watch.until(MediaState.PRESENT)
    assert reader.connect().transmit(CHALLENGE).ok


def test_verbs_by_hand(reader: PcscCardReader, slot: CardReaderSimulator) -> None:
    insert(reader, slot)
    told: list[str] = []

    def run(verb: str, *words: str) -> Any:
        return VERBS[verb].run(reader, Cancellation(), words, told.append)

    assert run("atr") == "3B6D000000814E43238697990100000001"
    assert run("status") == {"device": "online", "fault": None, "media": "present"}
    assert run("pin-state") == {"state": "needed", "tries_left": 3}
    assert run("apdu", "00A40000", "023F00") == {
        "data": "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103",
        "status_word": "9000",
    }
    assert fault_of(lambda: run("read")) == "card_reader.access_denied"
    assert "read test-keys" in told[-1]
    answer = run("read", "test-keys")
    assert answer.line.startswith("990100|440524188001010014|X00000019|")
    assert answer["birth_date"] == "1880-01-01"
    for verb, words in (("apdu", ("zz",)), ("apdu", ()), ("read", ("keys",)), ("atr", ("x",))):
        with pytest.raises(ValueError):
            run(verb, *words)


def test_the_verb_watch_tells_until_cancelled(reader: PcscCardReader) -> None:
    cancellation = Cancellation()

    def tell(line: str) -> None:
        assert line == "notPresent"
        cancellation.cancel()

    assert VERBS["watch"].run(reader, cancellation, (), tell) == ""


def test_two_readers_side_by_side(reader: PcscCardReader, slot: CardReaderSimulator, pcsc_service: PcscService) -> None:
    insert(reader, slot)
    second = PcscCardReader(f"pcsc:{pcsc_service.readers[1].name}")
    second.open()
    with CardReaderSimulator(pcsc_service.readers[1].address) as other:
        insert(second, other, identifier="990100D1560000050000000348FB4966")
        mine, theirs = SocialSecurityCard(reader.connect()), SocialSecurityCard(second.connect())
        assert mine.read_issuer().identifier[-16:-8] == "00000001"
        assert theirs.read_issuer().identifier[-16:-8] == "00000003"
        second.close()
