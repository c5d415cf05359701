"""Ctrl-C ends everything that `kiosk run` started, and nothing else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import end, kiosk_run

from devices.bench.client import BenchClient

pytestmark = [pytest.mark.window, pytest.mark.pcsc]


def descendants(root: int) -> dict[int, str]:
    """Process id -> name, of everything below ``root``."""
    parents, names = {}, {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue  # it has ended meanwhile
        parents[int(process.name)], names[int(process.name)] = int(rest.split()[1]), name
    found, fresh = {}, {root}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh}
        found.update({pid: names[pid] for pid in fresh})
    return found


def living(pids: Iterable[int]) -> list[str]:
    """Names of those that still run; what has ended and was not waited for by its new parent does not."""
    found = []
    for pid in pids:
        try:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if rest.split()[0] not in "ZX":
            found.append(name)
    return found


def wait_gone(pids: Iterable[int], seconds: float) -> list[str]:
    """Those that run after that time; at once when none does."""
    deadline = time.monotonic() + seconds
    while (left := living(pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def test_ctrl_c_ends_all_that_was_started_and_nothing_else(tmp_path: Path) -> None:
    bystander = subprocess.Popen(["Xvfb", "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE)
    try:
        assert bystander.stdout is not None
        bystander.stdout.readline()
        running = kiosk_run(tmp_path / "run")
        with BenchClient(running.url) as bench:
            bench.insert_card("wang_xiulan")  # a card in the slot does not hold it up
        started = descendants(running.process.pid)
        assert {"Xvfb", "pcscd"} <= set(started.values())
        assert len(started) >= 6
        assert end(running) == 0
        assert wait_gone(started, seconds=5) == []
        assert bystander.poll() is None
    finally:
        bystander.terminate()
        bystander.wait()
