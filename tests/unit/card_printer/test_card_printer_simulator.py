"""The simulated printer by itself: where every card is, what survives, what it says, what spoils a print."""

from __future__ import annotations

import io
import json
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from card_printer_virtual_line import BOTH, FRONT, VirtualLine, drawn
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from PIL import Image, ImageChops

from devices.card_printer.evolis.job import first_part, second_part
from devices.card_printer.faces import Faces
from devices.card_printer.simulator import EvolisSimulator
from devices.card_printer.simulator.mechanism import Place
from devices.card_printer.simulator.replies import WORDS
from devices.card_printer.simulator.requests import RequestReader, Text
from devices.card_reader.simulator.description import CardDescription

ONE = Faces(front=FRONT)


def say(line: VirtualLine, text: str, seconds: float = 60) -> tuple[str, set[str], int]:
    """One exchange as bytes: the answer, the bits that stand (config left out), the session."""
    told = line.exchange(f"\x1b{text}\r\0".encode() if text else b"", seconds)
    answer, _, rest = told.partition(b"\0")
    block = rest[2:]
    assert (block[0], block[17], len(block)) == (0x10, 0x02, 40)
    words = struct.unpack(">IIII", block[1:17]) + tuple(
        struct.unpack(">I", block[21 + 5 * n : 25 + 5 * n])[0] for n in range(4)
    )
    names = {
        name
        for (word, bits), value in zip(WORDS.items(), words, strict=True)
        for name, bit in bits.items()
        if value & bit and word != "config"
    }
    rest_bits = {"EXTENSION_2", "CFG_KIOSK", "CFG_BEZEL"}
    return answer.decode(), names - rest_bits, struct.unpack(">H", block[18:20])[0]


def printer(**options: Any) -> VirtualLine:
    return VirtualLine(EvolisSimulator(**{"cards": 10, **options}))


def path(line: VirtualLine) -> tuple[str | None, Place]:
    card = line.simulator.mechanism.card
    return (card.serial if card else None, line.simulator.mechanism.place)


# -- what it says ------------------------------------------------------------------------------------------------------


def test_a_status_poll_is_no_byte_at_all() -> None:
    assert say(printer(), "") == ("", set(), 0)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Rtp", "Evolis KC Prime"),
        ("Rtp;d", "32"),
        ("Rcim", "FEEDER (F)"),
        ("Rcem", "BEZEL (I)"),
        ("Rcrm", "ERROR (R)"),
        ("Rkc;M", "1"),
        ("Rbc;A", "R"),
        ("Rbc;D", "30"),
        ("Rem;1", "0"),
        ("Rrt;progress", "0"),
        ("Pcim;I", "OK"),
        ("Pcim;Z", "ERROR PARAMETRES"),
        ("Pkc;M;2", "ERROR PARAMETRES"),
        ("Rvtods", "ERROR CDE"),
    ],
)
def test_answers(question: str, answer: str) -> None:
    assert say(printer(), question)[0] == answer


def test_what_the_makers_client_reads_of_ribbon_and_cleaning() -> None:
    line = printer(ribbon_left=150)
    told = dict(row.split(": ") for row in say(line, "Rrt;all")[0].splitlines())
    assert {key: told[key] for key in ("label", "qty", "count")} == {"label": "YMCKO", "qty": "200", "count": "150"}
    assert set(told) == {"label", "zone", "type", "ref", "qty", "count", "progress", "date", "evosn", "m3", "k7"}
    assert say(line, "Rco;card")[0].startswith("inserted_head: 0\nrem_advised: 1000\nmandatory: ")
    assert say(line, "Rco;clean")[0].startswith("last_periodic: 0\nperiodic_global: 0\nadvanced_global: ")


def test_a_session_is_shown_and_runs_out() -> None:
    line = printer()
    say(line, "Psid;4660;45")
    assert say(line, "")[2] == 4660
    line.pass_time(44)
    assert say(line, "")[2] == 4660
    line.pass_time(2)
    assert say(line, "")[2] == 0


