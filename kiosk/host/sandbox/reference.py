"""The sandbox's data files (``data/``), validated when loaded: names, places, contribution rates, profiles."""

from __future__ import annotations

import hashlib
import tomllib
from bisect import bisect_right
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kiosk.host.port import Scheme

DATA = Path(__file__).parent / "data"
T = TypeVar("T")


class DataError(Exception):
    """A data file is not what it should be; the text names file and field."""


def load(path: Path, shape: type[T]) -> T:
    """A TOML file as ``shape``. Raises DataError with file and field."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), shape)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{path.name}: {error}") from error


class GivenNames(msgspec.Struct, forbid_unknown_fields=True):
    """Given names in use from a year of birth on."""

    born_from: int
    male: str
    female: str


class _Foreign(msgspec.Struct, forbid_unknown_fields=True):
    names: tuple[str, ...]


class Names(msgspec.Struct, forbid_unknown_fields=True):
    """``confused``: pairs of surnames; the host has the second where the ID card has the first."""

    surnames: str
    confused: tuple[str, ...]
    given: tuple[GivenNames, ...]
    foreign: _Foreign


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A county or district of the invented province; ``code`` 99xxxx."""

    code: str
    name: str


class _List(msgspec.Struct, forbid_unknown_fields=True):
    names: tuple[str, ...]


class Places(msgspec.Struct, forbid_unknown_fields=True):
    """The invented province. ``issuing_cities``: region codes whose cards this host and its HSM answer for."""

    province: str
    streets: str
    issuing_cities: tuple[str, ...]
    region: tuple[Region, ...]
    employers: _List
    banks: _List


class _Rate(msgspec.Struct, rename={"since": "from"}, forbid_unknown_fields=True):
    scheme: Scheme
    since: str
    own: int
    employer: int


class _RatesFile(msgspec.Struct, forbid_unknown_fields=True):
    rate: tuple[_Rate, ...]
    interest: dict[str, int]


class Rates:
    """Dated contribution rates and interest, in parts of ten thousand."""

    def __init__(self, path: Path = DATA / "rates.toml") -> None:
        file = load(path, _RatesFile)
        self._interest = file.interest
        self._since: dict[Scheme, list[int]] = {scheme: [] for scheme in Scheme}
        self._parts: dict[Scheme, list[tuple[int, int]]] = {scheme: [] for scheme in Scheme}
        for rate in file.rate:
            year, month = rate.since.split("-")
            self._since[rate.scheme].append(int(year) * 12 + int(month))
            self._parts[rate.scheme].append((rate.own, rate.employer))
        for scheme, since in self._since.items():
            if not since or since != sorted(since):
                raise DataError(f"{path.name}: rates of {scheme.value} are missing or not in order of date")

    def parts(self, scheme: Scheme, year: int, month: int) -> tuple[int, int]:
        """(own, employer) in a month."""
        return self._parts[scheme][bisect_right(self._since[scheme], year * 12 + month) - 1]

    def interest(self, year: int) -> int:
        """Credited to the pension account for a year."""
        return self._interest.get(str(year), self._interest["default"])


class Profile(msgspec.Struct, forbid_unknown_fields=True):
    """What the host knows of a person of the demonstration; see ``data/profiles.toml``."""

    career: str
    medical_balance: int
    since: str = ""
    employer: str = ""
    base: int = 0
    gaps: tuple[str, ...] = ()
    new_employer_after_gap: str = ""
    retired: date | None = None
    pension: int = 0
    carried_months: int = 0
    carried_own: int = 0


class DemoCard(msgspec.Struct):
    """The social security card of a person of the demonstration; what the chip alone knows is left out."""

    generation: str
    state: str
    identifier: str
    card_number: str
    issue_date: date
    valid_until: date
    bank_pan: str
    bank: str


class DemoPerson(msgspec.Struct):
    """One person of ``kiosk/demo/people.toml``, as far as the host cares."""

    key: str
    name: str
    sex: str
    nation: str
    birth_date: date
    number: str
    address: str
    id_valid_until: str
    card: DemoCard | None = None


class _DemoFile(msgspec.Struct):
    person: tuple[DemoPerson, ...]


@lru_cache
def names() -> Names:
    return load(DATA / "names.toml", Names)


@lru_cache
def places() -> Places:
    return load(DATA / "places.toml", Places)


@lru_cache
def rates() -> Rates:
    return Rates()


def profiles() -> dict[str, Profile]:
    return load(DATA / "profiles.toml", dict[str, Profile])


def demo_people(path: Path) -> tuple[DemoPerson, ...]:
    """The people of a file like ``kiosk/demo/people.toml``. Raises DataError."""
    return load(path, _DemoFile).person


def fingerprint(people: Path, **settings: Any) -> str:
    """Changes when any input of the synthetic population does: data files, program text, people, settings."""
    digest = hashlib.sha256(repr(sorted(settings.items())).encode())
    here = Path(__file__).parent
    for path in (
        *sorted(DATA.glob("*.toml")),
        *(here / f"{name}.py" for name in ("people", "population", "careers", "store")),
        people,
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()
