"""The business port: what a kiosk sees, over mutual TLS. ``/docs`` shows it, ``/openapi.json`` says it.

Refusals are 4xx with a ``code``; a 4xx without one means that the request itself was malformed. Every POST carries an
``Idempotency-Key``. Persons appear in bodies and behind tokens, never in a path or a query.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import select

from kiosk.host.payer.sandbox_api import router as payer_router
from kiosk.host.port import RefusalCode, Scheme
from kiosk.host.sandbox import blacklist, holdings, identify, records, shapes, writes
from kiosk.host.sandbox.careers import NO_EMPLOYER, YearRow
from kiosk.host.sandbox.check import router as check_router
from kiosk.host.sandbox.faults import FaultLayer
from kiosk.host.sandbox.hsm import Authentication, HsmError
from kiosk.host.sandbox.issuing_api import router as issuing_router
from kiosk.host.sandbox.people import PersonRow
from kiosk.host.sandbox.reference_page import add_reference
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.requests import AnySession, Bearer, Box, Key, Kiosk, ProvenSession
from kiosk.host.sandbox.sessions import Session
from kiosk.host.sandbox.state import Sandbox
from kiosk.host.sandbox.store import benefits, years

log = structlog.get_logger(__name__)
router = APIRouter(
    prefix="/v1",
    responses={code: {"model": shapes.Refusal, "description": "refused"} for code in (401, 403, 404, 409, 429)},
)


# -- the host itself ---------------------------------------------------------------------------------------------------


@router.get("/ping", tags=["host"])
def ping(box: Box) -> shapes.Time:
    """The host's clock."""
    return shapes.Time(time=box.clock.now())


@router.get("/blacklist", tags=["host"])
def get_blacklist(box: Box) -> shapes.Blacklist:
    """Cards that must be refused at every insertion."""
    with box.engine.connect() as connection:
        return blacklist.whole(connection)


@router.post("/cards/authentication", tags=["cards"])
def authenticate_card(request: shapes.HsmRequest, box: Box, kiosk: Kiosk, key: Key) -> shapes.HsmAnswer:
    """The HSM behind the host, under published test keys."""
    if request.region != request.identifier[:6] or request.region not in box.places.issuing_cities:
        raise Refused(RefusalCode.CARD_UNKNOWN)
    try:
        internal, external = box.hsm.authenticate(
            Authentication(
                request.algorithm,
                bytes.fromhex(request.identifier),
                bytes.fromhex(request.internal_factor),
                bytes.fromhex(request.internal_random),
                bytes.fromhex(request.external_factor),
                bytes.fromhex(request.external_random),
                request.key_id,
            )
        )
    except HsmError as error:
        raise Refused(RefusalCode.NOT_ALLOWED, str(error)) from None
    return shapes.HsmAnswer(internal_response=internal.hex().upper(), external_cryptogram=external.hex().upper())


@router.post("/cards/pin-changes", tags=["cards"], status_code=204)
def pin_changed(change: shapes.PinChange, box: Box, kiosk: Kiosk, key: Key) -> None:
    """Advice that the holder set an own PIN. The PIN itself is never sent."""
    identifier = change.identifier.upper()
    with box.write_lock, box.engine.begin() as connection:

        def act() -> bytes:
            writes.note_pin_change(connection, identifier, box.clock.now())
            return b""

        writes.once(connection, key, f"pin-change {identifier}", act)


# -- sessions ----------------------------------------------------------------------------------------------------------


@router.post("/sessions/by-card", tags=["sessions"])
def identify_by_card(proof: shapes.CardProof, box: Box, kiosk: Kiosk, key: Key) -> shapes.Person:
    """Open a session for a card's holder. Without a verified PIN it may ask the card's state only."""
    _count(box, kiosk, proof.identifier.upper())
    with box.engine.connect() as connection:
        person = identify.by_card(connection, proof, box.clock.now().date())
    return _opened(box, person, f"{kiosk} {key}", proven=proof.pin_verified)


@router.post("/sessions/by-id-card", tags=["sessions"])
def identify_by_id_card(proof: shapes.IdCardProof, box: Box, kiosk: Kiosk, key: Key) -> shapes.Person:
    """Open a session for an ID card's holder."""
    _count(box, kiosk, proof.number.upper())
    with box.engine.connect() as connection:
        person = identify.by_id_card(connection, proof, box.clock.now().date())
    return _opened(box, person, f"{kiosk} {key}", proven=True)


