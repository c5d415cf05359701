"""Routes that look: kiosks, alerts, tickets, stock, commands, the audit trail, the quarantine."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Response

from kiosk.fleet.access.roles import LEAST_FOR_VERB, Act
from kiosk.fleet.api.access import Caller, Routes
from kiosk.fleet.api.parameters import (
    About,
    AccountShape,
    Before,
    KioskPath,
    KioskQuery,
    Limit,
    NumberPath,
    OrderPath,
    Subject,
    VerbShape,
)
from kiosk.fleet.api.service import Service
from kiosk.fleet.desk import lists, one_kiosk
from kiosk.fleet.desk.shapes import (
    AlertDetail,
    AlertRow,
    AuditCheck,
    AuditRow,
    CommandRow,
    KioskDetail,
    KioskRow,
    Moment,
    Overview,
    QuarantineRow,
    Standing,
    Stock,
    TicketDetail,
    TicketRow,
)
from kiosk.fleet.verbs import VERBS


def add(route: Routes, service: Service) -> None:
    """Add them."""
    engine = service.reading

    @route("GET", "/overview", Act.LOOK, tags=["kiosks"])
    def overview() -> Overview:
        """The fleet at a glance: how many are how, what needs a hand first, hall by hall."""
        return service.overview()

    @route("GET", "/kiosks", Act.LOOK, tags=["kiosks"])
    def kiosks(
        standing: Standing | None = None,
        site: Annotated[str | None, Query(max_length=100)] = None,
        find: Annotated[str, Query(max_length=100, description="Part of a number, a name or a site.")] = "",
        after: Annotated[str, Query(max_length=10, description="Only numbers after this one: the next page.")] = "",
        limit: Limit = 200,
    ) -> list[KioskRow]:
        """The kiosks, by their number."""
        wanted = find.casefold()
        rows = (row for hall in service.overview().halls for row in hall.kiosks)
        found = (
            row
            for row in sorted(rows, key=lambda row: row.id)
            if row.id > after
            and standing in (None, row.standing)
            and site in (None, row.site)
            and wanted in f"{row.id}\0{row.name}\0{row.site}".casefold()
        )
        return [row for row, _ in zip(found, range(limit), strict=False)]

    @route("GET", "/kiosks/{kiosk}", Act.LOOK, tags=["kiosks"])
    def kiosk(kiosk: KioskPath) -> KioskDetail:
        """One kiosk: its devices, levels, open alerts."""
        return one_kiosk.one_kiosk(engine, kiosk)

    @route("GET", "/kiosks/{kiosk}/timeline", Act.LOOK, tags=["kiosks"])
    def time_line(
        kiosk: KioskPath,
        before: Annotated[
            str, Query(pattern=r"^$|^[0-9a-f]{8,32}\.[0-9]{1,15}$", description="A key: only what was before.")
        ] = "",
        limit: Limit = 100,
    ) -> tuple[Moment, ...]:
        """What it told, the newest first."""
        return one_kiosk.time_line(engine, kiosk, before, limit)

    @route("GET", "/alerts", Act.LOOK, tags=["alerts"])
    def alerts(
        state: Literal["open", "opened", "acknowledged", "escalated", "cleared"] | None = None,
        kiosk: KioskQuery = None,
        severity: Literal["notice", "warning", "critical"] | None = None,
        before: Before = None,
        limit: Limit = 100,
    ) -> tuple[AlertRow, ...]:
        """Alerts, the newest first. ``open``: all that are not cleared."""
        return lists.alerts(engine, state=state, kiosk_id=kiosk, severity=severity, before=before, limit=limit)

    @route("GET", "/alerts/{number}", Act.LOOK, tags=["alerts"])
    def alert(number: NumberPath) -> AlertDetail:
        """One alert with its history."""
        return lists.one_alert(engine, number)

    @route("GET", "/tickets", Act.LOOK, tags=["tickets"])
    def tickets(
        state: Literal["unclosed", "open", "working", "closed"] | None = None,
        kiosk: KioskQuery = None,
        before: Before = None,
        limit: Limit = 100,
    ) -> tuple[TicketRow, ...]:
        """Tickets, the newest first; ``unclosed``: the most pressing first."""
        return lists.tickets(engine, state=state, kiosk_id=kiosk, before=before, limit=limit)

    @route("GET", "/tickets/{number}", Act.LOOK, tags=["tickets"])
    def ticket(number: NumberPath) -> TicketDetail:
        """One ticket with its notes."""
        return lists.one_ticket(engine, number)

    @route("GET", "/stock", Act.LOOK, tags=["stock"])
    def stock() -> Stock:
        """Cards of each bank and other supplies across the fleet, and where to fill first."""
        return lists.stock(engine)

    @route("GET", "/verbs", Act.LOOK, tags=["commands"])
    def verbs() -> list[VerbShape]:
        """What a kiosk can be told to do, and who may."""
        return [
            VerbShape(
                name=verb.name,
                least_role=LEAST_FOR_VERB[verb.name],
                second_person=verb.second_person,
                no_citizen=verb.no_citizen,
                minutes=verb.minutes,
                arguments={name: (each.kind.__name__, each.required) for name, each in verb.arguments.items()},
            )
            for verb in VERBS.values()
        ]

    @route("GET", "/commands", Act.LOOK, tags=["commands"])
    def commands(
        state: Literal[
            "proposed", "ready", "received", "waiting", "running", "done", "failed", "refused", "expired", "withdrawn"
        ]
        | None = None,
        kiosk: KioskQuery = None,
        limit: Limit = 100,
    ) -> tuple[CommandRow, ...]:
        """Commands, the newest first."""
        return lists.commands(engine, state=state, kiosk_id=kiosk, limit=limit)

    @route("GET", "/commands/{order}", Act.LOOK, tags=["commands"])
    def command(order: OrderPath) -> CommandRow:
        """One command and how far it has come."""
        return lists.one_command(engine, order)

    @route(
        "GET",
        "/commands/{order}/content",
        Act.COMMAND_CONTENT,
        tags=["commands"],
        response_class=Response,
        responses={200: {"content": {"application/octet-stream": {}}, "description": "as the kiosk sent it"}},
    )
    def content(order: OrderPath, caller: Caller) -> Response:
        """What the kiosk sent back, such as its log. Reading it is audited."""
        found, kind = service.doing.content(caller, order)
        return Response(
            found,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{order}{ENDINGS.get(kind, ".bin")}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    @route("GET", "/audit", Act.AUDIT_READ, tags=["audit"])
    def audit(
        subject: Subject = None,
        about: About = "",
        before: Before = None,
        limit: Limit = 100,
    ) -> tuple[AuditRow, ...]:
        """Who did what, the newest first."""
        return lists.audit_trail(engine, subject=subject, about=about, before=before, limit=limit)

    @route("GET", "/audit/check", Act.AUDIT_READ, tags=["audit"])
    def audit_check() -> AuditCheck:
        """Walk the whole chain of the audit trail."""
        return lists.audit_check(engine)

    @route("GET", "/quarantine", Act.QUARANTINE_READ, tags=["audit"])
    def quarantine(before: Before = None, limit: Limit = 100) -> tuple[QuarantineRow, ...]:
        """Messages that could not be believed, with the reason."""
        return lists.quarantined(engine, before=before, limit=limit)

    @route("GET", "/accounts", Act.ACCOUNTS, tags=["accounts"])
    def accounts() -> list[AccountShape]:
        """All accounts."""
        return [
            AccountShape(name=each.name, role=each.role, disabled=each.disabled, local=each.local)
            for each in service.accounts.all()
        ]


ENDINGS = {"text/plain": ".log", "application/json": ".json", "application/gzip": ".gz", "application/x-ndjson": ".log"}
"""How a downloaded file is called, by its media type."""
