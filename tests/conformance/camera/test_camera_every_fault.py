"""Each fault of the cameras, provoked and told by a driver."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from provocation import faults_of, provoke

from devices.bench.line import Line
from devices.camera.http_picture import HttpCamera
from devices.camera.simulator import HttpCameraSimulator
from devices.camera.v4l2 import V4l2Camera

Act = Callable[[Line, HttpCamera], Any]


def capture_with(fault: str, value: Any = True) -> Act:
    def act(line: Line, camera: HttpCamera) -> Any:
        line.set_fault(fault, value)
        return camera.capture()

    return act


def status_with(fault: str) -> Act:
    def act(line: Line, camera: HttpCamera) -> Any:
        line.set_fault(fault, True)
        return [camera.status() for _ in range(3)][-1]

    return act


def frozen(line: Line, camera: HttpCamera) -> Any:
    line.set_fault("frozen", True)
    return [camera.preview() for _ in range(6)]


PROVOKED_BY: dict[str, Act] = {
    "not_connected": status_with("absent"),
    "no_answer": status_with("silent"),
    "no_access": capture_with("refuses"),
    "busy": capture_with("busy"),
    "no_picture": capture_with("damaged"),
    "frozen": frozen,
    "black": capture_with("light", 0.0),
}


@pytest.fixture
def on_stage() -> Iterator[tuple[Line, HttpCamera]]:
    with Line(HttpCameraSimulator(width=320, height=240), "tcp://127.0.0.1:0") as line:
        camera = HttpCamera(line.url, timeout=0.2)
        camera.open()
        yield line, camera
        camera.close()


@pytest.mark.parametrize("name", faults_of("camera"))
def test_provoked(on_stage: tuple[Line, HttpCamera], name: str) -> None:
    provoke("camera", name, PROVOKED_BY, *on_stage)


def test_a_device_file_one_may_not_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "video0"
    device.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    provoke("camera", "no_access", {"no_access": lambda: V4l2Camera(str(device)).status()})
