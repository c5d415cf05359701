"""Who stands at the kiosk: the checks of identification, by card and by ID card, and their refusals."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from devices.id_reader.numbers import age
from kiosk.host.port import CardSide, RefusalCode
from kiosk.host.sandbox import blacklist, holdings, shapes
from kiosk.host.sandbox.people import PersonRow
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.store import people

GUARDIAN_BELOW = 16
"""Years; below it only a guardian acts."""
_STOPPED = (CardSide.TEMPORARY_LOSS, CardSide.LOST, CardSide.CANCELLED, CardSide.STOPPED)


def by_id_card(connection: Connection, proof: shapes.IdCardProof, today: date) -> PersonRow:
    """The person of an ID card. Raises Refused: causes 1 to 3, expired document, minor."""
    return _of_age(of_any_age(connection, proof, today), today)


def of_any_age(connection: Connection, proof: shapes.IdCardProof, today: date) -> PersonRow:
    """The person of an ID card, a child perhaps. Raises Refused: causes 1 to 3, expired document."""
    person = _one_person(connection, proof.number)
    _same(
        ("name", proof.name, person.name, names_agree(person.name, proof.name)),
        (
            "birth_date",
            proof.birth_date.isoformat(),
            person.birth_date,
            proof.birth_date.isoformat() == person.birth_date,
        ),
    )
    if proof.valid_until is not None and proof.valid_until < today:
        raise Refused(RefusalCode.NOT_ALLOWED, "document expired")
    return person


def by_card(connection: Connection, proof: shapes.CardProof, today: date) -> PersonRow:
    """The holder of a social security card. Raises Refused: card codes, causes 1 to 3, minor."""
    identifier = proof.identifier.upper()
    if blacklist.contains(connection, identifier):
        raise Refused(RefusalCode.CARD_BLACKLISTED)
    card = holdings.by_identifier(connection, identifier)
    if card is None:
        raise Refused(RefusalCode.CARD_UNKNOWN)
    if card.social_side in _STOPPED:
        raise Refused(RefusalCode.CARD_STOPPED, card.social_side)
    holder = _one_person(connection, proof.social_security_number)
    owner = _person(connection.execute(select(people).where(people.c.id == card.person_id)).one())
    _same(
        ("number", proof.social_security_number, owner.number, holder.id == owner.id),
        ("name", proof.name, owner.name, names_agree(owner.name, proof.name)),
        ("card_number", proof.card_number, card.card_number, proof.card_number == card.card_number),
    )
    return _of_age(owner, today)


def person_by_id(connection: Connection, person_id: int) -> PersonRow:
    """A person that is known to exist."""
    return _person(connection.execute(select(people).where(people.c.id == person_id)).one())


def _one_person(connection: Connection, number: str) -> PersonRow:
    rows = connection.execute(select(people).where(people.c.number == number.upper())).all()
    if not rows:
        raise Refused(RefusalCode.UNKNOWN_PERSON)
    if len(rows) > 1:
        raise Refused(RefusalCode.DUPLICATE_NUMBER)
    return _person(rows[0])


def _person(row: Row[Any]) -> PersonRow:
    return PersonRow._make(row)


def _same(*fields: tuple[str, str, str, bool]) -> None:
    wrong = tuple(
        shapes.Difference(field=name, card_value=told, host_value=held) for name, told, held, same in fields if not same
    )
    if wrong:
        raise Refused(RefusalCode.DATA_DIFFER, differences=wrong)


def _of_age(person: PersonRow, today: date) -> PersonRow:
    if age(date.fromisoformat(person.birth_date), today) < GUARDIAN_BELOW:
        raise Refused(RefusalCode.MINOR_NEEDS_GUARDIAN)
    return person


def names_agree(held: str, told: str) -> bool:
    """Equal, or equal but for characters outside GBK, which a chip cannot hold: there one or two others may stand."""
    held, told = unicodedata.normalize("NFC", held.strip()), unicodedata.normalize("NFC", told.strip())
    if held == told:
        return True
    if not held:
        return not told
    if _in_gbk(held[0]):
        return told[:1] == held[0] and names_agree(held[1:], told[1:])
    return any(len(told) >= width and names_agree(held[1:], told[width:]) for width in (1, 2))


def _in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
