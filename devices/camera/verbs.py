"""``kiosk device camera --at URL status | capture OUT | measure | check``.

``capture`` writes a picture of whoever sits there into the file that the engineer names, and nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageStat

from devices import conformance_verb
from devices.camera.check import SUITE
from devices.camera.contract import Camera
from devices.contract import Cancellation
from devices.verbs import Verb

Tell = Callable[[str], None]

MEASURED_PICTURES = 20


def _no_words(words: Sequence[str]) -> None:
    if words:
        raise ValueError(f"takes no words, was given {words[0]!r}")


def _status(camera: Camera, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _no_words(words)
    status = camera.status()
    return {
        "device": status.device.value,
        "fault": status.fault,
        "looking": status.looking,
        "size": None if status.size is None else list(status.size),
    }


def _capture(camera: Camera, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    if len(words) != 1:
        raise ValueError("give the file to write, such as picture.jpg")
    if Path(words[0]).suffix.lower() not in Image.registered_extensions():
        raise ValueError(f"{words[0]}: its ending names no kind of picture; use .jpg or .png")
    frame = camera.capture()
    camera.rest()
    try:
        frame.image.save(words[0])
    except OSError as error:
        raise ValueError(f"{words[0]}: {error.strerror}") from error
    return {"file": words[0], "size": [frame.image.width, frame.image.height]}


def _measure(camera: Camera, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _no_words(words)
    tell(f"taking {MEASURED_PICTURES} pictures")
    lights: list[float] = []
    begun = time.monotonic()
    for _ in range(MEASURED_PICTURES):
        cancellation.check()
        frame = camera.preview()
        lights.append(ImageStat.Stat(frame.image.convert("L")).mean[0])
    took = time.monotonic() - begun
    camera.rest()
    return {
        "size": [frame.image.width, frame.image.height],
        "pictures_a_second": round(MEASURED_PICTURES / took, 1),
        "lightness": round(sum(lights) / len(lights), 1),
        "lightness_wavers": round(max(lights) - min(lights), 1),
    }


VERBS: dict[str, Verb] = {
    "status": Verb("How the camera is; takes no picture.", _status),
    "capture": Verb("Take a picture and write it into a file.", _capture, "OUT.jpg"),
    "measure": Verb("Take twenty pictures: their size, how many a second, how light, how steady.", _measure),
    "check": conformance_verb.verb(SUITE),
}
