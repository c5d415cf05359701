"""The line between a host and a simulated device: a PTY or a TCP port, paced like the real one, and breakable.

``listen`` addresses: ``pty:`` (a fresh pseudo-terminal), ``pty:/run/kiosk/pin-pad`` (the same behind a stable symbolic
link), ``tcp://127.0.0.1:9100`` (port 0: any free one). Each line runs on one thread of its own; everything that
touches the simulator happens there (see :meth:`Line.call`).
"""

from __future__ import annotations

import heapq
import itertools
import os
import random
import selectors
import socket
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from devices.bench.ports import free_ports
from devices.simulation import FaultSwitch, FaultValue, Simulator

R = TypeVar("R")

LINE_FAULTS = (
    FaultSwitch("absent", "The device is unplugged: its address is gone."),
    FaultSwitch("silent", "The device hears nothing and says nothing."),
    FaultSwitch("slow", "Every answer comes this many seconds late.", 0.0),
    FaultSwitch("noise", "This share of the bytes sent by the device arrives damaged (0 to 1).", 0.0),
    FaultSwitch("unplug_at_byte", "The plug is pulled after this many more bytes have been sent (-1: never).", -1),
)
"""What can happen to any line, whatever sits on it."""


class _Timer:
    __slots__ = ("action", "cancelled")

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Line:
    """One simulated device on one real transport. Use as a context manager, or :meth:`start` and :meth:`stop`.

    ``baud``: bits a second of the simulated UART, 8N1, so ``baud / 10`` bytes a second towards the host; 0 = no pacing.
    """

    def __init__(self, simulator: Simulator, listen: str = "pty:", *, baud: int = 0, seed: int = 0) -> None:
        self.simulator = simulator
        self.listen = listen
        self.baud = baud
        self.faults: dict[str, FaultValue] = {f.name: f.default for f in LINE_FAULTS}
        self.url = ""
        self._stirred = False
        self.sent = 0
        self.received = 0
        self._random = random.Random(seed)  # noqa: S311 -- noise, not a secret
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, "wake")
        self._calls: deque[Callable[[], None]] = deque()
        self._timers: list[tuple[float, int, _Timer]] = []
        self._order = itertools.count()
        self._outgoing: deque[tuple[float, bytes | None]] = deque()
        """When, and what; None: hang up."""
        self._free_at = 0.0
        self._pty: tuple[int, int] | None = None
        self._server: socket.socket | None = None
        self._client: socket.socket | None = None
        self._unanswered: list[socket.socket] = []
        """Connections that ended their half while the device was silent."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"line-{type(simulator).__name__}", daemon=True)

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> str:
        """Plug in; returns the address a driver opens."""
        self._plug()
        self._thread.start()
        return self.url

    def stop(self) -> None:
        """Unplug and end the thread."""
        self._stopping = True
        self._wake()
        self._thread.join(5)

    def __enter__(self) -> Line:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def call(self, action: Callable[[], R]) -> R:
        """Run ``action`` on the line's thread (a person acts, a fault is switched) and return what it returns."""
        if threading.current_thread() is self._thread:
            return action()
        future: Future[R] = Future()

        def run() -> None:
            try:
                future.set_result(action())
            except BaseException as error:  # noqa: BLE001 -- belongs to the caller
                future.set_exception(error)

        self._calls.append(run)
        self._wake()
        return future.result(timeout=10)

    def set_fault(self, name: str, value: FaultValue) -> None:
        """Switch a fault of the line or of the device on it. Raises KeyError for one that neither can have."""
        self.call(lambda: self._set_fault(name, value))

    def _set_fault(self, name: str, value: FaultValue) -> None:
        if name not in self.faults:
            self.simulator.set_fault(name, value)
            return
        self.faults[name] = value
        if name == "silent" and not value:
            self._drop_unanswered()
        if name == "absent":
            if value and self._plugged:
                self._unplug()
            elif not value and not self._plugged:
                self._plug()
        if name == "unplug_at_byte" and int(value) < 0 and not self._plugged and not self.faults["absent"]:
            self._plug()

    # -- the simulator's port ------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Port: bytes towards the host."""
        if self.faults["silent"] or not self._plugged:
            return
        noise = float(self.faults["noise"])
        if noise:
            data = bytes(b ^ (1 << self._random.randrange(8)) if self._random.random() < noise else b for b in data)
        start = max(time.monotonic() + float(self.faults["slow"]), self._free_at)
        if not self.baud:
            self._outgoing.append((start, data))
            self._free_at = start
            return
        # The host sees a byte when its last bit has passed. Pieces of about 5 ms keep the pace even.
        piece = max(1, self.baud // 2000)
        for at in range(0, len(data), piece):
            chunk = data[at : at + piece]
            start += len(chunk) * 10 / self.baud
            self._outgoing.append((start, chunk))
        self._free_at = start

    @property
    def has_connections(self) -> bool:
        """Port: a TCP line."""
        return self.listen.startswith("tcp:")

    def hang_up(self) -> None:
        """Port: end the exchange after what was sent."""
        self._outgoing.append((max(time.monotonic(), self._free_at), None))

    def after(self, seconds: float, action: Callable[[], None]) -> _Timer:
        """Port: plan an action."""
        timer = _Timer(action)
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), timer))
        return timer

    # -- the transport -------------------------------------------------------------------------------------------------

    @property
    def _plugged(self) -> bool:
        return self._pty is not None or self._server is not None

    def _plug(self) -> None:
        scheme, _, rest = self.listen.partition(":")
        if scheme == "pty":
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._pty = (master, slave)
            self.url = os.ttyname(slave)
            if rest:
                link = Path(rest)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)
                link.symlink_to(self.url)
                self.url = str(link)
            self._selector.register(master, selectors.EVENT_READ, "pty")
        elif scheme == "tcp":
            where = urlsplit(self.listen if not self.url else self.url.replace("socket://", "tcp://"))
            host = where.hostname or "127.0.0.1"
            self._server = socket.create_server((host, where.port or free_ports(host=host)), backlog=4)
            self._server.setblocking(False)
            host, port = self._server.getsockname()[:2]
            self.url = f"socket://{host}:{port}"
            self._selector.register(self._server, selectors.EVENT_READ, "accept")
        else:
            raise ValueError(f"cannot listen on {self.listen!r}: use pty:, pty:/path or tcp://host:port")
        self.simulator.attached(self)

    def _unplug(self) -> None:
        if self._pty is not None:
            master, slave = self._pty
            self._selector.unregister(master)
            os.close(master)
            os.close(slave)
            self._pty = None
            link = self.listen.partition(":")[2]
            if link:
                Path(link).unlink(missing_ok=True)
        server, self._server = self._server, None
        if server is not None:
            if server in self._selector.get_map():
                self._selector.unregister(server)
            server.close()
        self._drop_client()
        self._drop_unanswered()
        self._outgoing.clear()
        self._free_at = 0.0
        self.simulator.detached()

    def _drop_client(self) -> None:
        if self._client is not None:
            if self._client in self._selector.get_map():
                self._selector.unregister(self._client)
            self._client.close()
            self._client = None
            if self.simulator.EXCHANGES:
                self._outgoing.clear()  # the rest of an answer belongs to nobody
        if self._server is not None and self._server not in self._selector.get_map():
            self._selector.register(self._server, selectors.EVENT_READ, "accept")

    def _drop_unanswered(self) -> None:
        for client in self._unanswered:
            client.close()
        self._unanswered.clear()

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b"!")
        except BlockingIOError:
            return  # already full of wake-ups
        except OSError:
            return  # already stopped

    def _run(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select(self._patience()):
                self._ready(str(key.data))
            while self._calls:
                self._calls.popleft()()
            now = time.monotonic()
            while self._timers and self._timers[0][0] <= now:
                timer = heapq.heappop(self._timers)[2]
                if not timer.cancelled:
                    timer.action()
                    self._stirred = True
            self._flush()
            if self._stirred:
                self._stirred = False
                if self.simulator.watch is not None:
                    self.simulator.watch()
        if self._plugged:
            self._unplug()
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _patience(self) -> float | None:
        due = [
            t
            for t in (self._timers[0][0] if self._timers else None, self._outgoing[0][0] if self._outgoing else None)
            if t
        ]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _ready(self, what: str) -> None:
        if what == "wake":
            os.read(self._wake_read, 4096)
        elif what == "accept" and self._server is not None:
            self._drop_client()
            self._client, _ = self._server.accept()
            self._client.setblocking(False)
            self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(self._client, selectors.EVENT_READ, "client")
            if self.simulator.EXCHANGES:
                self._selector.unregister(self._server)
        elif what == "pty" and self._pty is not None:
            try:
                self._heard(os.read(self._pty[0], 65536))
            except (BlockingIOError, OSError):
                return  # nothing there after all
        elif what == "client" and self._client is not None:
            try:
                data = self._client.recv(65536)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if data:
                self._heard(data)
            elif self.simulator.EXCHANGES:
                self._input_ended()
            else:
                self._drop_client()

    def _input_ended(self) -> None:
        if self._client is None:
            return
        self._selector.unregister(self._client)
        if self.faults["silent"]:
            self._unanswered.append(self._client)
            self._client = None
            self._drop_client()
            return
        self._stirred = True
        self.simulator.input_ended()

    def _heard(self, data: bytes) -> None:
        self.received += len(data)
        self._stirred = True
        if not self.faults["silent"]:
            self.simulator.received(data)

    def _flush(self) -> None:
        now = time.monotonic()
        while self._outgoing and self._outgoing[0][0] <= now:
            data = self._outgoing.popleft()[1]
            if data is None:
                self._drop_client()
                continue
            left = int(self.faults["unplug_at_byte"])
            if left >= 0:
                data = data[:left]
                self._stirred = True
                self.faults["unplug_at_byte"] = left - len(data)
            self._write(data)
            self.sent += len(data)
            if left >= 0 and self.faults["unplug_at_byte"] == 0:
                # What was written must be read before a PTY's far end is closed, or the kernel discards it.
                self.after(0.05, self._pull_plug)
                self._outgoing.clear()
                return

    def _pull_plug(self) -> None:
        # Planned once for each piece of data held back: by now someone may have put the plug in again.
        if self._plugged and self.faults["unplug_at_byte"] == 0:
            self._unplug()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                if self._pty is not None:
                    view = view[os.write(self._pty[0], view) :]
                elif self._client is not None:
                    view = view[self._client.send(view) :]
                else:
                    return
            except BlockingIOError:
                self._outgoing.appendleft((time.monotonic() + 0.002, bytes(view)))
                return
            except OSError:
                self._drop_client()
                return
