"""Test certificates: made once, kept while good, made anew when not, and named as what they are."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from kiosk.host.sandbox.certificates import LIFETIME, RENEW_BEFORE, SandboxCertificates, make_certificates

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tls"


@pytest.fixture
def made(folder: Path) -> SandboxCertificates:
    return make_certificates(folder, now=NOW)


def test_they_are_kept_while_they_are_good(folder: Path, made: SandboxCertificates) -> None:
    before = contents(folder)
    assert make_certificates(folder, now=NOW + LIFETIME - RENEW_BEFORE - timedelta(days=1)) == made
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["test-ca.pem", "test-host.pem", "test-host.key", "test-kiosk.pem", "test-kiosk.key"])
def test_one_that_is_missing_or_damaged_has_all_made_anew(folder: Path, made: SandboxCertificates, name: str) -> None:
    before = contents(folder)
    (folder / name).write_bytes(b"damaged")
    make_certificates(folder, now=NOW)
    after = contents(folder)
    assert sorted(after) == sorted(before)
    assert all(after[each] != before[each] for each in before)
    (folder / name).unlink()
    make_certificates(folder, now=NOW)
    assert contents(folder)[name] not in (before[name], after[name])


def test_near_their_end_and_for_other_names_they_are_made_anew(folder: Path, made: SandboxCertificates) -> None:
    before = contents(folder)
    make_certificates(folder, now=NOW + LIFETIME - RENEW_BEFORE)
    renewed = contents(folder)
    assert renewed["test-kiosk.pem"] != before["test-kiosk.pem"]
    make_certificates(folder, now=NOW, kiosk_id="KIOSK-TEST-02")
    assert contents(folder)["test-kiosk.pem"] != renewed["test-kiosk.pem"]
    other = contents(folder)
    make_certificates(folder, now=NOW, kiosk_id="KIOSK-TEST-02", hosts=("host.invalid",))
    assert contents(folder)["test-host.pem"] != other["test-host.pem"]


def test_a_certificate_of_another_authority_is_noticed(folder: Path, made: SandboxCertificates, tmp_path: Path) -> None:
    other = make_certificates(tmp_path / "other", now=NOW)
    made.server.ca.write_bytes(other.server.ca.read_bytes())
    make_certificates(folder, now=NOW)
    ca = x509.load_pem_x509_certificate(made.server.ca.read_bytes())
    x509.load_pem_x509_certificate(made.kiosk.certificate.read_bytes()).verify_directly_issued_by(ca)


def test_they_say_that_they_are_for_tests_and_keys_are_the_owners(folder: Path, made: SandboxCertificates) -> None:
    for path in (made.server.ca, made.server.certificate, made.kiosk.certificate):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert "TEST ONLY" in certificate.subject.rfc4514_string()
    assert {made.server.key.stat().st_mode & 0o777, made.kiosk.key.stat().st_mode & 0o777} == {0o600}
    assert not any(path.suffix == ".new" for path in folder.iterdir())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_verify_locations(made.server.ca)
    context.load_cert_chain(made.server.certificate, made.server.key)
