"""Intents, outcomes, the chain, and everything that changes together."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.clock import ManualClock
from kiosk.journal.entries import GENESIS, Kind, chained
from kiosk.journal.errors import JournalBusy, JournalDamaged, JournalFull, PersonalDataRefused
from kiosk.journal.store import Break, Journal, OpenBusiness

NUMBER = "990101195603120022"
IDENTIFIER = "990100D1560000050A00000148FB4966"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))


@pytest.fixture
def journal(path: Path, clock: ManualClock) -> Iterator[Journal]:
    journal = Journal(path, clock, "K0001")
    yield journal
    journal.close()


def reopened(journal: Journal, path: Path, clock: ManualClock) -> Journal:
    journal.close()
    return Journal(path, clock, "K0001")


def test_an_intent_and_its_outcome(journal: Journal, clock: ManualClock) -> None:
    business = journal.new_business()
    intent = journal.intent(business, "session.query.printing", {"document": "D20261122000045", "sheets": 2})
    clock.advance(1.5)
    outcome = journal.outcome(intent, "printed", {"cut": True})
    assert list(journal.entries()) == [intent, outcome]
    assert (intent.sequence, intent.kind, intent.result, intent.at) == (
        1,
        Kind.INTENT,
        None,
        "2026-11-22T01:00:00.000Z",
    )
    assert intent.told == {"document": "D20261122000045", "sheets": 2}
    assert (outcome.sequence, outcome.business, outcome.kind, outcome.step) == (2, business, Kind.OUTCOME, intent.step)
    assert (outcome.intent, outcome.result, outcome.at) == (1, "printed", "2026-11-22T01:00:01.500Z")
    assert outcome.previous == intent.hash
    assert journal.verify() is None


def test_what_is_open_is_found_after_a_restart(journal: Journal, path: Path, clock: ManualClock) -> None:
    first, second, third = journal.new_business(), journal.new_business(), journal.new_business()
    printing = journal.intent(first, "printing")
    changing = journal.intent(second, "pin.changing")
    journal.note(third, "card_left")
    feeding = journal.intent(second, "feeding")
    journal.outcome(printing, "printed")
    after = reopened(journal, path, clock)
    assert after.open_businesses() == (OpenBusiness(second, (changing, feeding)),)
    after.outcome(changing, "unknown")
    after.outcome(feeding, "not_done")
    assert after.open_businesses() == ()
    after.close()


def test_an_intent_has_one_outcome(journal: Journal) -> None:
    intent = journal.intent(journal.new_business(), "printing")
    outcome = journal.outcome(intent, "printed")
    with pytest.raises(ValueError, match="intent 1 has its outcome"):
        journal.outcome(intent, "torn")
    with pytest.raises(ValueError, match="only an intent has an outcome"):
        journal.outcome(outcome, "printed")
    assert len(list(journal.entries())) == 2


def test_business_numbers_are_never_given_twice(journal: Journal, path: Path, clock: ManualClock) -> None:
    numbers = [journal.new_business() for _ in range(3)]
    clock.set_now(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    numbers.append(journal.new_business())
    clock.set_now(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))
    after = reopened(journal, path, clock)
    numbers.append(after.new_business())
    assert [re.sub("-.$", "", number) for number in numbers] == [
        "20261122-K0001-0001",
        "20261122-K0001-0002",
        "20261122-K0001-0003",
        "20261123-K0001-0001",
        "20261122-K0001-0004",
    ]
    after.close()


def test_entries_of_one_business(journal: Journal) -> None:
    one, other = journal.new_business(), journal.new_business()
    entries = [journal.note(one, "a"), journal.note(other, "b"), journal.note(one, "c")]
    assert list(journal.entries(one)) == [entries[0], entries[2]]


# -- together ----------------------------------------------------------------------------------------------------------


def test_all_that_belongs_together_becomes_durable_together(journal: Journal, path: Path, clock: ManualClock) -> None:
    intent = journal.intent(journal.new_business(), "printing")
    with journal.together():
        journal.outcome(intent, "printed")
        journal.counters.add("sheets", 2)
        message = journal.outbox.add("document_activated", {"document": "D20261122000045"})
        journal.custody.began(IDENTIFIER, intent.business)
    after = reopened(journal, path, clock)
    assert [entry.result for entry in after.entries()] == [None, "printed"]
    assert after.counters.value("sheets") == 2
    assert [each.id for each in after.outbox.pending()] == [message]
    assert after.custody.held() is not None
    after.close()


def test_or_none_of_it(journal: Journal) -> None:
    business = journal.new_business()
    intent = journal.intent(business, "printing")

    def fail_half_way() -> None:
        with journal.together():
            journal.outcome(intent, "printed")
            journal.counters.add("sheets", 2)
            journal.outbox.add("document_activated", {"document": "D20261122000045"})
            journal.custody.began(IDENTIFIER, business)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert list(journal.entries()) == [intent]
    assert journal.counters.value("sheets") == 0
    assert journal.outbox.pending() == ()
    assert journal.custody.held() is None
    assert journal.verify() is None


def test_a_part_may_fail_alone(journal: Journal) -> None:
    business = journal.new_business()
    with journal.together():
        journal.note(business, "first")
        try:
            with journal.together():
                journal.note(business, "second")
                raise KeyError("inner")
        except KeyError:
            journal.counters.add("failures")
    assert [entry.step for entry in journal.entries()] == ["first"]
    assert journal.counters.value("failures") == 1
    assert journal.verify() is None


def test_it_is_written_from_many_threads(journal: Journal) -> None:
    business = journal.new_business()

    def write() -> None:
        for _ in range(10):
            with journal.together():
                journal.note(business, "note")
                journal.counters.add("notes")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(journal.entries())) == journal.counters.value("notes") == 40
    assert journal.verify() is None


def test_two_processes_write_one_chain(journal: Journal, path: Path, clock: ManualClock) -> None:
    """As the kiosk and ``kiosk stock`` do: neither knows of the other's entries until it writes."""
    other = Journal(path, clock, "K0001")
    business = journal.new_business()
    for step in ("one", "two", "three"):
        journal.note(business, f"kiosk.{step}")
        intent = other.intent(business, f"stock.{step}")
        journal.outcome(intent, "done")
    other.close()
    assert [entry.sequence for entry in journal.entries()] == [*range(1, 10)]
    assert journal.verify() is None


