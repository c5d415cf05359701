"""The journal as engineers read it, while the kiosk has it open."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk.clock import ManualClock
from kiosk.commands.journal import app
from kiosk.journal.business_number import compose
from kiosk.journal.store import Journal

IDENTIFIER = "990100D1560000050A00000148FB4966"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path, ManualClock(datetime(2026, 11, 22, 1, 0, tzinfo=UTC)), "K0001")
    yield journal
    journal.close()


def run(path: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--file", str(path)])


@pytest.fixture
def business(journal: Journal) -> str:
    number = journal.new_business()
    intent = journal.intent(number, "printing", {"document": "D20261122000045"})
    journal.outcome(intent, "printed", {"sheets": 2})
    journal.intent(journal.new_business(), "pin.changing")
    return number


def test_show_one_business(path: Path, business: str) -> None:
    result = run(path, "show", business.lower(), "--json")
    assert result.exit_code == 0
    assert [(each["kind"], each["result"], each["facts"]) for each in json.loads(result.stdout)["entries"]] == [
        ("intent", None, {"document": "D20261122000045"}),
        ("outcome", "printed", {"sheets": 2}),
    ]


def test_show_the_latest(path: Path, business: str) -> None:
    result = run(path, "show", "--last", "2")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["no.", "when", "business", "what", "result", "facts"]
    assert " ".join(lines[1]) == f"2 2026-11-22 09:00:00 {business} outcome of 1: printing printed sheets 2"
    assert lines[2][0] == "3"
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [("20261122-K0001-0042-A", 2, "not a business number"), ("20261122-K0001-0042-S", 1, "No entries of business")],
)
def test_show_what_is_not_there(path: Path, business: str, number: str, code: int, words: str) -> None:
    result = run(path, "show", number)
    assert result.exit_code == code
    assert words in result.stderr


def test_verify(path: Path, journal: Journal, business: str) -> None:
    result = run(path, "verify")
    assert (result.exit_code, result.stdout) == (0, "The chain holds: 3 entries.\n")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE entry SET result = 'torn' WHERE sequence = 2")
    connection.close()
    result = run(path, "verify")
    assert result.exit_code == 1
    assert "entry 2 was changed after it was written" in result.stderr
    result = run(path, "verify", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "whole": False,
        "entries": 3,
        "broken_at": 2,
        "reason": "entry 2 was changed after it was written",
    }


def test_open(path: Path, journal: Journal, business: str) -> None:
    journal.custody.began(IDENTIFIER, journal.new_business())
    journal.outbox.add("document_void", {"document": "D20261122000045"}, "one")
    journal.outbox.add("document_void", {"document": "D20261122000046"}, "two")
    journal.outbox.give_up("two")
    told = json.loads(run(path, "open", "--json").stdout)
    assert [each["intents"][0]["step"] for each in told["businesses"]] == ["pin.changing"]
    assert told["card_held"] == {"serial": "0A000001", "since": "2026-11-22T01:00:00.000Z"}
    assert told["messages_waiting"] == 1
    assert told["messages_for_a_person"] == [{"id": "two", "kind": "document_void"}]
    words = run(path, "open").stdout
    assert "Card in the reader: serial 0A000001, since 2026-11-22 09:00:00." in words
    assert "Messages waiting to be told: 1; left to a person: 1." in words


def test_nothing_open(path: Path, journal: Journal) -> None:
    assert run(path, "open").stdout == (
        "No open businesses.\nCard in the reader: none.\nMessages waiting to be told: 0; left to a person: 0.\n"
    )


def test_export(path: Path, journal: Journal, business: str, tmp_path: Path) -> None:
    target = tmp_path / "journal.jsonl"
    result = run(path, "export", "--to", str(target))
    assert result.exit_code == 0
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [line["hash"] for line in lines] == [entry.hash.hex() for entry in journal.entries()]
    assert [line["previous"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    assert run(path, "export").stdout == target.read_text(encoding="utf-8")
    assert "No such file or directory" in run(path, "export", "--to", str(tmp_path / "no" / "x")).stderr


def test_export_of_one_business(path: Path, journal: Journal, business: str, tmp_path: Path) -> None:
    told = json.loads(run(path, "export", business).stdout)
    assert (told["format"], told["business"], told["issue"]) == ("kiosk-incident/1", business, None)
    assert [entry["step"] for entry in told["entries"]] == [
        entry.step for entry in journal.entries() if entry.business == business
    ]
    other = compose(date(2026, 11, 22), "K0001", 999)
    assert f"No entries of business {other}" in run(path, "export", other).stderr
    assert run(path, "export", "nonsense").exit_code == 2


def test_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path / "absent.db", "verify")
    assert result.exit_code == 1
    assert "There is no journal at" in result.stderr
    monkeypatch.setenv("KIOSK_CONFIG", str(tmp_path / "absent.toml"))
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "Name the journal with --file" in result.stderr


def test_reading_makes_nothing(path: Path, journal: Journal, business: str) -> None:
    journal.close()
    before = path.read_bytes()
    assert run(path, "open").exit_code == 0
    assert path.read_bytes() == before
    path.with_name("empty.db").write_bytes(b"")
    result = run(path.with_name("empty.db"), "verify")
    assert result.exit_code == 1
    assert "JournalDamaged" in result.stderr
