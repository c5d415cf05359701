"""What travels between kiosk and sandbox, as the OpenAPI document shows it. Field for field :mod:`kiosk.host.port`.

Examples use masked or plainly invented values only.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kiosk.host.port import CardSide, Scheme

EXAMPLE_TIME = "2026-11-22T09:30:00Z"
Hex8 = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{16}$", examples=["DBF7A936D0D18C9E"])]
Identifier = Annotated[
    str, Field(pattern=r"^[0-9A-Fa-f]{32}$", examples=["990100D1560000050A00000000000000"], description="32 hex digits")
]
Fen = Annotated[int, Field(description="money in fen", examples=[123456])]


class Shape(BaseModel):
    """Base: nothing unknown is taken, and no repr shows a person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__


class Time(Shape):
    time: Annotated[datetime, Field(examples=[EXAMPLE_TIME])]


class Blacklist(Shape):
    version: Annotated[int, Field(examples=[3])]
    cards: tuple[Identifier, ...]
    ranges: Annotated[tuple[tuple[str, str], ...], Field(description="(first, last) identifier, both included")]


class HsmRequest(Shape):
    region: Annotated[str, Field(pattern=r"^\d{6}$", examples=["990100"])]
    atr: Annotated[str, Field(examples=["3B6D000000814E43238697990100000000"])]
    algorithm: Annotated[str, Field(pattern=r"^(01|03)$", description="01 3DES, 03 SM4", examples=["03"])]
    identifier: Identifier
    internal_factor: Hex8
    internal_random: Hex8
    external_factor: Hex8
    external_random: Hex8
    key_id: Annotated[int, Field(ge=0, le=255, description="of the external authentication", examples=[10])]


class HsmAnswer(Shape):
    internal_response: Hex8
    external_cryptogram: Hex8


class CardProof(Shape):
    identifier: Identifier
    card_number: Annotated[str, Field(examples=["X00000019"])]
    social_security_number: Annotated[str, Field(examples=["990101********0000"])]
    name: Annotated[str, Field(examples=["示例"])]
    generation: Annotated[str, Field(examples=["3.00"])]
    pin_verified: bool


class IdCardProof(Shape):
    kind: Annotated[str, Field(pattern=r"^(citizen|hmt|foreigner2017|foreigner2023)$", examples=["citizen"])]
    number: Annotated[str, Field(examples=["990101********0000"])]
    name: Annotated[str, Field(examples=["示例"])]
    birth_date: Annotated[date, Field(examples=["1900-01-01"])]
    valid_until: Annotated[date | None, Field(description="null: long-term")]


class Person(Shape):
    token: Annotated[str, Field(description="opaque; send it as `Authorization: Bearer`", examples=["opaque"])]
    name: Annotated[str, Field(examples=["示例"])]
    number: Annotated[str, Field(examples=["990101********0000"])]
    birth_date: Annotated[date, Field(examples=["1900-01-01"])]
    insured_here: bool


class CardStatus(Shape):
    card_number: Annotated[str, Field(examples=["X00000019"])]
    issued: date | None
    social_side: CardSide
    social_since: date | None
    bank_side: CardSide
    bank_name: Annotated[str, Field(examples=["示例银行"])]
    bank_last_four: Annotated[str, Field(examples=["0012"])]
    bank_valid_until: date | None
    bank_as_of: Annotated[datetime | None, Field(examples=[EXAMPLE_TIME])]
    essc_issued: bool


class MonthContribution(Shape):
    month: Annotated[int, Field(ge=1, le=12)]
    paid: bool
    base: Fen
    own: Fen
    employer: Fen
    employer_name: Annotated[str, Field(examples=["示例市机床制造有限公司"])]


class YearContribution(Shape):
    year: Annotated[int, Field(examples=[2025])]
    months: tuple[MonthContribution, ...]


class ContributionHistory(Shape):
    scheme: Scheme
    first_insured: date | None
    months_paid: int
    gaps: int
    total_own: Fen
    years: Annotated[tuple[YearContribution, ...], Field(description="newest first")]
    as_of: Annotated[datetime, Field(examples=[EXAMPLE_TIME])]


class Pension(Shape):
    account_balance: Fen
    own_total: Fen
    months_paid: int
    retired_since: date | None
    monthly_benefit: Fen | None
    last_paid: Annotated[tuple[int, int] | None, Field(description="(year, month)")]
    as_of: Annotated[datetime, Field(examples=[EXAMPLE_TIME])]


class MedicalAccount(Shape):
    balance: Fen
    income_this_year: Fen
    spent_this_year: Fen
    pooled_paid_this_year: Fen
    past_years: Annotated[
        tuple[tuple[int, int, int, int], ...], Field(description="(year, income, spent, closing balance), newest first")
    ]
    as_of: Annotated[datetime, Field(examples=[EXAMPLE_TIME])]


class Benefit(Shape):
    kind: Annotated[str, Field(examples=["unemployment"])]
    state: Annotated[str, Field(examples=["running"])]
    since: date | None
    until: date | None
    monthly: Fen
    paid_total: Fen


class PersonalData(Shape):
    name: Annotated[str, Field(examples=["示例"])]
    number: Annotated[str, Field(examples=["990101********0000"])]
    sex: Annotated[str, Field(examples=["female"])]
    nation: Annotated[str, Field(description="GB 3304", examples=["01"])]
    birth_date: Annotated[date, Field(examples=["1900-01-01"])]
    phone: Annotated[str, Field(examples=["100****0000"])]
    address: Annotated[str, Field(examples=["示例省示例市"])]
    employer: str
    bank_last_four: Annotated[str, Field(examples=["0012"])]
    photo_on_file: bool


class Correction(Shape):
    fields: Annotated[tuple[str, ...], Field(min_length=1, max_length=20, examples=[["phone", "address"]])]


class CaseNumber(Shape):
    number: Annotated[str, Field(examples=["C20261122000001"])]


class DocumentRequest(Shape):
    kind: Annotated[str, Field(min_length=1, max_length=40, examples=["contributions"])]


class PrintedDocument(Shape):
    number: Annotated[str, Field(examples=["D20261122000001"])]
    verification_code: Annotated[str, Field(examples=["ABCD-EFGH-JKMN-PQRS"])]
    check_url: Annotated[str, Field(examples=["http://127.0.0.1:8444/check/ABCD-EFGH-JKMN-PQRS"])]


class DocumentNumber(Shape):
    number: Annotated[str, Field(examples=["D20261122000001"])]


class PinChange(Shape):
    identifier: Identifier


class Difference(Shape):
    field: Annotated[str, Field(examples=["name"])]
    card_value: str
    host_value: str


class Refusal(Shape):
    code: Annotated[str, Field(examples=["data_differ"])]
    detail: str = ""
    differences: tuple[Difference, ...] = ()
