"""Which local page each view is turned to."""

from __future__ import annotations

import msgspec

from statemachines import views


class Turned:
    """Which local page each view is turned to. Keyed by the page's class and heading; forgotten with the citizen."""

    def __init__(self) -> None:
        self._turns: dict[tuple[str, str], int] = {}

    @staticmethod
    def _key(page: views.Page) -> tuple[str, str]:
        heading = getattr(page, "title", None) or getattr(page, "question", None)
        return type(page).__name__, msgspec.json.encode(heading).decode()

    def turn(self, page: views.Page) -> int:
        """The local page to show."""
        return self._turns.get(self._key(page), 0)

    def keep(self, page: views.Page, turn: int) -> None:
        """Turned."""
        self._turns[self._key(page)] = turn

    def drop(self, page: views.Page) -> None:
        """It begins anew."""
        self._turns.pop(self._key(page), None)

    def forget(self) -> None:
        """Nobody is here any more."""
        self._turns.clear()
