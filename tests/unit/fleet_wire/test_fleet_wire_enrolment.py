"""Joining a fleet over HTTP: a code is good once, for one hour, for one kiosk; certificates say what they must."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import schemathesis
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import create_engine

sys.path.insert(0, str(Path(__file__).parents[2] / "fleet"))
from fleet_ingest_stand import noise

from kiosk.clock import ManualClock
from kiosk.fleet import pki
from kiosk.fleet.enrolment import EnrolmentOffice, digest, enrolment_router, tidy
from kiosk.fleet.enrolment_messages import EnrolmentRequest, RenewalRequest
from kiosk.fleet.keys import CommandSigner
from kiosk.fleet.members import Members
from kiosk.fleet.messages import encode
from kiosk.fleet.pki import FleetPki
from kiosk.fleet.policies import Policies, policy_router
from kiosk.health.membership import Membership, NotEnrolled, Office, OfficeError

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class Desk:
    """An office and the HTTP door to it."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(datetime.now(UTC))
        self.pki = FleetPki.at(folder / "pki")
        members = Members(create_engine(f"sqlite:///{folder / 'fleet.db'}"))
        members.create_tables()
        self.members = members
        self.changes = 0
        self.signer = CommandSigner.at(folder / "pki" / "commands.key")
        self.office = EnrolmentOffice(
            self.pki,
            members,
            self.signer,
            brokers=("tls://127.0.0.1:4222",),
            clock=self.clock,
            changed=self._changed,
        )
        application = FastAPI()
        application.include_router(enrolment_router(self.office, self.clock))
        self.http = TestClient(application, base_url="https://fleet.example")
        self.door = Office("https://fleet.example", None, self.http)

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.http.close()


def test_a_kiosk_joins_with_a_code(desk: Desk, tmp_path: Path) -> None:
    code = desk.office.new_code("K0001", by="operator")
    membership = desk.door.enrol(tmp_path / "member", "K0001", code.lower().replace("-", " "))
    assert (membership.kiosk, membership.brokers) == ("K0001", ("tls://127.0.0.1:4222",))
    assert membership.keys == (desk.signer.key,)
    certificate = x509.load_pem_x509_certificate(membership.paths.certificate.read_bytes())
    current = desk.members.current("K0001")
    assert current is not None
    assert certificate.subject.rfc4514_string() == f"2.5.4.5={current.id},CN=K0001,OU=kiosk"
    assert membership.paths.key.stat().st_mode & 0o777 == 0o600
    assert desk.changes == 1
    assert desk.office.users(frozenset({"ingest"})).kiosks == frozenset({("K0001", current.id)})
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]


def test_a_code_is_good_once(desk: Desk, tmp_path: Path) -> None:
    code = desk.office.new_code("K0001", by="operator")
    desk.door.enrol(tmp_path / "a", "K0001", code)
    with pytest.raises(OfficeError, match="refused: code"):
        desk.door.enrol(tmp_path / "b", "K0001", code)


def test_a_code_is_for_one_kiosk_and_one_hour(desk: Desk, tmp_path: Path) -> None:
    code = desk.office.new_code("K0001", by="operator")
    with pytest.raises(OfficeError, match="refused: code"):
        desk.door.enrol(tmp_path / "a", "K0002", code)
    desk.clock.advance(3600)
    with pytest.raises(OfficeError, match="refused: code"):
        desk.door.enrol(tmp_path / "a", "K0001", code)
    with pytest.raises(NotEnrolled):
        Membership.load(tmp_path / "a")


def test_a_new_code_ends_the_one_before(desk: Desk, tmp_path: Path) -> None:
    first = desk.office.new_code("K0001", by="operator")
    second = desk.office.new_code("K0001", by="operator")
    with pytest.raises(OfficeError, match="refused: code"):
        desk.door.enrol(tmp_path / "a", "K0001", first)
    desk.door.enrol(tmp_path / "a", "K0001", second)


def test_joining_anew_ends_the_enrolment_before(desk: Desk, tmp_path: Path) -> None:
    old = desk.door.enrol(tmp_path / "a", "K0001", desk.office.new_code("K0001", by="operator"))
    desk.door.enrol(tmp_path / "b", "K0001", desk.office.new_code("K0001", by="operator"))
    assert len(desk.members.all_current()) == 1
    with pytest.raises(OfficeError, match="refused: revoked"):
        desk.door.renew(tmp_path / "a", old)


