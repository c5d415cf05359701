"""The rows of a person, and which people of the population are the special cases that the rules speak of."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kiosk.host.port import CardSide

BLACKLISTED_RANGE = ("990100D1560000050E00000000000000", "990100D1560000050E00FFFFFFFFFFFF")
"""A batch of cards that was stolen: everything between these identifiers is on the blacklist."""


class Kind(StrEnum):
    """Why a person is in the population."""

    ORDINARY = "ordinary"
    DEMO = "demo"
    DUPLICATE_NUMBER = "duplicate_number"
    DATA_DIFFER = "data_differ"
    NO_PHOTO = "no_photo"
    PERMIT = "hmt"
    FOREIGNER_2017 = "foreigner2017"
    FOREIGNER_2023 = "foreigner2023"
    NOT_INSURED_HERE = "not_insured_here"


KIND_BY_PLACE = {
    1: Kind.DUPLICATE_NUMBER,
    2: Kind.DUPLICATE_NUMBER,  # has the number of place 1
    3: Kind.DATA_DIFFER,
    4: Kind.DATA_DIFFER,
    5: Kind.NO_PHOTO,
    6: Kind.NO_PHOTO,
    7: Kind.PERMIT,
    8: Kind.FOREIGNER_2017,
    9: Kind.FOREIGNER_2023,
    10: Kind.NOT_INSURED_HERE,
    11: Kind.NOT_INSURED_HERE,
}
"""Place within every block of 250 people."""

CARD_BY_PLACE = {
    0: CardSide.TEMPORARY_LOSS,
    1: CardSide.LOST,
    2: CardSide.LOCKED,
    3: CardSide.SEALED,
    4: CardSide.CANCELLED,
    5: CardSide.STOPPED,
    6: CardSide.EXPIRED,
    7: CardSide.TO_BE_ACTIVATED,
    10: CardSide.NONE,
    11: CardSide.NONE,
    12: CardSide.NONE,
}
"""Place within every block of 97 cards; 8 is blacklisted by itself, 9 by a range; the rest are normal."""


class PersonRow(NamedTuple):
    """One person. ``id_card_name``: what the ID card says where the host has it differently, else empty.

    ``document``: the kind of ID document. ``carried_*``: what was paid before electronic records begin.
    """

    id: int
    key: str
    kind: str
    document: str
    number: str
    name: str
    id_card_name: str
    sex: str
    nation: str
    birth_date: str
    phone: str
    address: str
    id_valid_until: str
    insured_here: int
    photo_on_file: int
    employer: int
    retired: int
    monthly_benefit: int
    medical_opening: int
    carried_months: int
    carried_own: int


class CardRow(NamedTuple):
    """One card; months and states as in :class:`kiosk.host.port.CardStatus`."""

    person_id: int
    identifier: str
    card_number: str
    generation: str
    issued: str
    social_side: str
    social_since: str
    bank_side: str
    bank_name: str
    bank_last_four: str
    bank_valid_until: str
    essc_issued: int
    blacklisted: int


class BenefitRow(NamedTuple):
    """One benefit of one person; ``until`` empty while it runs."""

    person_id: int
    kind: str
    state: str
    since: str
    until: str
    monthly: int
    paid_total: int
