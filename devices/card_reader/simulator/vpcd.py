"""The wire into a vpcd slot: a TCP connection that *is* the card's presence (virtual-pcsc-reader page).

Frames both ways: two bytes of length, big-endian, and the payload. From the reader, a payload of one byte is a contact
line (:class:`Contact`), anything longer a command APDU.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from enum import IntEnum
from urllib.parse import urlsplit

from devices.simulation import Timer

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
_RECONNECT_SECONDS = 0.1
"""A pause between attempts to reach a service that is not there yet, or has been restarted."""


class Contact(IntEnum):
    """What the reader does to the contacts. Only GET_ATR is answered."""

    POWER_OFF = 0x00
    POWER_ON = 0x01
    RESET = 0x02
    GET_ATR = 0x04


def frame(payload: bytes) -> bytes:
    """Length and payload."""
    return len(payload).to_bytes(2, "big") + payload


class FrameReader:
    """Cuts a stream, in pieces of any size, into payloads."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads that are complete now."""
        self._buffer += data
        payloads = []
        while len(self._buffer) >= 2 and len(self._buffer) >= (end := 2 + int.from_bytes(self._buffer[:2], "big")):
            payloads.append(bytes(self._buffer[2:end]))
            del self._buffer[:end]
        return payloads

    def clear(self) -> None:
        """Forget a piece of a frame."""
        self._buffer.clear()


class VpcdSlot:
    """Puts a card program into the slot at ``vpcd://host:port`` and takes it out. The program's Port.

    ``received`` gets the bytes from the reader, on the slot's own thread; ``powered_off`` is called there when the
    line to the reader ends.
    """

    def __init__(self, address: str, received: Callable[[bytes], None], powered_off: Callable[[], None]) -> None:
        where = urlsplit(address)
        if where.scheme != "vpcd" or where.port is None:
            raise ValueError(f"not a vpcd address: {address!r} (vpcd://127.0.0.1:35963)")
        self._where = (where.hostname or "127.0.0.1", where.port)
        self._received = received
        self._powered_off = powered_off
        self._out = threading.Event()
        self._out.set()
        self._socket: socket.socket | None = None
        self._next: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def insert(self) -> None:
        """Put the card in. It stays in while the service is down, and is there when it comes back."""
        self.remove()
        self._out = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._out,), name="vpcd-card", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card out. Harmless when there is none; may be called from ``received``."""
        self._out.set()
        self._break()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
            self._thread = None

    def give_up(self) -> None:
        """The reader gives up on an answer: this conversation ends, the card stays in and the next one begins.

        The next line is queued at vpcd before this one is broken, so that no look at the slot finds it empty.
        """
        if not self._out.is_set():
            with contextlib.suppress(OSError):
                self._next = self._connect()
            self._break()

    def _break(self) -> None:
        line = self._socket
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def send(self, data: bytes) -> None:
        """Port: bytes to the reader; lost when the line has ended."""
        line = self._socket
        if line is not None:
            with contextlib.suppress(OSError):
                line.sendall(data)

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Port: plan an action, on a thread of its own."""
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()
        return timer

    def _connect(self) -> socket.socket:
        line = socket.create_connection(self._where, timeout=1)
        if line.getsockname() == line.getpeername():  # nobody listens, and TCP gave us the port that we asked for
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # and leave no trace there
            line.close()
            raise ConnectionRefusedError(f"{self._where} is ourselves")
        return line

    def _run(self, out: threading.Event) -> None:
        while not out.is_set():
            try:
                line, self._next = self._next or self._connect(), None
            except OSError:
                out.wait(_RECONNECT_SECONDS)
                continue
            line.settimeout(None)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with line:
                self._socket = line
                if not out.is_set():
                    self._serve(line)
                self._socket = None
            self._powered_off()

    def _serve(self, line: socket.socket) -> None:
        while True:
            # vpcd sends length and payload in two segments: without this each APDU waits for the delayed ACK.
            if _QUICKACK is not None:
                line.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            try:
                data = line.recv(65536)
            except OSError:
                return
            if not data:
                return
            self._received(data)
