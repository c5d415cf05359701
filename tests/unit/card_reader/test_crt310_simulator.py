"""The simulated CRT-310 by the bytes of the page, with a port that is a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from card_examples import PAGE_CARD

from devices.card_reader.simulator import Crt310Simulator
from devices.card_reader.simulator.crt310_path import Place

CARD = {**PAGE_CARD, "version": "2.0"}
ENQ, ACK, NAK, EOT = b"\x05", b"\x06", b"\x15", b"\x04"


class Planned:
    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        self.seconds = seconds
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ManualPort:
    """Time passes when told to."""

    def __init__(self) -> None:
        self.sent = b""
        self.planned: list[Planned] = []

    def send(self, data: bytes) -> None:
        self.sent += data

    def after(self, seconds: float, action: Callable[[], None]) -> Planned:
        self.planned.append(Planned(seconds, action))
        return self.planned[-1]

    def pass_time(self) -> None:
        planned, self.planned = self.planned, []
        for one in planned:
            if not one.cancelled:
                one.action()

    def heard(self) -> bytes:
        sent, self.sent = self.sent, b""
        return sent


def frame(text: str) -> bytes:
    """``32 31 'Y'`` as a frame."""
    data = b"".join(part[1:-1].encode() if part[0] == "'" else bytes.fromhex(part) for part in text.split())
    out = b"\x02" + len(data).to_bytes(2, "big") + data + b"\x03"
    check = 0
    for byte in out:
        check ^= byte
    return out + bytes((check,))


class Host:
    def __init__(self) -> None:
        self.port = ManualPort()
        self.reader = Crt310Simulator()
        self.reader.attached(self.port)

    def says(self, text: str) -> bytes:
        """A whole exchange; the reply's bytes."""
        self.reader.received(frame(text))
        assert self.port.heard() == ACK
        self.reader.received(ENQ)
        self.port.pass_time()
        return self.port.heard()

    def lets_in(self, card: dict[str, Any] = CARD) -> None:
        assert self.says("2F 33 31") == frame("2F 33 'Y'")
        self.reader.insert(card)
        self.port.pass_time()

    @property
    def place(self) -> Place:
        return self.reader.path.place


@pytest.fixture
def host() -> Host:
    return Host()


def test_nothing_is_done_before_the_enquiry(host: Host) -> None:
    host.lets_in()
    host.reader.received(frame("32 31"))
    host.port.pass_time()
    assert (host.port.heard(), host.place) == (ACK, Place.INSIDE)
    host.reader.received(ENQ)
    host.port.pass_time()
    assert (host.port.heard(), host.place) == (frame("32 31 'Y'"), Place.GATE_HELD)


def test_a_forgotten_command_is_not_carried_out(host: Host) -> None:
    host.lets_in()
    host.reader.received(frame("32 33") + EOT + ENQ)
    host.port.pass_time()
    assert (host.port.heard(), host.place) == (ACK, Place.INSIDE)


def test_a_motion_can_be_called_off(host: Host) -> None:
    host.lets_in()
    host.reader.received(frame("32 33") + ENQ + EOT)
    host.port.pass_time()
    assert (host.port.heard(), host.place) == (ACK, Place.INSIDE)


def test_a_damaged_command_is_answered_with_nak(host: Host) -> None:
    host.reader.received(frame("31 30")[:-1] + b"\x00")
    assert host.port.heard() == NAK
    host.reader.received(ENQ)
    assert host.port.heard() == b""


def test_a_command_that_breaks_off_is_forgotten(host: Host) -> None:
    host.reader.received(frame("31 30")[:4])
    host.port.pass_time()
    assert host.says("31 30") == frame("31 30 4E 4E 4E")


def test_a_reply_is_repeated_and_the_command_is_not(host: Host) -> None:
    host.lets_in()
    host.reader.set_fault("wrong_bcc", 1)
    wrong = host.says("32 31")
    assert wrong[:-1] == frame("32 31 'Y'")[:-1]
    assert wrong[-1] != frame("32 31 'Y'")[-1]
    motions = host.reader.motions
    host.reader.received(NAK)
    assert (host.port.heard(), host.reader.motions) == (frame("32 31 'Y'"), motions)


def test_the_status_along_the_path(host: Host) -> None:
    assert host.says("31 30") == frame("31 30 4E 4E 4E")
    host.says("2F 33 31")
    assert host.says("31 30") == frame("31 30 4E 4A 4E")
    host.reader.insert(CARD)
    assert host.reader.path.place is Place.GATE
    host.port.pass_time()
    assert host.says("31 30") == frame("31 30 4A 4A 4E")
    for move, position in (("2F", "4B"), ("31", "49"), ("2E", "4A"), ("32", "4C"), ("30", "48")):
        assert host.says(f"32 {move}") == frame(f"32 {move} 'Y'")
        assert host.says("31 30") == frame(f"31 30 {position} 4A 4E")
    host.reader.take()
    assert host.says("31 30") == frame("31 30 4E 4A 4E")
    assert host.says("32 31") == frame("32 31 'E'")


