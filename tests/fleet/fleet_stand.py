"""A broker that listens, and the certificates to speak to it, for tests of the fleet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.fleet.broker import Broker
from kiosk.fleet.broker_configuration import Users
from kiosk.fleet.pki import FleetPki, Paths, new_key, write_certificate, write_key

ENROLMENT = "00000001"


@dataclass
class Fleet:
    """A broker that listens, with the certificates to speak to it."""

    pki: FleetPki
    broker: Broker
    users: Users

    def kiosk(self, kiosk: str, enrolment: str = ENROLMENT) -> Paths:
        """Files of a kiosk, signed by this fleet."""
        folder = self.pki.folder / f"kiosk-{kiosk}-{enrolment}"
        if not folder.exists():
            folder.mkdir()
            key = new_key()
            signed = self.pki.members.sign_kiosk(key.public_key(), kiosk, enrolment, datetime.now(UTC))
            write_certificate(folder / "kiosk.pem", signed)
            write_key(folder / "kiosk.key", key)
        return Paths(folder / "kiosk.pem", folder / "kiosk.key", self.pki.authority_file("brokers"))
