"""What the fleet tells Prometheus, and that rules and dashboard ask for nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, insert

from kiosk.clock import ManualClock
from kiosk.fleet.alerts import book
from kiosk.fleet.alerts.findings import Finding
from kiosk.fleet.desk.overview import overview
from kiosk.fleet.ingest import Tally
from kiosk.fleet.metrics import FleetMetrics, metrics_router
from kiosk.fleet.store import tables
from kiosk.fleet.store.database import migrate, open_database, reading

DEPLOY = Path(__file__).parents[3] / "deploy"
NOW = int(ManualClock().now().timestamp() * 1000)
KNOWN_OF_KIOSKS = {
    "kiosk_fleet_connected",
    "kiosk_event_loop_blocked",
    "kiosk_certificate_expiry_timestamp_seconds",
    "kiosk_supply_days",
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.kiosk).values(id="K0001", added_at=NOW, online=False, silent_since=NOW))
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
    assert found["fleet_alerts_open", "warning"] == 1
    assert found["fleet_ingest_messages_total", "TELEMETRY", "stored"] == 12
    assert found["fleet_ingest_messages_total", "TELEMETRY", "again"] == 1


def test_strangers_must_show_the_token(engine: Engine) -> None:
    assert client(engine, None, "192.0.2.9").get("/metrics").status_code == 403
    guarded = client(engine, "token for tests")
    assert guarded.get("/metrics").status_code == 403
    assert guarded.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 403
    assert guarded.get("/metrics", headers={"Authorization": "Bearer token for tests"}).status_code == 200


def test_rules_and_dashboard_ask_only_for_what_is_told(engine: Engine) -> None:
    text = client(engine, None).get("/metrics").text
    told = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)) | KNOWN_OF_KIOSKS
    told |= {f"{name}_total" for name in told}
    rules = (DEPLOY / "prometheus" / "fleet.rules.yml").read_text(encoding="utf-8")
    dashboard = json.loads((DEPLOY / "grafana" / "fleet.json").read_text(encoding="utf-8"))
    asked = " ".join(re.findall(r"expr: (.*)", rules))
    asked += " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    names = set(re.findall(r"\b(?:fleet|kiosk)_[a-z_]+", asked))
    assert len(names) >= 12
    assert names <= told
