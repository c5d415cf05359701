"""Sessions: a signed token that says who signed in and when. Of those that somebody signed out of the number is kept.

It travels as a cookie that scripts cannot read (browsers) or as ``Authorization: Bearer`` (programs).
"""

from __future__ import annotations

import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeSerializer

from kiosk.clock import Clock
from kiosk.fleet.access.accounts import Account, Accounts
from kiosk.fleet.pki import write_private

COOKIE = "fleet_session"
GOOD_FOR = 12 * 3600
"""Seconds: a long shift."""


def session_key(file: Path) -> str:
    """The key that tokens are signed with; made if there is none. One for all API processes of a fleet."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(file, secrets.token_hex(32).encode())
    return file.read_text(encoding="ascii").strip()


class Sessions:
    """Makes tokens and knows their owners."""

    def __init__(self, key: str, accounts: Accounts, clock: Clock) -> None:
        self.key = key
        self._signer = URLSafeSerializer(key, salt="fleet.session.v1")
        self._accounts = accounts
        self._clock = clock

    def begin(self, account: Account) -> str:
        """A token for somebody who has just signed in."""
        since = int(self._clock.now().timestamp())
        return self._signer.dumps([account.name, account.generation, since, secrets.token_hex(8)])

    def account(self, token: str | None) -> Account | None:
        """Whose it is, as the account is now; None if it is good for nothing (any more)."""
        if (content := self._content(token)) is None:
            return None
        name, generation, _, session = content
        account = self._accounts.of_session(name, session)
        if account is None or account.disabled or account.generation != generation:
            return None
        return account

    def end(self, token: str | None) -> None:
        """Whoever has it is signed out, in every window; one that is good for nothing is passed over."""
        if (content := self._content(token)) is not None:
            _, _, since, session = content
            self._accounts.end_session(session, (since + GOOD_FOR) * 1000)

    def _content(self, token: str | None) -> tuple[str, int, int, str] | None:
        if not token:
            return None
        try:
            content = self._signer.loads(token)
        except BadSignature:
            return None
        match content:
            case [str(name), int(generation), int(since), str(session)] if (
                since + GOOD_FOR > self._clock.now().timestamp()
            ):
                return name, generation, since, session
        return None
