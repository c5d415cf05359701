"""The client: :class:`kiosk.host.issuing_port.IssuingHost` over a :class:`HostConnection`, which it shares.

Nothing personal is in a path: applications are named in bodies. The HSM's answers are functions of what is asked, so
those calls are safe to repeat under a key made up for each.
"""

from __future__ import annotations

import base64
import binascii
from datetime import date
from typing import TypeVar

import msgspec

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import (
    Application,
    BadCard,
    Bank,
    Committed,
    Eligibility,
    ExternalRequest,
    FeeLine,
    MacRequest,
    Mode,
    MutualRequest,
    OldCardFate,
    Quote,
    Reservation,
    Whereabouts,
)
from kiosk.host.port import HostProtocolError, HsmAnswer, IdCardProof, Person
from kiosk.host.transport import HostConnection, new_key

T = TypeVar("T")
_BASE = "/v1/issuing"


class _Proof(msgspec.Struct):
    value: str


class _Found(msgspec.Struct):
    application: Application | None


class _Picture(msgspec.Struct):
    picture: str


class HttpIssuingHost:
    """``connection``: the one of the :class:`kiosk.host.http.HttpHost`, which also closes it."""

    def __init__(self, connection: HostConnection) -> None:
        self._connection = connection

    # -- before the first card leaves its hopper -----------------------------------------------------------------------

    async def eligibility(self, person: Person, applicant: IdCardProof, reason: Reason | None = None) -> Eligibility:
        body = {"applicant": applicant, "reason": reason}
        return await self._connection.write(f"{_BASE}/eligibility", Eligibility, body, key=new_key(), person=person)

    async def quote(self, person: Person, applicant: IdCardProof, reason: Reason) -> Quote:
        body = {"applicant": applicant, "reason": reason}
        return await self._connection.write(f"{_BASE}/quotes", Quote, body, key=new_key(), person=person)

    async def banks(self, person: Person, applicant: IdCardProof) -> tuple[Bank, ...]:
        body = {"applicant": applicant}
        return await self._connection.write(f"{_BASE}/banks", tuple[Bank, ...], body, key=new_key(), person=person)

    async def open_application(
        self, person: Person, applicant: IdCardProof, reason: Reason, quote: str, mode: Mode, key: str
    ) -> Application:
        body = {"applicant": applicant, "reason": reason, "quote": quote, "mode": mode}
        return await self._connection.write(f"{_BASE}/applications", Application, body, key=key, person=person)

    async def submit_photo(self, application: str, picture: bytes, key: str) -> Application:
        body = {"application": application, "picture": base64.b64encode(picture).decode("ascii")}
        return await self._connection.write(f"{_BASE}/photos", Application, body, key=key)

    async def use_photo_receipt(self, application: str, receipt: str, key: str) -> Application:
        body = {"application": application, "receipt": receipt}
        return await self._connection.write(f"{_BASE}/photo-receipts", Application, body, key=key)

    async def base_photo(self, application: str) -> bytes:
        answer = await self._ask("base-photo", _Picture, application=application)
        try:
            return base64.b64decode(answer.picture, validate=True)
        except binascii.Error:
            raise HostProtocolError("base-photo: not base64") from None

    async def settle_old_card(self, application: str, fate: OldCardFate, key: str) -> Application:
        body = {"application": application, "fate": fate}
        return await self._connection.write(f"{_BASE}/old-cards", Application, body, key=key)

    async def defer(self, application: str, key: str) -> Application:
        body = {"application": application}
        return await self._connection.write(f"{_BASE}/deferrals", Application, body, key=key)

    # -- the card ------------------------------------------------------------------------------------------------------

    async def reserve(self, application: str, bank: str, identifier: str, key: str) -> Reservation:
        body = {"application": application, "bank": bank, "identifier": identifier}
        return await self._connection.write(f"{_BASE}/reservations", Reservation, body, key=key)

    async def mutual_authentication(self, request: MutualRequest) -> HsmAnswer:
        return await self._connection.write(f"{_BASE}/personalisation/mutual", HsmAnswer, request, key=new_key())

    async def external_authentication(self, request: ExternalRequest) -> str:
        path = f"{_BASE}/personalisation/external"
        return (await self._connection.write(path, _Proof, request, key=new_key())).value

    async def record_mac(self, request: MacRequest) -> str:
        path = f"{_BASE}/personalisation/mac"
        return (await self._connection.write(path, _Proof, request, key=new_key())).value

    async def commit(self, application: str, serial: str, read_back: str, payment: str, key: str) -> Committed:
        body = {"application": application, "serial": serial, "read_back": read_back, "payment": payment}
        return await self._connection.write(f"{_BASE}/commits", Committed, body, key=key)

    async def release(self, application: str, serial: str, key: str) -> None:
        await self._tell("releases", key, application=application, serial=serial)

    async def spoil(self, application: str, serial: str, how: BadCard, key: str) -> None:
        await self._tell("bad-cards", key, application=application, serial=serial, how=how.value)

    async def withdraw(self, opening_key: str, key: str) -> None:
        await self._tell("withdrawals", key, opening_key=opening_key)

    async def advise(self, application: str, serial: str, whereabouts: Whereabouts, key: str) -> None:
        await self._tell("advices", key, application=application, serial=serial, whereabouts=whereabouts.value)

    # -- recovery, and the end of the day ------------------------------------------------------------------------------

    async def state_by_key(self, opening_key: str) -> Application | None:
        return (await self._ask("state-by-key", _Found, opening_key=opening_key)).application

    async def state(self, application: str) -> Application:
        return await self._ask("state", Application, application=application)

    async def reservation(self, application: str) -> Reservation:
        return await self._ask("reservation", Reservation, application=application)

    async def fee_lines(self, day: date) -> tuple[FeeLine, ...]:
        body = {"day": day}
        return await self._connection.write(f"{_BASE}/fee-lines", tuple[FeeLine, ...], body, key=new_key())

    # -- a call --------------------------------------------------------------------------------------------------------

    async def _ask(self, path: str, shape: type[T], **body: str) -> T:
        return await self._connection.write(f"{_BASE}/{path}", shape, body, key=new_key())

    async def _tell(self, path: str, key: str, **body: str) -> None:
        await self._connection.write(f"{_BASE}/{path}", None, body, key=key)
