"""The blacklist: cards by themselves and by range, with a version that rises with every change."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from kiosk.host.sandbox.shapes import Blacklist
from kiosk.host.sandbox.store import blacklist_ranges, cards, facts

FROM_THE_START, ADDED = 1, 2
"""Values of ``cards.blacklisted``; 0 is not on the list."""


def whole(connection: Connection) -> Blacklist:
    """The list as it is handed out."""
    version = connection.execute(select(facts.c.value).where(facts.c.name == "blacklist_version")).scalar_one()
    listed = connection.execute(select(cards.c.identifier).where(cards.c.blacklisted != 0)).scalars()
    ranges = connection.execute(select(blacklist_ranges.c.first, blacklist_ranges.c.last)).all()
    return Blacklist(version=int(version), cards=tuple(listed), ranges=tuple((first, last) for first, last in ranges))


def contains(connection: Connection, identifier: str) -> bool:
    """Whether a card (32 capital hex digits) is on it."""
    by_itself = select(cards.c.identifier).where(cards.c.identifier == identifier, cards.c.blacklisted != 0)
    by_range = select(blacklist_ranges.c.first).where(
        blacklist_ranges.c.first <= identifier, blacklist_ranges.c.last >= identifier
    )
    return connection.execute(by_itself).first() is not None or connection.execute(by_range).first() is not None


def add(connection: Connection, identifier: str) -> bool:
    """Put a known card on it. False: no such card."""
    statement = update(cards).where(cards.c.identifier == identifier, cards.c.blacklisted == 0)
    if connection.execute(statement.values(blacklisted=ADDED)).rowcount:
        _rise(connection)
        return True
    return connection.execute(select(cards.c.identifier).where(cards.c.identifier == identifier)).first() is not None


def remove_added(connection: Connection) -> None:
    """Take off again what :func:`add` put on."""
    if connection.execute(update(cards).where(cards.c.blacklisted == ADDED).values(blacklisted=0)).rowcount:
        _rise(connection)


def _rise(connection: Connection) -> None:
    version = connection.execute(select(facts.c.value).where(facts.c.name == "blacklist_version")).scalar_one()
    connection.execute(update(facts).where(facts.c.name == "blacklist_version").values(value=str(int(version) + 1)))
