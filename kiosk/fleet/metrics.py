"""What the fleet tells Prometheus: how the kiosks are, what is open, how far behind ingest is."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select

from kiosk.fleet.desk import lists
from kiosk.fleet.desk.shapes import Overview
from kiosk.fleet.ingest import Tally
from kiosk.fleet.store.tables import presence, quarantine
from kiosk.fleet.store.tables_alerts import command, delivery, ticket


class FleetMetrics(Collector):
    """``look``: the fleet at a glance. ``tallies``: of the ingest workers of this process, by stream."""

    def __init__(
        self, engine: Engine, look: Callable[[], Overview], tallies: Callable[[], Iterable[Mapping[str, Tally]]]
    ) -> None:
        self._engine = engine
        self._look = look
        self._tallies = tallies

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked merely to be registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Ask the store."""
        view = self._look()
        standings = {each.value: count for each, count in view.standings.items()}
        yield _labelled("fleet_kiosks", "Kiosks by how they are", "standing", standings)
        yield _labelled("fleet_kiosks_able", "Kiosks that can do this now", "capability", view.able)
        yield _labelled("fleet_alerts_open", "Alerts that stand", "severity", view.open_alerts)
        yield GaugeMetricFamily("fleet_kiosks_serving", "Kiosks with a citizen in front", value=view.serving)
        with self._engine.connect() as connection:
            for name, text, table in (
                ("fleet_tickets", "Tickets by their state", ticket),
                ("fleet_commands", "Commands by their state", command),
                ("fleet_deliveries", "Notices to people and systems by their state", delivery),
            ):
                counts = connection.execute(select(table.c.state, func.count().label("n")).group_by(table.c.state))
                yield _labelled(name, text, "state", {row.state: row.n for row in counts})
            kept = connection.execute(select(func.count()).select_from(quarantine)).scalar_one()
            last = connection.execute(select(func.max(presence.c.seen_at))).scalar_one()
        text = "When the newest heartbeat came that was stored, by whichever process"
        heard = GaugeMetricFamily("fleet_last_heartbeat_timestamp_seconds", text)
        if last is not None:
            heard.add_metric([], last / 1000)
        yield heard
        yield GaugeMetricFamily("fleet_quarantined", "Messages that could not be believed", value=kept)
        stock = lists.stock(self._engine)
        yield _labelled("fleet_cards", "Cards in machines", "bank", {each.bank: each.cards for each in stock.banks})
        soon = {each.supply: each.soon + each.empty for each in stock.supplies}
        yield _labelled("fleet_supplies_ending", "Kiosks where it is empty or soon will be", "supply", soon)
        yield from self._ingest()

    def _ingest(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "fleet_ingest_messages", "Messages taken from the broker", labels=["stream", "how"]
        )
        sums: dict[tuple[str, str], int] = {}
        for tallies in self._tallies():
            for stream, tally in tallies.items():
                for how in ("stored", "again", "quarantined"):
                    sums[stream, how] = sums.get((stream, how), 0) + getattr(tally, how)
        for labels, count in sums.items():
            family.add_metric(labels, count)
        yield family


def metrics_router(collector: FleetMetrics, token: str | None) -> APIRouter:
    """``GET /metrics``: for this machine, or for whoever shows the token (``Authorization: Bearer``)."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(namespace="fleet", registry=registry)
    registry.register(collector)
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        shown = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        known = bool(token) and hmac.compare_digest(shown.encode(), (token or "").encode())
        if not known and (token or not _here(request)):
            raise HTTPException(403, "show the token")
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _here(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
