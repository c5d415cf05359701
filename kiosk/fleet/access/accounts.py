"""The people of the fleet: local accounts, their roles, the hashes of their passwords. SQLAlchemy Core; calls block.

The tables are in :data:`metadata`, for the fleet's migrations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from kiosk.clock import Clock
from kiosk.fleet.access.roles import Role
from kiosk.staff import hashing

metadata = MetaData()

account_table = Table(
    "account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200)),
    Column("subject", String(300), unique=True),
    Column("generation", Integer, nullable=False, default=1),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("made_at", BigInteger, nullable=False),
)
"""``subject``: who it is at the identity provider (``issuer|sub``), for those who sign in there. ``generation``:
sessions of another one are no longer good. Times are milliseconds since 1970."""

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("sign_in_failure_name", "name", "at"),
    Index("sign_in_failure_address", "address", "at"),
)
"""Attempts that failed, or whose end is not known yet."""

session_ended = Table(
    "session_ended",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
)
"""Sessions that somebody signed out of, until they would have ended anyway."""

NAME = re.compile(r"[a-z][a-z0-9._-]{1,63}")
ANY_NAME = re.compile(rf"{NAME.pattern}(@[a-z][a-z0-9-]{{0,20}})?")
"""With ``@`` and a word: of somebody who signs in at the identity provider of that name."""
LONGEST_NAME = 64
SHORTEST, LONGEST = 12, 200
"""Characters of a password (NIST SP 800-63B asks for 8 at least, and for no rules about their kinds)."""

WITHIN = 15 * 60
"""Seconds in which failures count."""
MOST_HERE, MOST_OF_ADDRESS, MOST_OF_NAME = 5, 30, 50
"""Failures allowed to a name from one address; to an address with any names; to a name from any addresses. The last is
the largest, so that a stranger cannot easily shut somebody out."""


class AccountError(ValueError):
    """An account that cannot be made or changed so; the text says why. ``key``: the console's words."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


class SignInRefused(Exception):
    """Wrong name or password (which is not told), or an account that is closed."""


