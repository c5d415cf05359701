"""Issuing on the business port: ``/v1/issuing/...``. All are POST; what changes something happens once for a key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter, Depends, Response

from kiosk.host import issuing_values as values
from kiosk.host.issuing_values import IssuingRefusal
from kiosk.host.port import HsmAnswer
from kiosk.host.sandbox import issuing_applications, issuing_cards, issuing_gate, writes
from kiosk.host.sandbox import issuing_shapes as shapes
from kiosk.host.sandbox.issuing_desk import Work
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.requests import Box, Key, Kiosk, ProvenSession
from kiosk.host.sandbox.shapes import Refusal, Shape
from kiosk.host.sandbox.state import Sandbox


def _keyed(key: Key) -> None:
    """Reads carry a key, too, as every POST on this port does."""


router = APIRouter(
    prefix="/v1/issuing",
    dependencies=[Depends(_keyed)],
    tags=["issuing"],
    responses={code: {"model": Refusal, "description": "refused"} for code in (401, 403, 404, 409)},
)


class Found(msgspec.Struct, frozen=True):
    """``application`` null: the host has never had the request."""

    application: values.Application | None


application_answer: Any = shapes.answer(values.Application)


def _work(box: Sandbox, kiosk: str, act: Callable[[Work], Any]) -> Response:
    """Carried out in one transaction."""
    with box.write_lock, box.engine.begin() as connection:
        return _response(msgspec.json.encode(act(Work(connection, box.clock.now(), kiosk, box.issuing))))


def _once(box: Sandbox, kiosk: str, key: str, request: Shape, act: Callable[[Work], Any]) -> Response:
    """Carried out once for a key; repeated, the same answer."""
    with box.write_lock, box.engine.begin() as connection:
        work = Work(connection, box.clock.now(), kiosk, box.issuing)
        told = f"{type(request).__name__} {kiosk} {request.model_dump_json()}"
        return _response(writes.once(connection, key, told, lambda: msgspec.json.encode(act(work))))


def _response(body: bytes) -> Response:
    return Response(status_code=204) if body == b"null" else Response(body, media_type="application/json")


# -- the gate ----------------------------------------------------------------------------------------------------------


@router.post("/eligibility", response_model=shapes.answer(values.Eligibility))
def eligibility(asked: shapes.Asked, box: Box, session: ProvenSession, kiosk: Kiosk) -> Response:
    """Who may apply, for what, and what stands against it."""

    def act(work: Work) -> values.Eligibility:
        person = issuing_gate.applicant(work, asked.applicant)
        return issuing_gate.judge(work, session.person_id, person, asked.reason)

    return _work(box, kiosk, act)


@router.post("/quotes", response_model=shapes.answer(values.Quote))
def quote(asked: shapes.AskedQuote, box: Box, session: ProvenSession, kiosk: Kiosk, key: Key) -> Response:
    """Today's fee for a reason, promised until midnight."""

    def act(work: Work) -> values.Quote:
        person = issuing_gate.applicant(work, asked.applicant)
        return issuing_applications.quote(work, session.person_id, person, asked.reason)

    return _once(box, kiosk, key, asked, act)


@router.post("/banks", response_model=shapes.answers(values.Bank))
def banks(asked: shapes.AskedBanks, box: Box, session: ProvenSession, kiosk: Kiosk) -> Response:
    """Whose cards the applicant may have."""

    def act(work: Work) -> tuple[values.Bank, ...]:
        issuing_gate.applicant(work, asked.applicant)
        return box.issuing.stock.banks

    return _work(box, kiosk, act)


# -- applications ------------------------------------------------------------------------------------------------------


@router.post("/applications", response_model=application_answer)
def open_application(opening: shapes.Opening, box: Box, session: ProvenSession, kiosk: Kiosk, key: Key) -> Response:
    """Accept a quote and open the application."""

    def act(work: Work) -> values.Application:
        person = issuing_gate.applicant(work, opening.applicant)
        return issuing_applications.open_application(
            work, session.person_id, person, opening.reason, opening.quote, opening.mode, key
        )

    return _once(box, kiosk, key, opening, act)


