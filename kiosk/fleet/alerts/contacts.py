"""Those who hear of alerts: people by e-mail, other systems by webhook. Part of the caller's transaction; audited."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlsplit

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.alerts.rules import SEVERITIES
from kiosk.fleet.alerts.telling import DEAD, THERE, WAITING
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.store import audit
from kiosk.fleet.store.tables_alerts import contact, delivery

EMAIL, WEBHOOK = "email", "webhook"
LANGUAGES = ("zh", "en")
HIGHEST_LEVEL = 9

_LETTER_BOX = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


class ContactError(ValueError):
    """Someone who cannot be told so, or is not there; the text says why."""


@dataclass(frozen=True, slots=True)
class Contact:
    """``channel``: email or webhook. ``level``: 0 is told at once, n when an alert has been escalated n times.
    ``least``: the severity from which. ``site``: of this hall only; empty: of all. ``quiet_from``, ``quiet_until``:
    minutes of the day, in the kiosks' zone, between which only what is critical is sent. ``id``: 0 until added."""

    name: str
    channel: str
    address: str
    language: str = "zh"
    level: int = 0
    least: str = "warning"
    site: str = ""
    quiet_from: int | None = None
    quiet_until: int | None = None
    id: int = 0


def add(connection: Connection, now: int, by: str, new: Contact, sealed_by: ContactSecrets) -> tuple[int, str]:
    """Tell them from now on. Their number, and the new secret that a webhook's messages are signed with, which is not
    shown again; empty for e-mail. Raises ContactError."""
    _check(new)
    secret = secrets.token_urlsafe(32) if new.channel == WEBHOOK else ""
    values = {name: value for name, value in asdict(new).items() if name != "id"}
    values |= {"secret": sealed_by.seal(secret) if secret else "", "removed_at": None}
    same = (contact.c.name == new.name) & (contact.c.channel == new.channel) & (contact.c.address == new.address)
    known = connection.execute(select(contact.c.id, contact.c.removed_at).where(same).with_for_update()).first()
    if known is None:
        number = connection.execute(insert(contact).values(values).returning(contact.c.id)).scalar_one()
    elif known.removed_at is None:
        raise ContactError(f"{new.name} is told there already, as number {known.id}")
    else:
        number = known.id
        connection.execute(update(contact).where(contact.c.id == number).values(values))
    facts = audit.facts_of(
        name=new.name, channel=new.channel, address=new.address, level=new.level, least=new.least, site=new.site or None
    )
    audit.append(connection, now, by, "contact.add", f"contact:{number}", facts)
    return int(number), secret


def remove(connection: Connection, now: int, by: str, number: int) -> Contact:
    """Tell them no more, not even what was on its way; what was sent stays on record. Raises ContactError."""
    there = THERE & (contact.c.id == number)
    row = connection.execute(select(*_COLUMNS).where(there)).first()
    if row is None:
        raise ContactError(f"{number}: nobody of this number is told")
    connection.execute(update(contact).where(there).values(removed_at=now, secret=""))
    waiting = (delivery.c.contact == number) & (delivery.c.state == WAITING)
    ended = {"state": DEAD, "trouble": "told no more", "ended_at": now}
    given_up = connection.execute(update(delivery).where(waiting).values(ended)).rowcount
    facts = audit.facts_of(name=row.name, channel=row.channel, address=row.address, given_up=given_up or None)
    audit.append(connection, now, by, "contact.remove", f"contact:{number}", facts)
    return Contact(**row._mapping)


def everybody(connection: Connection) -> tuple[Contact, ...]:
    """All who are told, those told first first."""
    rows = connection.execute(select(*_COLUMNS).where(THERE).order_by(contact.c.level, contact.c.id))
    return tuple(Contact(**row._mapping) for row in rows)


def somebody_at_once(connection: Connection) -> bool:
    """Whether anyone is told of every critical alert as it opens."""
    of_all = THERE & (contact.c.level == 0) & (contact.c.site == "")
    return bool(connection.execute(select(func.count()).select_from(contact).where(of_all)).scalar_one())


_COLUMNS = tuple(contact.c[each.name] for each in fields(Contact))


def _check(new: Contact) -> None:
    if not new.name.strip() or len(new.name) > 200:
        raise ContactError("a name of 1 to 200 characters")
    if new.channel == EMAIL:
        if not _LETTER_BOX.fullmatch(new.address) or not new.address.isprintable():
            raise ContactError("an e-mail address reads name@where")
    elif new.channel == WEBHOOK:
        _check_url(new.address)
    else:
        raise ContactError(f"the channel is {EMAIL} or {WEBHOOK}")
    if len(new.site) > 100:
        raise ContactError("a hall's name has at most 100 characters")
    if new.language not in LANGUAGES:
        raise ContactError(f"the language is one of {', '.join(LANGUAGES)}")
    if not 0 <= new.level <= HIGHEST_LEVEL:
        raise ContactError(f"the level is from 0 to {HIGHEST_LEVEL}")
    if new.least not in SEVERITIES:
        raise ContactError(f"the least severity is one of {', '.join(SEVERITIES)}")
    quiet = (new.quiet_from, new.quiet_until)
    if quiet != (None, None) and not all(each is not None and 0 <= each < 1440 for each in quiet):
        raise ContactError("quiet hours have a beginning and an end within the day")


def _check_url(address: str) -> None:
    try:
        parts = urlsplit(address)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        raise ContactError("that is no address of a web server") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not port_is_one or not address.isprintable():
        raise ContactError("a webhook's address begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ContactError("no name or password within the address: what is sent is signed")
