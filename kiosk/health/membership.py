"""This kiosk's place in a fleet: its certificate, the brokers, the keys of commands; how it gets and renews them.

In one folder, readable by the kiosk's user only: ``member.pem`` (certificate and key, replaced as one), ``brokers.pem``
(the authority that brokers are known by), ``membership.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.fleet import pki
from kiosk.fleet.enrolment_messages import CommandKey, Enrolled, EnrolmentRequest, RenewalRequest
from kiosk.fleet.messages import Message, Unreadable, decode, encode
from kiosk.fleet.pki import Paths, PkiError

SECONDS = 20.0
CERTIFICATE, AUTHORITY, REST = "member.pem", "brokers.pem", "membership.json"


class NotEnrolled(Exception):
    """This kiosk belongs to no fleet, or what it has of it cannot be used; says why."""


class OfficeError(Exception):
    """The fleet's office did not give what was asked for; the text says why."""


@dataclass(frozen=True, slots=True)
class Membership:
    """``until``: when the certificate ends."""

    kiosk: str
    brokers: tuple[str, ...]
    keys: tuple[CommandKey, ...]
    paths: Paths
    until: datetime

    @classmethod
    def load(cls, folder: Path) -> Membership:
        """What is in the folder. Raises NotEnrolled."""
        file = folder / CERTIFICATE
        try:
            certificate = pki.certificate_in(file.read_text(encoding="ascii"))
            rest = decode(Enrolled, (folder / REST).read_bytes())
            pki.key_in(file)
        except FileNotFoundError as error:
            raise NotEnrolled(f"{error.filename} is not there: kiosk fleet enrol") from error
        except (OSError, ValueError, PkiError, Unreadable) as error:
            raise NotEnrolled(f"{folder}: {error}") from error
        paths = Paths(file, file, folder / AUTHORITY)
        return cls(rest.kiosk, rest.brokers, rest.keys, paths, certificate.not_valid_after_utc)

    def ends_soon(self, now: datetime) -> bool:
        """Whether it is time to renew."""
        return now >= self.until - pki.RENEW_BEFORE


class Office:
    """The fleet's office, over HTTPS. ``authority``: who vouches for it; None: the authorities this machine trusts.

    All calls block, and raise OfficeError. ``client`` is handed in by tests.
    """

    def __init__(self, url: str, authority: Path | None, client: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/")
        verify: bool | str = True if authority is None else str(authority)
        self._client = client or httpx.Client(verify=verify, timeout=SECONDS)

    def enrol(self, folder: Path, kiosk: str, code: str) -> Membership:
        """Join: a new key, a request, the code; what comes back is kept in ``folder``."""
        key = pki.new_key()
        request = EnrolmentRequest(kiosk=kiosk, code=code, request=pki.request_for(key, kiosk))
        return self._keep(folder, key, self._ask("/enrolment", request), kiosk)

    def renew(self, folder: Path, membership: Membership) -> Membership:
        """A new certificate, with a new key."""
        key = pki.new_key()
        request = pki.request_for(key, membership.kiosk)
        present = membership.paths.certificate
        try:
            certificate = pki.pem(pki.certificate_in(present.read_text(encoding="ascii")))
            proof = pki.proof(pki.key_in(membership.paths.key), request)
        except (OSError, PkiError) as error:
            raise OfficeError(str(error)) from error
        asked = RenewalRequest(certificate=certificate, request=request, proof=proof)
        return self._keep(folder, key, self._ask("/enrolment/renewal", asked), membership.kiosk)

    def fetch(self, path: str, most: int) -> bytes:
        """A file of the office, of at most so many bytes."""
        try:
            with self._client.stream("GET", f"{self._url}{path}") as answer:
                if answer.status_code != httpx.codes.OK:
                    raise OfficeError(f"HTTP {answer.status_code}")
                content = bytearray()
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > most:
                        raise OfficeError("too large")
                return bytes(content)
        except httpx.HTTPError as error:
            raise OfficeError(type(error).__name__) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _ask(self, path: str, question: Message) -> Enrolled:
        try:
            answer = self._client.post(
                f"{self._url}{path}", content=encode(question), headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise OfficeError(f"the fleet does not answer: {type(error).__name__}") from error
        if answer.status_code != httpx.codes.OK:
            raise OfficeError(f"refused: {_reason(answer)}")
        try:
            return decode(Enrolled, answer.content)
        except Unreadable as error:
            raise OfficeError(str(error)) from error

    @staticmethod
    def _keep(folder: Path, key: ec.EllipticCurvePrivateKey, answer: Enrolled, kiosk: str) -> Membership:
        try:
            certificate = pki.certificate_in(answer.certificate)
            pki.certificate_in(answer.authority)
        except PkiError as error:
            raise OfficeError(str(error)) from error
        if certificate.public_key() != key.public_key() or answer.kiosk != kiosk or not answer.brokers:
            raise OfficeError("the certificate is not the one asked for")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pki.write_private(folder / AUTHORITY, answer.authority.encode("ascii"))
        pki.write_private(folder / REST, encode(answer))
        pki.write_private(folder / CERTIFICATE, pki.pem(certificate).encode("ascii") + secret)
        return Membership.load(folder)


def _reason(answer: httpx.Response) -> str:
    try:
        return str(msgspec.json.decode(answer.content)["refused"])[:100]
    except (msgspec.DecodeError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
