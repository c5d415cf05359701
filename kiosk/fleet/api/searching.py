"""Routes that search what kiosks told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse

from kiosk.fleet.access.roles import Act
from kiosk.fleet.api.access import Routes
from kiosk.fleet.api.parameters import KIOSK, Limit
from kiosk.fleet.api.reporting import CSV, file_of
from kiosk.fleet.api.service import Service
from kiosk.fleet.desk import journal
from kiosk.fleet.desk.journal import Search
from kiosk.fleet.desk.shapes_reports import Found
from kiosk.fleet.messages import EventName, Result

KEY = r"^$|^[0-9]{1,15}\.[A-Z][A-Z0-9]{2,9}\.[0-9a-f]{8,32}\.[0-9]{1,16}$"
WORD = r"^$|^[A-Za-z][A-Za-z0-9_.\-]{0,99}$"

Since = Annotated[int, Query(ge=0, le=4_102_444_800_000, description="By the kiosk's clock, in milliseconds.")]
Until = Annotated[int, Query(ge=0, le=4_102_444_800_000, description="31 days after at most.")]
Kiosk = Annotated[str, Query(pattern=rf"^$|{KIOSK}", description="Only of this kiosk.")]
Kind = Literal["", "device_state", "supplies", "counters", "capabilities", "business_outcome", "event"]
Word = Annotated[str, Query(pattern=WORD)]
Fault = Annotated[str, Query(pattern=WORD, description="A fault's code, or its device for all of its faults.")]
Before = Annotated[str, Query(pattern=KEY, description="A key: only what was before, the next page.")]


def asked_for(
    since: Since,
    until: Until,
    kiosk: Kiosk = "",
    kind: Kind = "",
    event: EventName | None = None,
    device: Word = "",
    fault: Fault = "",
    service: Word = "",
    result: Result | None = None,
) -> Search:
    """What a request looks for, from its query."""
    return Search(since, until, kiosk, kind, str(event or ""), device, fault, service, str(result or ""))


Asked = Annotated[Search, Depends(asked_for)]


def add(route: Routes, service: Service) -> None:
    """Add them."""
    engine = service.reading

    @route("GET", "/journal", Act.JOURNAL_READ, tags=["journal"])
    def search(asked: Asked, before: Before = "", limit: Limit = 200) -> tuple[Found, ...]:
        """What kiosks told, the newest first. There are no card serials, business numbers or people in it: the verb
        ``search_journal`` asks a kiosk's own journal."""
        return journal.search(engine, replace(asked, before=before), limit)

    @route("GET", "/journal.csv", Act.JOURNAL_READ, tags=["journal"], response_class=StreamingResponse, responses=CSV)
    def search_csv(asked: Asked) -> StreamingResponse:
        """The same as a table, 10,000 lines at most."""
        lines = journal.search_csv(engine, asked)
        return file_of(lines, f"journal-{asked.kiosk or 'fleet'}-{asked.since}.csv")
