"""Searching what kiosks told."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from nicegui import ui

from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.console import asking, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.telling import sentence
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk import journal
from kiosk.fleet.desk.errors import Wrong
from kiosk.fleet.desk.journal import Search
from kiosk.fleet.desk.shapes_reports import Found
from kiosk.fleet.messages import KINDS, EventName

PAGE = 100


class Journal(Panel[tuple[Found, ...]]):
    """Of the last day unless other hours are chosen. It stands still while it is read: only asking draws it anew."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        now = desk.now // 60_000 * 60_000
        self._wanted = Search(now - journal.DAY, now + 60_000)
        self._limit = PAGE
        self._asked = 0
        self._held: tuple[int, tuple[Found, ...]] | None = None

    def look(self) -> tuple[Found, ...]:
        if self._held is None or self._held[0] != self._asked:
            self._held = self._asked, journal.search(self.desk.service.reading, self._wanted, self._limit)
        return self._held[1]

    def key(self, seen: tuple[Found, ...]) -> object:
        return self._asked

    def draw(self, seen: tuple[Found, ...]) -> None:
        words = self.desk.words
        pieces.title(words("journal.heading"), words("journal.hint"), level=1)
        self._form()
        if not seen:
            pieces.nothing(words("journal.none"))
        for each in seen:
            self._row(each)
        if len(seen) == self._limit and self._limit < 1000:
            pieces.button(words("frame.more"), self._more, testid="more", quiet=True)

    def _form(self) -> None:
        words, wanted = self.desk.words, self._wanted
        events = {f"event:{each.value}": words.of("event", each.value) for each in EventName}
        kinds = {"": words("alert.all")} | {each: words.of("journal", each) for each in KINDS} | events
        chosen = f"event:{wanted.event}" if wanted.event else wanted.kind
        with ui.element("div").classes("row"):
            kiosk = asking.line(words("report.kiosk"), testid="of-kiosk", value=wanted.kiosk, longest=10)
            since = asking.line(words("report.from"), testid="since", value=_local(wanted.since), kind="datetime-local")
            until = asking.line(words("report.to"), testid="until", value=_local(wanted.until), kind="datetime-local")
            what = ui.select(kinds, value=chosen, label=words("journal.what"), with_input=True)
            what.props('outlined dense data-testid="what"')
            device = asking.line(words("journal.device"), testid="device", value=wanted.device, longest=100)
            fault = asking.line(words("journal.fault"), testid="fault", value=wanted.fault, longest=100)
            for field in (kiosk, since, until, device, fault):
                field.classes(remove="wide")

        async def ask() -> None:
            begin, end = _instant(since), _instant(until)
            if begin is None or end is None or not 0 <= end - begin <= journal.LONGEST:
                self.desk.tell(words("journal.wrong_time"), refused=True)
                return
            kind, _, event = str(what.value or "").partition(":")
            await self._ask(
                Search(begin, end, asking.said(kiosk).upper(), kind, event, asking.said(device), asking.said(fault)),
                PAGE,
            )

        with ui.element("div").classes("row"):
            pieces.button(words("journal.search"), ask, testid="search")
            query = {
                name: getattr(wanted, name)
                for name in ("since", "until", "kiosk", "kind", "event", "device", "fault")
                if getattr(wanted, name) != ""
            }
            pieces.link(words("report.csv"), f"../api/v1/journal.csv?{urlencode(query)}").props("download")
        ui.label(words("journal.not_here")).classes("hint")

    async def _ask(self, wanted: Search, limit: int) -> None:
        before = self._wanted, self._limit
        self._wanted, self._limit = wanted, limit
        self._asked += 1
        try:
            await self.update()
        except Wrong as error:
            self._wanted, self._limit = before
            self._asked += 1
            self.desk.tell(self.desk.words(error.key or "journal.wrong_time"), refused=True)

    async def _more(self) -> None:
        await self._ask(self._wanted, min(1000, self._limit + PAGE))

    def _row(self, each: Found) -> None:
        words = self.desk.words
        with ui.element("div").classes("entry audit").props('data-testid="found"'):
            ui.label(moment(each.happened_at, self.desk.now)).classes("time")
            pieces.link(each.kiosk, self.desk.link(f"/kiosk/{each.kiosk}")).classes("strong")
            with ui.element("div").classes("grow"):
                said = sentence(words, each.kind, each.body) or words.of("journal", each.kind)
                late = f" · {words('kiosk.late')}" if each.late else ""
                ui.label(f"{said}{late}")
                ui.label(_told(each)).classes("code")


def _told(each: Found) -> str:
    rest = {name: value for name, value in each.body.items() if value not in (None, "", [], {})}
    return " · ".join(f"{name} {_plain(value)}" for name, value in rest.items())[:400]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    return str(value)


def _local(milliseconds: int) -> str:
    return (datetime.fromtimestamp(0, KIOSK_ZONE) + timedelta(milliseconds=milliseconds)).strftime("%Y-%m-%dT%H:%M")


def _instant(field: ui.input) -> int | None:
    try:
        found = datetime.fromisoformat(asking.said(field)).replace(tzinfo=KIOSK_ZONE)
    except ValueError:
        return None
    return int(found.timestamp() * 1000)
