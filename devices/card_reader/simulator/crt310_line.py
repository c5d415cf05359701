"""How a simulated CRT-310 talks: frames, ACK and NAK, ENQ before anything is done (protocol page, B2)."""

from __future__ import annotations

from collections.abc import Callable

from devices.simulation import FaultValue

_STX, _ETX, _EOT, _ENQ, _ACK, _NAK = 0x02, 0x03, 0x04, 0x05, 0x06, 0x15
_LONGEST = 266


class Refused(Exception):
    """The command is answered with 4E and this code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code:02X}")
        self.code = code


def only(known: bool, data: bytes) -> None:
    """Refuse a parameter that is not known, and data where there are none."""
    if not known:
        raise Refused(0x01)
    if data:
        raise Refused(0x04)


def _checked(frame: bytes) -> int:
    check = 0
    for byte in frame:
        check ^= byte
    return check


class HandShake:
    """``send`` puts bytes on the line. ``obey`` carries out ``CM PM data`` and calls :meth:`reply` when done. ``stop``
    ends what is being carried out. Of ``faults`` it knows ``nak``, ``wrong_bcc`` and ``lost_reply``, counted down."""

    def __init__(
        self,
        faults: dict[str, FaultValue],
        send: Callable[[bytes], None],
        obey: Callable[[bytes], None],
        stop: Callable[[], None],
    ) -> None:
        self._faults = faults
        self._send = send
        self._obey = obey
        self._stop = stop
        self.clear()

    def clear(self) -> None:
        """Power on: nothing was said."""
        self._buffer = bytearray()
        self._pending: bytes | None = None
        self._last_reply = b""
        self._busy = False

    @property
    def half_heard(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._buffer)

    def forget(self) -> None:
        """A frame half heard will not end."""
        self._buffer.clear()

    def hear(self, data: bytes) -> None:
        """Bytes from the host, in any pieces."""
        self._buffer += data
        while self._buffer and self._next():
            pass

    def reply(self, text: bytes) -> None:
        """The command has been carried out: CM PM data, or 4E CM E."""
        self._busy = False
        frame = bytes((_STX, *len(text).to_bytes(2, "big"))) + text + bytes((_ETX,))
        self._last_reply = frame + bytes((_checked(frame),))
        if not self._spend("lost_reply"):
            self._put_on_line()

    def _next(self) -> bool:
        """Take one byte or one frame; False when more of a frame has to come."""
        buffer = self._buffer
        if buffer[0] != _STX:
            self._hear_control(buffer.pop(0))
            return True
        if len(buffer) < 3:
            return False
        length = int.from_bytes(buffer[1:3], "big")
        if not 2 <= length <= _LONGEST:
            del buffer[0]
            return True
        if len(buffer) < 5 + length:
            return False
        frame = bytes(buffer[: 5 + length])
        del buffer[: 5 + length]
        self._hear_frame(frame)
        return True

    def _hear_control(self, control: int) -> None:
        if control == _EOT:
            self._pending = None
            if self._busy:
                self._busy = False
                self._stop()
        elif self._busy:
            return  # at work, and deaf to anything but EOT
        elif control == _ENQ and self._pending is not None:
            command, self._pending = self._pending, None
            self._busy = True
            self._obey(command)
        elif control == _NAK and self._last_reply:
            self._put_on_line()

    def _hear_frame(self, frame: bytes) -> None:
        if self._busy:
            return
        if _checked(frame) != 0 or frame[-2] != _ETX or self._spend("nak"):
            self._send(bytes((_NAK,)))
            return
        self._pending = frame[3:-2]
        self._send(bytes((_ACK,)))

    def _put_on_line(self) -> None:
        reply = self._last_reply
        self._send(reply[:-1] + bytes((reply[-1] ^ 0xFF,)) if self._spend("wrong_bcc") else reply)

    def _spend(self, fault: str) -> bool:
        left = int(self._faults[fault])
        if left > 0:
            self._faults[fault] = left - 1
        return left > 0
