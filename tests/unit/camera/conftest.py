"""A simulated network camera on a real TCP port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.bench.line import Line
from devices.camera.http_picture import HttpCamera
from devices.camera.simulator import HttpCameraSimulator


@pytest.fixture
def line() -> Iterator[Line]:
    with Line(HttpCameraSimulator(width=320, height=240), "tcp://127.0.0.1:0") as line:
        yield line


@pytest.fixture
def camera(line: Line) -> Iterator[HttpCamera]:
    camera = HttpCamera(line.url, timeout=0.4)
    yield camera
    camera.close()