# -- nothing personal --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"seen": NUMBER}, "facts.seen: looks like"),
        ({"seen": int(NUMBER)}, "facts.seen: looks like"),
        ({"deep": [{"account": "6299990000000000012"}]}, "facts.deep[0].account: a key for personal data"),
        ({"deep": [{"to": "6299990000000000012"}]}, "facts.deep[0].to: looks like"),
        ({"call": "13912340022"}, "facts.call: looks like"),
        ({"who": "王秀兰"}, "facts.who: looks like"),
        ({"name": "x"}, "facts.name: a key for personal data"),
        ({"pin": "x"}, "facts.pin: a key for personal data"),
        ({"card": IDENTIFIER}, "facts.card: looks like"),
    ],
)
def test_nothing_personal_gets_in(journal: Journal, facts: dict[str, object], where: str) -> None:
    with pytest.raises(PersonalDataRefused) as raised:
        journal.note(journal.new_business(), "note", facts)  # type: ignore[arg-type]
    assert str(raised.value).startswith(where)
    for value in (NUMBER, "6299990000000000012", "13912340022", "王秀兰", IDENTIFIER):
        assert value not in str(raised.value)
    assert list(journal.entries()) == []


@pytest.mark.parametrize("word", ["Printed", "990101195603120022", "two words", "", "王"])
def test_steps_and_results_are_words_of_the_house(journal: Journal, word: str) -> None:
    business = journal.new_business()
    with pytest.raises(ValueError, match="a word of the house"):
        journal.intent(business, word)
    intent = journal.intent(business, "printing")
    with pytest.raises(ValueError, match="a word of the house"):
        journal.outcome(intent, word)
    assert len(list(journal.entries())) == 1


def test_fractions_are_refused(journal: Journal) -> None:
    with pytest.raises(TypeError, match="no fractions"):
        journal.note(journal.new_business(), "note", {"seconds": [0.5]})  # type: ignore[dict-item]


