"""What can be tested of each device from afar without a card, a sheet or a person: harmless, and soon over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.fleet.facts import Tested
from kiosk.fleet.messages import Fact

Facts = dict[str, Fact]


def _pad(device: Any) -> Facts:
    """It answers with what it is, and has its keys (its status looks); it beeps."""
    device.information()
    device.beep()
    return {"tested": Tested.PAD.value}


def _camera(device: Any) -> Facts:
    """It takes in a picture, which is dropped at once."""
    try:
        image = device.preview().image
        return {"tested": Tested.PICTURE.value, "width": image.width, "height": image.height}
    finally:
        device.rest()


def _card_printer(device: Any) -> Facts:
    """It senses where a card is."""
    return {"tested": Tested.SENSORS.value, "position": device.where().value}


SELF_TESTS: Mapping[str, Callable[[Any], Facts]] = {"pin_pad": _pad, "camera": _camera, "card_printer": _card_printer}
"""By the device's name, on its own thread; each may raise DeviceError. The others are tested by asking for their
status, which makes card readers, ID reader, receipt printer and cabinet answer over their whole line."""


def self_test(name: str, device: Any) -> Facts:
    """Test it. Raises DeviceError."""
    return SELF_TESTS[name](device) if name in SELF_TESTS else {"tested": Tested.STATUS.value}
