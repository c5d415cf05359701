"""Test certificates: an authority, the sandbox's server certificate and a kiosk's, in a folder.

Made once and kept; made anew when one is missing, unreadable, within 30 days of its end, or for other host names. Their
subjects say that they are for tests. Nothing here protects anything.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=365)
RENEW_BEFORE = timedelta(days=30)
DEFAULT_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files of one end: who is trusted, and its own certificate and key."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class SandboxCertificates:
    """Both ends of the kiosk's line to the host."""

    server: TlsFiles
    kiosk: TlsFiles


def make_certificates(
    folder: Path, *, kiosk_id: str = "KIOSK-TEST-01", hosts: Sequence[str] = DEFAULT_HOSTS, now: datetime | None = None
) -> SandboxCertificates:
    """The certificates in ``folder``, made or renewed as needed. Raises OSError.

    Files: test-ca.pem, test-host.pem, test-host.key, test-kiosk.pem, test-kiosk.key. The authority's key is not kept,
    so all are renewed together; restart both ends then.
    """
    now = now or datetime.now(UTC)
    found = SandboxCertificates(
        server=TlsFiles(folder / "test-ca.pem", folder / "test-host.pem", folder / "test-host.key"),
        kiosk=TlsFiles(folder / "test-ca.pem", folder / "test-kiosk.pem", folder / "test-kiosk.key"),
    )
    if not _still_good(found, kiosk_id, hosts, now):
        _make(found, kiosk_id, hosts, now)
    return found


def _still_good(files: SandboxCertificates, kiosk_id: str, hosts: Sequence[str], now: datetime) -> bool:
    try:
        ca, server, kiosk = (
            x509.load_pem_x509_certificate(path.read_bytes())
            for path in (files.server.ca, files.server.certificate, files.kiosk.certificate)
        )
        for path, certificate in ((files.server.key, server), (files.kiosk.key, kiosk)):
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
            if key.public_key() != certificate.public_key():
                return False
            certificate.verify_directly_issued_by(ca)
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    except Exception as error:  # cryptography's InvalidSignature is a bare Exception
        if type(error).__name__ == "InvalidSignature":
            return False
        raise
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        list(names) == [_general_name(host) for host in hosts]
        and kiosk.subject == _name(kiosk_id)
        and all(
            now < each.not_valid_after_utc - RENEW_BEFORE and now >= each.not_valid_before_utc
            for each in (ca, server, kiosk)
        )
    )


def _make(files: SandboxCertificates, kiosk_id: str, hosts: Sequence[str], now: datetime) -> None:
    files.server.ca.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("TEST AUTHORITY, protects nothing")
    ca = (
        _builder(ca_name, ca_name, ca_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    server_names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
    kiosk_names = x509.SubjectAlternativeName([x509.DNSName(f"{kiosk_id.lower()}.invalid")])
    _write(files.server.ca, ca.public_bytes(serialization.Encoding.PEM))
    for ends, subject, purpose, alternative in (
        (files.server, "TEST HOST", ExtendedKeyUsageOID.SERVER_AUTH, server_names),
        (files.kiosk, kiosk_id, ExtendedKeyUsageOID.CLIENT_AUTH, kiosk_names),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(subject), ca_name, key, now)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(alternative, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(ends.key, pem)
        _write(ends.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TEST ONLY - social security card kiosk sandbox"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
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


def _write(path: Path, content: bytes) -> None:
    """Owner-readable only, and never half there."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(content)
    fresh.replace(path)
