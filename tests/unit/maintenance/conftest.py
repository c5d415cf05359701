"""The rig, up and down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from maintenance_rig import Rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    await rig.close()
