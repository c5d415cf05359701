"""How a kiosk joins: a code from an operator, good once and for one hour; renewal before the certificate ends; the end.

::

    office = EnrolmentOffice(pki, Members(engine), signer, brokers=(broker.url,), clock=clock, changed=broker_allows)
    code = office.new_code("K0001", by="operator")      # shown once; dictated to whoever stands at the kiosk
    application.include_router(enrolment_router(office))
"""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

import msgspec
import structlog
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from kiosk.clock import Clock
from kiosk.fleet import pki
from kiosk.fleet.broker_configuration import Users
from kiosk.fleet.enrolment_messages import Enrolled, EnrolmentRequest, RenewalRequest
from kiosk.fleet.keys import CommandSigner
from kiosk.fleet.members import Enrolment, Members
from kiosk.fleet.messages import Message, Unreadable, decode, encode
from kiosk.fleet.pki import FleetPki, PkiError

log = structlog.get_logger("enrolment")

CODE_GOOD_FOR = timedelta(hours=1)
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
"""Without I, L, O and U: what is dictated by telephone must not be ambiguous."""
CODE_LENGTH = 10
"""Fifty bits."""
LARGEST = 64 * 1024
"""Bytes a request may have."""
TRIES, TRIES_WITHIN = 10, 60.0
"""Failed requests, and the seconds in which there may be so many, from one address."""


class EnrolmentRefusal(StrEnum):
    """Why a kiosk was not enrolled or renewed."""

    CODE = "code"
    """Wrong, used, expired, or another kiosk's: the same word for all."""
    REQUEST = "request"
    CERTIFICATE = "certificate"
    REVOKED = "revoked"
    TOO_MANY_TRIES = "too_many_tries"


