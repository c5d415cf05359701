"""Each camera with what it looks at, and a plug to pull."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from devices.bench.line import Line
from devices.camera.contract import Camera
from devices.camera.http_picture import HttpCamera
from devices.camera.picture_file import PictureFile
from devices.camera.simulator import HttpCameraSimulator
from devices.camera.v4l2 import V4l2Camera


class KernelCamera:
    """A stand-in for ``cv2.VideoCapture`` on a device file that is there or not."""

    def __init__(self, device: Path) -> None:
        self.device = device
        self.busy = False
        self.silent = False
        self.still = False
        self.light = 120
        self._noise = numpy.random.default_rng(1)
        device.touch()

    def isOpened(self) -> bool:  # noqa: N802
        return self.device.exists() and not self.busy

    def set(self, propId: int, value: float) -> bool:  # noqa: N803
        return True

    def read(self) -> tuple[bool, Any]:
        if self.silent or not self.device.exists():
            return False, None
        picture = numpy.full((480, 640, 3), self.light, numpy.uint8)
        if not self.still:
            picture[:8, :8] = self._noise.integers(0, 255, (8, 8, 3))
        return True, picture

    def release(self) -> None:
        """Nothing is held."""


class Stage:
    """A camera; ``pull`` and ``put_in`` its plug."""

    def __init__(self, camera: Camera, pull: Callable[[], object], put_in: Callable[[], object]) -> None:
        self.camera = camera
        self.pull = pull
        self.put_in = put_in


@contextmanager
def stage(model: str, folder: Path) -> Iterator[Stage]:
    """The model with whatever stands in for its hardware."""
    if model == "http":
        with Line(HttpCameraSimulator(width=320, height=240), "tcp://127.0.0.1:0") as line:
            camera = HttpCamera(line.url, timeout=0.3)
            yield Stage(camera, lambda: line.set_fault("absent", True), lambda: line.set_fault("absent", False))
            camera.close()
    elif model == "v4l2":
        kernel = KernelCamera(folder / "video0")
        kernel_camera = V4l2Camera(str(kernel.device))
        kernel_camera.opener = lambda _: kernel
        yield Stage(kernel_camera, kernel.device.unlink, kernel.device.touch)
        kernel_camera.close()
    else:
        file, away = folder / "picture.png", folder / "away"
        Image.new("RGB", (640, 480), (120, 130, 140)).save(file)
        yield Stage(PictureFile(f"file://{file}"), lambda: file.rename(away), lambda: away.rename(file))