@router.delete("/session", tags=["sessions"], status_code=204)
def end_session(box: Box, bearer: Bearer) -> None:
    """Make the token worthless; harmless when it is already."""
    if bearer is not None:
        box.sessions.end(bearer.credentials)


def _count(box: Sandbox, kiosk: str, name: str) -> None:
    box.per_kiosk.count(kiosk)
    box.per_person.count(name)


def _opened(box: Sandbox, person: PersonRow, key: str, *, proven: bool) -> shapes.Person:
    session = box.sessions.open(person.id, proven=proven, key=key)
    return shapes.Person(
        token=session.token,
        name=person.name,
        number=person.number,
        birth_date=person.birth_date,  # type: ignore[arg-type]
        insured_here=bool(person.insured_here),
    )


# -- what a person may ask ---------------------------------------------------------------------------------------------


def _records(box: Sandbox, session: Session) -> tuple[PersonRow, list[YearRow]]:
    with box.engine.connect() as connection:
        person = identify.person_by_id(connection, session.person_id)
        if not person.insured_here:
            raise Refused(RefusalCode.NOT_INSURED_HERE)
        statement = select(years).where(years.c.person_id == session.person_id).order_by(years.c.year)
        return person, [YearRow(*row) for row in connection.execute(statement)]


def _history(box: Sandbox, session: Session, scheme: Scheme) -> tuple[PersonRow, shapes.ContributionHistory]:
    person, rows = _records(box, session)
    employers = box.places.employers.names
    return person, records.contributions(scheme, person, rows, employers, box.rates, box.clock.now(), box.settled)


@router.get("/session/card-status", tags=["queries"])
def card_status(box: Box, session: AnySession) -> shapes.CardStatus:
    """Both sides of the person's card; ``none`` where there is no card."""
    with box.engine.connect() as connection:
        row = holdings.of_person(connection, session.person_id)
    if row is None:
        return shapes.CardStatus.model_validate(
            {
                "card_number": "", "issued": None, "social_side": "none", "social_since": None, "bank_side": "none",
                "bank_name": "", "bank_last_four": "", "bank_valid_until": None, "bank_as_of": None,
                "essc_issued": False,
            }
        )  # fmt: skip
    known = {name: value for name, value in row._asdict().items() if name in shapes.CardStatus.model_fields}
    bank_as_of = box.clock.now().replace(minute=0, second=0, microsecond=0)
    return shapes.CardStatus.model_validate({**known, "bank_as_of": bank_as_of, "essc_issued": bool(row.essc_issued)})


@router.get("/session/contributions/{scheme}", tags=["queries"])
def contributions(scheme: Scheme, box: Box, session: ProvenSession) -> shapes.ContributionHistory:
    """Month by month, newest year first."""
    return _history(box, session, scheme)[1]


@router.get("/session/pension", tags=["queries"])
def pension(box: Box, session: ProvenSession) -> shapes.Pension:
    """The pension account, and what is paid out."""
    person, history = _history(box, session, Scheme.PENSION)
    return records.pension(person, history, box.rates, box.clock.now())


@router.get("/session/medical-account", tags=["queries"])
def medical_account(box: Box, session: ProvenSession) -> shapes.MedicalAccount:
    """The medical account: this year, and the years before."""
    person, rows = _records(box, session)
    return records.medical_account(person, rows, box.clock.now())


@router.get("/session/benefits", tags=["queries"])
def get_benefits(box: Box, session: ProvenSession) -> tuple[shapes.Benefit, ...]:
    """Unemployment, injury, maternity."""
    with box.engine.connect() as connection:
        rows = connection.execute(select(benefits).where(benefits.c.person_id == session.person_id)).all()
    return tuple(
        shapes.Benefit(
            kind=row.kind, state=row.state, since=row.since, until=row.until or None, monthly=row.monthly,
            paid_total=row.paid_total,
        )
        for row in rows
    )  # fmt: skip


