"""The screens' end of the socket to the controller: JSON lines, read in a thread, connected again for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from statemachines.views import Alive, FromScreens, Show

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.02, 2.0
_SHARE = 0.05
_PIECE = 65536


def pause(waited: float) -> float:
    """Seconds until the next attempt, after so many seconds without a controller: it is found a twentieth too late at
    most, and one that is gone for long is not asked for at every moment."""
    return min(max(_SHORTEST_PAUSE, waited * _SHARE), _LONGEST_PAUSE)


class Link:
    """``on_show``, ``on_lost``, and ``on_bad`` for a line that is no view, are called in the link's own thread, as is
    ``greeting``: what is told on connecting, after Alive."""

    def __init__(
        self,
        path: Path,
        version: str,
        *,
        on_show: Callable[[Show], None],
        on_lost: Callable[[], None],
        on_bad: Callable[[str], None],
        greeting: Callable[[], Iterable[FromScreens]] = tuple,
    ) -> None:
        self._path = path
        self._version = version
        self._on_show = on_show
        self._on_lost = on_lost
        self._on_bad = on_bad
        self._greeting = greeting
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(Show)
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up for good."""
        self._stopped.set()
        with self._lock:
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(_LONGEST_PAUSE)

    def send(self, message: FromScreens) -> None:
        """Tell the controller; without one the message is dropped: it would be about a view long gone."""
        line = self._encoder.encode(message) + b"\n"
        with self._lock:
            if self._socket is not None:
                try:
                    self._socket.sendall(line)
                except OSError:
                    self._socket.close()  # the reading thread notices, and connects again
                    self._socket = None

    def _run(self) -> None:
        since = time.monotonic()
        while not self._stopped.is_set():
            connection = self._connect()
            if connection is None:
                self._stopped.wait(pause(time.monotonic() - since))
                continue
            self.send(Alive(self._version))
            for message in self._greeting():
                self.send(message)
            self._read(connection)
            with self._lock:
                self._socket = None
                connection.close()
            since = time.monotonic()
            if not self._stopped.is_set():
                self._on_lost()

    def _connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            return None
        with self._lock:
            self._socket = connection
        return connection

    def _read(self, connection: socket.socket) -> None:
        waiting = bytearray()
        try:
            while data := connection.recv(_PIECE):
                looked = len(waiting)
                waiting += data
                while (end := waiting.find(b"\n", looked)) >= 0:
                    looked = 0
                    line = waiting[:end]
                    # A new buffer, not the old one moved up: what stood in it is a citizen's, and must not stay.
                    waiting = waiting[end + 1 :]
                    self._take(line)
        except OSError:
            return  # cut off, here or there

    def _take(self, line: bytes | bytearray) -> None:
        try:
            show = self._decoder.decode(line)
        except msgspec.MsgspecError as error:
            self._on_bad(str(error))
            return
        self._on_show(show)
