"""What a camera is to the kiosk: it looks, it takes a picture, and it forgets.

A picture of a person is sensitive: no ``repr`` shows one, nothing is written to disk, and :meth:`Camera.rest` leaves no
picture behind in the driver.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from PIL.Image import Image

from devices.contract import Device, Status


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture. ``image``: mode RGB, upright, not mirrored. ``number`` rises from 1 with every frame of a driver."""

    image: Image = field(repr=False, compare=False)
    number: int


@dataclass(frozen=True, slots=True)
class CameraStatus(Status):
    """``looking``: whether pictures are being taken in now. ``size``: width and height of a captured picture, None
    while it is not known."""

    looking: bool = False
    size: tuple[int, int] | None = None


class Camera(Device, Protocol):
    """A camera that sees the citizen. ``preview`` and ``capture`` raise :class:`devices.contract.DeviceError` with a
    code ``camera.*`` and may be repeated without harm."""

    def preview(self) -> Frame:
        """What it sees now, as soon as there is a new picture: for the citizen's mirror on the screen."""
        ...

    def capture(self) -> Frame:
        """A picture for keeping, taken after this was called, at the best size the camera has."""
        ...

    def rest(self) -> None:
        """Stop looking and drop every picture held. The next preview or capture looks again. Never raises."""
        ...

    def status(self) -> CameraStatus:
        """How it is now; takes no picture. Never raises."""
        ...
