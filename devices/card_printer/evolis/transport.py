"""How a request reaches the printer: a TCP connection for each, or the kernel's USB printer file. Bytes only."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from devices.card_printer.evolis.wire import WireError, request, whole_length

PORT = 9100
_PIECE = 65536


class LinkError(Exception):
    """No reply. ``sent``: how many bytes of the request went out; with 0 the printer cannot have acted on it."""

    def __init__(self, why: str, sent: int) -> None:
        super().__init__(why)
        self.sent = sent


class Transport(Protocol):
    """One request, one reply."""

    def exchange(self, data: bytes, seconds: float) -> bytes:
        """Send ``data`` (empty: ask for the status) and return the whole reply, waiting ``seconds`` for each next
        piece of it. Raises LinkError."""
        ...

    def close(self) -> None:
        """Let go. Never raises."""
        ...


class TcpTransport:
    """``tcp://host:9100`` or ``socket://host:port``."""

    def __init__(self, at: str, connect_seconds: float) -> None:
        where = urlsplit(at)
        if not where.hostname:
            raise ValueError(f"{at}: no host")
        self._address = (where.hostname, where.port or PORT)
        self._connect_seconds = connect_seconds

    def exchange(self, data: bytes, seconds: float) -> bytes:
        sent = 0
        try:
            with socket.create_connection(self._address, self._connect_seconds) as line:
                line.settimeout(seconds)
                left = memoryview(data)
                while left:
                    count = line.send(left[:_PIECE])
                    sent += count
                    left = left[count:]
                line.shutdown(socket.SHUT_WR)
                reply = self._reply(line)
        except OSError as error:
            raise LinkError(str(error) or type(error).__name__, sent) from error
        if not reply:
            raise LinkError("the printer hung up without a word", sent)
        return reply

    def _reply(self, line: socket.socket) -> bytes:
        reply = bytearray()
        while piece := line.recv(_PIECE):
            reply += piece
        return bytes(reply)

    def close(self) -> None:
        return  # nothing stays open between exchanges


class FileTransport:
    """``/dev/usb/lp0``, or a terminal. It has no end of a request, so the reply's own length ends it, and the status is
    asked for by a harmless question (page A3: the reply very likely has the same shape)."""

    STATUS_QUESTION = request("Rfv")

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None
        self._owed = 0
        """Replies that did not come in time. Nothing in a reply says which request it belongs to, so they are waited
        for, and thrown away, before the next request."""

    def exchange(self, data: bytes, seconds: float) -> bytes:
        sent = 0
        try:
            file = self._opened()
            self._settle(file, seconds)
            left = memoryview(data or self.STATUS_QUESTION)
            while left:
                if not select.select((), (file,), (), seconds)[1]:
                    raise LinkError("the printer takes no more bytes", sent)
                try:
                    count = os.write(file, left[:_PIECE])
                except BlockingIOError:
                    continue
                sent += count
                left = left[count:]
            self._owed += 1
            reply = self._reply(file, seconds, sent)
            self._owed -= 1
        except OSError as error:
            self.close()
            raise LinkError(str(error.strerror), sent) from error
        except WireError as error:
            raise LinkError(str(error), sent) from error
        return reply if data else b"\0" + reply.partition(b"\0")[2]

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        return self._file

    def _settle(self, file: int, seconds: float) -> None:
        """Take in what is still owed; when that much silence has passed, it will not come any more."""
        while self._owed:
            try:
                self._reply(file, seconds, 0)
            except LinkError:
                break
            except WireError:
                continue
            self._owed -= 1
        self._owed = 0
        while select.select((file,), (), (), 0)[0]:
            try:
                if not os.read(file, _PIECE):
                    return
            except BlockingIOError:
                return

    def _reply(self, file: int, seconds: float, sent: int) -> bytes:
        reply = bytearray()
        end = time.monotonic() + seconds
        while (length := whole_length(reply)) is None:
            left = end - time.monotonic()
            if left <= 0 or not select.select((file,), (), (), left)[0]:
                raise LinkError("no answer in time", sent)
            try:
                piece = os.read(file, _PIECE)
            except BlockingIOError:
                continue
            if piece:
                end = time.monotonic() + seconds
                reply += piece
            else:
                time.sleep(0.01)  # usblp answers 0 bytes when the printer has nothing to say; do not spin on it
        return bytes(reply[:length])

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None
            self._owed = 0


Connect = Callable[[str, float], Transport]


def transport_at(at: str, connect_seconds: float) -> Transport:
    """The transport of an address. ValueError for one that is neither a path nor ``tcp://`` nor ``socket://``."""
    if at.startswith("/"):
        return FileTransport(at)
    if urlsplit(at).scheme in ("tcp", "socket"):
        return TcpTransport(at, connect_seconds)
    raise ValueError(f"{at}: use tcp://host:9100 or /dev/usb/lp0")
