"""Those who hear of alerts: looked at, added, changed, paused, removed, tried out. Each call checks the role, is one
transaction and leaves its entry in the audit trail.

All raise NotAllowed, Unknown, Conflict or Wrong, and sqlalchemy's errors while the database is away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from kiosk.clock import Clock
from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import LEAST, Act, require
from kiosk.fleet.alerts import contacts
from kiosk.fleet.alerts.contacts import Contact, ContactError, NoContact
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.desk.errors import Unknown, Wrong
from kiosk.fleet.desk.shapes import ContactRow, DeliveryRow
from kiosk.fleet.store.database import reading
from kiosk.fleet.store.tables_alerts import delivery

SHOWN = 20
"""Deliveries of a contact that are shown."""


class ContactDesk:
    """``secrets``: what webhooks' secrets are sealed under. A secret leaves here once, when it is made."""

    def __init__(self, engine: Engine, clock: Clock, secrets: ContactSecrets) -> None:
        self._engine = engine
        self._clock = clock
        self._secrets = secrets

    def everybody(self, who: Account) -> tuple[ContactRow, ...]:
        """All of them, those told first first, each with what it was last sent."""
        _require(who)
        newest = select(func.max(delivery.c.id)).group_by(delivery.c.contact)
        with reading(self._engine).connect() as connection:
            found = contacts.everybody(connection)
            sent = connection.execute(select(delivery).where(delivery.c.id.in_(newest)))
            last = {row.contact: _delivery(row) for row in sent}
        return tuple(_row(each, last.get(each.id)) for each in found)

    def somebody_at_once(self) -> bool:
        """Whether anyone is told of every critical alert as it opens."""
        with reading(self._engine).connect() as connection:
            return contacts.somebody_at_once(connection)

    def deliveries(self, who: Account, number: int) -> tuple[DeliveryRow, ...]:
        """What one of them was sent, the newest first."""
        _require(who)
        wanted = select(delivery).where(delivery.c.contact == number).order_by(delivery.c.id.desc()).limit(SHOWN)
        with reading(self._engine).connect() as connection:
            if all(each.id != number for each in contacts.everybody(connection)):
                raise Unknown(str(number))
            return tuple(map(_delivery, connection.execute(wanted)))

    def add(self, who: Account, new: Contact) -> tuple[ContactRow, str]:
        """Tell them from now on; with the secret of a webhook, empty for e-mail."""
        _require(who)
        with self._transaction() as connection:
            number, secret = contacts.add(connection, self._now, who.name, new, self._secrets)
            return _row(contacts.find(connection, number), None), secret

    def change(self, who: Account, number: int, new: Contact) -> ContactRow:
        """Describe one otherwise; the channel stays."""
        _require(who)
        with self._transaction() as connection:
            contacts.change(connection, self._now, who.name, number, new)
            return _row(contacts.find(connection, number), None)

    def pause(self, who: Account, number: int) -> ContactRow:
        """Tell them nothing for now, not even what was on its way."""
        _require(who)
        with self._transaction() as connection:
            return _row(contacts.pause(connection, self._now, who.name, number), None)

    def resume(self, who: Account, number: int) -> ContactRow:
        """Tell them again of what is new."""
        _require(who)
        with self._transaction() as connection:
            return _row(contacts.resume(connection, self._now, who.name, number), None)

    def new_secret(self, who: Account, number: int) -> str:
        """Another secret for a webhook; the one before signs nothing any more."""
        _require(who)
        with self._transaction() as connection:
            return contacts.new_secret(connection, self._now, who.name, number, self._secrets)

    def try_out(self, who: Account, number: int) -> DeliveryRow:
        """Send a message that only shows that it arrives; whether it did is among :meth:`deliveries`."""
        _require(who)
        with self._transaction() as connection:
            made = contacts.try_out(connection, self._now, who.name, number)
            return _delivery(connection.execute(select(delivery).where(delivery.c.id == made)).one())

    def remove(self, who: Account, number: int) -> None:
        """Tell them no more."""
        _require(who)
        with self._transaction() as connection:
            contacts.remove(connection, self._now, who.name, number)

    @property
    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except NoContact as error:
            raise Unknown(str(error)) from error
        except ContactError as error:
            raise Wrong(str(error), error.key) from error


def _require(who: Account) -> None:
    require(who.role, LEAST[Act.CONTACTS])


def _row(each: Contact, last: DeliveryRow | None) -> ContactRow:
    return ContactRow(**{name: getattr(each, name) for name in ContactRow.model_fields if name != "last"}, last=last)


def _delivery(row: Row[Any]) -> DeliveryRow:
    found = row._mapping
    fields = {name: found[name] for name in DeliveryRow.model_fields if name != "what"}
    return DeliveryRow(**fields, what=found["content"]["what"])