@router.get("/session/personal-data", tags=["queries"])
def personal_data(box: Box, session: ProvenSession) -> shapes.PersonalData:
    """As the host holds it, in full."""
    with box.engine.connect() as connection:
        person = identify.person_by_id(connection, session.person_id)
        card = holdings.of_person(connection, person.id)
    return shapes.PersonalData(
        name=person.name, number=person.number, sex=person.sex, nation=person.nation,
        birth_date=person.birth_date,  # type: ignore[arg-type]
        phone=person.phone, address=person.address,
        employer="" if person.employer == NO_EMPLOYER else box.places.employers.names[person.employer - 1],
        bank_last_four="" if card is None else card.bank_last_four, photo_on_file=bool(person.photo_on_file),
    )  # fmt: skip


# -- what changes something --------------------------------------------------------------------------------------------


@router.post("/session/corrections", tags=["changes"])
def report_wrong_data(
    correction: shapes.Correction, box: Box, session: ProvenSession, kiosk: Kiosk, key: Key
) -> shapes.CaseNumber:
    """Open a correction case."""
    with box.write_lock, box.engine.begin() as connection:

        def act() -> bytes:
            number = writes.open_correction(connection, session.person_id, correction.fields, box.clock.now())
            return shapes.CaseNumber(number=number).model_dump_json().encode()

        request = f"correction {session.person_id} {sorted(correction.fields)}"
        return shapes.CaseNumber.model_validate_json(writes.once(connection, key, request, act))


@router.post("/session/documents", tags=["documents"])
def register_document(
    document: shapes.DocumentRequest, box: Box, session: ProvenSession, kiosk: Kiosk, key: Key
) -> shapes.PrintedDocument:
    """Reserve number and code before printing."""
    with box.write_lock, box.engine.begin() as connection:

        def act() -> bytes:
            made = writes.register_document(
                connection, session.person_id, document.kind, kiosk, box.clock.now(), box.check_base
            )
            return made.model_dump_json().encode()

        request = f"document {session.person_id} {document.kind} {kiosk}"
        return shapes.PrintedDocument.model_validate_json(writes.once(connection, key, request, act))


@router.post("/documents/activation", tags=["documents"], status_code=204)
def activate_document(document: shapes.DocumentNumber, box: Box, kiosk: Kiosk, key: Key) -> None:
    """The paper is whole and out: its code verifies from now on."""
    _settle(box, document.number, kiosk, key, activated=True)


@router.post("/documents/void", tags=["documents"], status_code=204)
def void_document(document: shapes.DocumentNumber, box: Box, kiosk: Kiosk, key: Key) -> None:
    """The paper is torn or never came: its code never verifies."""
    _settle(box, document.number, kiosk, key, activated=False)


def _settle(box: Sandbox, number: str, kiosk: str, key: str, *, activated: bool) -> None:
    with box.write_lock, box.engine.begin() as connection:

        def act() -> bytes:
            writes.settle_document(connection, number, kiosk, activated=activated)
            return b""

        writes.once(connection, key, f"settle {number} {activated} {kiosk}", act)


# -- the application ---------------------------------------------------------------------------------------------------


def business_app(sandbox: Sandbox) -> FastAPI:
    """The application of the business port."""
    app = FastAPI(
        title="Sandbox host of the social security card kiosk",
        version="1",
        description="Synthetic people, test keys. Amounts in fen; dates ISO 8601; times UTC.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.sandbox = sandbox
    app.include_router(router)
    app.include_router(issuing_router)
    app.include_router(payer_router)
    app.include_router(check_router)
    add_reference(app, path="/docs", of=app, source="/openapi.json")
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.middleware("http")(_logged)
    app.add_middleware(FaultLayer, board=sandbox.faults)
    return app


async def _refused(_request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)  # noqa: S101
    return JSONResponse(refused.body.model_dump(), status_code=refused.status)


async def _malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    wrong = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()})
    return JSONResponse({"error": "malformed request", "fields": wrong}, status_code=400)


async def _logged(request: Request, call_next: Any) -> Response:
    started = time.monotonic()
    response: Response = await call_next(request)
    route = request.scope.get("route")
    log.info(
        "call",
        method=request.method,
        path=getattr(route, "path", "?"),
        status=response.status_code,
        kiosk=request.headers.get("x-kiosk", ""),
        milliseconds=round((time.monotonic() - started) * 1000, 1),
    )
    return response
