"""Who belongs to the fleet: codes for joining, enrolments, revocations. SQLAlchemy Core, on any of its databases.

The tables are in :data:`metadata`, for the fleet's migrations. All calls block.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    Row,
    String,
    Table,
    insert,
    select,
    update,
)

metadata = MetaData()

enrolment_code = Table(
    "enrolment_code",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kiosk", String(10), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)
"""Codes, by their SHA-256; a code itself is nowhere. Times are milliseconds since 1970."""

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kiosk", String(10), nullable=False, index=True),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("certificate_until", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_by", String(200)),
)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A kiosk's place in the fleet; at most one of a kiosk's is not revoked."""

    id: str
    kiosk: str
    enrolled_at: datetime
    certificate_until: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None


class Members:
    """The list of members, and of codes to become one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create_tables(self) -> None:
        """Make the tables where no migration has."""
        metadata.create_all(self._engine)

    def add_code(self, digest: str, kiosk: str, by: str, now: datetime, expires: datetime) -> None:
        """A code was given out; an earlier one of the same kiosk that was not used is no longer good."""
        with self._engine.begin() as connection:
            unused = (enrolment_code.c.kiosk == kiosk) & enrolment_code.c.used_at.is_(None)
            connection.execute(update(enrolment_code).where(unused).values(used_at=_milliseconds(now)))
            connection.execute(
                insert(enrolment_code).values(
                    digest=digest,
                    kiosk=kiosk,
                    made_by=by,
                    made_at=_milliseconds(now),
                    expires_at=_milliseconds(expires),
                )
            )

    def use_code(self, digest: str, kiosk: str, now: datetime) -> bool:
        """Whether it is good for this kiosk now; it never is again."""
        good = (
            (enrolment_code.c.digest == digest)
            & (enrolment_code.c.kiosk == kiosk)
            & enrolment_code.c.used_at.is_(None)
            & (enrolment_code.c.expires_at > _milliseconds(now))
        )
        with self._engine.begin() as connection:
            done = connection.execute(update(enrolment_code).where(good).values(used_at=_milliseconds(now)))
            return done.rowcount == 1

    def enrol(self, new: Enrolment) -> None:
        """A kiosk has joined; whatever enrolment it had before is revoked."""
        with self._engine.begin() as connection:
            self._revoke(connection, new.kiosk, "enrolled anew", new.enrolled_at)
            connection.execute(
                insert(enrolment).values(
                    id=new.id,
                    kiosk=new.kiosk,
                    enrolled_at=_milliseconds(new.enrolled_at),
                    certificate_until=_milliseconds(new.certificate_until),
                )
            )

    def renewed(self, enrolment_id: str, until: datetime) -> None:
        """The certificate of an enrolment is good for longer now."""
        with self._engine.begin() as connection:
            connection.execute(
                update(enrolment).where(enrolment.c.id == enrolment_id).values(certificate_until=_milliseconds(until))
            )

    def revoke(self, kiosk: str, by: str, now: datetime) -> bool:
        """The kiosk no longer belongs; False if it did not."""
        with self._engine.begin() as connection:
            return self._revoke(connection, kiosk, by, now)

    def current(self, kiosk: str) -> Enrolment | None:
        """The enrolment that is not revoked."""
        with self._engine.connect() as connection:
            wanted = (enrolment.c.kiosk == kiosk) & enrolment.c.revoked_at.is_(None)
            row = connection.execute(select(enrolment).where(wanted)).first()
        return None if row is None else _enrolment(row)

    def all_current(self) -> tuple[Enrolment, ...]:
        """Every enrolment that is not revoked."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(enrolment).where(enrolment.c.revoked_at.is_(None))).all()
        return tuple(_enrolment(row) for row in rows)

    @staticmethod
    def _revoke(connection: Connection, kiosk: str, by: str, now: datetime) -> bool:
        standing = (enrolment.c.kiosk == kiosk) & enrolment.c.revoked_at.is_(None)
        done = connection.execute(
            update(enrolment).where(standing).values(revoked_at=_milliseconds(now), revoked_by=by)
        )
        return done.rowcount > 0


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _datetime(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _enrolment(row: Row[Any]) -> Enrolment:
    return Enrolment(
        row.id,
        row.kiosk,
        _datetime(row.enrolled_at),
        _datetime(row.certificate_until),
        None if row.revoked_at is None else _datetime(row.revoked_at),
        row.revoked_by,
    )
