"""The driver against the simulated printer over real transports: TCP, a connection an exchange, and a terminal that
stands for the USB printer file. A real printer must pass the same checks."""

from __future__ import annotations

import base64
import io
import random
import socket
import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from card_printer_desk import TRANSPORTS, Desk, desk, driver_for
from PIL import Image, ImageChops
from simulated_person import assert_passes

from devices import registry
from devices.card_printer.check import SUITE, Question, Step
from devices.card_printer.contract import (
    CardPosition,
    Damaged,
    NotPrinted,
    Printed,
    Unknown,
    chip_carrier,
    face_inspector,
)
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.evolis.wire import parse_reply
from devices.card_printer.faces import Faces
from devices.card_printer.sample import TEST_CARD
from devices.card_printer.simulator.contact import ContactStation
from devices.card_printer.verbs import VERBS
from devices.card_reader.simulator import CardReaderSimulator
from devices.conformance import Check
from devices.conformance_common import Plug
from devices.contract import Cancellation, DeviceError, DeviceState, StorageKind

ONE = Faces(front=TEST_CARD.front)
SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")


@pytest.fixture(params=TRANSPORTS)
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, request.param) as there:
        yield there


@pytest.fixture
def on_tcp(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as there:
        yield there


def shown(png: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")


def meant(side: str) -> Image.Image:
    face = getattr(TEST_CARD, side)
    picture = face.colour.copy()
    picture.paste((0, 0, 0), mask=ImageChops.invert(face.black.convert("L")))
    return picture


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(on_both: Desk, check: Check[Any]) -> None:
    """What is also checked on a real printer, by hand."""

    def both_faces_are_right() -> bool:
        faces = on_both.line.call(lambda: dict(on_both.device.mechanism.card.faces))  # type: ignore[union-attr]
        pictures = {side: Image.open(io.BytesIO(png)).convert("RGB") for side, png in faces.items()}
        return all(ImageChops.difference(pictures[side], meant(side)).getbbox() is None for side in ("front", "back"))

    hands: dict[StrEnum, Callable[[], object]] = {
        Plug.PULL: lambda: on_both.fault("absent", True),
        Plug.PUT_IN: lambda: on_both.fault("absent", False),
        Step.OPEN_COVER: lambda: on_both.do("open_cover"),
        Step.CLOSE_COVER: lambda: on_both.do("close_cover"),
        Step.TAKE_CARD: lambda: on_both.do("take_card"),
        Question.PRINT: both_faces_are_right,
        Question.HELD_OUT: lambda: on_both.seen()["card"]["place"] == "bezel",
    }
    assert_passes(SUITE, check, on_both.printer, hands)


def test_a_card_from_the_hopper_into_a_hand(on_both: Desk) -> None:
    printer = on_both.printer
    printer.feed("hopper-2")
    printer.to_contact()
    assert isinstance(printer.print(TEST_CARD), Printed)
    printer.present()
    card = on_both.do("take_card")
    assert printer.where() is CardPosition.TAKEN
    assert (card["serial"], card["bank"]) == ("9902000001", "测试银行乙")
    for side in ("front", "back"):
        assert ImageChops.difference(shown(card["faces"][side]), meant(side)).getbbox() is None


def test_the_chip_at_the_contact_is_the_card_s_own_and_keeps_what_was_written(on_tcp: Desk) -> None:
    reader = CardReaderSimulator()
    on_tcp.line.call(lambda: ContactStation(on_tcp.device.mechanism, reader))
    printer = on_tcp.printer
    assert (printer.chip_address, chip_carrier(printer)) == ("pcsc:Encoder", None)
    printer.feed("hopper-1")
    assert reader.card is None
    printer.to_contact()
    first = reader.card
    assert first is not None
    assert first.description.identifier == "9901" + "00" + "D156000005" + "00000001" + "99000001"
    assert first.process(SELECT)[0] == 0x61
    printer.print(ONE)
    assert reader.card is None
    printer.to_contact()
    assert reader.card is first
    printer.reject()
    assert reader.card is None
    printer.feed("hopper-1")
    printer.to_contact()
    assert reader.card is not None
    assert reader.card.description.identifier.endswith("99000002")


def test_the_scanner_shows_what_is_on_the_card(on_tcp: Desk) -> None:
    inspector = face_inspector(on_tcp.printer)
    assert inspector is not None
    on_tcp.fault("shift", 20)
    on_tcp.printer.feed("hopper-1")
    assert isinstance(on_tcp.printer.print(ONE), Printed)
    scanned = inspector.inspect()
    assert scanned is not None
    assert scanned.front is not None
    assert scanned.back is not None
    moved = Image.new("RGB", scanned.front.size, (255, 255, 255))
    moved.paste(meant("front"), (20, 0))
    assert ImageChops.difference(scanned.front, moved).getbbox() is None
    assert scanned.back.getcolors() == [(1016 * 648, (255, 255, 255))]
    assert list(on_tcp.device.scanner.folder.glob("*.png")) == []


def test_the_cable_is_pulled_in_the_middle_of_the_job(on_tcp: Desk) -> None:
    """The raster is on its way and the line is gone: nothing was printed, and it is known."""
    on_tcp.printer.feed("hopper-1")
    heard = threading.Event()
    received = on_tcp.device.received

    def pull(data: bytes) -> None:
        received(data)
        if "Ss" in on_tcp.device.heard and not heard.is_set():
            heard.set()
            on_tcp.line.set_fault("absent", True)
            on_tcp.line.after(0.4, lambda: on_tcp.line.set_fault("absent", False))

    on_tcp.line.call(lambda: setattr(on_tcp.device, "received", pull))
    outcome = on_tcp.printer.print(TEST_CARD)
    assert heard.is_set()
    assert isinstance(outcome, NotPrinted)
    assert on_tcp.printer.where() is CardPosition.IN_PATH
    assert on_tcp.seen()["ribbon"]["left"] == 200


def test_power_is_cut_in_the_middle_and_stays_away(on_tcp: Desk) -> None:
    printer = on_tcp.printer
    printer.feed("hopper-1")
    watched = threading.Event()

    def cut() -> None:
        if on_tcp.device.press.printing and not watched.is_set():
            watched.set()
            on_tcp.device.set_fault("power_cut", True)

    on_tcp.line.call(lambda: setattr(on_tcp.device, "watch", cut))
    outcome = printer.print(TEST_CARD)
    assert watched.is_set()
    assert isinstance(outcome, Unknown)
    assert printer.where() is CardPosition.UNKNOWN
    on_tcp.fault("power_cut", False)
    again = driver_for(on_tcp.line.url, Path("/nowhere"))
    again.open()
    assert again.where() is CardPosition.IN_PATH
    assert on_tcp.seen()["card"]["serial"] == "9901000001"
    again.close()


def test_a_jam_under_the_head(on_both: Desk) -> None:
    on_both.printer.feed("hopper-1")
    on_both.fault("jam_print")
    outcome = on_both.printer.print(ONE)
    assert isinstance(outcome, Damaged)
    assert outcome.status.fault == "card_printer.jam_print"
    assert on_both.printer.where() is CardPosition.JAMMED


def test_silence(on_both: Desk) -> None:
    on_both.fault("silent")
    status = on_both.printer.status()
    assert (status.device, status.fault) == (DeviceState.OFFLINE, "card_printer.no_answer")
    with pytest.raises(DeviceError) as raised:
        on_both.printer.feed("hopper-1")
    assert raised.value.code == "card_printer.no_answer"
    on_both.fault("silent", False)
    assert on_both.printer.status().ready
    on_both.printer.feed("hopper-1")


def test_slow_answers_are_waited_for(on_both: Desk) -> None:
    on_both.fault("slow", 0.02)
    on_both.printer.feed("hopper-1")
    assert on_both.printer.where() is CardPosition.IN_PATH


def test_a_late_answer_is_not_taken_for_the_next_one_s(tmp_path: Path) -> None:
    """On USB nothing in a reply says whose it is."""
    with desk(tmp_path, "pty") as there:
        healthy = there.printer.identification()
        assert healthy["model"] == "Evolis KC Prime"
        missed = 0
        for late in (0.25, 0.3, 0.35):
            there.fault("slow", late)
            try:
                assert there.printer.identification() == healthy
            except DeviceError as error:
                missed += error.code == "card_printer.no_answer"
        there.fault("slow", 0.0)
        assert missed == 3
        assert there.printer.identification() == healthy
        assert there.printer.status().ready


def test_connections_are_served_one_after_the_other(on_tcp: Desk) -> None:
    """A status poll that comes while a motion is under way waits for it, and neither is dropped."""
    on_tcp.line.call(lambda: setattr(on_tcp.device.motor, "_pace", 0.2))
    where = urlsplit(on_tcp.line.url)
    answers: list[bytes] = []

    def exchange(data: bytes) -> None:
        with socket.create_connection((where.hostname, where.port), 5) as line:
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            reply = b""
            while piece := line.recv(4096):
                reply += piece
            answers.append(reply)

    motion = threading.Thread(target=exchange, args=(b"\x1bSi\r\0",))
    motion.start()
    while not on_tcp.line.call(lambda: on_tcp.device.motor.busy):
        continue
    exchange(b"")
    motion.join(5)
    told = {reply.text: reply.flags for reply in map(parse_reply, answers)}
    assert set(told) == {"OK", ""}
    assert told[""] is not None
    assert told[""].names() == (
        "information.CARD_PRINT",
        "extension1.EXTENSION_2",
        "extension1.CFG_KIOSK",
        "extension1.SCANNER",
        "extension1.CFG_BEZEL",
    )


def test_a_printer_that_babbles_is_unwell_and_comes_back(on_both: Desk) -> None:
    """Every answer is noise of any length: each status is an answer in words, and nothing is moved."""
    chance = random.Random(7)
    healthy, say = on_both.printer.status(), on_both.line.send
    on_both.printer.close()
    printer = driver_for(on_both.line.url, Path("/nowhere"), answer_seconds=0.03)
    on_both.line.call(lambda: setattr(on_both.line, "send", lambda _: say(chance.randbytes(chance.randrange(1, 400)))))
    for _ in range(3):
        status = printer.status()
        assert not status.ready
        assert status.fault is not None
        assert printer.where() is CardPosition.UNKNOWN
        with pytest.raises(DeviceError):
            printer.feed("hopper-1")
    printer.close()
    on_both.line.call(lambda: setattr(on_both.line, "send", say))
    on_both.printer.open()
    assert on_both.printer.status() == healthy
    assert on_both.seen()["card"] is None


def test_the_usual_address_and_what_is_none(on_tcp: Desk) -> None:
    printer = EvolisPrinter(on_tcp.line.url.replace("socket://", "tcp://"))
    printer.open()
    assert printer.status().device is DeviceState.ONLINE
    for wrong in ("usb:1", "tcp://:9100"):
        with pytest.raises(ValueError, match="tcp"):
            EvolisPrinter(wrong)


def test_the_registry_and_the_verbs(on_tcp: Desk, tmp_path: Path) -> None:
    assert registry.verbs("card-printer") is VERBS
    assert registry.driver_class("card-printer", "evolis") is EvolisPrinter
    said: list[str] = []

    def by_hand(verb: str, *words: str) -> Any:
        return VERBS[verb].run(on_tcp.printer, Cancellation(), words, said.append)

    for side in ("front", "back"):
        meant(side).save(tmp_path / f"{side}.png")
    status = by_hand("status")
    assert (status["device"], status["ready"], status["position"], status["fault"]) == ("online", True, "none", None)
    assert [unit["name"] for unit in status["storage"]] == ["hopper-1", "hopper-2", "reject-box", "holding-slot"]
    assert by_hand("ribbon")["left"] == 200
    assert by_hand("identify")["model_number"] == "32"
    assert by_hand("feed", "hopper-2") == {"position": "inPath"}
    assert by_hand("contact") == {"position": "atContact", "chip": "pcsc:Encoder"}
    assert (
        by_hand("print", "--front", str(tmp_path / "front.png"), "--back", str(tmp_path / "back.png"))["outcome"]
        == "printed"
    )
    assert by_hand("inspect", str(tmp_path)) == {"pictures": ["front.png", "back.png"], "position": "inPath"}
    assert by_hand("present") == {"position": "atBezel"}
    assert by_hand("retract", "park") == {"moved": True, "position": "parked"}
    assert by_hand("recall") == {"position": "inPath"}
    assert by_hand("reject") == {"position": "rejected"}
    assert by_hand("where") == {"position": "rejected"}
    assert by_hand("retain") == {"moved": False, "position": "rejected"}
    assert by_hand("clear")["ready"] is True
    assert by_hand("clean")["cleaning"] == "notDue"
    assert said == ["feeding a card from hopper-2", "printing 2 sides", "cleaning; this takes half a minute"]
    for verb, words in (
        ("retract", ()),
        ("print", ()),
        ("print", ("--front", "/no/such.png")),
        ("print", ("/no/such.png",)),
        ("status", ("now",)),
    ):
        with pytest.raises(ValueError, match=r"."):
            by_hand(verb, *words)


def test_retracting_into_a_store_that_is_not_there(on_tcp: Desk) -> None:
    with pytest.raises(ValueError, match="dispense"):
        on_tcp.printer.retract(StorageKind.DISPENSE)  # type: ignore[arg-type]
