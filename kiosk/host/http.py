"""The client: :class:`kiosk.host.port.Host` over a :class:`HostConnection`.

Every call is safe to repeat by construction: reads and the ending of a session are idempotent, everything else carries
an ``Idempotency-Key`` (for identification and authentication one is made up per call).
"""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

import msgspec

from kiosk.host.circuit import CircuitBreaker
from kiosk.host.port import (
    Benefit,
    CardProof,
    CardStatus,
    ContributionHistory,
    HostRefused,
    HsmAnswer,
    HsmRequest,
    IdCardProof,
    MedicalAccount,
    Pension,
    Person,
    PersonalData,
    PrintedDocument,
    RefusalCode,
    Scheme,
)
from kiosk.host.transport import PING, ConnectionSettings, HostConnection, Retries, TimeLimits, new_key

__all__ = ["HttpHost", "Retries", "TimeLimits"]


class _Time(msgspec.Struct):
    time: datetime


class _Blacklist(msgspec.Struct):
    version: int
    cards: frozenset[str]
    ranges: tuple[tuple[str, str], ...]


class _Number(msgspec.Struct):
    number: str


class HttpHost:
    """A host reached over HTTPS. The settings are those of :class:`HostConnection`, which other ports may share."""

    def __init__(self, base_url: str, **settings: Unpack[ConnectionSettings]) -> None:
        self.connection = HostConnection(base_url, **settings)

    @property
    def circuit(self) -> CircuitBreaker:
        """The connection's."""
        return self.connection.circuit

    async def close(self) -> None:
        """Let go of connections."""
        await self.connection.close()

    # -- the host itself -----------------------------------------------------------------------------------------------

    async def ping(self) -> datetime:
        return (await self.connection.read(PING, _Time)).time

    async def blacklist(self) -> tuple[int, frozenset[str], tuple[tuple[str, str], ...]]:
        answer = await self.connection.read("/v1/blacklist", _Blacklist)
        return answer.version, answer.cards, answer.ranges

    async def authenticate_card(self, request: HsmRequest) -> HsmAnswer:
        return await self.connection.write("/v1/cards/authentication", HsmAnswer, request, key=new_key())

    # -- sessions ------------------------------------------------------------------------------------------------------

    async def identify_by_card(self, proof: CardProof) -> Person:
        return await self.connection.write("/v1/sessions/by-card", Person, proof, key=new_key())

    async def identify_by_id_card(self, proof: IdCardProof) -> Person:
        return await self.connection.write("/v1/sessions/by-id-card", Person, proof, key=new_key())

    async def end_session(self, person: Person) -> None:
        try:
            await self.connection.call("DELETE", "/v1/session", None, person=person)
        except HostRefused as refused:
            if refused.code != RefusalCode.SESSION_OVER:
                raise

    # -- what a person may ask -----------------------------------------------------------------------------------------

    async def card_status(self, person: Person) -> CardStatus:
        return await self.connection.read("/v1/session/card-status", CardStatus, person)

    async def contributions(self, person: Person, scheme: Scheme) -> ContributionHistory:
        return await self.connection.read(f"/v1/session/contributions/{scheme.value}", ContributionHistory, person)

    async def pension(self, person: Person) -> Pension:
        return await self.connection.read("/v1/session/pension", Pension, person)

    async def medical_account(self, person: Person) -> MedicalAccount:
        return await self.connection.read("/v1/session/medical-account", MedicalAccount, person)

    async def benefits(self, person: Person) -> tuple[Benefit, ...]:
        return await self.connection.read("/v1/session/benefits", tuple[Benefit, ...], person)

    async def personal_data(self, person: Person) -> PersonalData:
        return await self.connection.read("/v1/session/personal-data", PersonalData, person)

    # -- what changes something ----------------------------------------------------------------------------------------

    async def report_wrong_data(self, person: Person, fields: tuple[str, ...], key: str) -> str:
        answer = await self.connection.write(
            "/v1/session/corrections", _Number, {"fields": fields}, key=key, person=person
        )
        return answer.number

    async def register_document(self, person: Person, kind: str, key: str) -> PrintedDocument:
        return await self.connection.write(
            "/v1/session/documents", PrintedDocument, {"kind": kind}, key=key, person=person
        )

    async def activate_document(self, number: str, key: str) -> None:
        await self.connection.write("/v1/documents/activation", None, {"number": number}, key=key)

    async def void_document(self, number: str, key: str) -> None:
        await self.connection.write("/v1/documents/void", None, {"number": number}, key=key)

    async def pin_changed(self, identifier: str, key: str) -> None:
        await self.connection.write("/v1/cards/pin-changes", None, {"identifier": identifier}, key=key)
