"""What every camera must do, on each model of the registry.

The network camera meets its simulator on TCP; the kernel's camera a stand-in for OpenCV's reader; the picture file a
file. A new model joins by a branch in :mod:`camera_stage`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from camera_stage import Stage, stage
from simulated_person import assert_passes

from devices import registry
from devices.camera.check import SUITE
from devices.conformance import Check
from devices.conformance_common import Plug
from devices.contract import DeviceState


@pytest.fixture(params=list(registry.CLASSES["camera"]))
def on_stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage(request.param, tmp_path) as made:
        yield made


@pytest.mark.parametrize("check", SUITE.checks, ids=lambda check: check.name)
def test_check(on_stage: Stage, check: Check[Any]) -> None:
    assert_passes(SUITE, check, on_stage.camera, {Plug.PULL: on_stage.pull, Plug.PUT_IN: on_stage.put_in})


def test_a_plug_that_flaps(on_stage: Stage) -> None:
    camera = on_stage.camera
    camera.open()
    for _ in range(5):
        on_stage.pull()
        camera.status()
        on_stage.put_in()
        assert camera.capture().image.mode == "RGB"
        assert camera.status().device is DeviceState.ONLINE


def test_no_picture_and_no_person_is_shown(on_stage: Stage) -> None:
    on_stage.camera.open()
    frame = on_stage.camera.capture()
    assert repr(frame) == f"Frame(number={frame.number})"
    on_stage.camera.rest()
    held = [value for value in vars(on_stage.camera).values() if value is frame.image or value is frame]
    assert held == []
