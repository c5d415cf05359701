"""Routes of the reports, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi.responses import StreamingResponse

from kiosk.fleet.access.roles import Act
from kiosk.fleet.api.access import Routes
from kiosk.fleet.api.parameters import First, Last
from kiosk.fleet.api.service import Service
from kiosk.fleet.desk import reports
from kiosk.fleet.desk.shapes_reports import AvailabilityReport, BusinessReport

CSV = {200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark"}}


def add(route: Routes, service: Service) -> None:
    """Add them."""
    engine = service.reading

    @route("GET", "/reports/availability", Act.LOOK, tags=["reports"])
    def availability(first: First, last: Last) -> AvailabilityReport:
        """Availability and time to repair, by kiosk and by what it can do, with what was taken out of the count."""
        return reports.availability_report(engine, first, last, service.now)

    @route(
        "GET",
        "/reports/availability.csv",
        Act.LOOK,
        tags=["reports"],
        response_class=StreamingResponse,
        responses=CSV,
    )
    def availability_csv(first: First, last: Last) -> StreamingResponse:
        """The same as a table."""
        report = reports.availability_report(engine, first, last, service.now)
        return file_of(reports.availability_csv(report), f"availability-{first}-{last}.csv")

    @route(
        "GET", "/reports/exclusions.csv", Act.LOOK, tags=["reports"], response_class=StreamingResponse, responses=CSV
    )
    def exclusions_csv(first: First, last: Last) -> StreamingResponse:
        """What was taken out of the count, by whom and why, also what was withdrawn again."""
        report = reports.availability_report(engine, first, last, service.now)
        return file_of(reports.exclusions_csv(report.exclusions), f"exclusions-{first}-{last}.csv")

    @route("GET", "/reports/business", Act.LOOK, tags=["reports"])
    def business(first: First, last: Last) -> BusinessReport:
        """How each service went: done, refused, left at which step, how long each step takes."""
        return reports.business_report(engine, first, last)

    @route("GET", "/reports/business.csv", Act.LOOK, tags=["reports"], response_class=StreamingResponse, responses=CSV)
    def business_csv(first: First, last: Last) -> StreamingResponse:
        """The same as a table."""
        return file_of(
            reports.business_csv(reports.business_report(engine, first, last)), f"business-{first}-{last}.csv"
        )

    @route("GET", "/reports/steps.csv", Act.LOOK, tags=["reports"], response_class=StreamingResponse, responses=CSV)
    def steps_csv(first: First, last: Last) -> StreamingResponse:
        """Each step of each service: how long it takes on average, how many left there."""
        return file_of(reports.steps_csv(reports.business_report(engine, first, last)), f"steps-{first}-{last}.csv")


def file_of(lines: Iterator[str], name: str) -> StreamingResponse:
    """A table to be kept, not shown."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
