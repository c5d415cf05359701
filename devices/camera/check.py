"""What every camera must do; whoever sits before it, or nobody."""

from __future__ import annotations

from devices.camera.contract import Camera, Frame
from devices.conformance import Check, Suite, Trial, expect
from devices.conformance_common import common_checks

CameraTrial = Trial[Camera]


def ready(trial: CameraTrial) -> None:
    """Open it, at rest."""
    trial.device.open()
    trial.device.rest()


def _is_picture(frame: Frame) -> None:
    expect(frame.image.mode == "RGB", f"a picture has mode {frame.image.mode}")
    expect(min(frame.image.size) >= 240, f"a picture of {frame.image.width} x {frame.image.height} is too small")
    expect("image" not in repr(frame), "the repr of a frame shows its picture")


def _preview(trial: CameraTrial) -> None:
    frames = [trial.device.preview() for _ in range(3)]
    for frame in frames:
        _is_picture(frame)
    numbers = [frame.number for frame in frames]
    expect(numbers == sorted(set(numbers)), "the numbers of the frames do not rise")
    expect(trial.device.status().looking, "after a preview the status does not say that it is looking")


def _capture(trial: CameraTrial) -> None:
    seen = trial.device.preview()
    kept = trial.device.capture()
    _is_picture(kept)
    expect(kept.number > seen.number, "a captured picture is not newer than the preview before it")
    size = trial.device.status().size
    expect(size == kept.image.size, f"the status tells a size of {size}, the picture has {kept.image.size}")


def _rest(trial: CameraTrial) -> None:
    trial.device.preview()
    trial.device.rest()
    trial.device.rest()
    expect(not trial.device.status().looking, "at rest it is still looking")
    _is_picture(trial.device.preview())


SUITE: Suite[Camera] = Suite(
    (
        *common_checks(Camera),
        Check("preview", "Pictures come one after the other, each with a number of its own.", _preview),
        Check("capture", "A picture is taken after it was asked for, at the size the status tells.", _capture),
        Check("rest", "It rests, says so, and looks again when asked.", _rest),
    ),
    ready,
)