class EnrolmentRefused(Exception):
    """With the reason that the kiosk is told."""

    def __init__(self, reason: EnrolmentRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def tidy(code: str) -> str:
    """A code as it was meant, however it was typed."""
    return code.upper().translate(str.maketrans("ILO", "110", "- \t\n"))


def digest(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(f"enrolment:{tidy(code)}".encode()).hexdigest()


class EnrolmentOffice:
    """Where kiosks join, renew and are struck off. ``changed``: called when the brokers must let in others than before;
    give it :meth:`users`. All calls block."""

    def __init__(
        self,
        fleet: FleetPki,
        members: Members,
        signer: CommandSigner,
        *,
        brokers: tuple[str, ...],
        clock: Clock,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._pki = fleet
        self._members = members
        self._signer = signer
        self._brokers = brokers
        self._clock = clock
        self._changed = changed

    def new_code(self, kiosk: str, by: str) -> str:
        """A code for one kiosk, as it is read out: ``XXXXX-XXXXX``."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        now = self._clock.now()
        self._members.add_code(digest(code), kiosk, by, now, now + CODE_GOOD_FOR)
        log.info("enrolment_code_made", kiosk=kiosk)
        return f"{code[:5]}-{code[5:]}"

    def enrol(self, request: EnrolmentRequest) -> Enrolled:
        """A kiosk joins. The request is looked at before the code is used up. Raises EnrolmentRefused."""
        try:
            key = pki.requested_key(request.request)
        except PkiError as error:
            raise EnrolmentRefused(EnrolmentRefusal.REQUEST) from error
        now = self._clock.now()
        if not self._members.use_code(digest(request.code), request.kiosk, now):
            log.warning("enrolment_refused", kiosk=request.kiosk)
            raise EnrolmentRefused(EnrolmentRefusal.CODE)
        enrolment_id = secrets.token_hex(8)
        certificate = self._pki.members.sign_kiosk(key, request.kiosk, enrolment_id, now)
        self._members.enrol(Enrolment(enrolment_id, request.kiosk, now, certificate.not_valid_after_utc))
        self._changed()
        log.info("kiosk_enrolled", kiosk=request.kiosk)
        return self._answer(request.kiosk, pki.pem(certificate))

    def renew(self, request: RenewalRequest) -> Enrolled:
        """A member's certificate is made anew, under the same enrolment. Raises EnrolmentRefused."""
        now = self._clock.now()
        try:
            key = pki.requested_key(request.request)
            present = pki.certificate_in(request.certificate)
            kiosk, enrolment_id = self._pki.members.kiosk_of(present, now)
        except PkiError as error:
            raise EnrolmentRefused(EnrolmentRefusal.CERTIFICATE) from error
        if not pki.proven(present, request.request, request.proof):
            raise EnrolmentRefused(EnrolmentRefusal.CERTIFICATE)
        current = self._members.current(kiosk)
        if current is None or current.id != enrolment_id:
            raise EnrolmentRefused(EnrolmentRefusal.REVOKED)
        certificate = self._pki.members.sign_kiosk(key, kiosk, enrolment_id, now)
        self._members.renewed(enrolment_id, certificate.not_valid_after_utc)
        log.info("certificate_renewed", kiosk=kiosk)
        return self._answer(kiosk, pki.pem(certificate))

    def revoke(self, kiosk: str, by: str) -> bool:
        """The kiosk no longer belongs to the fleet and is cut off; False if it did not belong."""
        done = self._members.revoke(kiosk, by, self._clock.now())
        if done:
            self._changed()
            log.warning("kiosk_revoked", kiosk=kiosk)
        return done

    def users(self, services: frozenset[str], readers: frozenset[str] = frozenset()) -> Users:
        """Whom the brokers let in."""
        kiosks = frozenset((each.kiosk, each.id) for each in self._members.all_current())
        return Users(services=services, readers=readers, kiosks=kiosks)

    def _answer(self, kiosk: str, certificate: str) -> Enrolled:
        return Enrolled(
            kiosk=kiosk,
            certificate=certificate,
            authority=self._pki.brokers.pem,
            keys=(self._signer.key,),
            brokers=self._brokers,
        )


# -- over HTTPS --------------------------------------------------------------------------------------------------------

STATUS = {
    EnrolmentRefusal.CODE: 403,
    EnrolmentRefusal.REQUEST: 422,
    EnrolmentRefusal.CERTIFICATE: 403,
    EnrolmentRefusal.REVOKED: 403,
    EnrolmentRefusal.TOO_MANY_TRIES: 429,
}


class _Tries:
    """Failed requests by address."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: dict[str, deque[float]] = {}

    def check(self, address: str) -> None:
        failed = self._failed.get(address)
        if failed is None:
            return
        while failed and failed[0] <= self._clock.monotonic() - TRIES_WITHIN:
            failed.popleft()
        if not failed:
            del self._failed[address]
        elif len(failed) >= TRIES:
            raise EnrolmentRefused(EnrolmentRefusal.TOO_MANY_TRIES)

    def failed(self, address: str) -> None:
        if len(self._failed) >= 10_000:
            self._failed.clear()
        self._failed.setdefault(address, deque(maxlen=TRIES)).append(self._clock.monotonic())


def _schema(kind: type[Message]) -> dict[str, object]:
    _, components = msgspec.json.schema_components([kind])
    found: dict[str, object] = components[kind.__name__]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": found}}}}


def enrolment_router(office: EnrolmentOffice, clock: Clock) -> APIRouter:
    """``POST /enrolment`` and ``POST /enrolment/renewal``: JSON of :mod:`kiosk.fleet.enrolment_messages`. A refusal is
    ``{"refused": reason}`` with 403, 413, 422 or 429."""
    router = APIRouter(tags=["enrolment"])
    tries = _Tries(clock)

    async def answer(request: Request, work: Callable[[bytes], Enrolled]) -> Response:
        address = request.client.host if request.client is not None else ""
        try:
            tries.check(address)
            body = await _body(request)
            if body is None:
                return _refusal("too_large", 413)
            enrolled = await run_in_threadpool(work, body)
        except Unreadable as error:
            tries.failed(address)
            return _refusal("unreadable", 422, str(error))
        except EnrolmentRefused as error:
            if error.reason is not EnrolmentRefusal.TOO_MANY_TRIES:
                tries.failed(address)
            return _refusal(error.reason.value, STATUS[error.reason])
        return Response(encode(enrolled), media_type="application/json")

    refusals: dict[int | str, dict[str, object]] = {code: {"description": "refused"} for code in (403, 413, 422, 429)}

    @router.post("/enrolment", openapi_extra=_schema(EnrolmentRequest), responses=refusals, response_class=Response)
    async def enrol(request: Request) -> Response:
        """A kiosk joins the fleet with a code that an operator has given out for it."""
        return await answer(request, lambda body: office.enrol(decode(EnrolmentRequest, body)))

    @router.post(
        "/enrolment/renewal", openapi_extra=_schema(RenewalRequest), responses=refusals, response_class=Response
    )
    async def renew(request: Request) -> Response:
        """A kiosk's certificate is renewed."""
        return await answer(request, lambda body: office.renew(decode(RenewalRequest, body)))

    return router


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _refusal(reason: str, status: int, detail: str = "") -> Response:
    content = {"refused": reason} | ({"detail": detail} if detail else {})
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json")
