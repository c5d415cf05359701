"""The people who come to the simulated kiosk, and what is in their wallets, from a TOML file of ``[[person]]`` tables.

Each person has a resident ID card and, in ``[person.card]``, a social security card; without that table, none yet. The
file's own heading explains its values. Everything in it is invented, and a PIN in it opens nothing but a simulated
card; all the same no ``repr`` here shows a name, a number or a PIN.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

CARD_STATES = ("normal", "initial", "locked", "blacklisted", "financial_expired", "unknown_issuer")

T = TypeVar("T")


class WalletError(ValueError):
    """The file of people cannot be used; the message names file, person and field."""


@dataclass(frozen=True, slots=True, repr=False)
class SocialCard:
    """A social security card as its holder knows it. Dates are ISO; ``identifier`` is 32 hexadecimal digits;
    ``chip_balance``: the medical account as the chip has it, in fen."""

    generation: str
    algorithm: str
    state: str
    identifier: str
    card_number: str
    issue_date: str
    valid_until: str
    pin: str
    tries_max: int
    tries_left: int
    bank_pan: str
    bank: str
    chip_balance: int

    def __repr__(self) -> str:
        return f"<SocialCard {self.generation} {self.state}>"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """One person, as printed on the resident ID card. ``note``, in Chinese ``note_zh``: what is special
    about them. ``id_valid_until`` is an ISO date or 长期."""

    key: str
    note: str
    name: str
    sex: str
    nation: str
    birth_date: str
    birthplace: str
    number: str
    address: str
    authority: str
    id_valid_from: str
    id_valid_until: str
    card: SocialCard | None = None
    note_zh: str = ""

    def __repr__(self) -> str:
        return f"<Person {self.key}>"


def load(path: Path) -> dict[str, Person]:
    """The people of a file by their key. Raises WalletError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise WalletError(f"{path}: {error}") from error
    entries = document.get("person")
    if not isinstance(entries, list) or not entries:
        raise WalletError(f"{path}: there is no [[person]] in it")
    people: dict[str, Person] = {}
    for place, entry in enumerate(entries, 1):
        key = entry.get("key")
        where = f"{path}: person {place} ({key})" if isinstance(key, str) else f"{path}: person {place}"
        card = entry.get("card")
        if card is not None and not isinstance(card, Mapping):
            raise WalletError(f"{where}: card: must be a [person.card] table")
        social = None if card is None else _build(SocialCard, card, f"{where}: card.")
        person = _build(Person, {**entry, "card": social}, f"{where}: ")
        if person.card is not None and person.card.state not in CARD_STATES:
            raise WalletError(f"{where}: card.state: {person.card.state!r} is none of {', '.join(CARD_STATES)}")
        if person.sex not in ("male", "female"):
            raise WalletError(f"{where}: sex: {person.sex!r} is none of male, female")
        if person.key in people:
            raise WalletError(f"{where}: key: another person has it")
        people[person.key] = person
    return people


def _build(kind: type[T], entry: Mapping[str, Any], where: str) -> T:
    known = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]
    required = [field.name for field in fields(kind) if field.default is MISSING]  # type: ignore[arg-type]
    for name in required:
        if name not in entry:
            raise WalletError(f"{where}{name}: is missing")
    for name, value in entry.items():
        if name not in known:
            raise WalletError(f"{where}{name}: no such field; there are {', '.join(known)}")
        wanted = known[name]
        if (wanted == "str" and not isinstance(value, str)) or (wanted == "int" and type(value) is not int):
            raise WalletError(f"{where}{name}: must be {'text' if wanted == 'str' else 'a whole number'}")
    return kind(**entry)
