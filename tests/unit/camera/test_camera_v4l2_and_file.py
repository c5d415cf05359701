"""The kernel's cameras, on a stand-in for OpenCV's reader; picture files; the verbs."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from typing import Any

import cv2
import numpy
import pytest
from PIL import Image

from devices import registry
from devices.camera import v4l2
from devices.camera.contract import CameraStatus
from devices.camera.picture_file import PictureFile
from devices.camera.v4l2 import QUEUED, SETTLING, V4l2Camera
from devices.contract import Cancellation, DeviceError, DeviceState


class FakeCapture:
    """A camera whose queue holds QUEUED pictures from before; each picture's red is its number in time."""

    def __init__(self, opened: bool = True) -> None:
        self.opened = opened
        self.settings: dict[int, float] = {}
        self.now = 0
        self.queue: deque[int] = deque()
        self.silent = False
        self.released = 0
        self.noise = numpy.random.default_rng(1)

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        self.settings[propId] = value
        return True

    def time_passes(self, pictures: int) -> None:
        for _ in range(pictures):
            self.now += 1
            if len(self.queue) < QUEUED:
                self.queue.append(self.now)

    def read(self) -> tuple[bool, Any]:
        if self.silent:
            return False, None
        if not self.queue:
            self.time_passes(1)
        red = self.queue.popleft()
        picture = numpy.full((240, 320, 3), 40, numpy.uint8)
        picture[:, :, 2] = red
        picture[0, 0] = self.noise.integers(0, 255, 3)
        picture[200:, :, 0] = 250
        return True, picture

    def release(self) -> None:
        self.released += 1


def camera_on(fake: FakeCapture, tmp_path: Path, **options: Any) -> V4l2Camera:
    device = tmp_path / "video9"
    device.touch()
    camera = V4l2Camera(str(device), **options)
    camera.opener = lambda _: fake
    return camera


def red(image: Image.Image) -> int:
    return image.getpixel((100, 100))[0]  # type: ignore[index,return-value]


def test_a_capture_is_no_picture_from_before(tmp_path: Path) -> None:
    fake = FakeCapture()
    camera = camera_on(fake, tmp_path)
    assert red(camera.preview().image) == SETTLING + 1
    fake.time_passes(50)
    asked_at = fake.now
    assert red(camera.preview().image) < asked_at
    fake.time_passes(50)
    asked_at = fake.now
    assert red(camera.capture().image) > asked_at
    assert camera.status() == CameraStatus(DeviceState.ONLINE, None, looking=True, size=(320, 240))


def test_colours_and_settings(tmp_path: Path) -> None:
    fake = FakeCapture()
    camera = camera_on(fake, tmp_path, width=1920, height=1080)
    image = camera.preview().image
    assert image.getpixel((10, 230)) == (SETTLING + 1, 40, 250)
    assert fake.settings == {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),
        cv2.CAP_PROP_FRAME_WIDTH: 1920,
        cv2.CAP_PROP_FRAME_HEIGHT: 1080,
    }


def test_at_rest_the_device_is_let_go(tmp_path: Path) -> None:
    fake = FakeCapture()
    camera = camera_on(fake, tmp_path)
    camera.open()
    assert fake.released == 1
    camera.preview()
    camera.rest()
    camera.rest()
    camera.close()
    assert (fake.released, camera.status().looking) == (2, False)


def test_a_camera_that_gives_no_picture(tmp_path: Path) -> None:
    fake = FakeCapture()
    camera = camera_on(fake, tmp_path)
    camera.open()
    fake.silent = True
    for misses in (1, 2, 3):
        with pytest.raises(DeviceError) as error:
            camera.capture()
        assert error.value.code == "camera.no_answer"
        assert camera.status().device is (DeviceState.OFFLINE if misses == 3 else DeviceState.ONLINE)
    fake.silent = False
    assert camera.capture().image.size == (320, 240)
    assert camera.status().device is DeviceState.ONLINE


def test_a_camera_in_use(tmp_path: Path) -> None:
    camera = camera_on(FakeCapture(opened=False), tmp_path)
    with pytest.raises(DeviceError) as error:
        camera.open()
    assert error.value.code == "camera.busy"