class TooManyTries(SignInRefused):
    """The password was not looked at. ``seconds``: after which it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many tries")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Account:
    """One person. ``local``: has a password here."""

    name: str
    role: Role
    generation: int
    disabled: bool = False
    local: bool = True


class Accounts:
    """All accounts."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create_tables(self) -> None:
        """Make the tables where no migration has."""
        metadata.create_all(self._engine)

    def add(self, name: str, role: Role, password: str) -> Account:
        """A new one. Raises AccountError."""
        check_name(name)
        check_password(name, password)
        self._insert(name, role, password_hash=hashing.hashed_bytes(password.encode()))
        return Account(name, role, 1)

    def add_provided(self, name: str, role: Role, subject: str) -> Account:
        """One whose owner signs in at an identity provider, as ``name@provider``. Raises AccountError."""
        if ANY_NAME.fullmatch(name) is None or "@" not in name or len(name) > LONGEST_NAME or len(subject) > 300:
            raise AccountError("account.name", "an account of a provider is called name@provider")
        self._insert(name, role, subject=subject)
        return Account(name, role, 1, local=False)

    def find(self, name: str) -> Account | None:
        """By name."""
        with self._engine.connect() as connection:
            row = connection.execute(select(account_table).where(account_table.c.name == name)).first()
        return None if row is None else _account(row)

    def of_session(self, name: str, session: str) -> Account | None:
        """By name; None if somebody has signed out of the session."""
        ended = select(session_ended.c.id).where(session_ended.c.id == session).exists()
        with self._engine.connect() as connection:
            row = connection.execute(select(account_table).where(account_table.c.name == name, ~ended)).first()
        return None if row is None else _account(row)

    def end_session(self, session: str, until: int) -> None:
        """It is good for nothing from now on; signing out twice is signing out once. ``until``: milliseconds since
        1970, when it would have ended anyway."""
        with self._engine.begin() as connection:
            gone = (session_ended.c.until <= _milliseconds(self._clock)) | (session_ended.c.id == session)
            connection.execute(delete(session_ended).where(gone))
            connection.execute(insert(session_ended).values(id=session, until=until))

    def provided(self, subject: str) -> Account | None:
        """By who it is at the identity provider."""
        with self._engine.connect() as connection:
            row = connection.execute(select(account_table).where(account_table.c.subject == subject)).first()
        return None if row is None else _account(row)

    def all(self) -> tuple[Account, ...]:
        """By name."""
        with self._engine.connect() as connection:
            return tuple(map(_account, connection.execute(select(account_table).order_by(account_table.c.name))))

    def set_password(self, name: str, password: str) -> None:
        """Whoever is signed in under the name is signed out. Raises AccountError."""
        check_password(name, password)
        self._change(name, password_hash=hashing.hashed_bytes(password.encode()))

    def set_role(self, name: str, role: Role) -> None:
        """Whoever is signed in under the name is signed out. Raises AccountError."""
        self._change(name, role=role.value)

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Whoever is signed in under the name is signed out. Raises AccountError."""
        self._change(name, disabled=disabled)

    def end_sessions(self, name: str) -> None:
        """Whoever is signed in under the name is signed out. Raises AccountError."""
        self._change(name)

    def sign_in(self, name: str, password: str, address: str) -> Account:
        """The account whose name and password these are; some 0.1 s. A failure is written before the password is looked
        at. Raises SignInRefused, TooManyTries."""
        name = name.strip().lower()[:64]
        address = address[:64]
        attempt = self._attempt(name, address)
        with self._engine.connect() as connection:
            row = connection.execute(select(account_table).where(account_table.c.name == name)).first()
        known = row.password_hash if row is not None and row.password_hash else hashing.NOBODY
        right = hashing.matches_bytes(password[: LONGEST + 1].encode("utf-8", "replace"), known)
        if row is None or not row.password_hash or not right or row.disabled:
            raise SignInRefused("wrong name or password")
        with self._engine.begin() as connection:
            connection.execute(
                delete(sign_in_failure).where(
                    (sign_in_failure.c.id == attempt)
                    | ((sign_in_failure.c.name == name) & (sign_in_failure.c.address == address))
                )
            )
        return _account(row)

    def _attempt(self, name: str, address: str) -> int:
        now = _milliseconds(self._clock)
        failures = sign_in_failure.c
        with self._engine.begin() as connection:
            connection.execute(delete(sign_in_failure).where(failures.at <= now - WITHIN * 1000))
            for most, whose in (
                (MOST_HERE, (failures.name == name) & (failures.address == address)),
                (MOST_OF_ADDRESS, failures.address == address),
                (MOST_OF_NAME, failures.name == name),
            ):
                count, oldest = connection.execute(select(func.count(), func.min(failures.at)).where(whose)).one()
                if count >= most:
                    raise TooManyTries(max(1, WITHIN - (now - oldest) // 1000))
            done = connection.execute(insert(sign_in_failure).values(name=name, address=address, at=now))
            key = done.inserted_primary_key
            assert key is not None  # noqa: S101 -- one row was inserted
            return int(key[0])

    def _insert(self, name: str, role: Role, **more: str) -> None:
        values = {"name": name, "role": role.value, "generation": 1, "disabled": False}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(account_table).values(**values, **more, made_at=_milliseconds(self._clock)))
        except IntegrityError:
            raise AccountError("account.taken", f"{name}: there is such an account already") from None

    def _change(self, name: str, **values: object) -> None:
        later = account_table.c.generation + 1
        with self._engine.begin() as connection:
            done = connection.execute(
                update(account_table).where(account_table.c.name == name).values(**values, generation=later)
            )
            if done.rowcount != 1:
                raise AccountError("account.unknown", f"{name}: no such account")


def check_name(name: str) -> None:
    """Raises AccountError."""
    if NAME.fullmatch(name) is None:
        raise AccountError("account.name", "a name has 2 to 64 small letters, digits, dots and hyphens, a letter first")


def check_password(name: str, password: str) -> None:
    """Raises AccountError."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError("account.length", f"a password has {SHORTEST} to {LONGEST} characters")
    if name in password.lower() or len(set(password)) < 5:
        raise AccountError("account.weak", "that password is too easily guessed")


def _milliseconds(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1000)


def _account(row: Row[Any]) -> Account:
    return Account(row.name, Role(row.role), row.generation, row.disabled, row.password_hash is not None)