def test_on_a_terminal_the_end_of_a_request_is_its_00() -> None:
    line = printer()
    line.has_connections = False
    line.simulator.received(b"\x1bRtp;d\r\0\x1bRf")
    line.simulator.received(b"v\r\0")
    assert bytes(line._reply).count(b"\x10\x88") == 2
    assert bytes(line._reply).startswith(b"32\0")


# -- motions -----------------------------------------------------------------------------------------------------------


def test_the_way_of_a_card_by_the_page_s_commands() -> None:
    line = printer()
    assert say(line, "Si")[:2] == ("OK", {"CARD_PRINT"})
    assert say(line, "Sis")[:2] == ("OK", {"CARD_SMART", "ENCODING_RUNNING"})
    assert say(line, "Sic")[:2] == ("OK", {"CARD_CONTACTLESS"})
    assert say(line, "Pbc;A;D")[0] == "OK"
    assert say(line, "Sce")[:2] == ("OK", {"BEZEL_CARD_OUTSIDE"})
    assert line.simulator.take_card()["serial"] == "9901000001"
    assert say(line, "")[1] == set()
    assert say(line, "Sis")[:2] == ("OK", {"CARD_SMART", "ENCODING_RUNNING"})
    assert say(line, "Ser")[:2] == ("OK", set())
    assert say(line, "Seb")[0] == "ERROR CARD"
    assert say(line, "Sie")[:2] == ("OK", {"BEZEL_CARD_OUTSIDE"})
    assert [card.serial for card in line.simulator.mechanism.rejected] == ["9901000002"]


def test_the_slot_at_the_rear() -> None:
    line = printer()
    say(line, "Si")
    assert say(line, "Seb")[:2] == ("OK", {"CARD_REAR"})
    assert say(line, "Sib")[:2] == ("OK", {"CARD_PRINT"})
    assert say(line, "Seb")[0] == "OK"
    say(line, "Si")
    assert say(line, "Seb")[0] == "ERROR CARD"
    assert path(line) == ("9901000002", Place.PRINT)


@pytest.mark.parametrize(("letter", "ends"), [("R", "rejected"), ("N", "path"), ("D", "bezel")])
def test_the_bezel_s_own_way_with_a_card_nobody_takes(letter: str, ends: str) -> None:
    line = printer()
    for text in (f"Pbc;A;{letter}", "Pbc;D;5", "Sie"):
        assert say(line, text)[0] == "OK"
    line.pass_time(6)
    there = {
        "rejected": (None, Place.NOWHERE),
        "path": ("9901000001", Place.PRINT),
        "bezel": ("9901000001", Place.BEZEL),
    }
    assert path(line) == there[ends]
    assert len(line.simulator.mechanism.rejected) == (ends == "rejected")


def test_a_card_that_is_taken_is_not_drawn_in_by_the_timer() -> None:
    line = printer()
    say(line, "Sie")
    line.simulator.take_card()
    say(line, "Sie")
    line.pass_time(29)
    assert path(line) == ("9901000002", Place.BEZEL)


def test_real_pace_and_any_other() -> None:
    for pace, low, high in ((1.0, 20, 25), (0.1, 2.0, 2.6), (0.0, 0, 0.3)):
        line = printer(pace=pace)
        say(line, "Si")
        begun = line.now
        say(line, "Pneab;A;0")
        line.exchange(first_part(ONE, 1), 5)
        line.exchange(second_part(), 5)
        while "CLAIM" in say(line, "")[1]:
            line.pass_time(0.05)
        assert low <= line.now - begun <= high


def test_the_reject_box_fills() -> None:
    line = printer(reject_capacity=1)
    say(line, "Si")
    say(line, "Ser")
    assert say(line, "")[1] == {"REJECT_BOX_FULL", "REJECTBOX1_FULL"}
    say(line, "Si")
    assert say(line, "Ser")[0] == "ERROR CARD"
    line.simulator.empty_reject_box()
    say(line, "Scs")
    assert say(line, "Ser")[0] == "OK"


