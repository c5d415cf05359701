"""Makes the synthetic population: names, numbers, careers, cards, benefits.

Seeded and deterministic: the same seed, people file and data files give the same people; only what is told relative to
today (a card's latest state, this year's spending) moves with the date. Region codes are 99xxxx, telephone numbers
begin with 100 (assigned to nobody), names come from lists of common names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from devices.id_reader.numbers import age, check_character, check_digit_731
from kiosk.host.port import CardSide
from kiosk.host.sandbox import reference
from kiosk.host.sandbox.careers import (
    FIRST_YEAR,
    NO_EMPLOYER,
    Career,
    YearRow,
    month_number,
    retirement_month,
    year_rows,
)
from kiosk.host.sandbox.people import CARD_BY_PLACE, KIND_BY_PLACE, BenefitRow, CardRow, Kind, PersonRow

BORN = (date(1938, 1, 1), date(2019, 12, 31))


class Entry(NamedTuple):
    """A person with everything that hangs on it."""

    person: PersonRow
    card: CardRow | None
    years: list[YearRow]
    benefits: list[BenefitRow]


def population(people: tuple[reference.DemoPerson, ...], *, seed: int, size: int, today: date) -> Iterator[Entry]:
    """The people of the demonstration, then synthetic ones, ``size`` in all; ids count from 1."""
    maker = _Maker(seed, today, {person.number for person in people})
    profiles = reference.profiles()
    for person_id, demo in enumerate(people, start=1):
        yield maker.demo(person_id, demo, profiles.get(demo.key))
    for person_id in range(len(people) + 1, size + 1):
        yield maker.synthetic(person_id)


def card_number(body: str) -> str:
    """Eight characters and their check (protocol page of the card, A4): weights 3 7 9 10 5 8 4 2, 11 - sum mod 11."""
    total = sum(int(c, 36) * weight for c, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = 11 - total % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


class _Maker:
    def __init__(self, seed: int, today: date, taken: set[str]) -> None:
        self._seed = seed
        self._today = today
        self._taken = taken
        names, places = reference.names(), reference.places()
        self._surnames = names.surnames.split()
        self._surname_weights = _running([1 / (rank + 4) for rank in range(len(self._surnames))])
        self._given = [(g.born_from, g.male.split(), g.female.split()) for g in names.given]
        self._given_from = [g[0] for g in self._given]
        self._confused = names.confused
        self._foreign = names.foreign.names
        self._places = places
        self._streets = places.streets.split()
        self._employers = {name: at for at, name in enumerate(places.employers.names, start=1)}
        self._twin: tuple[str, date, bool] | None = None

    # -- the people of the demonstration -------------------------------------------------------------------------------

    def demo(self, person_id: int, demo: reference.DemoPerson, profile: reference.Profile | None) -> Entry:
        random = Random(f"{self._seed}/{demo.key}")  # noqa: S311
        if profile is None:
            profile = reference.Profile(career="resident", medical_balance=0)
        employer = self._employer(profile.employer)
        retired = None if profile.retired is None else month_number(profile.retired.year, profile.retired.month)
        gaps = frozenset(_month(text) for text in profile.gaps)
        start = _month(profile.since) if profile.since else None
        years: list[YearRow] = []
        if start is not None:
            change = (max(gaps) + 1, self._employer(profile.new_employer_after_gap)) if gaps else None
            years = year_rows(
                Career(
                    person_id, profile.career, start, profile.base, employer, retired,
                    housing_fund_from=start if profile.career == "employee" else None,
                    transfer=8_300 + profile.pension // 100, gaps=gaps, settled=True,
                    change_to=change if profile.new_employer_after_gap else None,
                    employers=len(self._employers),
                ),
                self._today, random,
            )  # fmt: skip
        closing = sum(row.medical_income - row.medical_spent for row in years)
        person = PersonRow(
            person_id, demo.key, Kind.DEMO, "citizen", demo.number, demo.name, "", demo.sex, demo.nation,
            demo.birth_date.isoformat(), f"1000000{person_id:04d}", demo.address,
            "" if demo.id_valid_until == "长期" else demo.id_valid_until, 1, 1,
            years[-1].employer_second if years and retired is None else NO_EMPLOYER, retired or 0, profile.pension,
            max(profile.medical_balance - closing, 0), profile.carried_months, profile.carried_own,
        )  # fmt: skip
        return Entry(person, self._demo_card(person_id, demo.card), years, [])

    def _demo_card(self, person_id: int, card: reference.DemoCard | None) -> CardRow | None:
        if card is None or card.identifier[:6] not in self._places.issuing_cities:
            return None
        social = {"locked": CardSide.LOCKED, "blacklisted": CardSide.LOST}.get(card.state, CardSide.NORMAL)
        bank = {"financial_expired": CardSide.EXPIRED, "blacklisted": CardSide.LOST}.get(card.state, CardSide.NORMAL)
        issued = card.issue_date.isoformat()
        return CardRow(
            person_id, card.identifier, card.card_number, card.generation, issued, social,
            issued if social is CardSide.NORMAL else (self._today - timedelta(days=20)).isoformat(),
            bank, card.bank, card.bank_pan[-4:], card.valid_until.isoformat(),
            int(card.generation.startswith("3")), int(card.state == "blacklisted"),
        )  # fmt: skip

    def _employer(self, name: str) -> int:
        if not name:
            return NO_EMPLOYER
        if name not in self._employers:
            raise reference.DataError(f"profiles.toml: employer {name} is not in places.toml")
        return self._employers[name]

    # -- everybody else ------------------------------------------------------------------------------------------------

    def synthetic(self, person_id: int) -> Entry:
        random = Random(self._seed * 1_000_003 + person_id)  # noqa: S311
        kind = KIND_BY_PLACE.get(person_id % 250, Kind.ORDINARY)
        birth = BORN[0] + timedelta(days=random.randrange((BORN[1] - BORN[0]).days))
        if kind is not Kind.ORDINARY and birth.year > 1995:
            birth = birth.replace(year=birth.year - 30, day=min(birth.day, 28))
        female = random.random() < 0.5
        region = self._places.region[random.randrange(len(self._places.region))]
        number, birth, female = self._number(kind, region.code, birth, female, random)
        name = self._name(kind, birth, female, random)
        years_old = age(birth, self._today)
        # how much is drawn for these depends on today, so each has a generator of its own
        for_career, for_years, for_card = (Random(random.getrandbits(64)) for _ in range(3))  # noqa: S311
        career = self._career(person_id, kind, birth, female, for_career)
        years = [] if career is None else year_rows(career, self._today, for_years)
        retired = 0 if career is None or career.retired is None else career.retired
        if retired > month_number(self._today.year, self._today.month):
            retired = 0
        carried = 0 if career is None else max(FIRST_YEAR - birth.year - 22, 0) * 12
        if retired and career is not None:
            carried = min(carried, max(retired - month_number(birth.year + 20, 1), 0))
        base = career.base if career is not None else 0
        person = PersonRow(
            person_id, "", kind, _document(kind), number, self._host_name(kind, name, random),
            name if kind is Kind.DATA_DIFFER else "", "female" if female else "male",
            _nation(kind, random),
            birth.isoformat(), f"100{random.randrange(10**8):08d}",
            f"{self._places.province}{region.name}{random.choice(self._streets)}{random.randrange(1, 200)}号",
            _valid_until(kind, years_old, self._today.year + 3 + person_id % 7),
            int(kind is not Kind.NOT_INSURED_HERE), int(kind is not Kind.NO_PHOTO and years_old >= 7),
            years[-1].employer_second if years and not retired else NO_EMPLOYER, retired,
            base * (45 + person_id % 20) // 100 if retired else 0, 0, carried, carried * base // 60,
        )  # fmt: skip
        return Entry(person, self._card(person, for_card), years, self._benefits(person, base, random))

    def _career(self, person_id: int, kind: Kind, birth: date, female: bool, random: Random) -> Career | None:
        start_year, start_month, draw = birth.year + random.randrange(19, 26), random.randrange(1, 13), random.random()
        base = random.randrange(380, 1100) * 1000
        if kind is Kind.NOT_INSURED_HERE or draw < 0.12:
            return None
        start = max(month_number(start_year, start_month), month_number(FIRST_YEAR, 1))
        if start >= month_number(self._today.year, self._today.month):
            return None
        flexible = draw < 0.25
        retired = retirement_month(birth, female=female)
        return Career(
            person_id, "flexible" if flexible else "employee", start, base,
            NO_EMPLOYER if flexible else random.randrange(len(self._employers)) + 1, retired,
            housing_fund_from=None if flexible or draw > 0.8 else start + random.randrange(24),
            transfer=7_000 + 10 * random.randrange(500), employers=len(self._employers),
        )  # fmt: skip

    def _name(self, kind: Kind, birth: date, female: bool, random: Random) -> str:
        if _document(kind).startswith("foreigner"):
            return random.choice(self._foreign)
        if kind is Kind.DATA_DIFFER:
            surname = random.choice(self._confused)[0]
        else:
            surname = self._surnames[bisect_right(self._surname_weights, random.random() * self._surname_weights[-1])]
        given = self._given[bisect_right(self._given_from, birth.year) - 1]
        return surname + random.choice(given[2] if female else given[1])

    def _host_name(self, kind: Kind, name: str, random: Random) -> str:
        if kind is not Kind.DATA_DIFFER:
            return name
        return next(pair[1] for pair in self._confused if pair[0] == name[0]) + name[1:]

    def _number(self, kind: Kind, region: str, birth: date, female: bool, random: Random) -> tuple[str, date, bool]:
        """A number nobody has (but the second of a duplicate pair), and the birth date and sex it tells."""
        if kind is Kind.DUPLICATE_NUMBER and self._twin is not None:
            twin, self._twin = self._twin, None
            return twin
        while True:
            sequence = random.randrange(10, 500) * 2 + (0 if female else 1)
            number = _form_number(kind, region, birth, sequence)
            if number not in self._taken:
                break
        self._taken.add(number)
        if kind is Kind.DUPLICATE_NUMBER:
            self._twin = (number, birth, female)
        return number, birth, female

    def _card(self, person: PersonRow, random: Random) -> CardRow | None:
        place = person.id % 97
        side = CARD_BY_PLACE.get(place, CardSide.NORMAL)
        if side is CardSide.NONE or not person.insured_here:
            return None
        year = min(random.randrange(max(2012, int(person.birth_date[:4])), 2026), self._today.year - 1)
        issued = date(year, random.randrange(1, 13), random.randrange(1, 28))
        bank = side
        if side in (CardSide.LOCKED, CardSide.SEALED):
            bank = CardSide.NORMAL if side is CardSide.LOCKED else CardSide.TO_BE_ACTIVATED
        elif side is CardSide.EXPIRED or issued.year + 10 < self._today.year:
            side, bank = CardSide.NORMAL if side is CardSide.EXPIRED else side, CardSide.EXPIRED
        serial = (0x0E000000 if place == 9 else 0x0B000000) + person.id
        changed = self._today - timedelta(days=random.randrange(1, 300))
        third = year >= 2018
        return CardRow(
            person.id, f"990100D156000005{serial:08X}{random.getrandbits(32):08X}",
            card_number(f"{'ABCDEFGHJKLMNPQRSTUVWY'[person.id % 22]}{person.id:07d}"),
            "3.0" if third else "2.0", issued.isoformat(), side,
            (issued if side is CardSide.NORMAL else max(issued, changed)).isoformat(),
            bank, self._places.banks.names[person.id % len(self._places.banks.names)],
            f"{random.randrange(10000):04d}", date(issued.year + 10, issued.month, issued.day).isoformat(),
            int(third and side is CardSide.NORMAL), int(place == 8 or side is CardSide.LOST),
        )  # fmt: skip

    def _benefits(self, person: PersonRow, base: int, random: Random) -> list[BenefitRow]:
        draw, months, ago = random.random(), random.randrange(3, 13), random.randrange(0, 1500)
        years_old = age(date.fromisoformat(person.birth_date), self._today)
        if draw > 0.12 or not base or person.retired or not 20 <= years_old <= 59:
            return []
        kind = "injury"
        if draw < 0.08:
            kind = "maternity" if person.sex == "female" and years_old < 45 else "unemployment"
        since = (self._today - timedelta(days=ago)).replace(day=1)
        end = month_number(since.year, since.month) + months
        running = end > month_number(self._today.year, self._today.month)
        paid = month_number(self._today.year, self._today.month) - month_number(since.year, since.month)
        monthly = base * (90 if kind == "maternity" else 45) // 100
        until = "" if running else date(end // 12, end % 12 + 1, 1).isoformat()
        state = "running" if running else "ended"
        total = monthly * (paid if running else months)
        return [BenefitRow(person.id, kind, state, since.isoformat(), until, monthly, total)]


def _form_number(kind: Kind, region: str, birth: date, sequence: int) -> str:
    if kind is Kind.FOREIGNER_2017:
        first14 = f"UTO{region[:4]}{birth:%y%m%d}{sequence % 10}"
        return first14 + check_digit_731(first14)
    prefix = {Kind.PERMIT: ("810000", "820000", "830000")[sequence % 3], Kind.FOREIGNER_2023: "999999"}
    first17 = f"{prefix.get(kind, region)}{birth:%Y%m%d}{sequence:03d}"
    return first17 + check_character(first17)


def _document(kind: Kind) -> str:
    return kind.value if kind in (Kind.PERMIT, Kind.FOREIGNER_2017, Kind.FOREIGNER_2023) else "citizen"


def _nation(kind: Kind, random: Random) -> str:
    if _document(kind).startswith("foreigner"):
        return ""
    return "01" if random.random() < 0.9 else f"{random.randrange(2, 57):02d}"


def _valid_until(kind: Kind, years_old: int, year: int) -> str:
    return "" if years_old > 60 and _document(kind) == "citizen" else f"{year}-06-30"


def _month(text: str) -> int:
    year, month = text.split("-")
    return month_number(int(year), int(month))


def _running(weights: list[float]) -> list[float]:
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums
