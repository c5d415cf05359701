"""A page whose owner is no longer signed in shows nothing new, whatever asks for it and whatever the browser does."""

from __future__ import annotations

from contextlib import nullcontext
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import pytest
from nicegui import ui
from sqlalchemy.exc import OperationalError

from kiosk.clock import ManualClock
from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import Role
from kiosk.fleet.console.desk import SESSION_EVERY, Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.words import Words

ANN = Account("ann", Role.OPERATOR, 1)


class Looked(Panel[int]):
    """Without a browser: only whether it looked."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.looks, self._seen = desk, 0, None

    def look(self) -> int:
        self.looks += 1
        return self.looks

    def draw(self, seen: int) -> None: ...

    def redraw(self, seen: int) -> None: ...


class Sessions:
    """``now``: whose session it is; an error is raised."""

    def __init__(self) -> None:
        self.now: Account | Exception | None = ANN

    def account(self, token: str) -> Account | None:
        assert token == "token"
        if isinstance(self.now, Exception):
            raise self.now
        return self.now


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def reloads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    done: list[int] = []
    monkeypatch.setattr(ui.navigate, "reload", lambda: done.append(1))
    return done


@pytest.fixture
def panel(sessions: Sessions, clock: ManualClock, reloads: list[int]) -> Looked:
    class Page(nullcontext[None]):
        id = "page"
        instances = MappingProxyType({"page": None})

    service = SimpleNamespace(sessions=sessions, clock=clock, now=0)
    return Looked(Desk(cast(Any, service), cast(Any, None), Words("en"), cast(Any, Page()), ANN, "token"))


async def test_a_closed_account_is_shown_nothing_more_though_its_browser_stays(
    panel: Looked, sessions: Sessions, clock: ManualClock, reloads: list[int]
) -> None:
    await panel.update()
    assert panel.looks == 1
    sessions.now = None
    clock.advance(SESSION_EVERY)
    for _ in range(3):
        await panel.update()
        clock.advance(1)
    assert (panel.looks, len(reloads)) == (1, 1)
    sessions.now = ANN  # another account of that name; the page is over all the same
    clock.advance(SESSION_EVERY)
    await panel.update()
    assert panel.looks == 1


async def test_a_database_that_is_away_signs_nobody_out(panel: Looked, sessions: Sessions, clock: ManualClock) -> None:
    await panel.update()
    sessions.now = OperationalError("select", {}, Exception("away"))
    clock.advance(SESSION_EVERY)
    await panel.update()
    sessions.now = ANN
    clock.advance(SESSION_EVERY)
    await panel.update()
    assert panel.looks == 3
