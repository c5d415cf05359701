"""What the fleet tells Prometheus, and that rules and dashboard ask for nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from sqlalchemy import Engine, insert

from devices.contract import DeviceState
from kiosk.clock import ManualClock
from kiosk.fleet.alerts import book
from kiosk.fleet.alerts.findings import Finding
from kiosk.fleet.desk.overview import overview
from kiosk.fleet.ingest import Tally
from kiosk.fleet.messages import Heartbeat, Software
from kiosk.fleet.metrics import FleetMetrics, metrics_router
from kiosk.fleet.store import tables
from kiosk.fleet.store.database import migrate, open_database, reading
from kiosk.health import metrics
from kiosk.health.capabilities import Health
from kiosk.health.metrics import Facts, Metrics, families
from kiosk.health.supplies import Supply

DEPLOY = Path(__file__).parents[3] / "deploy"
NOW = int(ManualClock().now().timestamp() * 1000)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.kiosk).values(id="K0001", added_at=NOW, online=False, silent_since=NOW))
        heard = {"seen_at": NOW - 90_000, "sent_at": NOW - 90_000, "boot": "0000bbbb", "journal": "0000aaaa"}
        zeros = dict.fromkeys(("number", "sequence", "uptime", "unsent", "dropped"), 0)
        words = dict.fromkeys(("version", "policy", "region", "works", "banks", "state"), "")
        connection.execute(insert(tables.presence).values(kiosk="K0001", serving=False, **heard, **zeros, **words))
        book.open_alert(connection, NOW, "K0001", Finding("kiosk", "fleet.silent", NOW))
    yield engine
    engine.dispose()


def client(engine: Engine, token: str | None, host: str = "127.0.0.1") -> TestClient:
    tallies = [{"TELEMETRY": Tally(stored=5, again=1)}, {"TELEMETRY": Tally(stored=7)}]
    look = lambda: overview(reading(engine), NOW)  # noqa: E731
    api = FastAPI()
    api.include_router(metrics_router(FleetMetrics(reading(engine), look, lambda: tallies), token))
    return TestClient(api, client=(host, 40000))


def test_what_is_told(engine: Engine) -> None:
    text = client(engine, None).get("/metrics").text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["fleet_kiosks", "offline"] == 1
    assert found["fleet_kiosks", "fine"] == 0
    assert found["fleet_last_heartbeat_timestamp_seconds",] == NOW / 1000 - 90
    assert found["fleet_alerts_open", "warning"] == 1
    assert found["fleet_ingest_messages_total", "TELEMETRY", "stored"] == 12
    assert found["fleet_ingest_messages_total", "TELEMETRY", "again"] == 1


def test_strangers_must_show_the_token(engine: Engine) -> None:
    assert client(engine, None, "192.0.2.9").get("/metrics").status_code == 403
    guarded = client(engine, "token for tests")
    assert guarded.get("/metrics").status_code == 403
    assert guarded.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 403
    assert guarded.get("/metrics", headers={"Authorization": "Bearer token for tests"}).status_code == 200


class OfKiosk(Collector):
    """A kiosk's page when all is known of it, and what is there instead while its event loop is blocked."""

    def collect(self) -> Iterator[Metric]:
        beat = Heartbeat(
            kiosk="K0001", boot="00000001", number=1, journal="00000002", sequence=1, sent_at=NOW, uptime=1,
            software=Software(version="0.1.0"), certificate_until=NOW, disk_free=1, clock_off=1,
        )  # fmt: skip
        devices = {"camera": (DeviceState.OFFLINE, "camera.not_connected")}
        supplies = (Supply("ribbon", 12, 6.0, 2.0, date(2026, 11, 24)),)
        yield from families(Facts(beat, True, devices, supplies, {"cards.issued": 1, "receipts": 1}))
        blocked = Metrics(
            0, Health(host=cast(Any, None)), heartbeat=lambda: beat, counters=dict, connected=lambda: True
        )
        blocked._loop = asyncio.new_event_loop()  # it does not run
        try:
            yield from blocked.collect()
        finally:
            blocked._loop.run_until_complete(asyncio.sleep(0))
            blocked._loop.close()


def test_rules_and_dashboard_ask_only_for_what_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "PATIENCE", 0.01)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OfKiosk())
    pages = client(engine, None).get("/metrics").text, generate_latest(registry).decode()
    families_told = [family for page in pages for family in text_string_to_metric_families(page)]
    told = {name for family in families_told for name in (family.name, *(sample.name for sample in family.samples))}
    counted = {sample.name for family in families_told if family.type == "counter" for sample in family.samples}
    rules = (DEPLOY / "prometheus" / "fleet.rules.yml").read_text(encoding="utf-8")
    dashboard = json.loads((DEPLOY / "grafana" / "fleet.json").read_text(encoding="utf-8"))
    asked = re.findall(r"expr: ([^|>\n][^\n]+)", rules)
    assert len(asked) == rules.count("- alert:")
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    names = set(re.findall(r"\b(?:fleet|kiosk)_[a-z_]+", " ".join(asked)))
    assert len(names) >= 12
    assert names - told == set()
    for each in asked:  # what may fall is no counter: its fall would count as a rise
        assert set(re.findall(r"(?:rate|increase)\((\w+)", each)) <= counted, each
        divisor = each.partition(" / ")[2]
        assert "sum(" not in divisor, each  # has no labels left that could match
