"""The secrets that webhooks are signed with: encrypted in the database, under a key that is not in it.

Fernet (AES-128-CBC with HMAC-SHA256; ``cryptography``). Whoever has a copy of the database alone can sign nothing. The
key is a file of the fleet's folder; a courier on another machine needs a copy of it.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from kiosk.fleet.pki import write_private


class SecretError(ValueError):
    """A key or a secret that cannot be read; the text has neither."""


class ContactSecrets:
    """Seals and opens secrets under one key."""

    def __init__(self, key: bytes) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError:
            raise SecretError("not a key for contacts' secrets") from None

    def __repr__(self) -> str:
        return "ContactSecrets(***)"

    @classmethod
    def at(cls, file: Path) -> ContactSecrets:
        """The key in ``file``; made, for its owner's eyes only, if there is none. Raises SecretError, OSError."""
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
            write_private(fresh, Fernet.generate_key())
            with suppress(FileExistsError):  # another process was first: its key is the one
                os.link(fresh, file)
            fresh.unlink()
        try:
            return cls(file.read_bytes().strip())
        except SecretError as error:
            raise SecretError(f"{file}: {error}") from None

    def seal(self, secret: str) -> str:
        """As it is kept in the database."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Raises SecretError if it was not sealed under this key."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretError("not sealed under this fleet's key") from None