def test_the_sensors(host: Host) -> None:
    assert host.says("31 2F") == frame("31 2F '0000000'")
    host.lets_in()
    host.says("32 31")
    assert host.says("31 2F") == frame("31 2F '1100011'")


def test_a_retained_card_is_counted(host: Host) -> None:
    host.lets_in()
    assert host.says("32 33") == frame("32 33 'Y'")
    assert host.reader.scene()["retained"] == ["0019"]
    assert host.reader.empty_bin() == ["0019"]
    assert host.reader.scene()["retained"] == []


def test_the_chip(host: Host) -> None:
    host.lets_in()
    assert host.says("37 30") == frame("37 30 'W'")
    host.says("32 2F")
    select = "37 31 0014 00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
    assert host.says(select) == frame("37 31 'N'")
    assert host.says("37 30") == frame(f"37 30 'Y' 0011 {PAGE_CARD['atr']}")
    assert host.says(select) == frame("37 31 'Y' 0002 611E")
    assert host.says("37 32 0005 0084000008") == frame("37 32 'N'")
    assert host.says("37 31 0004 0084000008") == frame("4E 37 04")
    assert host.says("33 31") == frame("33 31 'Y'")
    assert host.says("37 31 0005 0084000008") == frame("37 31 'N'")


def test_a_card_that_speaks_t1(host: Host) -> None:
    atr = "3BED00008131FE4300814E43238697639900BF7C7A00"
    host.lets_in({**CARD, "atr": atr})
    host.says("32 2F")
    assert host.says("37 30") == frame(f"37 30 'Z' 0016 {atr}")
    assert host.says("37 31 0005 0084000008") == frame("37 31 'N'")
    assert host.says("37 32 0005 0084000008")[:8] == frame("37 32 'Y' 000A" + "00" * 10)[:8]


def test_the_lights(host: Host) -> None:
    for text, light in (("46 30", "on"), ("49 02 02", "blinking"), ("46 31", "off")):
        host.says(text)
        assert host.reader.scene()["light"] == light


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("7A 30", "4E 7A 00"),
        ("32 39", "4E 32 01"),
        ("31 30 00", "4E 31 04"),
        ("2F 33", "4E 2F 04"),
        ("49 02", "4E 49 04"),
        ("4A 30", "4A 30 'E'"),
        ("34 33", "34 33 'Y'"),
        ("30 30", "30 30 'CRT-310-SIM'"),
    ],
)
def test_what_is_refused_and_what_is_not(host: Host, text: str, reply: str) -> None:
    assert host.says(text) == frame(reply)


@pytest.mark.parametrize(("fault", "code"), [("low_voltage", "05"), ("power_lost", "07"), ("refuses", "02")])
def test_what_the_reader_cannot_do_now(host: Host, fault: str, code: str) -> None:
    host.lets_in()
    host.reader.set_fault(fault, True)
    assert host.says("32 31") == frame(f"4E 32 {code}")
    assert host.place is Place.INSIDE


def test_what_is_no_card(host: Host) -> None:
    host.lets_in()
    host.reader.set_fault("wrong_size", "long")
    assert host.says("31 30") == frame("31 30 46 4A 4E")
    assert host.says("32 31") == frame("4E 32 06")
    assert host.says("32 34") == frame("32 34 'Y'")


def test_the_gate(host: Host) -> None:
    with pytest.raises(ValueError, match="shut"):
        host.reader.insert(CARD)
    host.lets_in()
    with pytest.raises(ValueError, match="a card in the reader already"):
        host.reader.insert(CARD)
    with pytest.raises(ValueError, match="out of reach"):
        host.reader.take()


def test_a_hand_holds_on(host: Host) -> None:
    host.reader.set_fault("held", True)
    host.lets_in()
    assert host.place is Place.GATE
    host.reader.set_fault("held", False)
    host.port.pass_time()
    assert host.place is Place.INSIDE
    host.reader.set_fault("held", True)
    assert host.says("32 31") == frame("32 31 'Y'")
    assert host.says("32 2E") == frame("32 2E 'N'")


def test_a_power_cut_leaves_the_card_and_forgets_the_rest(host: Host) -> None:
    host.lets_in()
    host.says("32 2F")
    host.says("37 30")
    host.says("49 02 02")
    host.reader.received(frame("32 31") + ENQ)
    host.reader.detached()
    host.port.pass_time()
    host.port.heard()
    host.reader.attached(host.port)
    assert host.says("31 30") == frame("31 30 4B 4E 4E")
    scene = host.reader.scene()
    assert (scene["powered"], scene["light"], scene["gate"]) == (False, "off", "shut")


def test_what_survives_the_bench(host: Host) -> None:
    host.lets_in()
    host.says("32 33")
    host.lets_in({**CARD, "number": "X00000027"})
    host.says("32 2F")
    later = Crt310Simulator()
    later.restore(host.reader.save())
    assert later.scene() == {**host.reader.scene(), "gate": "shut"}
