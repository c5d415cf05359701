"""The fleet at a glance: numbers, what needs a hand first, the halls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from html import escape

from nicegui import ui

from kiosk.fleet.console import pieces
from kiosk.fleet.console.desk import PLACE, Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk.overview import urgency
from kiosk.fleet.desk.shapes import AlertRow, Hall, KioskRow, Overview, Standing

HALLS_SHOWN, KIOSKS_SHOWN = 40, 60
"""Halls drawn before more are asked for, and kiosks drawn of one hall: ten thousand squares would help nobody."""

FIRST_SHOWN, NAMED = 12, 20
"""Needs drawn before more are asked for, and kiosks named of one need."""

TOTAL, SERVING = "total", "serving"

Need = tuple[KioskRow, ...]
"""What is one thing to do: a kiosk, or the many of which one alert speaks."""


class _OfOverview(Panel[Overview]):
    of_overview = True

    def look(self) -> Overview:
        return self.desk.follower.look()


class Chosen:
    """Which number of the first line is looked into; empty: none, and what needs a hand is shown."""

    def __init__(self) -> None:
        self.kind = ""


class Numbers(_OfOverview):
    """How many are how, and what can be done now. A number is chosen to see which kiosks it counts; ``told`` hears."""

    def __init__(self, desk: Desk, chosen: Chosen, told: Callable[[], Awaitable[None]]) -> None:
        super().__init__(desk, "numbers-box")
        self._chosen = chosen
        self._told = told

    def key(self, seen: Overview) -> object:
        away = self.desk.follower.away
        return seen.total, seen.standings, seen.serving, seen.open_alerts, seen.able, away, self._chosen.kind

    def draw(self, seen: Overview) -> None:
        words = self.desk.words
        if self.desk.follower.away:
            when = moment(seen.at, self.desk.now)
            ui.label(words("frame.old_data", when=when)).classes("banner").props('role="alert"')
        with ui.element("div").classes("numbers"):
            self._number(seen.total, TOTAL)
            for each in (Standing.OFFLINE, Standing.OUT, Standing.LIMITED, Standing.FINE):
                self._number(seen.standings[each], each.value)
            if seen.standings[Standing.UNKNOWN]:
                self._number(seen.standings[Standing.UNKNOWN], Standing.UNKNOWN.value)
            self._number(seen.serving, SERVING)
            count = sum(seen.open_alerts.values())
            with ui.link(target=self.desk.link("/alerts")) as box:
                self._words(count, words("glance.open_alerts"))
            box.classes(f"number alerts{'' if count else ' zero'}").props('data-testid="count-alerts"')
        with ui.element("div").classes("able").props(f'role="group" aria-label="{words("glance.can")}"'):
            for capability, able in seen.able.items():
                with ui.element("div").classes("able-one"):
                    ui.label(words.of("capability", capability))
                    pieces.bar(able / seen.total if seen.total else 0, "ok", words.of("capability", capability))
                    ui.label(str(able)).classes("figure")

    def _number(self, count: int, kind: str) -> None:
        here = self._chosen.kind == kind
        with ui.element("button").props(f'type="button" aria-pressed="{str(here).lower()}"') as box:
            self._words(count, number_name(self.desk, kind))
        box.classes(f"number {kind}{'' if count else ' zero'}{' here' if here else ''}")
        box.props(f'data-testid="count-{kind}"').on("click", lambda: self._choose("" if here else kind))

    @staticmethod
    def _words(count: int, name: str) -> None:
        ui.label(str(count)).classes("figure")
        ui.label(name)

    async def _choose(self, kind: str) -> None:
        self._chosen.kind = kind
        await self._told()


def number_name(desk: Desk, kind: str) -> str:
    """What a number is called, with the sign of a standing."""
    sign = pieces.STANDING_SIGNS.get(kind, "")
    name = desk.words.of("standing", kind) if sign else desk.words(f"glance.{kind}")
    return f"{sign} {name}".strip()


def needs(rows: Iterable[KioskRow]) -> list[Need]:
    """Kiosks that need a hand, the most urgent first; those of which one alert speaks (a line that was cut) as one."""
    found: dict[object, list[KioskRow]] = {}
    for row in sorted((each for each in rows if each.rank), key=urgency):
        many = row.worst is not None and not row.worst.kiosk
        found.setdefault(row.worst.id if many and row.worst is not None else row.id, []).append(row)
    return [tuple(each) for each in found.values()]


class First(_OfOverview):
    """Which kiosks need a hand, the worst first; or those that a chosen number counts."""

    minutely = True

    def __init__(self, desk: Desk, chosen: Chosen) -> None:
        super().__init__(desk)
        self._chosen = chosen
        self._shown = (chosen.kind, FIRST_SHOWN)

    def key(self, seen: Overview) -> object:
        wanted = self._wanted(seen)
        shown = [[_key(row) for row in need] for need in wanted[: self._limit]]
        return self._chosen.kind, self._limit, len(wanted), shown, bool(seen.total)

    def draw(self, seen: Overview) -> None:
        words, kind = self.desk.words, self._chosen.kind
        wanted = self._wanted(seen)
        if kind:
            pieces.title(f"{number_name(self.desk, kind)} · {len(wanted)}", words("glance.chosen_hint"))
        else:
            pieces.title(words("glance.first"), words("glance.first_hint"))
        if not seen.total:
            pieces.nothing(words("glance.empty"))
        elif not wanted:
            pieces.nothing(words("frame.nothing" if kind else "glance.all_well"))
        for need in wanted[: self._limit]:
            if len(need) > 1:
                self._many(need)
            else:
                self._row(need[0])
        if len(wanted) > self._limit:
            more = f"{words('frame.more')} · {len(wanted) - self._limit}"
            pieces.button(more, self._more, testid="more-first", quiet=True)

    @property
    def _limit(self) -> int:
        of, limit = self._shown
        return limit if of == self._chosen.kind else FIRST_SHOWN

    async def _more(self) -> None:
        self._shown = (self._chosen.kind, self._limit + 4 * FIRST_SHOWN)
        await self.update()

    def _wanted(self, seen: Overview) -> Sequence[Need]:
        rows = [row for hall in seen.halls for row in hall.kiosks]
        kind = self._chosen.kind
        if not kind:
            return needs(rows)
        counted = (row for row in rows if kind == TOTAL or (row.serving if kind == SERVING else row.standing == kind))
        return [(row,) for row in sorted(counted, key=urgency)]

    def _many(self, need: Need) -> None:
        words, alert = self.desk.words, need[0].worst
        assert alert is not None  # noqa: S101 -- it is what they have in common
        with ui.element("div").classes("first-row").props(f'data-testid="first-alert-{alert.id}"'):
            with ui.element("div").classes("row"):
                pieces.severity(self.desk, alert.severity)
                pieces.link(words.place("", alert.device), self.desk.link("/alerts")).classes("strong")
                ui.label(words("alert.kiosks", count=len(need))).classes("strong")
            self._worst(alert)
            with ui.element("div").classes("row"):
                for row in need[:NAMED]:
                    link = pieces.link(row.id, self.desk.link(f"/kiosk/{row.id}"), testid=f"first-{row.id}")
                    link._props["title"] = " · ".join(each for each in (row.site, row.name) if each)
                if len(need) > NAMED:
                    ui.label(f"+{len(need) - NAMED}").classes("hint")

    def _row(self, row: KioskRow) -> None:
        desk, words = self.desk, self.desk.words
        target = ui.link(target=desk.link(f"/kiosk/{row.id}")).classes("first-row")
        with target.props(f'data-testid="first-{row.id}"'):
            with ui.element("div").classes("row"):
                pieces.standing(desk, row.standing.value)
                ui.label(row.id).classes("strong")
                ui.label(row.name or row.site).classes("hint")
                if row.alerts > 1:
                    ui.label(words("glance.alerts", count=row.alerts)).classes("chip quiet")
            if row.worst is not None:
                with ui.element("div").classes("row"):
                    pieces.severity(desk, row.worst.severity)
                    ui.label(self._device(row.worst)).classes("strong")
                    if row.worst.state == "acknowledged":
                        ui.label(words("alert.taken_by", who=row.worst.acknowledged_by)).classes("chip quiet")
                self._worst(row.worst)
            if row.lost:
                named = [words.of("capability", each) for each in row.lost]
                lost = "、".join(named) if words.language == "zh" else ", ".join(named).lower()
                ui.label(words.said(words("kiosk.lost"), lost)).classes("hint")

    def _worst(self, alert: AlertRow) -> None:
        with ui.element("div").classes("row top"):
            ui.label(pieces.matter(self.desk, alert)).classes("grow")
            ui.label(self.desk.words.ago(alert.opened_at, self.desk.now)).classes("hint")

    def _device(self, alert: AlertRow) -> str:
        if not alert.kiosk:
            return self.desk.words.place("", alert.device)
        return "" if alert.device in ("", "kiosk", "service") else self.desk.words.part(alert.device)


def _key(row: KioskRow) -> object:
    """What of a row is drawn."""
    return row.model_copy(update={"seen_at": None, "works": (), "banks": (), "serving": False})


class Halls(_OfOverview):
    """Every hall with a square for each of its kiosks. A hall is one element of text: a square as an element of its own
    would cost more than all else on the page."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown = HALLS_SHOWN
        self._drawn: list[ui.html] = []
        self._halls = -1

    def key(self, seen: Overview) -> object:
        halls = seen.halls[: self._shown]
        return self._shown, len(seen.halls), [(h.site, h.wrong, [(k.id, k.standing) for k in h.kiosks]) for h in halls]

    def draw(self, seen: Overview) -> None:
        words = self.desk.words
        pieces.title(words("glance.halls"), words("glance.halls_hint"))
        with ui.element("div").classes("halls"):
            shown = [self._hall(hall) for hall in seen.halls[: self._shown]]
            self._drawn = [ui.html(each, sanitize=False).classes("as-one") for each in shown]
        if len(seen.halls) > self._shown:
            pieces.button(words("frame.more"), self._more, testid="more-halls", quiet=True)

    def redraw(self, seen: Overview) -> None:
        halls = seen.halls[: self._shown]
        if len(halls) != len(self._drawn) or len(seen.halls) != self._halls:
            super().redraw(seen)
        for box, hall in zip(self._drawn, halls, strict=True):
            if (text := self._hall(hall)) != box.content:
                box.content = text
        self._halls = len(seen.halls)

    async def _more(self) -> None:
        self._shown += HALLS_SHOWN
        await self.update()

    def _hall(self, hall: Hall) -> str:
        words = self.desk.words
        told = words("glance.hall_wrong", count=hall.wrong) if hall.wrong else ""
        hint = told or words("glance.hall_count", count=len(hall.kiosks))
        squares = "".join(map(self._square, sorted(hall.kiosks, key=lambda each: -each.rank)[:KIOSKS_SHOWN]))
        if len(hall.kiosks) > KIOSKS_SHOWN:
            squares += f'<div class="hint">+{len(hall.kiosks) - KIOSKS_SHOWN}</div>'
        return (
            f'<div class="hall{" wrong" if hall.wrong else ""}"><div class="hall-head">'
            f'<div class="strong">{escape(hall.site or words("glance.no_hall"))}</div>'
            f'<div class="hint">{escape(hint)}</div></div><div class="squares">{squares}</div></div>'
        )

    def _square(self, row: KioskRow) -> str:
        word = self.desk.words.of("standing", row.standing.value)
        name = escape(" · ".join(each for each in (row.id, row.name, word) if each))
        return (
            f'<a class="square {row.standing.value}" href="{escape(PLACE + self.desk.link(f"/kiosk/{row.id}"))}" '
            f'data-testid="square-{escape(row.id)}" title="{name}" aria-label="{name}">'
            f"{pieces.STANDING_SIGNS[row.standing.value]}</a>"
        )


def panels(desk: Desk) -> list[Panel[Overview]]:
    """Those of the page."""
    chosen = Chosen()

    async def told() -> None:
        for panel in (numbers, first):
            await panel.update()

    numbers = Numbers(desk, chosen, told)
    first = First(desk, chosen)
    return [numbers, first, Halls(desk)]