@router.post("/photos", response_model=application_answer)
def submit_photo(photo: shapes.Photo, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """A picture taken now."""
    try:
        picture = base64.b64decode(photo.picture, validate=True)
    except binascii.Error:
        raise Refused(IssuingRefusal.PHOTO_UNACCEPTABLE, "not base64") from None
    return _once(
        box, kiosk, key, photo, lambda work: issuing_applications.submit_photo(work, photo.application, picture)
    )


@router.post("/photo-receipts", response_model=application_answer)
def use_photo_receipt(sent: shapes.PhotoReceipt, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """A picture that was sent in before."""
    return _once(
        box,
        kiosk,
        key,
        sent,
        lambda work: issuing_applications.use_photo_receipt(work, sent.application, sent.receipt),
    )


@router.post("/base-photo", response_model=shapes.Picture)
def base_photo(asked: shapes.ApplicationOnly, box: Box, kiosk: Kiosk) -> Response:
    """The picture on file."""

    def act(work: Work) -> dict[str, str]:
        picture = issuing_applications.base_photo(work, asked.application)
        return {"picture": base64.b64encode(picture).decode("ascii")}

    return _work(box, kiosk, act)


@router.post("/old-cards", response_model=application_answer)
def settle_old_card(old: shapes.OldCard, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Reported lost, or handed in."""
    return _once(
        box, kiosk, key, old, lambda work: issuing_applications.settle_old_card(work, old.application, old.fate)
    )


@router.post("/deferrals", response_model=application_answer)
def defer(asked: shapes.ApplicationOnly, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Made centrally instead, under the same number."""
    return _once(box, kiosk, key, asked, lambda work: issuing_applications.defer(work, asked.application))


@router.post("/withdrawals", status_code=204)
def withdraw(asked: shapes.Withdrawal, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """End an application by the key that opened it."""
    return _once(box, kiosk, key, asked, lambda work: issuing_applications.withdraw(work, asked.opening_key))


@router.post("/state-by-key", response_model=shapes.answer(Found))
def state_by_key(asked: shapes.Withdrawal, box: Box, kiosk: Kiosk) -> Response:
    """What became of a request to open."""

    def act(work: Work) -> Found:
        number = issuing_applications.number_by_key(work, asked.opening_key)
        return Found(None if number is None else _viewed(work, number))

    return _work(box, kiosk, act)


@router.post("/state", response_model=application_answer)
def state(asked: shapes.ApplicationOnly, box: Box, kiosk: Kiosk) -> Response:
    """An application by its number."""
    return _work(box, kiosk, lambda work: _viewed(work, asked.application))


def _viewed(work: Work, number: str) -> values.Application:
    return issuing_applications.view(work, issuing_applications.row(work, number))


@router.post("/fee-lines", response_model=shapes.answers(values.FeeLine))
def fee_lines(asked: shapes.DayOnly, box: Box, kiosk: Kiosk) -> Response:
    """The kiosk's applications of a day, for reconciliation."""
    return _work(box, kiosk, lambda work: issuing_applications.fee_lines(work, asked.day))


# -- cards -------------------------------------------------------------------------------------------------------------


@router.post("/reservations", response_model=shapes.answer(values.Reservation))
def reserve(asked: shapes.ReserveRequest, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Set a pre-made card apart."""

    def act(work: Work) -> values.Reservation:
        return issuing_cards.reserve(work, asked.application, asked.bank, asked.identifier.upper())

    return _once(box, kiosk, key, asked, act)


@router.post("/reservation", response_model=shapes.answer(values.Reservation))
def reservation(asked: shapes.ApplicationOnly, box: Box, kiosk: Kiosk) -> Response:
    """What is reserved or bound, after a restart."""
    return _work(box, kiosk, lambda work: issuing_cards.reservation(work, asked.application))


@router.post("/personalisation/mutual", response_model=shapes.answer(HsmAnswer))
def mutual(asked: shapes.MutualRequest, box: Box, kiosk: Kiosk) -> Response:
    """Both proofs of mutual authentication, from the HSM."""
    return _work(box, kiosk, lambda work: issuing_cards.mutual(work, asked))


@router.post("/personalisation/external", response_model=shapes.Proof)
def external(asked: shapes.ExternalRequest, box: Box, kiosk: Kiosk) -> Response:
    """The terminal's proof, from the HSM."""
    return _work(box, kiosk, lambda work: {"value": issuing_cards.external(work, asked)})


@router.post("/personalisation/mac", response_model=shapes.Proof)
def record_mac(asked: shapes.MacRequest, box: Box, kiosk: Kiosk) -> Response:
    """The MAC of a planned record's update, from the HSM."""
    return _work(box, kiosk, lambda work: {"value": issuing_cards.record_mac(work, asked)})


@router.post("/commits", response_model=shapes.answer(values.Committed))
def commit(asked: shapes.CommitRequest, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Bind the card: the point of no return."""

    def act(work: Work) -> values.Committed:
        return issuing_cards.commit(work, asked.application, asked.serial, asked.read_back, asked.payment)

    return _once(box, kiosk, key, asked, act)


@router.post("/releases", status_code=204)
def release(asked: shapes.CardOfApplication, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Give a reservation back."""
    return _once(box, kiosk, key, asked, lambda work: issuing_cards.release(work, asked.application, asked.serial))


@router.post("/bad-cards", status_code=204)
def spoil(asked: shapes.SpoilRequest, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """A card that will be nobody's; its account number is queued for voiding."""
    return _once(
        box, kiosk, key, asked, lambda work: issuing_cards.spoil(work, asked.application, asked.serial, asked.how)
    )


@router.post("/advices", status_code=204)
def advise(asked: shapes.Advice, box: Box, kiosk: Kiosk, key: Key) -> Response:
    """Where the bound card is."""
    return _once(
        box,
        kiosk,
        key,
        asked,
        lambda work: issuing_cards.advise(work, asked.application, asked.serial, asked.whereabouts),
    )