def test_renewal_keeps_the_enrolment_and_changes_the_key(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "member"
    old = desk.door.enrol(folder, "K0001", desk.office.new_code("K0001", by="operator"))
    before = x509.load_pem_x509_certificate(old.paths.certificate.read_bytes())
    assert old.ends_soon(desk.clock.now()) is False
    desk.clock.advance(timedelta(days=61).total_seconds())
    assert old.ends_soon(desk.clock.now()) is True
    new = desk.door.renew(folder, old)
    after = x509.load_pem_x509_certificate(new.paths.certificate.read_bytes())
    assert after.subject == before.subject
    assert after.public_key() != before.public_key()
    assert new.until > old.until
    assert desk.changes == 1


def test_renewal_needs_the_present_key(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "member"
    member = desk.door.enrol(folder, "K0001", desk.office.new_code("K0001", by="operator"))
    thief = pki.new_key()
    request = pki.request_for(thief, "K0001")
    asked = RenewalRequest(
        certificate=pki.pem(pki.certificate_in(member.paths.certificate.read_text())),
        request=request,
        proof=pki.proof(thief, request),
    )
    answer = desk.http.post("/enrolment/renewal", content=encode(asked))
    assert (answer.status_code, answer.json()) == (403, {"refused": "certificate"})


def test_a_struck_off_kiosk_is_let_in_no_more(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "member"
    member = desk.door.enrol(folder, "K0001", desk.office.new_code("K0001", by="operator"))
    assert desk.office.revoke("K0001", by="administrator") is True
    assert desk.office.revoke("K0001", by="administrator") is False
    assert desk.office.users(frozenset()).kiosks == frozenset()
    with pytest.raises(OfficeError, match="refused: revoked"):
        desk.door.renew(folder, member)


def test_the_subject_is_never_taken_from_the_request(desk: Desk) -> None:
    code = desk.office.new_code("K0001", by="operator")
    key = pki.new_key()
    asked = EnrolmentRequest(kiosk="K0001", code=code, request=pki.request_for(key, "K0666"))
    answer = desk.http.post("/enrolment", content=encode(asked)).json()
    assert "CN=K0001" in pki.certificate_in(answer["certificate"]).subject.rfc4514_string()


def test_other_keys_are_refused_before_the_code_is_used_up(desk: Desk, tmp_path: Path) -> None:
    code = desk.office.new_code("K0001", by="operator")
    other = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    weak = other.sign(ec.generate_private_key(ec.SECP384R1()), pki.hashes.SHA256())
    text = weak.public_bytes(pki.serialization.Encoding.PEM).decode()
    answer = desk.http.post("/enrolment", content=encode(EnrolmentRequest(kiosk="K0001", code=code, request=text)))
    assert (answer.status_code, answer.json()) == (422, {"refused": "request"})
    desk.door.enrol(tmp_path / "a", "K0001", code)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{}", b'{"kiosk":"k","code":"x","request":"y"}', b"[" * 50_000])
def test_garbage_is_refused(desk: Desk, body: bytes) -> None:
    for route in ("/enrolment", "/enrolment/renewal"):
        assert desk.http.post(route, content=body).status_code == 422
    assert desk.http.post("/enrolment", content=b"x" * 70_000).status_code == 413


class HastyClock(ManualClock):
    """A minute goes by at every look: nobody has tried too often."""

    def monotonic(self) -> float:
        self.advance(61)
        return super().monotonic()


def test_no_request_breaks_the_office(desk: Desk, tmp_path: Path) -> None:
    """Whatever the description of its door allows, and bytes of chance."""
    door = FastAPI()
    door.include_router(enrolment_router(desk.office, HastyClock(desk.clock.now())))
    door.include_router(policy_router(Policies(tmp_path / "policies")))
    described = schemathesis.openapi.from_asgi("/openapi.json", door)
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) == 3
    for operation in operations:

        @settings(
            max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def one(case: schemathesis.Case) -> None:
            case.validate_response(case.call(), checks=CHECKS)

        one()
    http = TestClient(door)
    genuine = encode(EnrolmentRequest(kiosk="K0001", code="AAAAA-AAAAA", request=pki.request_for(pki.new_key(), "K")))
    for route in ("/enrolment", "/enrolment/renewal"):
        for data in noise(genuine, 60):
            assert http.post(route, content=data).status_code in (403, 422), data
    assert desk.members.all_current() == ()
    assert desk.changes == 0


def test_guessing_is_slowed(desk: Desk, tmp_path: Path) -> None:
    code = desk.office.new_code("K0001", by="operator")
    for _ in range(10):
        assert desk.http.post("/enrolment", content=b"{}").status_code == 422
    with pytest.raises(OfficeError, match="too_many_tries"):
        desk.door.enrol(tmp_path / "a", "K0001", code)
    desk.clock.advance(61)
    desk.door.enrol(tmp_path / "a", "K0001", code)


def test_an_answer_that_is_not_ours_is_not_kept(tmp_path: Path) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=b'{"kiosk":"K0001"}'))
    with pytest.raises(OfficeError):
        Office("https://x", None, httpx.Client(transport=transport)).enrol(tmp_path / "m", "K0001", "x")
    assert not (tmp_path / "m").exists()


def test_a_code_is_read_as_it_was_meant() -> None:
    assert tidy(" abcil-o0123\n") == "ABC1100123"
    assert digest("ABCDE-FGHJK") == digest("abcde fghjk")
