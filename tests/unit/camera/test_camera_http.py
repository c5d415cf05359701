"""The network camera's driver on the simulated one, through every fault of line and camera."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import cv2
import pytest

from devices.bench.line import Line
from devices.camera.contract import CameraStatus
from devices.camera.http_picture import HttpCamera
from devices.camera.simulator import HttpCameraSimulator
from devices.contract import DeviceError, DeviceState


def code_of(act: object) -> str:
    assert callable(act)
    with pytest.raises(DeviceError) as error:
        act()
    return error.value.code


def test_it_opens_looks_takes_and_rests(camera: HttpCamera) -> None:
    camera.open()
    assert camera.status() == CameraStatus(DeviceState.ONLINE, None, looking=True, size=(320, 240))
    numbers = [camera.preview().number, camera.preview().number, camera.capture().number]
    assert numbers == [2, 3, 4]
    camera.rest()
    assert camera.status() == CameraStatus(DeviceState.ONLINE, None, looking=False, size=(320, 240))
    assert camera.capture().image.size == (320, 240)


def test_what_it_sees_is_who_sits_there(line: Line, camera: HttpCamera) -> None:
    empty = camera.capture().image
    line.call(lambda: line.simulator.sit_down("wang", "female", "1956-03-12"))  # type: ignore[attr-defined]
    sits = line.simulator.scene()
    wang = camera.capture().image
    assert line.simulator.scene() == sits == {"person": "wang"}
    line.call(lambda: line.simulator.sit_down("li", "male"))  # type: ignore[attr-defined]
    li = camera.capture().image
    line.call(line.simulator.get_up)  # type: ignore[attr-defined]
    nobody = camera.capture().image
    assert line.simulator.scene() == {"person": None}
    dark = [sum(image.convert("L").histogram()[:100]) for image in (empty, wang, li, nobody)]
    assert dark[0] == dark[3] == 0
    assert min(dark[1:3]) > 3000
    assert dark[1] != dark[2]


@pytest.mark.parametrize(
    ("fault", "value", "code", "state"),
    [
        ("absent", True, "camera.not_connected", DeviceState.NO_DEVICE),
        ("silent", True, "camera.no_answer", DeviceState.OFFLINE),
        ("busy", True, "camera.busy", DeviceState.DEVICE_BUSY),
    ],
)
def test_a_camera_that_is_gone(
    line: Line, camera: HttpCamera, fault: str, value: bool, code: str, state: DeviceState
) -> None:
    camera.open()
    camera.rest()
    line.set_fault(fault, value)
    assert code_of(camera.capture) == code
    statuses = [camera.status() for _ in range(3)]
    assert (statuses[-1].device, statuses[-1].fault, statuses[-1].looking) == (state, code, False)
    line.set_fault(fault, False)
    assert camera.capture().image.size == (320, 240)
    assert camera.status().device is DeviceState.ONLINE


def test_one_miss_is_not_gone(line: Line, camera: HttpCamera) -> None:
    camera.open()
    camera.rest()
    line.set_fault("silent", True)
    assert (camera.status().device, camera.status().device) == (DeviceState.ONLINE, DeviceState.ONLINE)
    assert camera.status().device is DeviceState.OFFLINE


def test_pulled_in_the_middle_of_a_picture(line: Line, camera: HttpCamera) -> None:
    camera.open()
    line.set_fault("unplug_at_byte", 2000)
    assert code_of(camera.capture) in ("camera.no_answer", "camera.not_connected")
    line.set_fault("unplug_at_byte", -1)
    assert camera.capture().image.size == (320, 240)


def test_a_picture_that_breaks_off(line: Line, camera: HttpCamera) -> None:
    line.set_fault("damaged", True)
    assert code_of(camera.open) == "camera.no_picture"


def test_a_frozen_picture_is_noticed(line: Line, camera: HttpCamera) -> None:
    camera.open()
    line.set_fault("frozen", True)
    for _ in range(3):  # with the one of opening, four times the same
        camera.preview()
    assert code_of(camera.preview) == "camera.frozen"
    line.set_fault("frozen", False)
    assert camera.preview().number > 0


def test_a_covered_lens(line: Line, camera: HttpCamera) -> None:
    line.set_fault("light", 0.0)
    assert camera.preview().image.size == (320, 240)
    assert code_of(camera.capture) == "camera.black"


def test_a_camera_on_its_side(line: Line) -> None:
    upright, turned = HttpCamera(line.url), HttpCamera(line.url, turn=90)
    line.call(lambda: line.simulator.sit_down("wang"))  # type: ignore[attr-defined]
    there, on_side = upright.capture().image, turned.capture().image
    assert on_side.size == (240, 320)
    # The clothes, at the lower edge, come to the left one: turned clockwise.
    assert there.convert("L").getpixel((160, 235)) < 100
    assert on_side.convert("L").getpixel((4, 160)) < 100
    assert on_side.convert("L").getpixel((160, 316)) > 200
    for camera in (upright, turned):
        camera.close()


@pytest.mark.parametrize("at", ["pcsc:x", "http://", "/dev/video0"])
def test_a_wrong_address(at: str) -> None:
    with pytest.raises(ValueError, match="http://"):
        HttpCamera(at)
    with pytest.raises(ValueError, match="degrees"):
        HttpCamera("http://camera", turn=45)


def test_other_clients_understand_the_simulator(line: Line) -> None:
    """OpenCV's own reader, and Python's, on one connection."""
    where = urlsplit(line.url)
    capture = cv2.VideoCapture(f"http://{where.hostname}:{where.port}/picture.jpg")
    read, picture = capture.read()
    capture.release()
    assert (read, picture.shape) == (True, (240, 320, 3))
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=2)
    answers = []
    for method, path in (("GET", "/picture.jpg?x=1"), ("HEAD", "/picture.jpg"), ("GET", "/"), ("POST", "/picture.jpg")):
        connection.request(method, path)
        response = connection.getresponse()
        answers.append((response.status, response.headers["Content-Type"], bool(response.read())))
    connection.close()
    assert answers == [(200, "image/jpeg", True), (200, "image/jpeg", False), (404, None, False), (405, None, False)]


class _Told:
    def __init__(self) -> None:
        self.sent = b""

    def send(self, data: bytes) -> None:
        self.sent += data

    def after(self, seconds: float, action: object) -> object:
        raise AssertionError("a camera plans nothing")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /picture.jpg HTTP/1.1\r\nHost: x\r\n\r\n", b"200 OK"),
        (b"GET /picture.jpg\r\n\r\n", b"400 Bad Request"),
        (b"\x00\xff\r\n\r\n", b"400 Bad Request"),
        (b"x" * 9000, b"400 Bad Request"),
    ],
)
@pytest.mark.parametrize("piece", [1, 4096])
def test_requests_in_pieces(request_bytes: bytes, status: bytes, piece: int) -> None:
    simulator, port = HttpCameraSimulator(width=160, height=120), _Told()
    simulator.attached(port)  # type: ignore[arg-type]
    for at in range(0, len(request_bytes), piece):
        simulator.received(request_bytes[at : at + piece])
    assert port.sent.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert port.sent.count(b"HTTP/1.1") == 1


def test_a_sitter_out_of_form() -> None:
    with pytest.raises(ValueError, match="male, female"):
        HttpCameraSimulator().sit_down("wang", "f")
    with pytest.raises(ValueError, match="160 x 120"):
        HttpCameraSimulator(width=10)
