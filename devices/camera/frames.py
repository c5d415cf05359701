"""What every driver does with the pictures it gets: turn them upright, number them, notice that they have stopped."""

from __future__ import annotations

import hashlib

from PIL import Image, ImageStat

from devices.camera import faults
from devices.camera.contract import Frame
from devices.contract import DeviceError

FROZEN_AFTER = 5
"""The same picture so many times: a sensor's noise never gives the same one twice."""
BLACK_BELOW = 6.0
"""Mean lightness of 255: the lens is covered, or the lights are out."""
TURNS: dict[int, Image.Transpose | None] = {
    0: None,
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Degrees clockwise that a picture is turned, for a camera mounted on its side."""


class Frames:
    """``turn``: degrees clockwise. ``alive``: whether the source is a sensor, whose pictures are never twice the same.

    Keeps a digest of the last picture and never the picture.
    """

    def __init__(self, turn: int = 0, *, alive: bool = True) -> None:
        if turn not in TURNS:
            raise ValueError(f"turn {turn}: 0, 90, 180 or 270 degrees clockwise")
        self._turn = TURNS[turn]
        self._alive = alive
        self._number = 0
        self._digest = b""
        self._same = 0
        self.size: tuple[int, int] | None = None

    def frame(self, image: Image.Image) -> Frame:
        """The picture as a frame. Raises ``camera.frozen``."""
        upright = image.convert("RGB")
        if self._turn is not None:
            upright = upright.transpose(self._turn)
        if self._alive:
            self._notice(hashlib.blake2b(upright.tobytes(), digest_size=16).digest())
        self._number += 1
        self.size = upright.size
        return Frame(upright, self._number)

    def kept(self, frame: Frame) -> Frame:
        """A frame that is to be kept. Raises ``camera.black`` for one on which nothing can be seen."""
        light = ImageStat.Stat(frame.image.convert("L")).mean[0]
        if light < BLACK_BELOW:
            raise DeviceError(faults.BLACK, f"mean lightness {light:.1f} of 255")
        return frame

    def forget(self) -> None:
        """Forget the last picture."""
        self._digest = b""
        self._same = 0

    def _notice(self, digest: bytes) -> None:
        self._same = self._same + 1 if digest == self._digest else 1
        self._digest = digest
        if self._same >= FROZEN_AFTER:
            raise DeviceError(faults.FROZEN, f"the same picture {self._same} times")
