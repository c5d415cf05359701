"""Commands on their way, policy packs, settings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert, select

from kiosk.catalogue import policy
from kiosk.catalogue.policy import REGIONS
from kiosk.clock import ManualClock
from kiosk.fleet.app import Fleet
from kiosk.fleet.beginning import first_administrator
from kiosk.fleet.keys import CommandSigner, signature_holds
from kiosk.fleet.messages import decode
from kiosk.fleet.orders import Command
from kiosk.fleet.policies import Policies, policy_router
from kiosk.fleet.sending import CommandSender
from kiosk.fleet.settings import FleetServerSettings, load
from kiosk.fleet.store import commands, tables
from kiosk.fleet.store.database import migrate, open_database
from kiosk.fleet.store.tables_alerts import command
from kiosk.located_toml import MistakesError

EXAMPLE = Path(__file__).parents[3] / "deploy" / "fleet.example.toml"


class Broker:
    """Takes what is published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []

    async def publish(self, subject: str, data: bytes) -> None:
        self.published.append((subject, data))

    async def flush(self, timeout: int) -> None:  # noqa: ASYNC109 -- as the client has it
        assert timeout > 0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.kiosk).values(id="K0001", added_at=0, online=True))
    yield engine
    engine.dispose()


def propose(engine: Engine, clock: ManualClock, verb: str, **arguments: str) -> str:
    with engine.begin() as connection:
        now = int(clock.now().timestamp() * 1000)
        return str(commands.propose(connection, now, "operator", "K0001", verb, arguments).id)


async def test_a_command_is_sent_signed_and_again_under_another_nonce_until_it_expires(
    engine: Engine, clock: ManualClock, tmp_path: Path
) -> None:
    broker, signer = Broker(), CommandSigner.at(tmp_path / "commands.key")
    sender = CommandSender(cast(Any, broker), engine, signer, clock)
    order = propose(engine, clock, "restart_device", device="camera")
    assert await sender.send_due() == 1
    assert await sender.send_due() == 0  # it has just been sent
    clock.advance(15)
    assert await sender.send_due() == 1
    (subject, first), (_, second) = broker.published
    assert subject == "fleet.v1.K0001.command"
    sent = [decode(Command, each) for each in (first, second)]
    assert [each.id for each in sent] == [order, order]
    assert all(signature_holds(each, [signer.key]) for each in sent)
    assert sent[0].nonce != sent[1].nonce
    clock.advance(600)
    assert await sender.send_due() == 0
    with engine.connect() as connection:
        assert connection.execute(select(command.c.sent)).scalar_one() == 2


async def test_what_waits_for_a_second_person_is_not_sent(engine: Engine, clock: ManualClock, tmp_path: Path) -> None:
    broker, signer = Broker(), CommandSigner.at(tmp_path / "commands.key")
    sender = CommandSender(cast(Any, broker), engine, signer, clock)
    order = propose(engine, clock, "restart_machine")
    assert await sender.send_due() == 0
    with engine.begin() as connection:
        commands.approve(connection, int(clock.now().timestamp() * 1000), "engineer", order)
    assert await sender.send_due() == 1
    assert decode(Command, broker.published[0][1]).approved_by == "engineer"


def test_a_policy_pack_is_fetched_by_what_it_contains(tmp_path: Path) -> None:
    region_file = sorted(REGIONS.glob("*.toml"))[0]
    policies = Policies(tmp_path / "policies")
    digest = policies.add(region_file.stem, region_file)
    api = FastAPI()
    api.include_router(policy_router(policies))
    client = TestClient(api)
    path = f"/policy/{region_file.stem}/{digest}"
    assert client.get(path).content == region_file.read_bytes()
    assert client.get(f"/policy/{region_file.stem}/{'0' * 64}").status_code == 404
    assert client.get(f"/policy/{region_file.stem}/..%2f..%2fpki").status_code in (404, 422)
    kept = tmp_path / "policies" / region_file.stem / f"{digest}.toml"
    os.utime(kept, (1_000, 1_000))
    later = tmp_path / "later.toml"
    later.write_text("# another edition\n" + region_file.read_text(encoding="utf-8"), encoding="utf-8")
    offered = [(each.region, each.digest) for each in policies.kept()]
    assert offered == [(region_file.stem, digest)]
    other = policies.add(region_file.stem, later)
    packs = policies.kept(region_file.stem)
    assert [each.digest for each in packs] == [other, digest]
    newest = max(rule.valid_from for rule in policy.load(region_file.stem, region_file).rule)
    assert (packs[1].kept_at, packs[1].newest) == (1_000_000, newest)
    assert policies.kept("999999") == ()
    kept.write_text("altered")
    assert client.get(path).status_code == 404
    assert [each.digest for each in policies.kept()] == [other]
    broken = tmp_path / "broken.toml"
    shutil.copy(kept, broken)
    with pytest.raises(MistakesError):
        policies.add(region_file.stem, broken)


def test_the_example_of_the_settings_is_good(tmp_path: Path) -> None:
    settings = load(EXAMPLE, tmp_path)
    assert settings.ingest_workers == 2
    assert settings.database_url == "sqlite:////var/lib/kiosk-fleet/fleet.db"
    wrong = tmp_path / "fleet.toml"
    wrong.write_text('directory = "/tmp"\nconsol = "x"\n')
    with pytest.raises(MistakesError, match="consol"):
        load(wrong, tmp_path)


def test_the_first_administrator_is_made_once(tmp_path: Path) -> None:
    fleet = Fleet(FleetServerSettings.model_validate({"directory": tmp_path / "fleet"}), ())
    password = first_administrator(fleet, "administrator")
    assert password is not None
    assert fleet.accounts.sign_in("administrator", password, "192.0.2.1").role == "administrator"
    assert first_administrator(fleet, "another") is None
