"""What kiosks change: documents, corrections, PIN advice; and the idempotency keys that make each change happen once.

The answer to a key is stored in the transaction of the change itself. The same key with the same request, also from
another session of the same person, gets the stored answer; with another request it is refused.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Column, Connection, func, select

from kiosk.host.port import RefusalCode
from kiosk.host.sandbox import holdings
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.shapes import PrintedDocument
from kiosk.host.sandbox.store import answers, corrections, documents, pin_changes

_CODE_CHARACTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another."""


def once(connection: Connection, key: str, request: str, act: Callable[[], bytes]) -> bytes:
    """The answer of ``act``, which is called the first time only. ``request`` tells one request from another.

    Raises Refused (409, not_allowed) when the key was used for another request; whatever ``act`` raises is not stored.
    """
    digest = hashlib.sha256(request.encode()).digest()
    stored = connection.execute(select(answers).where(answers.c.key == key)).first()
    if stored is not None:
        if stored.digest != digest:
            raise Refused(RefusalCode.NOT_ALLOWED, "idempotency key was used for another request", status=409)
        return bytes(stored.body)
    body = act()
    connection.execute(answers.insert().values(key=key, digest=digest, body=body))
    return body


def register_document(
    connection: Connection, person_id: int, kind: str, kiosk: str, now: datetime, check_base: str
) -> PrintedDocument:
    """Reserve a number and a code; the code verifies nothing yet."""
    number = next_number(connection, "D", documents.c.number, now)
    letters = "".join(secrets.choice(_CODE_CHARACTERS) for _ in range(16))
    code = "-".join(letters[at : at + 4] for at in range(0, 16, 4))
    connection.execute(
        documents.insert().values(
            number=number, code=code, person_id=person_id, kind=kind, state="reserved", kiosk=kiosk,
            registered=now.isoformat(),
        )
    )  # fmt: skip
    return PrintedDocument(number=number, verification_code=code, check_url=f"{check_base}/check/{code}")


def settle_document(connection: Connection, number: str, kiosk: str, *, activated: bool) -> None:
    """Activate or void. Only the kiosk that registered it may, and only once: what is settled stays.

    Raises Refused (not_allowed).
    """
    row = connection.execute(select(documents).where(documents.c.number == number)).first()
    if row is None or row.kiosk != kiosk:
        raise Refused(RefusalCode.NOT_ALLOWED, "no such document of this kiosk")
    state = "activated" if activated else "void"
    if row.state not in ("reserved", state):
        raise Refused(RefusalCode.NOT_ALLOWED, f"document is {row.state}")
    connection.execute(documents.update().where(documents.c.number == number).values(state=state))


def activated_document(connection: Connection, code: str) -> tuple[str, str, str] | None:
    """(number, kind, ISO date) of what a code verifies; None for reserved, void and unknown codes alike."""
    row = connection.execute(
        select(documents).where(documents.c.code == code.upper(), documents.c.state == "activated")
    ).first()
    return None if row is None else (row.number, row.kind, row.registered[:10])


def open_correction(connection: Connection, person_id: int, fields: tuple[str, ...], now: datetime) -> str:
    """F20: the number of a new case."""
    number = next_number(connection, "C", corrections.c.number, now)
    connection.execute(
        corrections.insert().values(
            number=number, person_id=person_id, fields=",".join(sorted(fields)), opened=now.isoformat()
        )
    )
    return number


def note_pin_change(connection: Connection, identifier: str, now: datetime) -> None:
    """F43. Raises Refused (card unknown)."""
    if holdings.by_identifier(connection, identifier) is None:
        raise Refused(RefusalCode.CARD_UNKNOWN)
    holdings.enable(connection, identifier, now)
    connection.execute(pin_changes.insert().values(identifier=identifier, at=now.isoformat()))


def next_number(connection: Connection, letter: str, column: Column[str], now: datetime) -> str:
    """The next of a day: the letter, the day in UTC, six digits."""
    prefix = f"{letter}{now:%Y%m%d}"
    last = connection.execute(select(func.max(column)).where(column.like(f"{prefix}%"))).scalar()
    return f"{prefix}{int(last[9:]) + 1 if last else 1:06d}"
