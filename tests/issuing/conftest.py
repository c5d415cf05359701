"""A workshop for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from workshop import Workshop, workshop


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workshop]:
    with workshop(tmp_path) as made:
        yield made
