"""Free TCP ports for a service that is to come back on the same one.

They are taken from below those that the system gives to outgoing connections. Among these, while the service is away,
another program's connection may come to sit on its port; and a client that keeps trying to connect is in the end given
the very port it connects to, and talks to itself for ever.
"""

from __future__ import annotations

import contextlib
import random
import socket
from pathlib import Path

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 10_240
"""Below are services of other programs."""
TRIES = 1000


def free_ports(count: int = 1, host: str = "0.0.0.0") -> int:
    """The first of ``count`` adjacent ports that are free now on ``host``. Raises OSError if none are found."""
    highest = _first_outgoing() - count
    for _ in range(TRIES):
        first = random.randint(LOWEST, highest)  # noqa: S311 -- that two programs seldom try the same
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + count):
                held.enter_context(socket.socket()).bind((host, port))
            return first
    raise OSError(f"no {count} adjacent free ports between {LOWEST} and {highest}")


def _first_outgoing() -> int:
    try:
        first = int(OUTGOING.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        first = 32_768
    return first if first > 2 * LOWEST else 32_768  # a system that gives out nearly all: as good as any