def test_hoppers_run_low_and_empty() -> None:
    line = printer(hoppers=2, cards=6)
    say(line, "Si")
    assert "FEEDER1_NEAR_EMPTY" in say(line, "")[1]
    line.simulator.empty_hopper(1)
    say(line, "Ser")
    assert "FEEDER1_EMPTY" in say(line, "")[1]
    assert say(line, "Si")[0] == "ERROR FEEDER"
    say(line, "Scs")
    assert "FEEDER_EMPTY" not in say(line, "")[1]
    line.simulator.empty_hopper(2)
    assert "FEEDER_EMPTY" in say(line, "")[1]
    line.simulator.refill(1, [{"serial": "9990000001", "bank": "测试银行丙"}])
    assert say(line, "Si")[0] == "OK"
    with pytest.raises(ValueError, match="inside already: 9990000001"):
        line.simulator.refill(2, [{"serial": "9990000001"}])


def test_a_jam_stays_until_it_is_taken_out() -> None:
    line = printer()
    line.simulator.set_fault("jam_feed", True)
    assert say(line, "Si")[:2] == ("ERROR MECA", {"MECHANICAL", "CARD_FEEDER"})
    say(line, "Scs")
    assert say(line, "Ser")[0] == "ERROR MECA"
    line.simulator.set_fault("jam_feed", False)
    line.simulator.open_cover()
    assert line.simulator.clear_path()["serial"] == "9901000001"
    line.simulator.close_cover()
    say(line, "Scs")
    assert say(line, "Si")[:2] == ("OK", {"CARD_PRINT"})


def test_cleaning() -> None:
    line = printer(cleaning_every=1)
    say(line, "Si")
    for expected in ("CLEANING", "CLEANING_MANDATORY"):
        say(line, "Pneab;A;0")
        line.exchange(first_part(ONE, 1), 5)
        line.pass_time(30)
        assert expected in say(line, "")[1]
    assert say(line, "Scp")[0] == "ERROR CARD"
    say(line, "Ser")
    assert say(line, "Scp")[:2] == ("OK", {"CLAIM"})
    assert say(line, "Rco;clean")[0].startswith("last_periodic: 2\nperiodic_global: 1\n")


# -- print jobs --------------------------------------------------------------------------------------------------------


def test_the_claim_rises_with_the_job_and_falls_after_it() -> None:
    line = printer()
    say(line, "Si")
    line.exchange(first_part(ONE, 1), 5)
    assert {"CLAIM", "PRINTING_RUNNING", "BUSY"} <= say(line, "")[1]
    line.exchange(second_part(), 5)
    assert "CLAIM" in say(line, "")[1]
    line.pass_time(30)
    assert say(line, "")[1] == {"CARD_PRINT"}


def test_a_job_without_a_card_feeds_one_and_ejects_it_when_asked_to() -> None:
    line = printer()
    job = first_part(ONE, 1).replace(b"\x1bPneab;A;0\r", b"").replace(b"\x1bPneab;A;1\r", b"")
    line.exchange(job, 5)
    line.pass_time(30)
    assert path(line) == ("9901000001", Place.BEZEL)


def test_a_job_that_breaks_off_is_forgotten() -> None:
    line = printer()
    say(line, "Si")
    line.exchange(first_part(ONE, 1)[:700_000], 5)
    say(line, "Se")
    line.pass_time(30)
    assert (line.simulator.ribbon.left, line.simulator.press.printing) == (200, False)


def picture_with(fault: str, value: Any) -> Image.Image:
    line = printer(pace=0)
    line.simulator.set_fault(fault, value)
    say(line, "Si")
    line.exchange(first_part(ONE, 1), 5)
    line.pass_time(1)
    return Image.open(io.BytesIO(line.simulator.picture())).convert("RGB")


