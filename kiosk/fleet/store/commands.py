"""Commands as they are asked for, approved, sent and answered. Each call is part of the caller's transaction.

A verb that needs a second person (:data:`kiosk.fleet.verbs.VERBS`) is ``proposed`` until another than the one who asked
has approved it. What is ``ready`` is sent, newly signed, until a reply has come or it has expired.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.engine import Connection

from kiosk.fleet.messages import Fact
from kiosk.fleet.orders import CommandState
from kiosk.fleet.store import audit
from kiosk.fleet.store.tables import kiosk
from kiosk.fleet.store.tables_alerts import command, command_reply
from kiosk.fleet.verbs import VERBS, wrong_arguments

PROPOSED, READY, EXPIRED, WITHDRAWN = "proposed", "ready", "expired", "withdrawn"
ENDED = frozenset({"done", "failed", "refused", EXPIRED, WITHDRAWN})
AGAIN_AFTER = 15_000
"""Milliseconds after which a command that was not answered is sent again."""


class CommandError(ValueError):
    """It cannot be asked for, approved or withdrawn so; the text says why."""


def propose(
    connection: Connection,
    now: int,
    by: str,
    to: str,
    verb: str,
    arguments: Mapping[str, Fact] | None = None,
    *,
    alert: int | None = None,
) -> Row[Any]:
    """Ask for a command; the row as it stands. Audited. Raises CommandError."""
    wanted, values = VERBS.get(verb), dict(arguments or {})
    if wanted is None:
        raise CommandError(f"{verb}: no such command")
    if wrong := wrong_arguments(wanted, values):
        raise CommandError(wrong)
    if connection.execute(select(kiosk.c.id).where(kiosk.c.id == to, kiosk.c.retired_at.is_(None))).first() is None:
        raise CommandError(f"{to}: no such kiosk")
    made = connection.execute(
        insert(command)
        .values(
            id=secrets.token_hex(16), kiosk=to, verb=verb, arguments=values, issued_by=by, issued_at=now,
            expires_at=now + wanted.minutes * 60_000, state=PROPOSED if wanted.second_person else READY,
            facts={}, alert=alert,
        )
        .returning(command)
    ).one()  # fmt: skip
    facts = {"kiosk": to, "verb": verb, "arguments": values}
    audit.append(connection, now, by, audit.Action.COMMAND_PROPOSE, f"command:{made.id}", facts)
    return made


def approve(connection: Connection, now: int, by: str, number: str) -> Row[Any]:
    """A second person agrees; it expires no earlier than its verb allows from now. Audited. Raises CommandError."""
    row = _locked(connection, number)
    if row.state != PROPOSED or row.expires_at <= now:
        raise CommandError("it does not wait for a second person")
    if row.issued_by == by:
        raise CommandError("the one who asked cannot approve")
    until = now + VERBS[row.verb].minutes * 60_000
    return _changed(
        connection, now, by, audit.Action.COMMAND_APPROVE, row,
        approved_by=by, approved_at=now, issued_at=now, expires_at=until, state=READY,
    )  # fmt: skip


def withdraw(connection: Connection, now: int, by: str, number: str) -> Row[Any]:
    """It is not wanted any more. Audited. Raises CommandError once it may have reached the kiosk."""
    row = _locked(connection, number)
    if row.state not in (PROPOSED, READY) or row.sent:
        raise CommandError("it has been sent, or has ended")
    return _changed(connection, now, by, audit.Action.COMMAND_WITHDRAW, row, state=WITHDRAWN)


def due(connection: Connection, now: int, limit: int = 500) -> Sequence[Row[Any]]:
    """Commands to be sent now: ready, still good, not sent within the last :data:`AGAIN_AFTER`."""
    quiet = or_(command.c.sent_at.is_(None), command.c.sent_at <= now - AGAIN_AFTER)
    wanted = select(command).where(and_(command.c.state == READY, command.c.expires_at > now, quiet))
    return connection.execute(wanted.order_by(command.c.issued_at).limit(limit)).all()


def sent(connection: Connection, now: int, number: str) -> None:
    """It has been published once more."""
    connection.execute(update(command).where(command.c.id == number).values(sent=command.c.sent + 1, sent_at=now))


def expire(connection: Connection, now: int) -> int:
    """End what nobody answered or approved in time; how many. Audited."""
    late = connection.execute(
        select(command).where(command.c.state.in_((PROPOSED, READY)), command.c.expires_at <= now).limit(500)
    ).all()
    for row in late:
        _changed(connection, now, "fleet", audit.Action.COMMAND_EXPIRE, row, state=EXPIRED)
    return len(late)


def answered(connection: Connection, now: int, reply: Mapping[str, Any]) -> bool:
    """A reply has come (a row of ``command_reply``); False if it was known. Audited when it is the newest."""
    known = (command_reply.c.command == reply["command"]) & (command_reply.c.step == reply["step"])
    if connection.execute(select(command_reply.c.step).where(known, command_reply.c.kiosk == reply["kiosk"])).first():
        return False
    connection.execute(insert(command_reply).values(**reply))
    row = connection.execute(select(command).where(command.c.id == reply["command"]).with_for_update()).first()
    if row is None or row.kiosk != reply["kiosk"]:
        facts = {"kiosk": reply["kiosk"], "state": reply["state"]}
        audit.append(
            connection, now, reply["kiosk"], audit.Action.COMMAND_REPLY_UNASKED, f"command:{reply['command']}", facts
        )
        return True
    if reply["step"] > row.step:
        _changed(
            connection, now, reply["kiosk"], audit.Action(f"command.{reply['state']}"), row,
            state=CommandState(reply["state"]).value, step=reply["step"], refusal=reply["refusal"],
            facts=reply["facts"], answered_at=now,
        )  # fmt: skip
    return True


def of_kiosk(connection: Connection, of: str, limit: int = 50) -> Sequence[Row[Any]]:
    """The newest commands of a kiosk, rows of ``command``."""
    return connection.execute(
        select(command).where(command.c.kiosk == of).order_by(command.c.issued_at.desc()).limit(limit)
    ).all()


def waiting_for_approval(connection: Connection, now: int) -> Sequence[Row[Any]]:
    """Commands that need a second person."""
    wanted = select(command).where(command.c.state == PROPOSED, command.c.expires_at > now)
    return connection.execute(wanted.order_by(command.c.issued_at)).all()


def find(connection: Connection, number: str) -> Row[Any] | None:
    """One command."""
    return connection.execute(select(command).where(command.c.id == number)).first()


def replies(connection: Connection, number: str) -> Sequence[Row[Any]]:
    """All that came back about a command, in order, from the kiosk it was for."""
    of_it = (command_reply.c.command == number) & (command_reply.c.kiosk == command.c.kiosk)
    wanted = select(command_reply).join(command, command.c.id == command_reply.c.command).where(of_it)
    return connection.execute(wanted.order_by(command_reply.c.step)).all()


def _locked(connection: Connection, number: str) -> Row[Any]:
    row = connection.execute(select(command).where(command.c.id == number).with_for_update()).first()
    if row is None:
        raise CommandError("no such command")
    return row


def _changed(connection: Connection, now: int, by: str, action: audit.Action, row: Row[Any], **values: Any) -> Row[Any]:
    changed = connection.execute(
        update(command).where(command.c.id == row.id).values(**values).returning(command)
    ).one()
    facts = audit.facts_of(kiosk=row.kiosk, verb=row.verb, refusal=values.get("refusal"))
    audit.append(connection, now, by, action, f"command:{row.id}", facts)
    return changed
