"""Whatever is lost, repeated, doubled or late, from two kiosks: one live card an application, money taken exactly when
a card was bound, and every reserved serial ends released, suspect, spoiled or bound.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from issuing_machine import Issuing
from issuing_world import World

from kiosk.host.sandbox import holdings
from kiosk.host.sandbox.store import people

EXAMPLES = 60


def two_without_a_card(world: World) -> tuple[Any, Any]:
    """Grown up, insured here, and without a card."""
    found = []
    for person in world.rows(people):
        if person.kind == "ordinary" and person.insured_here and person.birth_date < "2000":
            with world.engine.connect() as connection:
                if holdings.of_person(connection, person.id) is None:
                    found.append(person)
    return found[0], found[1]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        opened = World.open(Path(folder), size=600)
        yield opened
        opened.engine.dispose()


def test_any_interleaving_of_lost_late_and_doubled_calls(world: World) -> None:
    machine = type("IssuingHere", (Issuing,), {"world": world, "people": two_without_a_card(world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
