"""The sandbox host without a network, and a kiosk's desk before it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "host"))  # where the sandbox host without a network is

import pytest
from applying_desk import Desk
from issuing_world import World


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World.open(tmp_path_factory.mktemp("host"), size=600)


@pytest.fixture
def desk(population: World, tmp_path: Path) -> Iterator[Desk]:
    population.reset()
    with Desk.open(population, tmp_path) as made:
        yield made
