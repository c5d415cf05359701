"""Every PIN pad driver of the registry against its simulator, over a PTY and over TCP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pin_pad_desk import FITTED, Desk, seat


@pytest.fixture(autouse=True)
def brisk_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyserial sleeps 0.3 seconds whenever it closes a ``socket://`` line."""
    monkeypatch.setattr("serial.urlhandler.protocol_socket.time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture(params=[*(f"{model}-pty" for model in FITTED), "zt598-tcp"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """Every model on a PTY, one over TCP."""
    model, _, transport = str(request.param).rpartition("-")
    yield from seat(model, f"pty:{tmp_path}/pin-pad" if transport == "pty" else "tcp://127.0.0.1:0")


@pytest.fixture
def zt598(tmp_path: Path) -> Iterator[Desk]:
    """For what belongs to the one protocol."""
    yield from seat("zt598", f"pty:{tmp_path}/pin-pad")