def test_the_chain_is_of_json_as_anyone_writes_it() -> None:
    """Every character there is, and what else an entry holds: whoever checks an export needs no tool of ours."""
    characters = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    content = (7, "B1", "note", "step", "2026-11-22T01:00:00.000Z", None, "done", characters)
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    assert chained(GENESIS, content) == hashlib.sha256(GENESIS + written.encode("utf-8")).digest()


# -- damage ------------------------------------------------------------------------------------------------------------


def tamper(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "sequence", "reason"),
    [
        ("UPDATE entry SET facts = '{\"sheets\":3}' WHERE sequence = 2", 2, "was changed after it was written"),
        ("UPDATE entry SET result = 'torn' WHERE sequence = 4", 4, "was changed after it was written"),
        ("UPDATE entry SET at = '2026-11-22T02:00:00.000Z' WHERE sequence = 1", 1, "was changed after it was written"),
        ("DELETE FROM entry WHERE sequence = 2", 2, "missing"),
        ("DELETE FROM entry WHERE sequence >= 4", 4, "missing at the end"),
        ("UPDATE entry SET previous = zeroblob(32) WHERE sequence = 3", 3, "does not follow the entry before it"),
    ],
)
def test_the_first_broken_entry_is_found(
    journal: Journal, path: Path, clock: ManualClock, statement: str, sequence: int, reason: str
) -> None:
    business = journal.new_business()
    intent = journal.intent(business, "printing")
    for sheets in (1, 2):
        journal.note(business, "sheet", {"sheets": sheets})
    journal.outcome(intent, "printed")
    assert journal.verify() is None
    tamper(path, statement)
    found = journal.verify()
    assert found == Break(sequence, reason, found.entry if found else None)
    journal.close()
    with pytest.raises(JournalDamaged, match=f"entry {sequence}: {reason}"):
        Journal(path, clock, "K0001")


def test_a_damaged_file_is_said_to_be_damaged(journal: Journal, path: Path, clock: ManualClock) -> None:
    business = journal.new_business()
    for number in range(200):
        journal.note(business, "note", {"number": number})
    journal.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = bytes(4096 * 6)
    path.write_bytes(content)
    with pytest.raises(JournalDamaged):
        Journal(path, clock, "K0001")


def test_what_is_no_journal_is_damaged(path: Path, clock: ManualClock) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is something else entirely, and long enough to be looked at" * 40)
    with pytest.raises(JournalDamaged, match="SQLITE_NOTADB"):
        Journal(path, clock, "K0001")


def test_a_journal_of_a_later_version_is_left_alone(journal: Journal, path: Path, clock: ManualClock) -> None:
    tamper(path, "PRAGMA user_version = 7")
    with pytest.raises(JournalDamaged, match="version 7; this software knows version 3"):
        reopened(journal, path, clock)


def test_a_full_disk_is_said_and_nothing_half_is_kept(journal: Journal, path: Path, clock: ManualClock) -> None:
    business = journal.new_business()
    kept = [journal.note(business, "note", {"text": "x" * 500})]
    connection = journal._database._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    def write_on_and_on() -> None:
        for number in range(1000):
            with journal.together():
                entry = journal.note(business, "note", {"text": "x" * 500, "number": number})
                journal.counters.add("notes")
            kept.append(entry)

    with pytest.raises(JournalFull):
        write_on_and_on()
    assert list(journal.entries()) == kept
    assert journal.counters.value("notes") == len(kept) - 1
    connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
    kept.append(journal.note(business, "there_is_room_again"))
    after = reopened(journal, path, clock)
    assert list(after.entries()) == kept
    after.close()


def test_a_second_writer_is_told_so(journal: Journal, path: Path, clock: ManualClock) -> None:
    other = Journal(path, clock, "K0001", busy_seconds=0.01)
    with journal.together():
        journal.counters.add("x")
        with pytest.raises(JournalBusy):
            other.new_business()
    other.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalDamaged, match="the folder cannot be made"):
        Journal(tmp_path / "file" / "journal.db", clock, "K0001")


def test_the_disk_has_it_when_a_call_returns(journal: Journal) -> None:
    connection = journal._database._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
