"""Sessions: a signed token that says who signed in and when. Nothing is kept of it but the account's generation.

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
        return self._signer.dumps([account.name, account.generation, int(self._clock.now().timestamp())])

    def account(self, token: str | None) -> Account | None:
        """Whose it is, as the account is now; None if it is good for nothing (any more)."""
        if not token:
            return None
        try:
            content = self._signer.loads(token)
        except BadSignature:
            return None
        match content:
            case [str(name), int(generation), int(since)] if since + GOOD_FOR > self._clock.now().timestamp():
                account = self._accounts.find(name)
            case _:
                return None
        if account is None or account.disabled or account.generation != generation:
            return None
        return account
