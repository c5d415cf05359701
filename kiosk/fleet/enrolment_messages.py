"""What is said over HTTPS when a kiosk joins the fleet, and when its certificate is renewed."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kiosk.fleet.messages import Id, KioskId, Message, Short

Pem = Annotated[str, msgspec.Meta(max_length=20_000)]


class EnrolmentRequest(Message, frozen=True):
    """A kiosk's first words. ``request``: a PKCS #10 certificate request; only its key counts, and its proof of it."""

    kiosk: KioskId
    code: Short
    request: Pem


class RenewalRequest(Message, frozen=True):
    """A new certificate in time. ``proof``: Ed25519 or ECDSA signature with the *present* key over ``request``."""

    certificate: Pem
    request: Pem
    proof: bytes


class CommandKey(Message, frozen=True):
    """A key that commands are signed with: 32 bytes, Ed25519."""

    id: Id
    public: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class Enrolled(Message, frozen=True):
    """The answer to both: what a kiosk needs to speak with the fleet."""

    kiosk: KioskId
    certificate: Pem
    authority: Pem
    keys: tuple[CommandKey, ...]
    brokers: tuple[Short, ...]
    """``tls://host:port``, one or more."""
