"""Lines whose far end is in the same process need less patience."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


@pytest.fixture(autouse=True)
def brisk_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyserial sleeps 0.3 seconds whenever it closes a ``socket://`` line; a real reader acknowledges within 0.3."""
    monkeypatch.setattr("serial.urlhandler.protocol_socket.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr("devices.card_reader.crt310.line.ACKNOWLEDGE_SECONDS", 0.06)
    monkeypatch.setattr("devices.card_reader.crt310.line.GAP_SECONDS", 0.04)
