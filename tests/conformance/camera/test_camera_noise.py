"""Noise in both directions: nothing escapes but the camera's own faults, and the next good picture is taken."""

from __future__ import annotations

import random
import time

import pytest
from provocation import faults_of, told_by

from devices.bench.line import Line
from devices.camera.contract import CameraStatus
from devices.camera.http_picture import HttpCamera
from devices.camera.simulator import HttpCameraSimulator
from devices.contract import DeviceError, DeviceState

REQUEST = b"GET /picture.jpg HTTP/1.1\r\nHost: camera\r\n\r\n"


class Sink:
    """The far end of a simulator's line."""

    def __init__(self) -> None:
        self.heard = b""

    def send(self, data: bytes) -> None:
        self.heard = data

    def after(self, seconds: float, action: object) -> None:
        raise AssertionError("a camera plans nothing")


def test_a_million_random_bytes_and_then_a_request() -> None:
    chance, sink = random.Random(11), Sink()
    simulator = HttpCameraSimulator(width=160, height=120)
    simulator.attached(sink)  # type: ignore[arg-type]
    for _ in range(1000):
        simulator.received(chance.randbytes(1000))
    simulator.received(b"\r\n\r\n" + REQUEST)
    assert sink.heard.startswith(b"HTTP/1.1 200 OK\r\n")


def test_every_damaged_request_is_answered_or_passed_over() -> None:
    chance = random.Random(12)
    for at in range(len(REQUEST)):
        sink = Sink()
        simulator = HttpCameraSimulator(width=160, height=120)
        simulator.attached(sink)  # type: ignore[arg-type]
        simulator.received(REQUEST[:at] + bytes([REQUEST[at] ^ (1 << chance.randrange(8))]) + REQUEST[at + 1 :])
        simulator.received(b"\r\n\r\n" + REQUEST)
        assert sink.heard.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.fixture
def camera_and_line() -> object:
    with Line(HttpCameraSimulator(width=320, height=240), "tcp://127.0.0.1:0") as line:
        camera = HttpCamera(line.url, timeout=0.1)
        camera.open()
        yield camera, line
        camera.close()


def test_a_camera_that_babbles(camera_and_line: tuple[HttpCamera, Line]) -> None:
    camera, line = camera_and_line
    chance, say = random.Random(13), line.send
    line.call(lambda: setattr(line, "send", lambda _: say(chance.randbytes(chance.randrange(1, 400)))))
    for _ in range(10):
        begun = time.monotonic()
        with pytest.raises(DeviceError):
            camera.capture()
        assert isinstance(camera.status(), CameraStatus)
        assert time.monotonic() - begun < 2
    line.call(lambda: setattr(line, "send", say))
    assert camera.capture().image.size == (320, 240)
    assert camera.status().device is DeviceState.ONLINE


def test_a_picture_with_damage_is_a_picture_or_a_fault(camera_and_line: tuple[HttpCamera, Line]) -> None:
    """One byte in three thousand is wrong: in the head, or in the picture."""
    camera, line = camera_and_line
    line.set_fault("noise", 1 / 3000)
    codes = {told_by(camera.preview) for _ in range(40)}
    assert codes <= {None, *(f"camera.{name}" for name in faults_of("camera"))}
    line.set_fault("noise", 0.0)
    assert camera.capture().image.size == (320, 240)
