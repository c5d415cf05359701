"""Reports: availability, time to repair, how businesses went."""

from __future__ import annotations

from datetime import date, timedelta

from nicegui import ui

from kiosk.fleet.access.roles import Act
from kiosk.fleet.console import business, excluding, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import HeadedPanel
from kiosk.fleet.desk import reports
from kiosk.fleet.desk.errors import Wrong
from kiosk.fleet.desk.shapes_reports import AvailabilityReport, AvailabilityRow, BusinessReport

WORST = 20
"""Kiosks that the report names; the table has them all."""
TABLES = {
    "availability": "report.availability",
    "business": "report.business",
    "steps": "report.steps",
    "exclusions": "report.adjustments",
}
"""What can be had as CSV, and what it is called."""


class Reports(HeadedPanel[tuple[AvailabilityReport, BusinessReport]]):
    """Availability, time to repair, businesses; of the last seven days unless others are chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._last = desk.service.clock.today()
        self._first = self._last - timedelta(days=6)
        self._unfolded: set[str] = set()

    def look(self) -> tuple[AvailabilityReport, BusinessReport]:
        engine, now = self.desk.service.reading, self.desk.now // 60_000 * 60_000
        return (
            reports.availability_report(engine, self._first, self._last, now),
            reports.business_report(engine, self._first, self._last),
        )

    def head(self) -> None:
        pieces.title(self.desk.words("report.heading"), level=1)
        self._period()

    def draw(self, seen: tuple[AvailabilityReport, BusinessReport]) -> None:
        available, went = seen
        self._tables()
        self._availability([*available.fleet], "report.fleet")
        worst = sorted(
            (each for each in available.kiosks if each.facet == "service" and each.share is not None),
            key=lambda each: each.share or 0,
        )
        self._availability([each for each in worst if each.down][:WORST], "report.kiosk")
        self._exclusions(available)
        business.draw(self.desk, went, self._unfolded)

    def _period(self) -> None:
        words = self.desk.words
        with ui.element("div").classes("row"):
            first = ui.input(words("report.from"), value=self._first.isoformat()).props("type=date outlined dense")
            last = ui.input(words("report.to"), value=self._last.isoformat()).props("type=date outlined dense")

            async def show() -> None:
                try:
                    chosen = date.fromisoformat(first.value), date.fromisoformat(last.value)
                    reports.period(*chosen)
                except (ValueError, TypeError, Wrong):
                    self.desk.tell(words("report.invalid"), refused=True)
                    return
                self._first, self._last = chosen
                await self.update()

            pieces.button(words("report.show"), show, testid="show-report")

    def _tables(self) -> None:
        words, days = self.desk.words, f"first={self._first}&last={self._last}"
        with ui.element("div").classes("row"):
            for name, label in TABLES.items():
                pieces.link(f"{words('report.csv')} · {words(label)}", f"../api/v1/reports/{name}.csv?{days}").props(
                    "download"
                )

    def _availability(self, rows: list[AvailabilityRow], heading: str) -> None:
        words = self.desk.words
        if not rows:
            return
        with ui.element("div").classes("sideways"), ui.element("table"):
            with ui.element("thead"), ui.element("tr"):
                for name in (
                    heading,
                    *(f"report.{e}" for e in ("availability", "mttr", "outages", "planned", "down", "excluded")),
                ):
                    with ui.element("th"):
                        ui.label(words(name))
            with ui.element("tbody"):
                for row in rows:
                    self._line(row)

    def _line(self, row: AvailabilityRow) -> None:
        words = self.desk.words
        lengths = [words.length(each) for each in (row.counted, row.down, row.excluded)]
        repair = "–" if row.repair is None else words.length(row.repair)
        facet = words("glance.total") if row.facet == "service" else words.of("capability", row.facet)
        with ui.element("tr"):
            with ui.element("td"):
                if row.kiosk:
                    pieces.link(row.kiosk, self.desk.link(f"/kiosk/{row.kiosk}"))
                else:
                    ui.label(facet)
            for text in (words.share(row.share), repair, str(row.outages), *lengths):
                with ui.element("td"):
                    ui.label(text).classes("figure")

    def _exclusions(self, report: AvailabilityReport) -> None:
        words, desk = self.desk.words, self.desk
        pieces.title(words("report.adjustments"), words("report.adjust_hint"))
        excluding.listed(desk, report.exclusions, self.update)
        if desk.may(Act.REPORT_ADJUST):
            with ui.element("div").classes("row"):
                pieces.button(
                    words("report.adjust"), lambda: excluding.ask(desk, self.update), testid="adjust", quiet=True
                )
