"""Which card a person has now: the population's, or one issued since, with what has happened to either.

The population itself is never changed: what was issued and cancelled lies over it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, select, update

from kiosk.clock import KIOSK_ZONE
from kiosk.host.port import CardSide
from kiosk.host.sandbox.issuing_store import card_changes, issued_cards
from kiosk.host.sandbox.people import CardRow
from kiosk.host.sandbox.store import cards

_FIELDS = CardRow._fields


def of_person(connection: Connection, person_id: int) -> CardRow | None:
    """The newest issued card, else the population's; None where there never was one."""
    issued = select(*(issued_cards.c[name] for name in _FIELDS)).where(issued_cards.c.person_id == person_id)
    found = _first(connection, issued.order_by(issued_cards.c.at.desc()))
    return found or _first(connection, select(cards).where(cards.c.person_id == person_id))


def by_identifier(connection: Connection, identifier: str) -> CardRow | None:
    """The card with these 32 capital hexadecimal digits; None for one that is nobody's."""
    issued = select(*(issued_cards.c[name] for name in _FIELDS)).where(issued_cards.c.identifier == identifier)
    return _first(connection, issued) or _first(connection, select(cards).where(cards.c.identifier == identifier))


def _first(connection: Connection, statement: Select[tuple[object, ...]]) -> CardRow | None:
    row = connection.execute(statement).first()
    if row is None:
        return None
    card = CardRow._make(row)
    changed = connection.execute(select(card_changes).where(card_changes.c.identifier == card.identifier)).first()
    if changed is None:
        return card
    return card._replace(
        social_side=changed.social_side, social_since=changed.social_since, bank_side=changed.social_side
    )


def change(connection: Connection, card: CardRow, side: CardSide, now: datetime) -> None:
    """The card's social side, and with it the bank's, is this from now on."""
    since = now.astimezone(KIOSK_ZONE).date().isoformat()
    mine = issued_cards.c.identifier == card.identifier
    values = {"social_side": side.value, "social_since": since, "bank_side": side.value}
    if not connection.execute(update(issued_cards).where(mine).values(**values)).rowcount:
        connection.execute(card_changes.delete().where(card_changes.c.identifier == card.identifier))
        connection.execute(
            card_changes.insert().values(identifier=card.identifier, social_side=side.value, social_since=since)
        )


def enable(connection: Connection, identifier: str, now: datetime) -> None:
    """An own PIN has been set: the social side of a newly issued card is in use. Any other card stays as it is."""
    since = now.astimezone(KIOSK_ZONE).date().isoformat()
    new = (
        issued_cards.c.identifier == identifier,
        issued_cards.c.social_side == CardSide.TO_BE_ACTIVATED.value,
    )
    connection.execute(update(issued_cards).where(*new).values(social_side="normal", social_since=since))


def issue(connection: Connection, card: CardRow, application: str, now: datetime) -> None:
    """The card is its holder's. The tables refuse a second live one, and a second for the application."""
    connection.execute(issued_cards.insert().values(**card._asdict(), application=application, at=now.isoformat()))