def test_misprints_are_there_to_be_seen() -> None:
    meant = drawn("FRONT 990001")
    assert ImageChops.difference(picture_with("blur", 0), meant).getbbox() is None
    moved = picture_with("shift", 12)
    assert moved.getpixel((205, 60)) == (200, 30, 30)
    assert moved.getpixel((5, 60)) == (255, 255, 255)
    yellow = picture_with("missing_panel", "y")
    assert yellow.getpixel((50, 50)) == (200, 30, 255)
    no_black = picture_with("missing_panel", "k")
    assert (0, 0, 0) not in {colour for _, colour in no_black.getcolors(2**20) or ()}
    assert picture_with("banding", 100).getpixel((40, 300)) == (255, 255, 255)
    blurred = picture_with("blur", 4)
    assert 30 < blurred.getpixel((200, 60))[1] < 240  # type: ignore[index]


def test_a_second_print_lies_over_the_first() -> None:
    line = printer(pace=0)
    say(line, "Si")
    for _ in range(2):
        line.exchange(first_part(ONE, 1), 5)
        line.pass_time(1)
    twice = Image.open(io.BytesIO(line.simulator.picture())).convert("RGB")
    assert twice.getpixel((50, 50)) == (200 * 200 // 255, 30 * 30 // 255, 30 * 30 // 255)


def test_a_monochrome_ribbon_prints_only_black() -> None:
    line = printer(pace=0, ribbon="K")
    say(line, "Si")
    line.exchange(first_part(ONE, 1), 5)
    line.pass_time(1)
    shown = Image.open(io.BytesIO(line.simulator.picture())).convert("RGB")
    assert {colour for _, colour in shown.getcolors(2**20) or ()} == {(0, 0, 0), (255, 255, 255)}


# -- power, and another bench ------------------------------------------------------------------------------------------


def test_everything_but_motion_survives_in_json() -> None:
    line = printer(hoppers=2)
    say(line, "Pkc;M;2")
    say(line, "Si")
    line.exchange(first_part(BOTH, 1), 5)
    line.pass_time(30)
    kept = json.loads(json.dumps(line.simulator.save()))
    again = printer(hoppers=2, cards=1)
    again.simulator.restore(kept)
    assert again.simulator.save() == kept
    assert path(again) == ("9902000001", Place.PRINT)
    assert "front" in again.simulator.mechanism.card.faces  # type: ignore[union-attr]
    assert say(again, "")[1] == {"CARD_PRINT"}
    assert say(again, "Rkc;M")[0] == "2"


def test_faces_may_be_kept_as_files(tmp_path: Path) -> None:
    line = printer(pace=0, pictures=str(tmp_path))
    say(line, "Si")
    line.exchange(first_part(ONE, 1), 5)
    line.pass_time(1)
    kept = json.dumps(line.simulator.save())
    assert len(kept) < 20_000
    assert json.dumps(line.simulator.save()) == kept
    assert len(list(tmp_path.iterdir())) == 1
    again = printer(pictures=str(tmp_path))
    again.simulator.restore(json.loads(kept))
    assert again.simulator.picture() == line.simulator.picture()


def test_without_power_nothing_answers_and_nothing_moves() -> None:
    line = printer()
    line.after(0.5, lambda: line.simulator.set_fault("power_cut", True))
    line.simulator.received(b"\x1bSis\r\0")
    line.simulator.input_ended()
    line.pass_time(60)
    assert path(line) == (None, Place.NOWHERE)
    assert line._reply == b""
    line.simulator.set_fault("power_cut", False)
    assert say(line, "Sis")[0] == "OK"


def test_the_contact_is_told_when_a_card_comes_and_goes() -> None:
    line = printer()
    seen: list[str] = []
    line.simulator.mechanism.on_contact = lambda card: seen.append(f"on {card.serial}")
    line.simulator.mechanism.off_contact = lambda card: seen.append(f"off {card.serial}")
    for text in ("Sis", "Sce"):
        say(line, text)
    line.simulator.take_card()
    for text in ("Sis", "Sis", "Ser"):
        say(line, text)
    assert seen == ["on 9901000001", "off 9901000001", "on 9901000002", "off 9901000002"]


def test_every_card_in_stock_has_a_chip_and_nobody_s_data() -> None:
    cards = list(EvolisSimulator(hoppers=4, cards=3).mechanism.all())
    assert len({card.serial for card in cards}) == 12
    assert len({card.bank for card in cards}) == 4
    for card in cards:
        assert card.chip is not None
        chip = CardDescription.read(card.chip)
        assert (chip.name, chip.ssn, chip.identifier[:2], len(chip.number)) == ("", "", "99", 9)
    with pytest.raises(ValueError, match="only one card 1"):
        EvolisSimulator(stock_cards=[[{"serial": "1"}], [{"serial": "1"}]])
    with pytest.raises(ValueError, match="colour"):
        EvolisSimulator(stock_cards=[[{"serial": "1", "colour": "red"}]])


def test_noise_before_a_command() -> None:
    reader = RequestReader()
    reader.feed(b"\xff\x41<\x1bDb;q;7;xxxxxxxxxxxxx\x1bRtp\r")
    heard = []
    while (one := reader.next()) is not None:
        heard.append(one)
    assert heard[-1] == Text("Rtp")


def test_a_million_random_bytes() -> None:
    line = printer()
    chance = random.Random(1)
    before = line.simulator.mechanism.save()
    for _ in range(1000):
        line.simulator.received(chance.randbytes(1000))
        line.simulator.input_ended()
        line.pass_time(0.01)
    assert say(line, "Rtp;d")[0] == "32"
    assert line.simulator.mechanism.save() == before


# -- nothing is lost, nothing is there twice ---------------------------------------------------------------------------

COMMANDS = [
    "Si",
    "Sib",
    "Sie",
    "Sis",
    "Sic",
    "Sce",
    "Ser",
    "Seb",
    "Scs",
    "Srs",
    "Pcim;F",
    "Pcim;I",
    "Pkc;M;1",
    "Pkc;M;2",
]
SWITCHES = [
    "jam_feed",
    "jam_contact",
    "jam_exit",
    "jam_print",
    "misfeed",
    "held_at_bezel",
    "reject_box_full",
    "power_cut",
]


class Physics(RuleBasedStateMachine):
    """Whatever a host says, a hand does or a fault spoils: each card is in one place, or has left by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.line = VirtualLine(EvolisSimulator(hoppers=2, cards=4, reject_capacity=2, pace=0.1))
        self.serials = sorted(card.serial for card in self.line.simulator.mechanism.all())
        self.ribbon = self.line.simulator.ribbon.left

    @rule(text=st.sampled_from(COMMANDS), wait=st.sampled_from([0.05, 5.0]))
    def host(self, text: str, wait: float) -> None:
        self.line.simulator.received(f"\x1b{text}\r\0".encode())
        self.line.simulator.input_ended()
        self.line.pass_time(wait)

    @rule(wait=st.sampled_from([0.5, 5.0]))
    def job(self, wait: float) -> None:
        self.line.simulator.received(JOB)
        self.line.simulator.input_ended()
        self.line.pass_time(wait)

    @rule(name=st.sampled_from(SWITCHES), on=st.booleans())
    def fault(self, name: str, on: bool) -> None:
        self.line.simulator.set_fault(name, on)

    @rule(act=st.sampled_from(["take_card", "open_cover", "close_cover", "clear_path", "empty_reject_box"]))
    def hand(self, act: str) -> None:
        try:
            getattr(self.line.simulator, act)()
        except ValueError:
            return

    @rule()
    def another_bench(self) -> None:
        kept = json.loads(json.dumps(self.line.simulator.save()))
        self.line.simulator.restore(kept)

    @invariant()
    def every_card_is_somewhere(self) -> None:
        mechanism = self.line.simulator.mechanism
        assert sorted([card.serial for card in mechanism.all()] + mechanism.taken) == self.serials
        assert (mechanism.card is None) is (mechanism.place is Place.NOWHERE)
        assert len(mechanism.rejected) <= 2
        assert len(mechanism.held) <= 1
        assert 0 <= self.line.simulator.ribbon.left <= self.ribbon
        self.ribbon = self.line.simulator.ribbon.left


JOB = b"\x1bSs\r\x1bSr\r\x1bDb;k;2;" + bytes(82_296) + b"\r\x1bSe\r\0"

TestPhysics = Physics.TestCase
TestPhysics.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
