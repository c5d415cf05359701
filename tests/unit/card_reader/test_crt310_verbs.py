"""What an engineer can do by hand with a reader that has a motor, and not with one that has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from card_examples import PAGE_CARD

from devices import registry
from devices.bench.line import Line
from devices.card_reader.pcsc import PcscCardReader
from devices.contract import Cancellation

VERBS = registry.verbs("card-reader")


class Reader:
    def __init__(self, listen: str) -> None:
        self.simulator: Any = registry.simulator("card-reader", "crt310", motion_seconds=0.01)
        self.line = Line(self.simulator, listen)
        self.driver: Any = registry.driver("card-reader", "crt310", self.line.start(), poll_seconds=0.01)
        self.driver.open()

    def does(self, verb: str, *words: str) -> Any:
        return VERBS[verb].run(self.driver, Cancellation(), words, lambda _: None)

    def insert(self) -> None:
        self.line.call(lambda: self.simulator.insert({**PAGE_CARD, "version": "2.0"}))
        while self.driver.status().position not in ("inside", "contacts"):
            Cancellation().wait(0.01)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(f"pty:{tmp_path}/card-reader")
    yield made
    made.driver.close()
    made.line.stop()


def test_out_in_and_into_the_bin(reader: Reader) -> None:
    reader.insert()
    at_gate = {"device": "online", "fault": None, "position": "at_gate"}
    assert reader.does("eject") == at_gate
    assert reader.does("retract") == {"retracted": True, **at_gate, "position": "inside"}
    assert reader.does("retain") == {"retained": True, **at_gate, "position": "none"}
    assert reader.does("retract") == {"retracted": False, **at_gate, "position": "none"}
    assert reader.does("retain") == {"retained": False, **at_gate, "position": "none"}


def test_a_card_is_read_by_hand(reader: Reader) -> None:
    reader.insert()
    assert reader.does("atr") == PAGE_CARD["atr"]
    assert reader.does("apdu", "0084000008")["status_word"] == "9000"
    assert reader.does("status") == {"device": "online", "fault": None, "media": "present"}


def test_the_light(reader: Reader) -> None:
    assert reader.does("lights", "blinking") == {"light": "blinking"}
    assert reader.line.call(reader.simulator.scene)["light"] == "blinking"
    for words in ((), ("red",), ("on", "off")):
        with pytest.raises(ValueError, match="off, on, blinking"):
            reader.does("lights", *words)


@pytest.mark.parametrize("verb", ["eject", "retract", "retain"])
def test_no_words_too_many(reader: Reader, verb: str) -> None:
    with pytest.raises(ValueError, match="unexpected: now"):
        reader.does(verb, "now")


@pytest.mark.parametrize(
    ("verb", "lacking"), [("eject", "motor"), ("retract", "motor"), ("retain", "bin"), ("lights", "light")]
)
def test_a_reader_without_the_ability_says_so(verb: str, lacking: str) -> None:
    words = ("on",) if verb == "lights" else ()
    with pytest.raises(ValueError, match=f"this reader has no {lacking}"):
        VERBS[verb].run(PcscCardReader("pcsc:none"), Cancellation(), words, lambda _: None)
