"""The mains, and the wires to host and payer."""

from __future__ import annotations

from collections.abc import Callable

import httpx


class PowerGone(RuntimeError):
    """Nothing leaves the kiosk any more."""


class Plug:
    """What stands between the kiosk and the world: the mains, and the wires to host and payer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        """``host``, ``payer``."""
        self.points_left: int | None = None
        self.out = False
        self.pulled: Callable[[], None] = lambda: None

    def __call__(self, label: str) -> None:
        if self.out:
            raise PowerGone
        if self.points_left is not None:
            self.points_left -= 1
            if self.points_left < 0:
                self.out = True
                self.pulled()
                raise PowerGone
        if label.startswith("host:") and label.endswith(":before"):
            far = "payer" if "/payer/" in label else "host"
            if far in self.away:
                raise httpx.ConnectError(f"the {far} is away")