def test_pulled_out(tmp_path: Path) -> None:
    fake = FakeCapture()
    camera = camera_on(fake, tmp_path)
    camera.open()
    (tmp_path / "video9").unlink()
    fake.silent = True
    with pytest.raises(DeviceError) as error:
        camera.capture()
    assert error.value.code == "camera.not_connected"
    assert camera.status() == CameraStatus(DeviceState.NO_DEVICE, "camera.not_connected", False, (320, 240))


def test_opencv_itself_says_no_to_what_is_no_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real cv2.VideoCapture, on a file that is no camera; and it is asked by number where there is one."""
    monkeypatch.delenv("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", raising=False)
    device = tmp_path / "no-camera"
    device.touch()
    with pytest.raises(DeviceError) as error:
        V4l2Camera(str(device)).open()
    assert error.value.code == "camera.busy"
    assert os.environ["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] == "3"
    asked: list[object] = []
    monkeypatch.setattr(v4l2.cv2, "VideoCapture", lambda *what: asked.append(what))
    v4l2._open_with_opencv("/dev/video12")
    assert asked == [(12, cv2.CAP_V4L2)]


def test_a_picture_file(tmp_path: Path) -> None:
    file = tmp_path / "one.png"
    Image.new("RGB", (300, 400), (200, 10, 10)).save(file)
    camera = PictureFile(f"file://{file}")
    camera.open()
    for number in range(8):  # a file never changes, and is not frozen
        assert camera.preview().number == number + 2
    assert red(camera.capture().image) == 200
    assert camera.status() == CameraStatus(DeviceState.ONLINE, None, looking=True, size=(300, 400))
    camera.rest()
    assert not camera.status().looking


def test_a_folder_of_pictures_is_taken_in_turn(tmp_path: Path) -> None:
    for shade, name in ((10, "a.png"), (20, "b.PNG"), (30, "c.bmp")):
        Image.new("RGB", (300, 300), (shade, 50, 50)).save(tmp_path / name, "PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    camera = PictureFile(f"file://{tmp_path}")
    assert red(camera.preview().image) == red(camera.preview().image) == 10
    assert [red(camera.capture().image) for _ in range(4)] == [10, 20, 30, 10]
    camera.close()
    assert red(camera.capture().image) == 10


def test_files_that_are_none(tmp_path: Path) -> None:
    for at, code in ((tmp_path / "gone.jpg", "camera.not_connected"), (tmp_path, "camera.not_connected")):
        camera = PictureFile(f"file://{at}")
        with pytest.raises(DeviceError) as error:
            camera.open()
        assert (error.value.code, camera.status().device) == (code, DeviceState.NO_DEVICE)
    (tmp_path / "text.jpg").write_text("hello")
    with pytest.raises(DeviceError) as error:
        PictureFile(f"file://{tmp_path}/text.jpg").open()
    assert error.value.code == "camera.no_picture"
    with pytest.raises(ValueError, match="file:///"):
        PictureFile(str(tmp_path))


def test_the_verbs(tmp_path: Path) -> None:
    Image.new("RGB", (300, 400), (200, 100, 10)).save(tmp_path / "one.png")
    camera = PictureFile(f"file://{tmp_path}/one.png")
    verbs = registry.verbs("camera")
    told: list[str] = []

    def run(name: str, *words: str) -> Any:
        return verbs[name].run(camera, Cancellation(), words, told.append)

    out = tmp_path / "out.jpg"
    assert run("capture", str(out)) == {"file": str(out), "size": [300, 400]}
    assert Image.open(out).size == (300, 400)
    assert run("status") == {"device": "online", "fault": None, "looking": False, "size": [300, 400]}
    measured = run("measure")
    assert (measured["size"], measured["lightness_wavers"]) == ([300, 400], 0)
    assert told == ["taking 20 pictures"]
    for words in ((), ("a.jpg", "b.jpg"), ("a.doc",), (f"{tmp_path}/no/such.jpg",)):
        with pytest.raises(ValueError):
            run("capture", *words)
    with pytest.raises(ValueError):
        run("status", "now")


def test_what_cannot_be_simulated_says_so() -> None:
    for name in ("v4l2", "file"):
        with pytest.raises(registry.UnknownModelError, match=f"no simulated camera of model '{name}'; there are: http"):
            registry.simulator("camera", name)


def test_a_frame_does_not_show_its_picture(tmp_path: Path) -> None:
    Image.new("RGB", (300, 400), "red").save(tmp_path / "one.png")
    assert repr(PictureFile(f"file://{tmp_path}/one.png").capture()) == "Frame(number=1)"
