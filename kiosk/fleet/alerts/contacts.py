"""Those who hear of alerts: people by e-mail, other systems by webhook. Part of the caller's transaction; audited."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlsplit

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.alerts import telling
from kiosk.fleet.alerts.rules import SEVERITIES
from kiosk.fleet.alerts.telling import DEAD, THERE, TOLD, WAITING
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.store import audit
from kiosk.fleet.store.tables_alerts import contact, delivery

EMAIL, WEBHOOK = "email", "webhook"
LANGUAGES = ("zh", "en")
HIGHEST_LEVEL = 9

_LETTER_BOX = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


class ContactError(ValueError):
    """Someone who cannot be told so; the text says why. ``key``: the console's words."""

    def __init__(self, text: str, key: str) -> None:
        super().__init__(text)
        self.key = key


class NoContact(ContactError):
    """Nobody of this number is told."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number}: nobody of this number is told", "contact.gone")


@dataclass(frozen=True, slots=True)
class Contact:
    """``channel``: email or webhook. ``level``: 0 is told at once, n when an alert has been escalated n times.
    ``least``: the severity from which. ``site``: of this hall only; empty: of all. ``quiet_from``, ``quiet_until``:
    minutes of the day, in the kiosks' zone, between which only what is critical is sent. ``id``: 0 until added.
    ``paused_at``: told nothing since then."""

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
    paused_at: int | None = None


def add(connection: Connection, now: int, by: str, new: Contact, sealed_by: ContactSecrets) -> tuple[int, str]:
    """Tell them from now on. Their number, and the new secret that a webhook's messages are signed with, which is not
    shown again; empty for e-mail. Raises ContactError."""
    _check(new)
    secret = secrets.token_urlsafe(32) if new.channel == WEBHOOK else ""
    values = _described(new)
    values |= {"secret": sealed_by.seal(secret) if secret else "", "removed_at": None, "paused_at": None}
    same = (contact.c.name == new.name) & (contact.c.channel == new.channel) & (contact.c.address == new.address)
    known = connection.execute(select(contact.c.id, contact.c.removed_at).where(same).with_for_update()).first()
    if known is None:
        number = connection.execute(insert(contact).values(values).returning(contact.c.id)).scalar_one()
    elif known.removed_at is None:
        raise _there_already(new, known.id)
    else:
        number = known.id
        connection.execute(update(contact).where(contact.c.id == number).values(values))
    facts = audit.facts_of(
        name=new.name, channel=new.channel, address=new.address, level=new.level, least=new.least, site=new.site or None
    )
    audit.append(connection, now, by, audit.Action.CONTACT_ADD, f"contact:{number}", facts)
    return int(number), secret


def change(connection: Connection, now: int, by: str, number: int, new: Contact) -> Contact:
    """Describe a contact otherwise; its channel stays, and a webhook's secret with it. As it was before. Audited.
    Raises ContactError."""
    before = find(connection, number)
    if new.channel != before.channel:
        raise ContactError("a channel is not changed: remove this contact and add another", "contact.channel_stays")
    _check(new)
    same = (contact.c.name == new.name) & (contact.c.channel == new.channel) & (contact.c.address == new.address)
    other = connection.execute(select(contact.c.id).where(same, contact.c.id != number)).scalar()
    if other is not None:
        raise _there_already(new, other)
    connection.execute(update(contact).where(contact.c.id == number).values(_described(new)))
    was, is_now = _described(before), _described(new)
    changed = {name: value for name, value in is_now.items() if value != was[name]}
    audit.append(connection, now, by, audit.Action.CONTACT_CHANGE, f"contact:{number}", changed)
    return before


def pause(connection: Connection, now: int, by: str, number: int) -> Contact:
    """Tell them nothing until :func:`resume`, not even what was on its way. Audited. Raises ContactError."""
    found = find(connection, number)
    if found.paused_at is not None:
        raise ContactError(f"{found.name} is paused already", "contact.paused_already")
    connection.execute(update(contact).where(contact.c.id == number).values(paused_at=now))
    given_up = _give_up(connection, now, number, "paused")
    audit.append(
        connection, now, by, audit.Action.CONTACT_PAUSE, f"contact:{number}", audit.facts_of(given_up=given_up or None)
    )
    return find(connection, number)


def resume(connection: Connection, now: int, by: str, number: int) -> Contact:
    """Tell them again of what is new from now on. Audited. Raises ContactError."""
    found = find(connection, number)
    if found.paused_at is None:
        raise ContactError(f"{found.name} is not paused", "contact.not_paused")
    connection.execute(update(contact).where(contact.c.id == number).values(paused_at=None))
    audit.append(connection, now, by, audit.Action.CONTACT_RESUME, f"contact:{number}")
    return find(connection, number)


def new_secret(connection: Connection, now: int, by: str, number: int, sealed_by: ContactSecrets) -> str:
    """Another secret for a webhook, which is not shown again; the one before signs nothing any more. Audited. Raises
    ContactError."""
    if find(connection, number).channel != WEBHOOK:
        raise ContactError("only a webhook has a secret", "contact.no_secret")
    secret = secrets.token_urlsafe(32)
    connection.execute(update(contact).where(contact.c.id == number).values(secret=sealed_by.seal(secret)))
    audit.append(connection, now, by, audit.Action.CONTACT_SECRET, f"contact:{number}")
    return secret


def try_out(connection: Connection, now: int, by: str, number: int) -> int:
    """Send them a message that only shows that it arrives; the number of its delivery. Audited. Raises ContactError."""
    find(connection, number)
    audit.append(connection, now, by, audit.Action.CONTACT_TEST, f"contact:{number}")
    return telling.try_out(connection, now, number)


def remove(connection: Connection, now: int, by: str, number: int) -> Contact:
    """Tell them no more, not even what was on its way; what was sent stays on record. Raises ContactError."""
    gone = find(connection, number)
    connection.execute(update(contact).where(contact.c.id == number).values(removed_at=now, secret=""))
    given_up = _give_up(connection, now, number, "told no more")
    facts = audit.facts_of(name=gone.name, channel=gone.channel, address=gone.address, given_up=given_up or None)
    audit.append(connection, now, by, audit.Action.CONTACT_REMOVE, f"contact:{number}", facts)
    return gone


def find(connection: Connection, number: int) -> Contact:
    """One of them; the row is held until the end of the transaction. Raises NoContact."""
    row = connection.execute(select(*_COLUMNS).where(THERE, contact.c.id == number).with_for_update()).first()
    if row is None:
        raise NoContact(number)
    return Contact(**row._mapping)


def everybody(connection: Connection) -> tuple[Contact, ...]:
    """All who are told, those told first first."""
    rows = connection.execute(select(*_COLUMNS).where(THERE).order_by(contact.c.level, contact.c.id))
    return tuple(Contact(**row._mapping) for row in rows)


def somebody_at_once(connection: Connection) -> bool:
    """Whether anyone is told of every critical alert as it opens."""
    of_all = TOLD & (contact.c.level == 0) & (contact.c.site == "")
    return bool(connection.execute(select(func.count()).select_from(contact).where(of_all)).scalar_one())


_COLUMNS = tuple(contact.c[each.name] for each in fields(Contact))


def _described(new: Contact) -> dict[str, str | int | None]:
    return {name: value for name, value in asdict(new).items() if name not in ("id", "paused_at")}


def _there_already(new: Contact, number: int) -> ContactError:
    return ContactError(f"{new.name} is told there already, as number {number}", "contact.there_already")


def _give_up(connection: Connection, now: int, number: int, why: str) -> int:
    waiting = (delivery.c.contact == number) & (delivery.c.state == WAITING)
    ended = {"state": DEAD, "trouble": why, "ended_at": now}
    return connection.execute(update(delivery).where(waiting).values(ended)).rowcount


def _check(new: Contact) -> None:
    if not new.name.strip() or len(new.name) > 200 or not new.name.isprintable():
        raise ContactError("a name of 1 to 200 characters", "contact.wrong_name")
    if new.channel == EMAIL:
        if not _LETTER_BOX.fullmatch(new.address) or not new.address.isprintable():
            raise ContactError("an e-mail address reads name@where", "contact.wrong_email")
    elif new.channel == WEBHOOK:
        _check_url(new.address)
    else:
        raise ContactError(f"the channel is {EMAIL} or {WEBHOOK}", "contact.wrong_channel")
    if len(new.site) > 100 or not (new.site or " ").isprintable():
        raise ContactError("a hall's name has at most 100 characters", "contact.wrong_site")
    if new.language not in LANGUAGES:
        raise ContactError(f"the language is one of {', '.join(LANGUAGES)}", "contact.wrong_language")
    if not 0 <= new.level <= HIGHEST_LEVEL:
        raise ContactError(f"the level is from 0 to {HIGHEST_LEVEL}", "contact.wrong_level")
    if new.least not in SEVERITIES:
        raise ContactError(f"the least severity is one of {', '.join(SEVERITIES)}", "contact.wrong_least")
    quiet = (new.quiet_from, new.quiet_until)
    if quiet != (None, None) and not all(each is not None and 0 <= each < 1440 for each in quiet):
        raise ContactError("quiet hours have a beginning and an end within the day", "contact.wrong_quiet")


def _check_url(address: str) -> None:
    try:
        parts = urlsplit(address)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        raise ContactError("that is no address of a web server", "contact.wrong_url") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not port_is_one or not address.isprintable():
        raise ContactError("a webhook's address begins with https:// or http://", "contact.wrong_url")
    if parts.username is not None or parts.password is not None:
        raise ContactError(
            "no name or password within the address: what is sent is signed", "contact.wrong_url_password"
        )
