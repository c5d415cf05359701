"""The dispenser and its simulator on real lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from crt591_desk import TRANSPORTS, Desk, brisk, desk


@pytest.fixture
def brisk_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    brisk(monkeypatch)


@pytest.fixture(params=[*(f"m001-{transport}" for transport in TRANSPORTS), "r02-pty"])
def each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    model, _, transport = str(request.param).partition("-")
    with desk(tmp_path, transport, model=model) as there:
        yield there


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one
