"""Tells the service manager that the controller is up and that its event loop comes round (sd_notify(3)).

Without ``NOTIFY_SOCKET`` in the environment nobody wants to hear it, and nothing is said. With ``WATCHDOG_USEC`` a sign
of life goes out in half that time; a loop that is blocked sends none, and systemd ends the process and starts it anew.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping

import structlog

log = structlog.get_logger("service_manager")


class ServiceManager:
    """``environment``: of the process, as the service manager has set it."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        microseconds = environment.get("WATCHDOG_USEC", "")
        meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.every: float | None = int(microseconds) / 2e6 if microseconds.isdigit() and meant else None
        """Seconds between signs of life; None: none is wanted."""

    def ready(self) -> None:
        """The screens can connect."""
        self._say(b"READY=1")

    async def keep_alive(self) -> None:
        """Give signs of life for ever; at once if none is wanted."""
        while self._address and self.every:
            self._say(b"WATCHDOG=1")
            await asyncio.sleep(self.every)

    def _say(self, what: bytes) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.sendto(what, self._address)
        except OSError as error:
            log.warning("service_manager_not_told", what=what.decode("ascii"), error=error.strerror)
