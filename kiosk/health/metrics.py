"""What this kiosk tells Prometheus: the same facts as its heartbeat, its counters and what its devices say.

Served on a port of this machine only; how it reaches a Prometheus elsewhere is the site's matter. The facts are
gathered on the event loop, the page is made on the server's thread. Never a person's data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from devices.contract import DeviceState
from devices.fault_catalogue import Capability
from kiosk.fleet.messages import Heartbeat
from kiosk.fleet.wear import rates
from kiosk.health.capabilities import WORKING, Health
from kiosk.health.reporter import A_DAYS_COUNT
from kiosk.health.supplies import Supply

log = structlog.get_logger("metrics")

PATIENCE = 5.0
"""Seconds the event loop may take to say how things are."""


Devices = Mapping[str, tuple[DeviceState, str | None] | None]
"""By name, state and fault; None: not fitted."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One look."""

    heartbeat: Heartbeat
    connected: bool
    devices: Devices
    supplies: tuple[Supply, ...]
    counters: Mapping[str, int]


def families(found: Facts) -> Iterator[Metric]:
    """As Prometheus names them: base units, ``kiosk_`` before all."""
    beat = found.heartbeat
    yield InfoMetricFamily(
        "kiosk",
        "Which kiosk this is, and what it runs",
        value={
            "kiosk": beat.kiosk,
            "version": beat.software.version,
            "policy": beat.software.policy[:12],
            "region": beat.software.region,
        },
    )
    yield _gauge("kiosk_uptime_seconds", "Since the controller was started", beat.uptime)
    yield _gauge("kiosk_serving", "1 while a citizen is in front", int(beat.serving))
    yield _gauge("kiosk_fleet_connected", "1 while the fleet's broker can be spoken to", int(found.connected))
    yield _gauge("kiosk_telemetry_unsent", "Messages that wait to be sent", beat.unsent)
    yield CounterMetricFamily("kiosk_telemetry_dropped", "Messages given up for want of room", value=beat.dropped)
    if beat.certificate_until is not None:
        until = beat.certificate_until / 1000
        yield _gauge("kiosk_certificate_expiry_timestamp_seconds", "End of the fleet certificate", until)
    if beat.disk_free is not None:
        yield _gauge("kiosk_disk_free_bytes", "Free on the journal's disk", beat.disk_free)
    yield _labelled(
        "kiosk_capability",
        "1 for what can be done for a citizen now",
        "capability",
        {each.value: int(each.value in beat.works) for each in Capability},
    )
    yield _labelled(
        "kiosk_device_working",
        "1 for a fitted device that answers",
        "device",
        {name: int(status[0] in WORKING) for name, status in found.devices.items() if status is not None},
    )
    faults = GaugeMetricFamily(
        "kiosk_device_fault", "1 for the fault that a device reports", labels=["device", "fault"]
    )
    for name, status in found.devices.items():
        if status is not None and status[1] is not None:
            faults.add_metric([name, status[1]], 1)
    yield faults
    yield _labelled(
        "kiosk_supply_left",
        "Left of what runs out: sheets, cards, prints",
        "supply",
        {each.name: each.left for each in found.supplies if each.left is not None},
    )
    yield _labelled(
        "kiosk_supply_days",
        "Days it lasts at the present pace",
        "supply",
        {each.name: each.days for each in found.supplies if each.days is not None},
    )
    yield _labelled(
        "kiosk_per_thousand",
        "How often something goes wrong for each thousand of what it happens to",
        "what",
        {each.what: each.per_thousand for each in rates(found.counters)},
    )
    if beat.clock_off is not None:
        yield _gauge("kiosk_clock_ahead_seconds", "By which this clock is ahead of the host's", beat.clock_off / 1000)
    counted = CounterMetricFamily("kiosk_count", "What the journal counts", labels=["name"])
    for name, value in found.counters.items():
        counted.add_metric([name], value)
    yield counted


class Metrics(Collector):
    """``port`` 0: any that is free. ``heartbeat``, ``counters``: asked on the server's thread, may wait for the disk.
    ``connected``: whether the broker can be spoken to."""

    def __init__(
        self,
        port: int,
        health: Health,
        *,
        heartbeat: Callable[[], Heartbeat],
        counters: Callable[[], Mapping[str, int]],
        connected: Callable[[], bool],
    ) -> None:
        self._port = port
        self._health = health
        self._heartbeat = heartbeat
        self._counters = counters
        self._connected = connected
        self._loop: asyncio.AbstractEventLoop | None = None
        self.port: int | None = None
        """Where it is served."""
        self.served = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled. Raises OSError if the port is taken."""
        self._loop = asyncio.get_running_loop()
        registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(namespace="kiosk", registry=registry)
        registry.register(self)
        server, thread = start_http_server(self._port, addr="127.0.0.1", registry=registry)
        self.port = server.server_port
        log.info("metrics_served", port=self.port)
        self.served.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.served.clear()
            await asyncio.to_thread(server.shutdown)
            server.server_close()
            thread.join(PATIENCE)

    def describe(self) -> Iterable[Metric]:
        """Nothing is gathered merely to be registered."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """On the server's thread."""
        loop = self._loop
        if loop is None:
            return ()
        looking = asyncio.run_coroutine_threadsafe(self._look(), loop)
        try:
            devices, supplies = looking.result(PATIENCE)
        except TookTooLong:
            looking.cancel()
            return (_gauge("kiosk_event_loop_blocked", "1: it does not say how things are", 1),)
        counters = {name: count for name, count in self._counters().items() if not A_DAYS_COUNT.search(name)}
        return list(families(Facts(self._heartbeat(), self._connected(), devices, supplies, counters)))

    async def _look(self) -> tuple[Devices, tuple[Supply, ...]]:
        statuses = self._health.statuses.items()
        devices = {name: None if status is None else (status.device, status.fault) for name, status in statuses}
        return devices, self._health.supplies


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
