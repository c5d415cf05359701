"""A network camera that answers ``GET`` with one JPEG picture (RFC 9112; ONVIF's snapshot address works like this).

``at``: ``http://camera/picture.jpg``; ``socket://host:port`` and ``tcp://host:port`` ask that host for the option
``path``.
"""

from __future__ import annotations

import http.client
import io
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

from devices.camera import faults
from devices.camera.contract import CameraStatus, Frame
from devices.camera.frames import Frames
from devices.contract import DeviceError, DeviceState

LARGEST_PICTURE = 16 * 1024 * 1024
"""Bytes of a file. A camera that says it sends more is not asked for it."""
GONE_AFTER_MISSES = 3

_ANSWERS = {
    401: faults.NO_ACCESS,
    403: faults.NO_ACCESS,
    429: faults.BUSY,
    503: faults.BUSY,
}

_MISSED = frozenset({faults.NO_ANSWER, faults.NOT_CONNECTED})
"""Nothing came back, or not all of it."""


class HttpCamera:
    """A :class:`devices.camera.contract.Camera`. ``timeout``: seconds without a byte. ``turn``: degrees clockwise."""

    def __init__(self, at: str, *, path: str = "/picture.jpg", timeout: float = 3.0, turn: int = 0) -> None:
        address = urlsplit(at)
        if address.scheme not in ("http", "socket", "tcp") or not address.hostname:
            raise ValueError(f"at {at!r}: http://host/path or socket://host:port")
        self._host = address.hostname
        self._port = address.port or 80
        self._path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        if address.scheme != "http":
            self._path = path
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self._frames = Frames(turn)
        self._misses = 0
        self._last_state = DeviceState.STARTING

    # -- Device --------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Connect and ask for one picture."""
        self.close()
        self.preview()
        self._last_state = DeviceState.ONLINE

    def close(self) -> None:
        """Let go of the connection and of every picture."""
        self.rest()

    def status(self) -> CameraStatus:
        """Asks for the head of a picture only. One that misses fewer than three times keeps its last state."""
        looking = self._connection is not None
        try:
            self._ask("HEAD")
        except DeviceError as error:
            if error.code in _MISSED and self._misses < GONE_AFTER_MISSES:
                return CameraStatus(self._last_state, None, looking, self._frames.size)
            self._last_state = faults.DEVICE_STATE.get(error.code, DeviceState.HARDWARE_ERROR)
            return CameraStatus(self._last_state, error.code, False, self._frames.size)
        if not looking:
            self._disconnect()
        self._last_state = DeviceState.ONLINE
        return CameraStatus(self._last_state, None, looking, self._frames.size)

    # -- Camera --------------------------------------------------------------------------------------------------------

    def preview(self) -> Frame:
        """See the contract; each picture is asked for, so none is stale."""
        return self._frames.frame(self._picture())

    def capture(self) -> Frame:
        """See the contract."""
        return self._frames.kept(self.preview())

    def rest(self) -> None:
        """See the contract."""
        self._disconnect()
        self._frames.forget()

    # -- the line ------------------------------------------------------------------------------------------------------

    def _picture(self) -> Image.Image:
        content = self._ask("GET")
        try:
            image = Image.open(io.BytesIO(content), formats=("JPEG",))
            image.load()
        except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise DeviceError(faults.NO_PICTURE, f"{len(content)} bytes: {type(error).__name__}") from error
        return image

    def _ask(self, method: str) -> bytes:
        fresh = self._connection is None
        try:
            return self._exchange(method)
        except DeviceError as error:
            # A camera may end a connection that was kept; asked again on a fresh one, a picture is a new picture.
            if fresh or error.code not in _MISSED:
                raise
        return self._exchange(method)

    def _exchange(self, method: str) -> bytes:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            self._connection.request(method, self._path, headers={"Accept": "image/jpeg"})
            response = self._connection.getresponse()
            length = int(response.headers.get("Content-Length") or 0)
            if length > LARGEST_PICTURE:
                raise self._failed(faults.NO_PICTURE, f"{length} bytes")
            content = response.read(LARGEST_PICTURE)
            if method == "GET" and len(content) < length:
                raise http.client.IncompleteRead(content, length - len(content))
        except ConnectionRefusedError as error:
            raise self._failed(faults.NOT_CONNECTED, "refused") from error
        except (TimeoutError, http.client.HTTPException, ConnectionError, ValueError) as error:
            raise self._failed(faults.NO_ANSWER, type(error).__name__) from error
        except OSError as error:
            raise self._failed(faults.NOT_CONNECTED, error.strerror or type(error).__name__) from error
        self._misses = 0
        if response.will_close:
            self._disconnect()
        understood = response.status == 200 or (method == "HEAD" and response.status in (405, 501))
        if not understood:
            raise DeviceError(_ANSWERS.get(response.status, faults.NO_PICTURE), f"answered {response.status}")
        return content

    def _failed(self, code: str, detail: str) -> DeviceError:
        self._disconnect()
        self._misses += 1
        return DeviceError(code, detail)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
