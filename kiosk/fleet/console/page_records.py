"""The audit trail, and what could not be believed."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from kiosk.fleet.console import asking, pieces, trail
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import HeadedPanel, Panel
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk import lists
from kiosk.fleet.desk.shapes import AuditCheck, AuditRow, QuarantineRow

PAGE, MOST = 100, 1000
WALK_EVERY = 60_000
"""Milliseconds between two walks along the whole audit trail while its page is open: years of it take seconds."""


@dataclass(frozen=True, slots=True)
class Trail:
    """``entries``: the newest of those asked for, the newest first."""

    entries: tuple[AuditRow, ...]
    check: AuditCheck


class Records(HeadedPanel[Trail]):
    """Who did what, and whether the chain is whole."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._walked: tuple[int, AuditCheck] | None = None
        self._about = ""
        self._limit = PAGE

    def look(self) -> Trail:
        entries = lists.audit_trail(self.desk.service.reading, about=self._about, limit=self._limit)
        return Trail(entries, self._check())

    def key(self, seen: Trail) -> object:
        return seen, self._about, self._limit

    def _check(self) -> AuditCheck:
        now = self.desk.now
        if self._walked is None or now >= self._walked[0] + WALK_EVERY:
            self._walked = now, lists.audit_check(self.desk.service.reading)
        return self._walked[1]

    def head(self) -> None:
        pieces.title(self.desk.words("audit.heading"), level=1)
        self._form()

    def draw(self, seen: Trail) -> None:
        words = self.desk.words
        broken = seen.check.first_wrong
        if broken is None:
            ui.label(f"✓ {words('audit.whole', count=seen.check.entries)}").classes("chip fine")
        else:
            ui.label(f"✕ {words('audit.broken', number=broken)}").classes("banner").props('role="alert"')
        if not seen.entries:
            pieces.nothing(words("frame.nothing"))
        for each in seen.entries:
            self._row(each)
        if len(seen.entries) == self._limit and self._limit < MOST:
            pieces.button(words("frame.more"), self._more, testid="more-audit", quiet=True)

    def _form(self) -> None:
        words = self.desk.words
        with ui.element("div").classes("row"):
            field = asking.line(words("audit.about"), testid="about", longest=200).classes(remove="wide")

            async def ask() -> None:
                self._about, self._limit = asking.said(field), PAGE
                await self.update()

            field.on("keydown.enter", ask)
            pieces.button(words("journal.search"), ask, testid="search-audit", quiet=True)

    async def _more(self) -> None:
        self._limit = min(MOST, self._limit + PAGE)
        await self.update()

    def _row(self, each: AuditRow) -> None:
        words = self.desk.words
        with ui.element("div").classes("entry audit").props(f'data-testid="audit-{each.action}"'):
            ui.label(moment(each.at, self.desk.now)).classes("time")
            ui.label(trail.actor(words, each.actor)).classes("strong")
            ui.label(trail.sentence(words, each)).classes("grow")


class Quarantine(Panel[tuple[QuarantineRow, ...]]):
    """What was received and could not be believed, with the reason."""

    def look(self) -> tuple[QuarantineRow, ...]:
        return lists.quarantined(self.desk.service.reading, limit=50)

    def draw(self, seen: tuple[QuarantineRow, ...]) -> None:
        words = self.desk.words
        pieces.title(words("audit.quarantine"), words("audit.quarantine_hint"))
        if not seen:
            pieces.nothing(words("frame.nothing"))
        for row in seen:
            with ui.element("div").classes("entry audit"):
                ui.label(moment(row.received_at, self.desk.now)).classes("time")
                ui.label(row.subject).classes("strong")
                ui.label(f"{row.reason} · {row.start}").classes("grow code")
