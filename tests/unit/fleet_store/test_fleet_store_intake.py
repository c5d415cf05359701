"""What is stored is the same in whatever order, split and repetition it comes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from kiosk.fleet.messages import Telemetry, decode
from kiosk.fleet.simulate.fleet import SimulatedFleet
from kiosk.fleet.store import intake, tables

START = 1_800_000_000_000
LATEST = (
    tables.telemetry, tables.device_state, tables.storage_unit, tables.supply, tables.capabilities, tables.condition,
    tables.counter_day, tables.outcome_day, tables.step_day, tables.facet_change,
)  # fmt: skip


def a_day() -> list[Telemetry]:
    """Of three kiosks: faults, doors, stock, business, counters."""
    fleet = SimulatedFleet(3, START, seed=7)
    chance = random.Random(7)
    for hour in range(1, 9):
        now = START + hour * 3_600_000
        for machine in fleet.kiosks.values():
            at = now - chance.randrange(3_000_000)
            fleet.at(at, lambda now, machine=machine: machine.door_forced(now))  # type: ignore[misc]
            fleet.at(at + 60_000, lambda now, machine=machine: machine.stock_difference(now))  # type: ignore[misc]
            fleet.at(at + 90_000, lambda now, machine=machine: machine.stock_counted(now))  # type: ignore[misc]
    return [decode(Telemetry, each.data) for each in fleet.step(START + 8 * 3_600_000) if each.message_id]


def content(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))  # type: ignore[misc]
            for table in LATEST
        }


def put(engine: Engine, batches: list[list[tuple[Telemetry, int]]]) -> int:
    new = 0
    for batch in batches:
        with engine.begin() as connection:
            new += intake.store_telemetry(connection, batch, known=set())
    return new


@pytest.mark.parametrize("seed", range(3))
def test_order_split_and_repetition_make_no_difference(engine: Engine, seed: int) -> None:
    messages = [(each, START + number) for number, each in enumerate(a_day())]
    assert len(messages) > 300
    assert put(engine, [messages]) == len(messages)
    expected = content(engine)
    with engine.begin() as connection:
        for table in (*LATEST, tables.position, tables.attention):
            connection.execute(delete(table))
    chance = random.Random(seed)
    shuffled = messages + chance.sample(messages, len(messages) // 2)
    chance.shuffle(shuffled)
    batches = [shuffled[start : start + 37] for start in range(0, len(shuffled), 37)]
    assert put(engine, batches) == len(messages)
    assert content(engine) == expected
    with engine.connect() as connection:
        for row in connection.execute(select(tables.position)):
            assert row.stored == row.highest == max(each.sequence for each, _ in messages if each.kiosk == row.kiosk)


def test_a_journal_begun_anew_replaces_what_the_old_one_said(engine: Engine) -> None:
    def state(journal: str, sequence: int, fault: str | None) -> Telemetry:
        body = intake.DeviceState(device="scanner", kind="scanner", state="online", fault=fault)
        return Telemetry(
            kiosk="K0001", journal=journal, sequence=sequence, boot="00000001", happened_at=START, sent_at=START,
            body=body,
        )  # fmt: skip

    old, new = "aaaaaaaa", "bbbbbbbb"
    put(engine, [[(state(old, 900, "scanner.absent"), START)], [(state(new, 1, None), START + 5)]])
    put(engine, [[(state(old, 899, "scanner.absent"), START + 1)]])
    with engine.connect() as connection:
        row = connection.execute(select(tables.device_state)).one()
    assert (row.journal, row.sequence, row.fault) == (new, 1, None)
