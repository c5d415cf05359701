"""A real broker for tests of the fleet: its own process, its own authorities, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fleet_stand import ENROLMENT, Fleet

from kiosk.fleet.broker import Broker, free_port
from kiosk.fleet.broker_configuration import BrokerSettings, Users
from kiosk.fleet.pki import FleetPki


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """Kiosks K0001 and K0002 are enrolled; ``ingest`` and ``api`` are services."""
    pki = FleetPki.at(tmp_path / "pki")
    settings = BrokerSettings("test", tmp_path / "broker", pki.broker("test", ["127.0.0.1"]), port=free_port())
    users = Users(
        services=frozenset({"ingest", "api"}),
        readers=frozenset({"dashboard"}),
        kiosks=frozenset({("K0001", ENROLMENT), ("K0002", ENROLMENT)}),
    )
    broker = Broker(settings)
    await broker.start(users)
    yield Fleet(pki, broker, users)
    await broker.stop()
