"""The fleet's certificates: who is a broker, who is a member, and what each certificate is good for.

Two authorities that never vouch for each other's kind:

* *brokers* signs the brokers' certificates: kiosks know a broker by it, and brokers of a cluster know each other;
* *members* signs what connects: kiosks and the fleet's own services. A member's certificate cannot pass for a broker's.

The broker tells members apart by the subject of their certificate, so a subject is never taken from a request::

    CN=K0001, OU=kiosk, serialNumber=<enrolment>       a kiosk; an enrolment anew ends the one before
    CN=ingest, OU=service                              a service of the fleet
    CN=dashboard, OU=reader                            another system that may only listen

Keys are ECDSA on P-256. Key files are readable by their owner only.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS, BROKER_DAYS, SERVICE_DAYS, KIOSK_DAYS = 3650, 825, 825, 90
RENEW_BEFORE = timedelta(days=30)
"""A kiosk renews its certificate when it is good for no longer than this."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""A certificate is good from this long before it was made: clocks of kiosks are not exact."""


class PkiError(Exception):
    """A certificate, request or key that cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Paths:
    """A certificate and its key, with the authority that vouches for the other side; PEM files."""

    certificate: Path
    key: Path
    authority: Path


def kiosk_subject(kiosk: str, enrolment: str) -> str:
    """The subject as the broker writes it (RFC 4514)."""
    return f"SERIALNUMBER={enrolment},CN={kiosk},OU=kiosk"


def service_subject(name: str) -> str:
    """The subject of a service, as the broker writes it."""
    return f"CN={name},OU=service"


def reader_subject(name: str) -> str:
    """The subject of another system, as the broker writes it."""
    return f"CN={name},OU=reader"


def _name(common: str, unit: str, serial: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ]
    if serial:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(parts)


class Authority:
    """One authority: signs, and says whether it has signed."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    @classmethod
    def at(cls, folder: Path, name: str) -> Authority:
        """The authority kept in ``folder`` as ``name.pem`` and ``name.key``; made if there is none."""
        certificate_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
        if key_file.exists():
            key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise PkiError(f"{key_file}: not an ECDSA key")
            return cls(x509.load_pem_x509_certificate(certificate_file.read_bytes()), key)
        key = new_key()
        subject = _name(f"fleet {name}", "authority")
        builder = _builder(subject, subject, key.public_key(), datetime.now(UTC), AUTHORITY_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
            _usage(signs_certificates=True), critical=True
        )
        certificate = builder.sign(key, hashes.SHA256())
        folder.mkdir(parents=True, exist_ok=True)
        write_certificate(certificate_file, certificate)
        write_key(key_file, key)
        return cls(certificate, key)

    @property
    def pem(self) -> str:
        """The certificate that vouches for those it signs."""
        return pem(self.certificate)

    def sign_broker(self, key: ec.EllipticCurvePublicKey, name: str, hosts: Sequence[str]) -> x509.Certificate:
        """A certificate for a broker, reached as any of ``hosts`` (names or addresses), and for its routes."""
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        alternatives = x509.SubjectAlternativeName([_host(host) for host in hosts])
        return self._sign(_name(name, "broker"), key, datetime.now(UTC), BROKER_DAYS, both, alternatives)

    def sign_service(self, key: ec.EllipticCurvePublicKey, name: str, unit: str = "service") -> x509.Certificate:
        """A certificate for one of the fleet's own services, or for a ``reader``."""
        return self._sign(_name(name, unit), key, datetime.now(UTC), SERVICE_DAYS, [ExtendedKeyUsageOID.CLIENT_AUTH])

    def sign_kiosk(
        self, key: ec.EllipticCurvePublicKey, kiosk: str, enrolment: str, now: datetime, days: int = KIOSK_DAYS
    ) -> x509.Certificate:
        """A certificate for a kiosk under an enrolment."""
        return self._sign(_name(kiosk, "kiosk", enrolment), key, now, days, [ExtendedKeyUsageOID.CLIENT_AUTH])

    def kiosk_of(self, certificate: x509.Certificate, now: datetime) -> tuple[str, str]:
        """Kiosk and enrolment of a certificate this authority has signed and that is good now. Raises PkiError."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise PkiError("not signed by this fleet") from error
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise PkiError("not good at this time")
        values = {
            oid: [str(each.value) for each in certificate.subject.get_attributes_for_oid(oid)]
            for oid in (NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME, NameOID.SERIAL_NUMBER)
        }
        if values[NameOID.ORGANIZATIONAL_UNIT_NAME] != ["kiosk"] or not values[NameOID.SERIAL_NUMBER]:
            raise PkiError("not a kiosk's certificate")
        return values[NameOID.COMMON_NAME][0], values[NameOID.SERIAL_NUMBER][0]

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        now: datetime,
        days: int,
        purposes: list[x509.ObjectIdentifier],
        alternatives: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        builder = _builder(subject, self.certificate.subject, key, now, days)
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(self._key, hashes.SHA256())


@dataclass(frozen=True, slots=True)
class FleetPki:
    """Both authorities of a fleet, in one folder that only the fleet's own user can read."""

    folder: Path
    brokers: Authority
    members: Authority

    @classmethod
    def at(cls, folder: Path) -> FleetPki:
        """Those in ``folder``; made if there are none."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(folder, Authority.at(folder, "brokers"), Authority.at(folder, "members"))

    def broker(self, name: str, hosts: Sequence[str]) -> Paths:
        """Files for a broker; made if there are none, or they do not name all hosts. Its ``authority`` is that of the
        members."""
        sign = partial(self.brokers.sign_broker, name=name, hosts=tuple(dict.fromkeys(hosts)))
        return self._files(f"broker-{name}", self.members, sign, frozenset(map(_host, hosts)))

    def service(self, name: str) -> Paths:
        """Files for a service of the fleet; made if there are none."""
        return self._files(f"service-{name}", self.brokers, lambda key: self.members.sign_service(key, name))

    def reader(self, name: str) -> Paths:
        """Files for another system that may only listen; made if there are none."""
        sign = partial(self.members.sign_service, name=name, unit="reader")
        return self._files(f"reader-{name}", self.brokers, sign)

    def authority_file(self, name: str) -> Path:
        """The certificate of ``brokers`` or ``members``."""
        return self.folder / f"{name}.pem"

    def _files(
        self,
        stem: str,
        other: Authority,
        sign: Callable[[ec.EllipticCurvePublicKey], x509.Certificate],
        named: frozenset[x509.GeneralName] = frozenset(),
    ) -> Paths:
        certificate, key_file = self.folder / f"{stem}.pem", self.folder / f"{stem}.key"
        if not key_file.exists() or not _serves(certificate, named):
            key = new_key()
            write_certificate(certificate, sign(key.public_key()))
            write_key(key_file, key)
        return Paths(certificate, key_file, self.authority_file("brokers" if other is self.brokers else "members"))


# -- requests and files ------------------------------------------------------------------------------------------------


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh key."""
    return ec.generate_private_key(ec.SECP256R1())


