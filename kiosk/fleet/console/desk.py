"""One open page: who looks at it, in which language; how what was clicked is done and its refusal told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from nicegui import Client, ui
from sqlalchemy.exc import SQLAlchemyError

from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import LEAST, Act, NotAllowed
from kiosk.fleet.api.service import Service
from kiosk.fleet.console.follow import Follower
from kiosk.fleet.console.words import Words
from kiosk.fleet.desk.errors import Conflict, Unknown, Wrong

R = TypeVar("R")

PLACE = "/console"
SESSION_EVERY = 5.0
"""Seconds between two looks whether whoever opened a page is still signed in."""


class SessionOver(Exception):
    """Whoever opened the page is no longer signed in."""


@dataclass(frozen=True)
class Desk:
    """``token``: of the session; it is asked again at everything that is done, and while the page is open."""

    service: Service
    follower: Follower
    words: Words
    client: Client
    account: Account
    token: str
    _asked_at: list[float] = field(default_factory=lambda: [0.0])
    """Of the session, and never again once it was over."""

    @property
    def now(self) -> int:
        """Milliseconds since 1970."""
        return self.service.now

    def may(self, act: Act) -> bool:
        """Whether to offer it at all."""
        return self.account.role.covers(LEAST[act])

    def link(self, path: str) -> str:
        """An address within the console."""
        return f"{path}{'&' if '?' in path else '?'}lang={self.words.language}"

    async def do(self, act: Callable[[Account], R], done: str = "") -> R | None:
        """Do something as who is signed in now, off the loop; None if it was not possible, which is told."""
        words = self.words
        try:
            found = await asyncio.to_thread(self._act, act)
        except SessionOver:
            self.tell(words("frame.session_over"), refused=True)
        except NotAllowed:
            self.tell(words("frame.not_allowed"), refused=True)
        except (Conflict, Unknown):
            self.tell(words("frame.changed"), refused=True)
        except Wrong as error:
            self.tell(words(error.key) if error.key else words("frame.failed", why=str(error)), refused=True)
        except SQLAlchemyError as error:
            self.tell(words("frame.failed", why=type(error).__name__), refused=True)
        else:
            if done:
                self.tell(done)
            return found
        return None

    async def still_signed_in(self) -> bool:
        """Whether the page may show what is new. If not it is loaded anew, which leads to signing in; a browser that
        does not do so is shown nothing more."""
        if not self._asked_at:
            return False
        now = self.service.clock.monotonic()
        if now < self._asked_at[0] + SESSION_EVERY:
            return True
        self._asked_at[0] = now
        try:
            account = await asyncio.to_thread(self.service.sessions.account, self.token)
        except SQLAlchemyError:
            return True  # what was drawn stays, and there is nothing new
        if account is None:
            self._asked_at.clear()
            with self.client:
                ui.navigate.reload()
        return account is not None

    def tell(self, sentence: str, *, refused: bool = False) -> None:
        """Say something at the bottom of the page."""
        with self.client:
            ui.notify(sentence, position="bottom", classes="told refused" if refused else "told", timeout=5000)

    def _act(self, act: Callable[[Account], R]) -> R:
        account = self.service.sessions.account(self.token)
        if account is None:
            raise SessionOver
        return act(account)
