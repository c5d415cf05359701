"""A desk with everybody on the roll."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from staff_rig import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    no_host: Any = None
    made = Desk(tmp_path, no_host)
    yield made
    made.close()