def request_for(key: ec.EllipticCurvePrivateKey, kiosk: str) -> str:
    """A certificate request, PEM."""
    request = x509.CertificateSigningRequestBuilder().subject_name(_name(kiosk, "kiosk")).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode("ascii")


def requested_key(request: str) -> ec.EllipticCurvePublicKey:
    """The key of a request that proves its own possession. Raises PkiError; nothing else of the request counts."""
    try:
        found = x509.load_pem_x509_csr(request.encode("utf-8"))
        key = found.public_key()
        proven = found.is_signature_valid
    except Exception as error:  # a stranger's bytes upset the library in more ways than it documents
        raise PkiError("not a certificate request") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PkiError("the key must be ECDSA on P-256")
    if not proven:
        raise PkiError("the request is not signed with its own key")
    return key


def certificate_in(text: str) -> x509.Certificate:
    """A certificate, PEM. Raises PkiError."""
    try:
        return x509.load_pem_x509_certificate(text.encode("utf-8"))
    except ValueError as error:
        raise PkiError("not a certificate") from error


def key_in(file: Path) -> ec.EllipticCurvePrivateKey:
    """A key of this fleet, PEM. Raises PkiError."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise PkiError(f"{file}: cannot be read as a key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PkiError(f"{file}: not an ECDSA key")
    return key


def proof(key: ec.EllipticCurvePrivateKey, request: str) -> bytes:
    """That the holder of ``key`` asks for ``request``."""
    return key.sign(request.encode("utf-8"), ec.ECDSA(hashes.SHA256()))


def proven(certificate: x509.Certificate, request: str, signature: bytes) -> bool:
    """Whether :func:`proof` was made with the key of ``certificate``."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, request.encode("utf-8"), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def pem(certificate: x509.Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def write_certificate(file: Path, certificate: x509.Certificate) -> None:
    """Write it whole or not at all."""
    write_private(file, pem(certificate).encode("ascii"), mode=0o644)


def write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write it, for its owner's eyes only."""
    write_private(
        file,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def write_private(file: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace a file at once, durably: after a power cut there is the old one or the new one."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)


def _serves(file: Path, named: frozenset[x509.GeneralName]) -> bool:
    """Whether a certificate of our own names all of them and does not end soon."""
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names: frozenset[x509.GeneralName] = frozenset()
    else:
        names = frozenset(found)
    return named <= names and certificate.not_valid_after_utc > datetime.now(UTC) + RENEW_BEFORE


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
