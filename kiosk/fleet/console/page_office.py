"""Reports, the audit trail, the accounts: pages of the back office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nicegui import ui

from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import Act, Role
from kiosk.fleet.console import asking, business, excluding, page_manage, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk import lists, reports
from kiosk.fleet.desk.errors import Wrong
from kiosk.fleet.desk.shapes import AuditCheck, AuditRow, QuarantineRow
from kiosk.fleet.desk.shapes_reports import AvailabilityReport, AvailabilityRow, BusinessReport

WORST = 20
"""Kiosks that the report names; the table has them all."""
WALK_EVERY = 60_000
"""Milliseconds between two walks along the whole audit trail while its page is open: years of it take seconds."""
TABLES = {
    "availability": "report.availability",
    "business": "report.business",
    "steps": "report.steps",
    "exclusions": "report.adjustments",
}
"""What can be had as CSV, and what it is called."""


class Reports(Panel[tuple[AvailabilityReport, BusinessReport]]):
    """Availability, time to repair, businesses; of the last seven days unless others are chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._last = desk.service.clock.today()
        self._first = self._last - timedelta(days=6)
        self._body: ui.element | None = None
        self._unfolded: set[str] = set()

    def look(self) -> tuple[AvailabilityReport, BusinessReport]:
        engine, now = self.desk.service.reading, self.desk.now // 60_000 * 60_000
        return (
            reports.availability_report(engine, self._first, self._last, now),
            reports.business_report(engine, self._first, self._last),
        )

    def redraw(self, seen: tuple[AvailabilityReport, BusinessReport]) -> None:
        """The days that are being typed stay while what is below is drawn anew."""
        if self._body is None:
            with self._box:
                pieces.title(self.desk.words("report.heading"), level=1)
                self._period()
                self._body = ui.element("div").classes("as-one")
        self._body.clear()
        with self._body:
            self.draw(seen)

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


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit trail and the quarantine."""

    entries: tuple[AuditRow, ...]
    check: AuditCheck
    quarantine: tuple[QuarantineRow, ...]


class Records(Panel[Trail]):
    """Who did what, whether the chain is whole, and what could not be believed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._walked: tuple[int, AuditCheck] | None = None

    def look(self) -> Trail:
        engine = self.desk.service.reading
        return Trail(lists.audit_trail(engine), self._check(), lists.quarantined(engine, limit=50))

    def _check(self) -> AuditCheck:
        now = self.desk.now
        if self._walked is None or now >= self._walked[0] + WALK_EVERY:
            self._walked = now, lists.audit_check(self.desk.service.reading)
        return self._walked[1]

    def draw(self, seen: Trail) -> None:
        words = self.desk.words
        pieces.title(words("audit.heading"), level=1)
        broken = seen.check.first_wrong
        if broken is None:
            ui.label(f"✓ {words('audit.whole', count=seen.check.entries)}").classes("chip fine")
        else:
            ui.label(f"✕ {words('audit.broken', number=broken)}").classes("banner").props('role="alert"')
        for each in seen.entries:
            facts = " · ".join(f"{name} {value}" for name, value in each.facts.items())
            with ui.element("div").classes("entry audit"):
                ui.label(moment(each.at, self.desk.now)).classes("time")
                ui.label(each.actor).classes("strong")
                ui.label(f"{each.action} · {each.subject}{f' · {facts}' if facts else ''}").classes("grow")
        pieces.title(words("audit.quarantine"), words("audit.quarantine_hint"))
        if not seen.quarantine:
            pieces.nothing(words("frame.nothing"))
        for row in seen.quarantine:
            with ui.element("div").classes("entry audit"):
                ui.label(moment(row.received_at, self.desk.now)).classes("time")
                ui.label(row.subject).classes("strong")
                ui.label(f"{row.reason} · {row.start}").classes("grow code")


class People(Panel[tuple[Account, ...]]):
    """The accounts, and the codes with which kiosks join."""

    def look(self) -> tuple[Account, ...]:
        return self.desk.service.accounts.all()

    def draw(self, seen: tuple[Account, ...]) -> None:
        words = self.desk.words
        pieces.title(words("people.heading"), level=1)
        for each in seen:
            self._row(each)
        pieces.button(words("people.add"), self._add, testid="add-account")
        pieces.title(words("people.codes"))
        pieces.button(words("people.code_make"), lambda: page_manage.code(self.desk), testid="make-code", quiet=True)

    def _row(self, each: Account) -> None:
        desk, words, doing = self.desk, self.desk.words, self.desk.service.doing

        async def turn() -> bool:
            def act(who: Account) -> Account:
                return doing.change_account(who, each.name, disabled=not each.disabled)

            done = await desk.do(act, words("frame.done")) is not None
            await self.update()
            return done

        def ask() -> None:
            text = words("people.open" if each.disabled else "people.close")
            sentence = words("manage.open_sure" if each.disabled else "manage.close_sure", who=each.name)
            asking.sure(desk, f"{text} · {each.name}", sentence, text, turn, testid="sure-turn")

        def change(role: str) -> None:
            if role == each.role.value:
                return  # put back

            async def go() -> bool:
                def act(who: Account) -> Account:
                    return doing.change_account(who, each.name, role=Role(role))

                done = await desk.do(act, words("frame.done")) is not None
                await self.update()
                return done

            sentence = words("people.role_sure", who=each.name, role=words.of("role", role))
            heading = f"{words('people.role')} · {each.name}"
            asking.sure(desk, heading, sentence, words("frame.save"), go, testid="sure-role", closed=as_it_was)

        def as_it_was() -> None:
            if not chosen.is_deleted:
                chosen.set_value(each.role.value)

        with ui.element("div").classes("line").props(f'data-testid="account-{each.name}"'):
            ui.label(each.name).classes("strong grow")
            if each.disabled:
                ui.label(words("people.closed")).classes("chip quiet")
            if each.name == desk.account.name:
                ui.label(words.of("role", each.role.value))
                return
            roles = {role.value: words.of("role", role.value) for role in Role}
            chosen = ui.select(roles, value=each.role.value, on_change=lambda event: change(event.value))
            chosen.props(f'outlined dense data-testid="role-{each.name}"')
            pieces.button(
                words("people.open" if each.disabled else "people.close"), ask, testid=f"turn-{each.name}", quiet=True
            )

    def _add(self) -> None:
        desk, words = self.desk, self.desk.words
        with pieces.asked(desk, words("people.add")) as dialog:
            name = ui.input(words("sign_in.name")).props('outlined dense data-testid="new-name"').classes("wide")
            password = ui.input(words("sign_in.password")).classes("wide")
            password.props('type=password outlined dense autocomplete=new-password data-testid="new-password"')
            roles = {role.value: words.of("role", role.value) for role in Role}
            role = (
                ui.select(roles, value=Role.VIEWER.value, label=words("people.role"))
                .props("outlined dense")
                .classes("wide")
            )

            async def save() -> None:
                made = await desk.do(
                    lambda who: desk.service.doing.add_account(
                        who, name.value or "", Role(role.value), password.value or ""
                    ),
                    words("frame.done"),
                )
                if made is not None:
                    dialog.close()
                    await self.update()

            pieces.answers(desk, dialog, words("frame.save"), save, testid="save-account")
