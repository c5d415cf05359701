"""The keys that commands are signed with: made at the fleet, known to every kiosk by their public half."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.fleet.enrolment_messages import CommandKey
from kiosk.fleet.orders import Command
from kiosk.fleet.pki import PkiError, write_private

_PURPOSE = b"fleet.v1.command\0"
"""Before the signed bytes: a signature made for anything else is none for a command."""

_canonical = msgspec.json.Encoder(order="sorted")


def signed_bytes(command: Command) -> bytes:
    """What is signed: the purpose, then the command without its signature as JSON, keys sorted, no spaces."""
    return _PURPOSE + _canonical.encode(msgspec.structs.replace(command, signature=b""))


def key_id(public: bytes) -> str:
    """The first eight bytes of the key's SHA-256, hexadecimal."""
    return hashlib.sha256(public).hexdigest()[:16]


class CommandSigner:
    """Signs commands. Held by the fleet's API only."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.key = CommandKey(id=key_id(raw), public=raw)

    @classmethod
    def at(cls, file: Path) -> CommandSigner:
        """The key in ``file`` (PEM, PKCS #8); made if there is none. Raises PkiError."""
        if not file.exists():
            private = Ed25519PrivateKey.generate()
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            content = private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_private(file, content)
            return cls(private)
        loaded = serialization.load_pem_private_key(file.read_bytes(), password=None)
        if not isinstance(loaded, Ed25519PrivateKey):
            raise PkiError(f"{file}: not an Ed25519 key")
        return cls(loaded)

    def sign(self, command: Command) -> Command:
        """The command ready to be sent, under a new nonce: sign again for every time it is sent."""
        fresh = msgspec.structs.replace(command, nonce=secrets.token_hex(16), key=self.key.id, signature=b"")
        return msgspec.structs.replace(fresh, signature=self._private.sign(signed_bytes(fresh)))


def signature_holds(command: Command, keys: Iterable[CommandKey]) -> bool | None:
    """Whether the named key signed exactly this; None: no such key is known."""
    for key in keys:
        if key.id == command.key:
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(command.signature, signed_bytes(command))
            except InvalidSignature:
                return False
            return True
    return None
