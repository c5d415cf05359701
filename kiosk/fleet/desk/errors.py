"""Why something could not be looked at or done."""

from __future__ import annotations


class Unknown(LookupError):
    """There is no such kiosk, alert, ticket, command."""


class Conflict(RuntimeError):
    """It is not in a state in which that can be done, or somebody else was first; says why in a few words."""


class Wrong(ValueError):
    """What was asked for makes no sense; says why in a few words. ``key``: the console's words, where it has them."""

    def __init__(self, text: str, key: str = "") -> None:
        super().__init__(text)
        self.key = key
