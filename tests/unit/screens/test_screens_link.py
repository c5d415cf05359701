"""The screens' end of the socket: it connects for ever, and nothing on the line can break it."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.link import Link, pause
from statemachines.views import Alive, Frame, FromScreens, Say, Show, Starting, Touched

SHOW = Show(Frame(number=7), Starting(Say("starting.devices")))
PATIENCE = 5.0


class Controller:
    """The other end, by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.settimeout(PATIENCE)

    def accept(self) -> socket.socket:
        connection, _ = self.listener.accept()
        connection.settimeout(PATIENCE)
        return connection

    def close(self) -> None:
        self.listener.close()
        self.path.unlink()


def hear(connection: socket.socket) -> FromScreens:
    line = b""
    while not line.endswith(b"\n"):
        line += connection.recv(1)
    return msgspec.json.decode(line, type=FromScreens)


class Screens:
    """A link that keeps what happened."""

    def __init__(self, path: Path) -> None:
        self.happened: queue.Queue[object] = queue.Queue()
        self.link = Link(
            path,
            "1.2",
            on_show=self.happened.put,
            on_lost=lambda: self.happened.put("lost"),
            on_bad=lambda reason: self.happened.put(("bad", reason)),
        )
        self.link.start()

    def next(self) -> object:
        return self.happened.get(timeout=PATIENCE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s"


@pytest.fixture
def screens(path: Path) -> Iterator[Screens]:
    started = Screens(path)
    yield started
    started.link.stop()


def test_says_that_it_lives_then_shows_and_tells(path: Path, screens: Screens) -> None:
    controller = Controller(path)
    connection = controller.accept()
    assert hear(connection) == Alive("1.2")
    connection.sendall(msgspec.json.encode(SHOW) + b"\n")
    assert screens.next() == SHOW
    screens.link.send(Touched(7, "start"))
    assert hear(connection) == Touched(7, "start")


def test_a_view_in_pieces_is_one_view(path: Path, screens: Screens) -> None:
    connection = Controller(path).accept()
    line = msgspec.json.encode(SHOW) + b"\n"
    for place in range(0, len(line), 7):
        connection.sendall(line[place : place + 7])
    assert screens.next() == SHOW


def test_connects_again_when_the_controller_comes_back(path: Path, screens: Screens) -> None:
    first = Controller(path)
    first.accept().close()
    first.close()
    assert screens.next() == "lost"
    screens.link.send(Touched(7, "start"))  # nobody there: dropped, not queued for another view
    connection = Controller(path).accept()
    assert hear(connection) == Alive("1.2")
    connection.sendall(msgspec.json.encode(SHOW) + b"\n")
    happened = screens.next()
    while happened == "lost":  # it may have got through to the closing controller once more
        happened = screens.next()
    assert happened == SHOW


@pytest.mark.parametrize("line", [b"", b"{}", b"no json", b'{"message":"show"}', b"\xff\xfe", b'{"message":"touched"}'])
def test_what_is_no_view_is_reported_and_survived(path: Path, screens: Screens, line: bytes) -> None:
    connection = Controller(path).accept()
    connection.sendall(line + b"\n" + msgspec.json.encode(SHOW) + b"\n")
    bad = screens.next()
    assert isinstance(bad, tuple)
    assert bad[0] == "bad"
    assert screens.next() == SHOW


def test_stopping_before_anyone_answered_is_quick(path: Path) -> None:
    screens = Screens(path)
    screens.link.stop()
    assert screens.happened.empty()


@given(there_after=st.floats(0, 3600))
def test_a_controller_is_found_soon_and_not_asked_for_at_every_moment(there_after: float) -> None:
    waited, attempts = 0.0, 1
    while waited < there_after:
        waited += pause(waited)
        attempts += 1
    assert waited - there_after <= max(0.02, min(0.05 * there_after, 2.0)) + 1e-9
    assert attempts <= 40 + there_after / 2 + 100
