"""The writer is killed at any moment, the log is torn: what was acknowledged is there, and nothing half-done is."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.clock import ManualClock
from kiosk.journal.entries import Kind
from kiosk.journal.store import Journal

WRITER = Path(__file__).with_name("journal_writer.py")
ROUNDS = 25


def killed_after(path: Path, acknowledgements: int, random_: random.Random) -> list[str]:
    """Run the writer, kill it somewhere after so many acknowledgements; all that it acknowledged."""
    process = subprocess.Popen([sys.executable, str(WRITER), str(path)], stdout=subprocess.PIPE, text=True, bufsize=1)
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    assert lines == ["ready\n"]
    for _ in range(acknowledgements):
        lines.append(process.stdout.readline())
    for _ in range(random_.randrange(20_000)):
        pass
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate()
    return [*lines[1:], *(line for line in rest.splitlines(keepends=True) if line.endswith("\n"))]


def test_killed_at_any_moment_it_keeps_all_that_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    random_ = random.Random(20261122)
    acknowledged: dict[int, str] = {}
    for _ in range(ROUNDS):
        for line in killed_after(path, random_.randrange(0, 12), random_):
            sequence, digest = line.split()
            acknowledged[int(sequence)] = digest
    journal = Journal(path, ManualClock(), "K0001")
    entries = {entry.sequence: entry for entry in journal.entries()}
    assert {sequence: entries[sequence].hash.hex() for sequence in acknowledged} == acknowledged
    assert len(acknowledged) > ROUNDS
    assert sorted(entries) == list(range(1, len(entries) + 1))
    assert journal.verify() is None

    outcomes = [entry for entry in entries.values() if entry.kind is Kind.OUTCOME]
    assert journal.counters.value("sheets") == len(outcomes)
    queued = [message.payload["document"] for message in journal.outbox.pending(limit=100_000)]
    assert queued == [str(entry.sequence) for entry in outcomes]
    assert len({entry.business for entry in outcomes}) == len(outcomes)
    left_open = {business.intents[0].sequence for business in journal.open_businesses()}
    assert left_open == {entry.sequence for entry in entries.values() if entry.kind is Kind.INTENT} - {
        entry.intent for entry in outcomes
    }
    journal.close()


@pytest.mark.parametrize("damage", ["cut", "garbage", "zeros"])
def test_a_torn_log_loses_the_torn_write_only(tmp_path: Path, damage: str) -> None:
    source = tmp_path / "journal.db"
    journal = Journal(source, ManualClock(), "K0001")
    business = journal.new_business()
    log = Path(f"{source}-wal")
    lengths = []
    for number in range(8):
        journal.note(business, "note", {"number": number})
        lengths.append(log.stat().st_size)
    random_ = random.Random(damage)
    for turn in range(12):
        copy = tmp_path / f"{turn}" / "journal.db"
        copy.parent.mkdir()
        shutil.copy(source, copy)
        content = bytearray(log.read_bytes())
        position = random_.randrange(lengths[0], len(content))
        if damage == "cut":
            del content[position:]
        elif damage == "zeros":
            content[position:] = bytes(len(content) - position)
        else:
            content[position:] = random_.randbytes(len(content) - position)
        Path(f"{copy}-wal").write_bytes(content)
        whole = sum(1 for length in lengths if length <= position)
        recovered = Journal(copy, ManualClock(), "K0001")
        assert [entry.told["number"] for entry in recovered.entries()] == list(range(whole))
        assert recovered.note(business, "next").sequence == whole + 1
        assert recovered.verify() is None
        recovered.close()
    journal.close()
