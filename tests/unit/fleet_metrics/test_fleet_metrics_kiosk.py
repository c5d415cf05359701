"""What a kiosk tells Prometheus, asked over its port."""

from __future__ import annotations

import asyncio
import urllib.request
from datetime import date
from typing import Any, cast

from prometheus_client.parser import text_string_to_metric_families

from devices.contract import DeviceState, Status
from kiosk.fleet.messages import Heartbeat, Software
from kiosk.health.capabilities import Health
from kiosk.health.metrics import Metrics
from kiosk.health.supplies import Supply

BEAT = Heartbeat(
    kiosk="K0001",
    boot="00000001",
    number=7,
    journal="00000002",
    sequence=41,
    sent_at=1_795_309_200_000,
    uptime=3600,
    software=Software(version="0.1.0", policy="ab" * 32, region="990101"),
    works=("print", "query"),
    unsent=3,
    dropped=1,
    certificate_until=1_800_000_000_000,
    disk_free=5_000_000_000,
)


def health() -> Health:
    found = Health(host=cast(Any, None))
    found.statuses["receipt_printer"] = Status(device=DeviceState.ONLINE, fault="receipt_printer.paper_out")
    found.statuses["card_reader"] = Status(device=DeviceState.OFFLINE)
    found.statuses["camera"] = None
    found.supplies = (Supply("ribbon", 12, 6.0, 2.0, date(2026, 11, 24)), Supply("paper", None, 0.0, None, None))
    return found


def page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        return str(answer.read().decode())


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_kiosk_tells_what_works_what_is_wrong_and_what_is_left() -> None:
    counts = {"sheets": 12, "used.paper.20261122": 4}
    metrics = Metrics(0, health(), heartbeat=lambda: BEAT, counters=lambda: counts, connected=lambda: True)
    serving = asyncio.create_task(metrics.run())
    await metrics.served.wait()
    assert metrics.port is not None
    found = samples(await asyncio.to_thread(page, metrics.port))
    serving.cancel()
    await asyncio.wait([serving])
    assert not metrics.served.is_set()
    told = {key: value for key, value in found.items() if not key[0].startswith("kiosk_process")}
    assert told[("kiosk_info", ("0.1.0", "990101", "K0001", "abababababab"))] == 1
    assert {key[1][0] for key, value in told.items() if key[0] == "kiosk_capability" and value} == {"print", "query"}
    assert told[("kiosk_device_working", ("receipt_printer",))] == 1
    assert told[("kiosk_device_working", ("card_reader",))] == 0
    assert ("kiosk_device_working", ("camera",)) not in told
    assert told[("kiosk_device_fault", ("receipt_printer", "receipt_printer.paper_out"))] == 1
    assert told[("kiosk_supply_left", ("ribbon",))] == 12
    assert told[("kiosk_supply_days", ("ribbon",))] == 2
    assert ("kiosk_supply_left", ("paper",)) not in told
    assert told[("kiosk_count_total", ("sheets",))] == 12
    assert ("kiosk_count_total", ("used.paper.20261122",)) not in told
    assert told[("kiosk_telemetry_unsent", ())] == 3
    assert told[("kiosk_telemetry_dropped_total", ())] == 1
    assert told[("kiosk_certificate_expiry_timestamp_seconds", ())] == 1_800_000_000
    assert any(key[0].startswith("kiosk_process_resident_memory") for key in found)
