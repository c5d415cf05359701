"""What kiosks send about a new card, and how the answers are shown in the OpenAPI document.

Requests are written out, with their patterns. Answers are the values of :mod:`kiosk.host.issuing_values`; their shapes
are made from those.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from pydantic import Field, create_model

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import BadCard, Mode, OldCardFate, Whereabouts
from kiosk.host.sandbox.shapes import Hex8, IdCardProof, Identifier, Shape

ApplicationNumber = Annotated[str, Field(pattern=r"^A\d{14}$", examples=["A20261122000001"])]
Serial = Annotated[str, Field(pattern=r"^[0-9A-F]{8}$", examples=["0C000001"], description="of a pre-made card")]
OpeningKey = Annotated[str, Field(min_length=8, max_length=128, examples=["20261122-K0001-0042-S/open/1"])]


class Asked(Shape):
    applicant: IdCardProof
    reason: Reason | None = None


class AskedQuote(Shape):
    applicant: IdCardProof
    reason: Reason


class AskedBanks(Shape):
    applicant: IdCardProof


class Opening(Shape):
    applicant: IdCardProof
    reason: Reason
    quote: Annotated[str, Field(pattern=r"^Q\d{14}$", examples=["Q20261122000001"])]
    mode: Mode


class ApplicationOnly(Shape):
    application: ApplicationNumber


class Photo(Shape):
    application: ApplicationNumber
    picture: Annotated[str, Field(max_length=400_000, description="JPEG, base64", examples=["/9j/4AAQ"])]


class PhotoReceipt(Shape):
    application: ApplicationNumber
    receipt: Annotated[str, Field(min_length=4, max_length=40, examples=["00000000001"])]


class OldCard(Shape):
    application: ApplicationNumber
    fate: OldCardFate


class ReserveRequest(Shape):
    application: ApplicationNumber
    bank: Annotated[str, Field(min_length=1, max_length=40, examples=["example_bank"])]
    identifier: Identifier


class CardOfApplication(Shape):
    application: ApplicationNumber
    serial: Serial


class MutualRequest(CardOfApplication):
    internal_factor: Hex8
    internal_random: Hex8
    external_factor: Hex8
    external_random: Hex8
    key_id: Annotated[int, Field(ge=0, le=255, examples=[10])]


class ExternalRequest(CardOfApplication):
    key_id: Annotated[int, Field(ge=0, le=255, examples=[10])]
    factor: Hex8
    random: Hex8


class MacRequest(CardOfApplication):
    key_id: Annotated[int, Field(ge=0, le=255, examples=[4])]
    factor: Hex8
    header: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{10}$", examples=["04DC0A0007"])]
    data: Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{2}){2,251}$", examples=["0A0139"])]


class CommitRequest(CardOfApplication):
    read_back: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$", examples=["00" * 32])]
    payment: Annotated[str, Field(max_length=64, examples=["20261122-K0001-0042-S"])] = ""


class SpoilRequest(Shape):
    application: Annotated[str, Field(pattern=r"^(A\d{14})?$", examples=["A20261122000001"])] = ""
    serial: Serial
    how: BadCard


class Withdrawal(Shape):
    opening_key: OpeningKey


class Advice(Shape):
    application: ApplicationNumber
    serial: Annotated[str, Field(pattern=r"^([0-9A-F]{8})?$", examples=["0C000001"])] = ""
    whereabouts: Whereabouts


class DayOnly(Shape):
    day: Annotated[date, Field(examples=["2026-11-22"])]


class Proof(Shape):
    value: Annotated[str, Field(description="hexadecimal", examples=["774A08EDF447A1DE"])]


class Picture(Shape):
    picture: Annotated[str, Field(description="JPEG, base64", examples=["/9j/4AAQ"])]


@cache
def answer(value: type[msgspec.Struct]) -> type[Shape]:
    """The shape of a value that is answered, for the document."""
    fields: dict[str, Any] = {field.name: (_shape(field.type), ...) for field in msgspec.structs.fields(value)}
    made: type[Shape] = create_model(value.__name__, __base__=Shape, __doc__=value.__doc__, **fields)
    return made


def answers(value: type[msgspec.Struct]) -> Any:
    """The shape of a list of them."""
    return tuple[answer(value), ...]  # type: ignore[misc]


def _shape(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return answer(kind)
    arguments = get_args(kind)
    if not arguments or (isinstance(kind, type) and issubclass(kind, Enum)):
        return kind
    inner = tuple(each if each in (Ellipsis, type(None)) else _shape(each) for each in arguments)
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return Union[inner]  # noqa: UP007
    return get_origin(kind)[inner]
