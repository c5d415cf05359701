"""A camera of the Linux kernel (V4L2: USB video class and the like), through OpenCV.

``at``: ``/dev/video0``, or better a name that stays, ``/dev/v4l/by-id/...``.

Tried against a stand-in for ``cv2.VideoCapture`` and against device files that are no camera; not yet against a camera.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
from PIL import Image

from devices.camera import faults
from devices.camera.contract import CameraStatus, Frame
from devices.camera.frames import Frames
from devices.contract import DeviceError, DeviceState

QUEUED = 4
"""Pictures that the kernel may hold from before: OpenCV asks it for this many buffers. Skipped by a capture."""
SETTLING = 8
"""Pictures after waking up while exposure and white balance settle: a third of a second."""
LONGEST_WAIT = 3
"""Seconds for one picture. OpenCV reads it from the environment each time it opens a camera; its own is 10."""
GONE_AFTER_MISSES = 3

_WAIT_VARIABLE = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"


class VideoCapture(Protocol):
    """What is used of ``cv2.VideoCapture``."""

    def isOpened(self) -> bool: ...  # noqa: N802

    def set(self, propId: int, value: float) -> bool: ...  # noqa: N803

    def read(self) -> tuple[bool, Any]: ...

    def release(self) -> None: ...


def _open_with_opencv(path: str) -> VideoCapture:
    os.environ.setdefault(_WAIT_VARIABLE, str(LONGEST_WAIT))
    numbered = re.fullmatch(r"/dev/video(\d+)", path)
    return cv2.VideoCapture(int(numbered[1]) if numbered else path, cv2.CAP_V4L2)


class V4l2Camera:
    """A :class:`devices.camera.contract.Camera`.

    ``width``, ``height``: asked of the camera, which takes the nearest it has. ``turn``: degrees clockwise that its
    pictures are turned, for a camera mounted on its side.
    """

    def __init__(self, at: str, *, width: int = 1280, height: int = 960, turn: int = 0) -> None:
        if not at.startswith("/"):
            raise ValueError(f"at {at!r}: a device file, such as /dev/video0")
        self._at = Path(at)
        self._wanted = width, height
        self._frames = Frames(turn)
        self._capture: VideoCapture | None = None
        self._misses = 0
        self.opener: Callable[[str], VideoCapture] = _open_with_opencv
        """Opens the device file."""

    # -- Device --------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Take one picture, and let the camera rest."""
        self.close()
        self.preview()
        self.rest()

    def close(self) -> None:
        """Let go of the device file."""
        self.rest()
        self._misses = 0

    def status(self) -> CameraStatus:
        """From the device file and the last reads; the camera's light stays off."""
        fault = self._file_fault()
        if fault is not None:
            state = faults.DEVICE_STATE.get(fault, DeviceState.HARDWARE_ERROR)
            return CameraStatus(state, fault, False, self._frames.size)
        if self._misses >= GONE_AFTER_MISSES:
            return CameraStatus(DeviceState.OFFLINE, faults.NO_ANSWER, False, self._frames.size)
        return CameraStatus(DeviceState.ONLINE, None, self._capture is not None, self._frames.size)

    # -- Camera --------------------------------------------------------------------------------------------------------

    def preview(self) -> Frame:
        """See the contract. The first one after a rest comes late: the camera settles."""
        return self._frames.frame(self._read())

    def capture(self) -> Frame:
        """See the contract: pictures that were waiting in the kernel are passed over."""
        if self._capture is not None:
            for _ in range(QUEUED):
                self._read()
        return self._frames.kept(self.preview())

    def rest(self) -> None:
        """See the contract."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None
        self._frames.forget()

    # -- the device file -----------------------------------------------------------------------------------------------

    def _file_fault(self) -> str | None:
        if not self._at.exists():
            return faults.NOT_CONNECTED
        return None if os.access(self._at, os.R_OK | os.W_OK) else faults.NO_ACCESS

    def _read(self) -> Image.Image:
        capture = self._capture or self._wake()
        there, picture = capture.read()
        if not there:
            self._misses += 1
            self.rest()
            raise DeviceError(self._file_fault() or faults.NO_ANSWER, f"no picture within {LONGEST_WAIT} s")
        self._misses = 0
        return Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))

    def _wake(self) -> VideoCapture:
        fault = self._file_fault()
        if fault is not None:
            raise DeviceError(fault, str(self._at))
        capture = self.opener(os.path.realpath(self._at))
        if not capture.isOpened():
            capture.release()
            self._misses += 1
            raise DeviceError(faults.BUSY, f"{self._at}: in use, or no camera")
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._wanted[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._wanted[1])
        self._capture = capture
        for _ in range(SETTLING):
            there, _picture = capture.read()
            if not there:
                break
        return capture
