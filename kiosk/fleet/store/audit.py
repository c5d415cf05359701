"""The audit trail: one chain in which nothing can be changed, left out or put between without it showing.

The hash of an entry is SHA-256 over its canonical JSON and the hash before it. :func:`verify` walks the chain. Whoever
can write the whole table can also make a new chain: :func:`head` is therefore for keeping elsewhere as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from kiosk.fleet.messages import Fact
from kiosk.fleet.store.tables_alerts import audit, audit_head

START = "0" * 64
"""The hash before the first entry."""


class Action(StrEnum):
    """What is written down. Of old entries others may be there still."""

    ACCOUNT_ADD = "account.add"
    ACCOUNT_CLOSE = "account.close"
    ACCOUNT_NO_ROLE = "account.no_role"
    ACCOUNT_OPEN = "account.open"
    ACCOUNT_OWN_PASSWORD = "account.own_password"  # noqa: S105 -- what was done
    ACCOUNT_PASSWORD = "account.password"  # noqa: S105 -- what was done
    ACCOUNT_ROLE = "account.role"
    ACCOUNT_SIGN_IN = "account.sign_in"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_CLEARED = "alert.cleared"
    ALERT_ESCALATED = "alert.escalated"
    ALERT_NOTED = "alert.noted"
    ALERT_OPENED = "alert.opened"
    AVAILABILITY_EXCLUDE = "availability.exclude"
    AVAILABILITY_WITHDRAW = "availability.withdraw"
    COMMAND_APPROVE = "command.approve"
    COMMAND_CONTENT = "command.content"
    COMMAND_DONE = "command.done"
    COMMAND_EXPIRE = "command.expire"
    COMMAND_FAILED = "command.failed"
    COMMAND_PROPOSE = "command.propose"
    COMMAND_RECEIVED = "command.received"
    COMMAND_REFUSED = "command.refused"
    COMMAND_REPLY_UNASKED = "command.reply_unasked"
    COMMAND_RUNNING = "command.running"
    COMMAND_WAITING = "command.waiting"
    COMMAND_WITHDRAW = "command.withdraw"
    CONTACT_ADD = "contact.add"
    CONTACT_CHANGE = "contact.change"
    CONTACT_PAUSE = "contact.pause"
    CONTACT_REMOVE = "contact.remove"
    CONTACT_RESUME = "contact.resume"
    CONTACT_SECRET = "contact.secret"  # noqa: S105 -- what was done
    CONTACT_TEST = "contact.test"
    DELIVERY_DEAD = "delivery.dead"
    ENROLMENT_CODE = "enrolment.code"
    ENROLMENT_REVOKE = "enrolment.revoke"
    KIOSK_DESCRIBE = "kiosk.describe"
    KIOSK_READMIT = "kiosk.readmit"
    KIOSK_RETIRE = "kiosk.retire"
    RETENTION_DELETED = "retention.deleted"
    TICKET_CLOSE = "ticket.close"
    TICKET_NOTE = "ticket.note"
    TICKET_OPEN = "ticket.open"
    TICKET_TAKE = "ticket.take"


@dataclass(frozen=True, slots=True)
class Entry:
    """``actor``: who, or ``fleet`` for what it did by itself. ``subject``: to what, such as ``alert:12``."""

    number: int
    at: int
    actor: str
    action: str
    subject: str
    facts: Mapping[str, object]
    hash: str


def append(
    connection: Connection,
    at: int,
    actor: str,
    action: Action,
    subject: str,
    facts: Mapping[str, object] | None = None,
) -> int:
    """Add an entry in the transaction of ``connection`` and return its number. Others who add wait for its end."""
    if not _next(connection):
        with suppress(IntegrityError), connection.begin_nested():  # another may begin the chain meanwhile
            connection.execute(insert(audit_head).values(id=1, number=0, hash=START))
        _next(connection)
    number, before = connection.execute(select(audit_head.c.number, audit_head.c.hash)).one()
    text = json.dumps(facts or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = _hash(number, at, actor, action, subject, text, before)
    connection.execute(
        insert(audit).values(number=number, at=at, actor=actor, action=action, subject=subject, facts=text, hash=digest)
    )
    connection.execute(update(audit_head).values(hash=digest))
    return int(number)


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last entry."""
    row = connection.execute(select(audit_head.c.number, audit_head.c.hash)).first()
    return (0, START) if row is None else (row.number, row.hash)


def verify(connection: Connection, known: Iterable[tuple[int, str]] = ()) -> int | None:
    """The number of the first entry that is not as it was written; None: all is well. ``known``: heads kept elsewhere.

    An entry missing at the end shows as the number after the last one that is there.
    """
    kept, before, number = dict(known), START, 0
    rows = connection.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.number))
    for row in rows:
        number += 1
        digest = _hash(number, row.at, row.actor, row.action, row.subject, row.facts, before)
        if row.number != number or row.hash != digest or kept.get(number, digest) != digest:
            return number
        before = digest
    if head(connection) != (number, before) or any(each > number for each in kept):
        return number + 1
    return None


def entries(
    connection: Connection,
    *,
    subject: str | None = None,
    about: str = "",
    before: int | None = None,
    limit: int = 200,
) -> tuple[Entry, ...]:
    """The newest entries, the newest first; of one subject; older than number ``before``. ``about``: what a person did,
    or what was done to somebody or something of that name or number, a kiosk's alerts and commands with it."""
    wanted = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if subject is not None:
        wanted = wanted.where(audit.c.subject == subject)
    if about:
        its_kiosk = audit.c.facts.contains(f'"kiosk":{json.dumps(about, ensure_ascii=False)}', autoescape=True)
        named = audit.c.subject.endswith(f":{about}", autoescape=True)
        wanted = wanted.where((audit.c.actor == about) | named | its_kiosk)
    if before is not None:
        wanted = wanted.where(audit.c.number < before)
    return tuple(
        Entry(row.number, row.at, row.actor, row.action, row.subject, json.loads(row.facts), row.hash)
        for row in connection.execute(wanted)
    )


def facts_of(**facts: Fact | None) -> dict[str, object]:
    """Facts of an entry, without those that are None."""
    return {name: value for name, value in facts.items() if value is not None}


def _next(connection: Connection) -> bool:
    return connection.execute(update(audit_head).values(number=audit_head.c.number + 1)).rowcount == 1


def _hash(number: int, at: int, actor: str, action: str, subject: str, facts: str, before: str) -> str:
    canonical = json.dumps([number, at, actor, action, subject, facts, before], ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
