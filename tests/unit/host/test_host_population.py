"""The synthetic population: sound numbers, nobody real, everybody the rules speak of, the same every time."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from devices.id_reader import numbers
from kiosk.host.port import CardSide
from kiosk.host.sandbox import reference
from kiosk.host.sandbox.careers import month_number
from kiosk.host.sandbox.people import BLACKLISTED_RANGE, Kind
from kiosk.host.sandbox.population import Entry, card_number, population
from kiosk.host.sandbox.store import answers, open_store, people

DEMO = Path(__file__).parents[3] / "kiosk" / "demo" / "people.toml"
TODAY = date(2026, 11, 22)
SIZE = 3000


def make(today: date = TODAY, seed: int = 1, size: int = SIZE) -> list[Entry]:
    return list(population(reference.demo_people(DEMO), seed=seed, size=size, today=today))


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return make()


def test_the_same_seed_gives_the_same_people_and_another_others(entries: list[Entry]) -> None:
    assert make() == entries
    others = make(seed=2)
    assert [entry.person for entry in others[:11]] != [entry.person for entry in entries[:11]] or others != entries
    assert sum(a.person.number == b.person.number for a, b in zip(entries[11:], others[11:], strict=True)) < 5


def test_a_later_day_gives_the_same_people(entries: list[Entry]) -> None:
    later = make(today=date(2027, 2, 3))
    assert [(e.person.number, e.person.name, e.card and e.card.identifier) for e in later] == [
        (e.person.number, e.person.name, e.card and e.card.identifier) for e in entries
    ]


def test_every_number_is_sound_and_of_no_real_region(entries: list[Entry]) -> None:
    check = {
        "citizen": numbers.citizen_number_fault,
        "hmt": numbers.permit_number_fault,
        "foreigner2017": numbers.foreigner_2017_number_fault,
        "foreigner2023": numbers.foreigner_2023_number_fault,
    }
    for entry in entries:
        person = entry.person
        assert check[person.document](person.number, date.fromisoformat(person.birth_date)) is None
        region = {
            "citizen": person.number[:2],
            "foreigner2017": person.number[3:5],
            "foreigner2023": person.number[1:3],
        }
        assert region.get(person.document, "99") == "99"
        if person.document == "citizen":
            assert int(person.number[16]) % 2 == (person.sex == "male")
        assert person.phone.startswith("100")
        if entry.card is not None:
            assert entry.card.identifier.startswith("9901")
            assert card_number(entry.card.card_number[:8]) == entry.card.card_number


def test_the_card_number_check_of_the_protocol_page() -> None:
    assert [card_number("D2143569"), card_number("X0000001")] == ["D2143569X", "X00000019"]


def test_only_the_duplicates_share_a_number(entries: list[Entry]) -> None:
    shared = Counter(entry.person.number for entry in entries)
    twice = {number for number, count in shared.items() if count > 1}
    duplicates = [entry.person for entry in entries if entry.person.kind is Kind.DUPLICATE_NUMBER]
    assert twice == {person.number for person in duplicates}
    assert set(shared.values()) == {1, 2}
    names = Counter((person.number, person.name) for person in duplicates)
    assert set(names.values()) == {1}, "two persons, not one twice"


def test_everybody_the_rules_speak_of_is_there(entries: list[Entry]) -> None:
    kinds = Counter(entry.person.kind for entry in entries)
    assert set(kinds) == set(Kind)
    assert min(kinds.values()) >= 11
    sides = Counter(entry.card.social_side if entry.card else CardSide.NONE for entry in entries)
    assert set(sides) == set(CardSide) - {CardSide.EXPIRED}, "ten years are the bank's; the social side does not expire"
    assert {entry.card.bank_side for entry in entries if entry.card} >= {CardSide.EXPIRED, CardSide.TO_BE_ACTIVATED}
    assert sum(numbers.age(date.fromisoformat(e.person.birth_date), TODAY) < 16 for e in entries) > 50
    assert sum(entry.card is not None and bool(entry.card.blacklisted) for entry in entries) > 20
    first, last = BLACKLISTED_RANGE
    assert sum(entry.card is not None and first <= entry.card.identifier <= last for entry in entries) > 20
    for entry in entries:
        if entry.person.kind is Kind.DATA_DIFFER:
            assert entry.person.id_card_name[1:] == entry.person.name[1:]
            assert entry.person.id_card_name[0] + entry.person.name[0] in reference.names().confused
        assert bool(entry.person.photo_on_file) <= (entry.person.kind is not Kind.NO_PHOTO)
    benefits = {(benefit.kind, benefit.state) for entry in entries for benefit in entry.benefits}
    assert benefits == {(k, s) for k in ("unemployment", "injury", "maternity") for s in ("running", "ended")}


def test_many_have_twenty_years_of_months_and_some_have_gaps_and_new_jobs(entries: list[Entry]) -> None:
    assert sum(len(entry.years) >= 20 for entry in entries) > SIZE // 4
    assert sum(any(row.change_month <= 12 for row in entry.years) for entry in entries) > SIZE // 4
    assert sum(any(row.base_first != row.base_second for row in entry.years) for entry in entries) > SIZE // 2
    retired = [entry for entry in entries if entry.person.retired]
    assert len(retired) > SIZE // 5
    assert all(entry.person.retired <= month_number(TODAY.year, TODAY.month) for entry in retired)
    assert all(entry.years[-1].medical_income > 0 and entry.years[-1].pension == 0 for entry in retired if entry.years
               and entry.person.retired < month_number(TODAY.year, 1))  # fmt: skip


def test_the_people_of_the_demonstration(entries: list[Entry]) -> None:
    by_key = {entry.person.key: entry for entry in entries if entry.person.key}
    assert len(by_key) == 12
    wang = by_key["wang_xiulan"]
    assert wang.person.monthly_benefit == 312_640
    balance = wang.person.medical_opening + sum(row.medical_income - row.medical_spent for row in wang.years)
    assert balance == 345_618
    li = next(row for row in by_key["li_jianguo"].years if row.year == 2019)
    assert [month for month in range(1, 13) if not li.pension >> (month - 1) & 1] == [3, 4]
    cards = {key: entry.card for key, entry in by_key.items()}
    assert cards["he_qiang"] is None, "a card of another issuer is none of this host's"
    assert cards["lin_xiaoyu"] is None, "she has none yet"
    states = {key: (card.social_side, card.bank_side, card.blacklisted) for key, card in cards.items() if card}
    assert states["wu_guihua"] == (CardSide.LOST, CardSide.LOST, 1)
    assert states["ma_jun"] == (CardSide.NORMAL, CardSide.EXPIRED, 0)
    assert states["sun_haoran"] == (CardSide.LOCKED, CardSide.NORMAL, 0)
    assert states["li_jianguo"] == (CardSide.NORMAL, CardSide.NORMAL, 0)


def test_the_first_start_is_quick_and_the_second_finds_what_is_there(tmp_path: Path) -> None:
    def opened(today: date = TODAY) -> tuple[float, int, int]:
        started = time.perf_counter()
        engine = open_store(tmp_path / "host.sqlite", people_file=DEMO, seed=1, size=10_000, today=today)
        took = time.perf_counter() - started
        with engine.begin() as connection:
            count = len(connection.execute(people.select()).all())
            kept = len(connection.execute(answers.select()).all())
            if not kept:
                connection.execute(answers.insert().values(key="k", digest=b"d", body=b"b"))
        engine.dispose()
        return took, count, kept

    first, count, _ = opened()
    assert count == 10_000
    assert first < 20.0, "5 s on an idle machine"
    second, count, kept = opened()
    assert (count, kept) == (10_000, 1)
    assert second < 1.0
    assert second < first / 4
    _, count, kept = opened(date(2026, 12, 1))
    assert (count, kept) == (10_000, 1), "a new month brings new contributions and keeps what kiosks wrote"


def test_a_mistake_in_a_data_file_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "people.toml"
    wrong.write_text(DEMO.read_text(encoding="utf-8").replace('birth_date = "1956-03-12"', 'birth_date = "soon"'))
    with pytest.raises(reference.DataError, match=r"people\.toml: .*birth_date|people\.toml: .*person"):
        reference.demo_people(wrong)
