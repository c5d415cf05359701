"""A network camera, simulated: it answers HTTP/1.1 with a JPEG picture of whoever sits before it.

Written from RFC 9112 and not from the driver. ``GET /picture.jpg`` and ``HEAD`` are answered 200, another path 404,
another method 405, a request that is none 400; the connection is kept.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import ClassVar

from PIL import Image

from devices.camera.simulated_face import Scene, Sitter, expose, paint
from devices.simulation import FaultSwitch, Json, Port, Simulator, action

PATH = "/picture.jpg"
_LONGEST_REQUEST = 8192
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}
_DEMANDS = {401: 'WWW-Authenticate: Basic realm="camera"', 405: "Allow: GET, HEAD"}
"""Header fields that these answers must have."""


@lru_cache(maxsize=2)
def _painted(sitter: Sitter, scene: Scene) -> Image.Image:
    return paint(sitter, scene)[0]


class HttpCameraSimulator(Simulator):
    """``width``, ``height``: of its picture. ``face_width``: of the face, in pixels; 0: a quarter of the width."""

    FAULTS: ClassVar[tuple[FaultSwitch, ...]] = (
        FaultSwitch("light", "How much light there is: 1 is right, 0.3 too dark, 1.5 too bright, 0 none at all.", 1.0),
        FaultSwitch("blurred", "The picture is out of focus by this radius in pixels; 6 is plain to see.", 0.0),
        FaultSwitch("turned", "The head is turned this far, -1 to 1, to the picture's right.", 0.0),
        FaultSwitch("tilted", "The head is tilted by these degrees, clockwise.", 0.0),
        FaultSwitch("off_centre", "The person sits this share of the picture's width to the right.", 0.0),
        FaultSwitch("glare", "The person wears spectacles, and this much of the glass reflects, 0 to 1.", 0.0),
        FaultSwitch("shadow", "The wall's right edge is this much darker, 0 to 1.", 0.0),
        FaultSwitch("coloured_wall", "The wall is blue instead of white."),
        FaultSwitch("frozen", "It sends the same picture again and again."),
        FaultSwitch("damaged", "The picture breaks off half-way."),
        FaultSwitch("busy", "It answers that it is busy (503)."),
        FaultSwitch("refuses", "It wants a user and a password (401)."),
    )

    def __init__(self, *, width: int = 1280, height: int = 960, face_width: float = 0.0) -> None:
        super().__init__()
        if not (160 <= width <= 4000 and 120 <= height <= 4000):
            raise ValueError("a camera's picture is 160 x 120 to 4000 x 4000")
        self._scene = Scene(size=(width, height), face_width=face_width or width / 4)
        self._buffer = bytearray()
        self._person = ""
        self._sitter: Sitter | None = None
        self._pictures = 0
        self._last = b""

    # -- people --------------------------------------------------------------------------------------------------------

    @action("Sit down before the camera")
    def sit_down(self, person: str, sex: str = "", birth_date: str = "") -> None:
        """``person``: a key of the wallet; who has the same key looks the same. ``sex``: male, female or empty;
        ``birth_date``: ISO or empty. Raises ValueError for any other sex."""
        if sex not in ("", "male", "female"):
            raise ValueError(f"sex: {sex!r} is none of male, female")
        female = None if not sex else sex == "female"
        self._sitter = Sitter.of(person, female=female, old=bool(birth_date) and birth_date < "1966")
        self._person = person

    @action("Get up and go")
    def get_up(self) -> None:
        """Nobody is before the camera; harmless when nobody was."""
        self._sitter = None
        self._person = ""

    def scene(self) -> Json:
        """Who sits there. Taking a picture changes nothing of it: a mirror takes four a second."""
        return {"person": self._person or None}

    def save(self) -> Json:
        """Nobody: people have gone when the bench is started again."""
        return {}

    def set_fault(self, name: str, value: bool | int | float | str) -> None:
        """See the base class."""
        super().set_fault(name, value)
        if name == "frozen" and not value:
            self._last = b""

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        """Power on."""
        super().attached(port)
        self._buffer.clear()

    def received(self, data: bytes) -> None:
        """Bytes of requests, in any pieces."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._buffer[:end]).lstrip(b"\r\n")  # empty lines before a request are ignored (2.2)
            del self._buffer[: end + 4]
            if head:
                self._answer(head)
        if len(self._buffer) > _LONGEST_REQUEST:
            self._buffer.clear()
            self._send(400, b"", whole=True)

    def _answer(self, head: bytes) -> None:
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            self._send(400, b"", whole=True)
        elif words[0] not in (b"GET", b"HEAD"):
            self._send(405, b"", whole=True)
        elif words[1].split(b"?")[0] != PATH.encode():
            self._send(404, b"", whole=words[0] == b"GET")
        elif self.faults["busy"] or self.faults["refuses"]:
            self._send(503 if self.faults["busy"] else 401, b"", whole=words[0] == b"GET")
        else:
            whole = words[0] == b"GET"
            self._send(200, self._picture() if whole else self._last, whole=whole)

    def _send(self, status: int, content: bytes, *, whole: bool) -> None:
        if self.port is None:
            return
        lines = [f"HTTP/1.1 {status} {_REASONS[status]}", f"Content-Length: {len(content)}", "Cache-Control: no-store"]
        if status == 200:
            lines.append("Content-Type: image/jpeg")
        if status in _DEMANDS:
            lines.append(_DEMANDS[status])
        head = "\r\n".join([*lines, "", ""]).encode()
        self.port.send(head + content if whole else head)

    def _picture(self) -> bytes:
        self._pictures += 1
        if not (self.faults["frozen"] and self._last):
            image = expose(_painted(self._sitter or Sitter.of(""), self._now()), self._number("light"), self._pictures)
            file = io.BytesIO()
            image.save(file, "JPEG", quality=92)
            self._last = file.getvalue()
        return self._last[: len(self._last) // 2] if self.faults["damaged"] else self._last

    def _now(self) -> Scene:
        rest = self._scene
        return Scene(
            size=rest.size,
            face_width=rest.face_width,
            eyes=(0.5 + self._number("off_centre"), rest.eyes[1]),
            turn=self._number("turned"),
            tilt=self._number("tilted"),
            blur=max(0.0, self._number("blurred")),
            glare=self._number("glare"),
            backdrop=(150, 176, 214) if self.faults["coloured_wall"] else rest.backdrop,
            uneven=self._number("shadow"),
            nobody=self._sitter is None,
        )

    def _number(self, name: str) -> float:
        return float(self.faults[name])
