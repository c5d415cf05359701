"""Kiosk commands as processes, for scenarios."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def process(*words: str, log: Path, **environment: str) -> Iterator[dict[str, Any]]:
    """A kiosk command as a process; gives its ready line."""
    with log.open("ab") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "kiosk.cli", *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line, f"{words[0]} did not come up:\n{log.read_text()[-2000:]}"
        yield json.loads(line)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def bench_of(folder: Path, devices: str) -> Iterator[dict[str, Any]]:
    """The bench with these devices, as a process; its ready line."""
    layout = folder / "devices.toml"
    layout.write_text(devices)
    words = ("bench", "--state", str(folder / "state"), "--config", str(layout))
    with process(*words, log=folder / "stderr") as ready:
        yield ready
