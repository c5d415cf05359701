"""The simulated printer's print jobs, power, bench and line."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from card_printer_simulator_rig import ONE, path, printer, say
from card_printer_virtual_line import BOTH, drawn
from PIL import Image, ImageChops

from devices.card_printer.evolis.job import first_part, second_part
from devices.card_printer.simulator import EvolisSimulator
from devices.card_printer.simulator.mechanism import Place
from devices.card_printer.simulator.requests import RequestReader, Text
from devices.card_reader.simulator.description import CardDescription

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
