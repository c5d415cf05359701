"""What the API's routes work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from kiosk.clock import Clock
from kiosk.fleet.access.accounts import Accounts
from kiosk.fleet.access.sessions import Sessions
from kiosk.fleet.desk import overview
from kiosk.fleet.desk.contacts import ContactDesk
from kiosk.fleet.desk.doing import Doing
from kiosk.fleet.desk.shapes import Overview
from kiosk.fleet.policies import Policies


@dataclass(frozen=True)
class Service:
    """``reading``: the database for those who only read. ``look``: the fleet at a glance; where a console runs in the
    same process, the one that it follows. ``policies``: the packs that kiosks can fetch here."""

    reading: Engine
    accounts: Accounts
    sessions: Sessions
    doing: Doing
    clock: Clock
    contacts: ContactDesk
    look: Callable[[], Overview] | None = None
    policies: Policies | None = None

    @property
    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self.clock.now().timestamp() * 1000)

    def overview(self) -> Overview:
        """The fleet at a glance."""
        return overview.overview(self.reading, self.now) if self.look is None else self.look()
