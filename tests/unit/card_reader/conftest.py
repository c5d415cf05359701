"""Chips of virtual cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from card_examples import PAGE_CARD, DirectChip

from devices.card_reader.simulator.card import VirtualCard


@pytest.fixture
def chip_of() -> Callable[..., DirectChip]:
    """A chip of the page's card, with fields changed: ``chip_of(version="1.0")``."""

    def make(*, t0: bool = True, **fields: Any) -> DirectChip:
        return DirectChip(VirtualCard({**PAGE_CARD, **fields}), t0=t0)

    return make
