"""How a simulated CRT-591 talks: frames, ACK when a command is taken, a reply when it is done (protocol page, B1)."""

from __future__ import annotations

from collections.abc import Callable

from devices.simulation import FaultValue

_START, _ETX, _EOT, _ACK, _NAK = 0xF2, 0x03, 0x04, 0x06, 0x15
_HEAD = 4
_LONGEST = 1018


def framed(address: int, text: bytes) -> bytes:
    """``F2 ADDR LENH LENL TEXT 03 BCC``."""
    frame = bytes((_START, address, *len(text).to_bytes(2, "big"))) + text + bytes((_ETX,))
    return frame + bytes((_checked(frame),))


def _checked(frame: bytes) -> int:
    check = 0
    for byte in frame:
        check ^= byte
    return check


class HandShake:
    """``send`` puts bytes on the line. ``obey`` carries out ``CM PM data`` and calls :meth:`reply` when done. ``stop``
    ends what is being carried out. Of ``faults`` it knows ``nak``, ``lost_ack``, ``wrong_bcc`` and ``lost_reply``, each
    counted down."""

    def __init__(
        self,
        address: int,
        faults: dict[str, FaultValue],
        send: Callable[[bytes], None],
        obey: Callable[[bytes], None],
        stop: Callable[[], None],
    ) -> None:
        self._address = address
        self._faults = faults
        self._send = send
        self._obey = obey
        self._stop = stop
        self.clear()

    def clear(self) -> None:
        """Power on: nothing was said."""
        self._buffer = bytearray()
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
        """The command has been carried out, or refused: the whole text."""
        self._busy = False
        self._last_reply = framed(self._address, text)
        if not self._spend("lost_reply"):
            self._put_on_line()

    def _next(self) -> bool:
        """Take one byte or one frame; False when more of a frame has to come."""
        buffer = self._buffer
        if buffer[0] != _START:
            self._hear_control(buffer.pop(0))
            return True
        if len(buffer) < _HEAD:
            return False
        length = int.from_bytes(buffer[2:_HEAD], "big")
        if not 3 <= length <= _LONGEST:
            del buffer[0]
            return True
        end = _HEAD + length + 2
        if len(buffer) < end:
            return False
        frame = bytes(buffer[:end])
        del buffer[:end]
        self._hear_frame(frame)
        return True

    def _hear_control(self, control: int) -> None:
        if control == _EOT and self._busy:
            self._busy = False
            self._stop()
            self._send(bytes((_EOT,)))
        elif self._busy:
            return  # at work, and deaf to anything but EOT
        elif control == _ACK:
            self._last_reply = b""
        elif control == _NAK and self._last_reply:
            self._put_on_line()

    def _hear_frame(self, frame: bytes) -> None:
        if self._busy or frame[1] != self._address:
            return
        if _checked(frame) != 0 or frame[-2] != _ETX or frame[_HEAD] != 0x43 or self._spend("nak"):
            self._send(bytes((_NAK,)))
            return
        self._busy = True
        if not self._spend("lost_ack"):
            self._send(bytes((_ACK,)))
        self._obey(frame[_HEAD + 1 : -2])

    def _put_on_line(self) -> None:
        reply = self._last_reply
        self._send(reply[:-1] + bytes((reply[-1] ^ 0xFF,)) if self._spend("wrong_bcc") else reply)

    def _spend(self, fault: str) -> bool:
        left = int(self._faults[fault])
        if left > 0:
            self._faults[fault] = left - 1
        return left > 0
