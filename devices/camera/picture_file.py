"""A picture file in place of a camera: for a machine without one, and for trying things out.

``at``: ``file:///path/picture.jpg``, or a folder, whose pictures are taken one after the other, in the order of their
names, and then from the first again.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from PIL import Image, ImageOps, UnidentifiedImageError

from devices.camera import faults
from devices.camera.contract import CameraStatus, Frame
from devices.camera.frames import Frames
from devices.contract import DeviceError, DeviceState

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
"""What counts as a picture in a folder."""


class PictureFile:
    """A :class:`devices.camera.contract.Camera`. ``turn``: degrees clockwise, after the file's own orientation."""

    def __init__(self, at: str, *, turn: int = 0) -> None:
        address = urlsplit(at)
        if address.scheme != "file" or not address.path:
            raise ValueError(f"at {at!r}: file:///path of a picture or of a folder of pictures")
        self._path = Path(unquote(address.path))
        self._frames = Frames(turn, alive=False)
        self._taken = 0
        self._looking = False

    def open(self) -> None:
        """See that there is a picture."""
        self.close()
        self.preview()
        self.rest()

    def close(self) -> None:
        """Begin again at the first picture."""
        self.rest()
        self._taken = 0

    def status(self) -> CameraStatus:
        """Whether there is a file; it is not read."""
        try:
            self._file()
        except DeviceError as error:
            return CameraStatus(DeviceState.NO_DEVICE, error.code, False, self._frames.size)
        return CameraStatus(DeviceState.ONLINE, None, self._looking, self._frames.size)

    def preview(self) -> Frame:
        """The picture that a capture would take."""
        file = self._file()
        try:
            with Image.open(file) as image:
                upright = ImageOps.exif_transpose(image)
                upright.load()
        except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise DeviceError(faults.NO_PICTURE, f"{file.name}: {type(error).__name__}") from error
        self._looking = True
        return self._frames.frame(upright)

    def capture(self) -> Frame:
        """This picture; the next call takes the next one of the folder."""
        frame = self._frames.kept(self.preview())
        self._taken += 1
        return frame

    def rest(self) -> None:
        """See the contract."""
        self._looking = False
        self._frames.forget()

    def _file(self) -> Path:
        if self._path.is_dir():
            files = sorted(file for file in self._path.iterdir() if file.suffix.lower() in SUFFIXES)
            if not files:
                raise DeviceError(faults.NOT_CONNECTED, f"{self._path}: no picture in it")
            return files[self._taken % len(files)]
        if not self._path.is_file():
            raise DeviceError(faults.NOT_CONNECTED, f"{self._path}: no such file")
        return self._path
