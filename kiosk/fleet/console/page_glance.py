"""The fleet at a glance: numbers, what needs a hand first, the halls."""

from __future__ import annotations

from nicegui import ui

from kiosk.fleet.console import pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk.shapes import Hall, KioskRow, Overview, Standing

HALLS_SHOWN, KIOSKS_SHOWN = 40, 60
"""Halls drawn before more are asked for, and kiosks drawn of one hall: ten thousand squares would help nobody."""


class _OfOverview(Panel[Overview]):
    def look(self) -> Overview:
        return self.desk.follower.look()


class Numbers(_OfOverview):
    """How many are how, and what can be done now."""

    def key(self, seen: Overview) -> object:
        return seen.total, seen.standings, seen.serving, seen.open_alerts, seen.able, self.desk.follower.away

    def draw(self, seen: Overview) -> None:
        words = self.desk.words
        if self.desk.follower.away:
            when = moment(seen.at, self.desk.now)
            ui.label(words("frame.old_data", when=when)).classes("banner").props('role="alert"')
        with ui.element("div").classes("numbers"):
            self._number(words("glance.total"), seen.total, "total")
            for each in (Standing.FINE, Standing.LIMITED, Standing.OUT, Standing.OFFLINE):
                sign = pieces.STANDING_SIGNS[each.value]
                self._number(f"{sign} {words(f'glance.{each.value}')}", seen.standings[each], each.value)
            self._number(words("glance.serving"), seen.serving, "serving")
            self._number(words("glance.open_alerts"), sum(seen.open_alerts.values()), "alerts")
        with ui.element("div").classes("able").props(f'aria-label="{words("glance.can")}"'):
            for capability, count in seen.able.items():
                with ui.element("div").classes("able-one"):
                    ui.label(words.of("capability", capability))
                    pieces.bar(count / seen.total if seen.total else 0, "ok", words.of("capability", capability))
                    ui.label(str(count)).classes("figure")

    def _number(self, name: str, count: int, kind: str) -> None:
        with ui.element("div").classes(f"number {kind}{'' if count else ' zero'}").props(f'data-testid="count-{kind}"'):
            ui.label(str(count)).classes("figure")
            ui.label(name)


class First(_OfOverview):
    """Which kiosks need a hand, the worst first."""

    minutely = True

    def key(self, seen: Overview) -> object:
        return seen.first, bool(seen.total)

    def draw(self, seen: Overview) -> None:
        words = self.desk.words
        pieces.title(words("glance.first"), words("glance.first_hint"))
        if not seen.total:
            pieces.nothing(words("glance.empty"))
        elif not seen.first:
            pieces.nothing(words("glance.all_well"))
        for row in seen.first:
            self._row(row)

    def _row(self, row: KioskRow) -> None:
        desk, words = self.desk, self.desk.words
        target = ui.link(target=desk.link(f"/kiosk/{row.id}")).classes("first-row")
        with target.props(f'data-testid="first-{row.id}"'):
            with ui.element("div").classes("row"):
                pieces.standing(desk, row.standing.value)
                ui.label(row.id).classes("strong")
                ui.label(" · ".join(each for each in (row.site, row.name) if each)).classes("hint")
            if row.worst is not None:
                with ui.element("div").classes("row"):
                    pieces.severity(desk, row.worst.severity)
                    ui.label(self._device(row) if row.worst.kiosk else words.place("", row.worst.device)).classes(
                        "strong"
                    )
                    ui.label(row.worst.words.in_language(words.language)).classes("grow")
                    ui.label(words.ago(row.worst.opened_at, desk.now)).classes("hint")
            if row.lost:
                named = [words.of("capability", each) for each in row.lost]
                lost = "、".join(named) if words.language == "zh" else ", ".join(named).lower()
                ui.label(words.said(words("kiosk.lost"), lost)).classes("hint")

    def _device(self, row: KioskRow) -> str:
        assert row.worst is not None  # noqa: S101 -- asked before
        device = row.worst.device
        return "" if device in ("", "kiosk") else self.desk.words.part(device)


class Halls(_OfOverview):
    """Every hall with a square for each of its kiosks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown = HALLS_SHOWN

    def key(self, seen: Overview) -> object:
        halls = seen.halls[: self._shown]
        return self._shown, len(seen.halls), [(h.site, h.wrong, [(k.id, k.standing) for k in h.kiosks]) for h in halls]

    def draw(self, seen: Overview) -> None:
        words = self.desk.words
        pieces.title(words("glance.halls"), words("glance.halls_hint"))
        with ui.element("div").classes("halls"):
            for hall in seen.halls[: self._shown]:
                self._hall(hall)
        if len(seen.halls) > self._shown:
            pieces.button(words("frame.more"), self._more, testid="more-halls", quiet=True)

    async def _more(self) -> None:
        self._shown += HALLS_SHOWN
        await self.update()

    def _hall(self, hall: Hall) -> None:
        words = self.desk.words
        with ui.element("div").classes(f"hall{' wrong' if hall.wrong else ''}"):
            with ui.element("div").classes("hall-head"):
                ui.label(hall.site or words("glance.no_hall")).classes("strong")
                told = words("glance.hall_wrong", count=hall.wrong) if hall.wrong else ""
                ui.label(told or words("glance.hall_count", count=len(hall.kiosks))).classes("hint")
            with ui.element("div").classes("squares"):
                for row in sorted(hall.kiosks, key=lambda each: -each.rank)[:KIOSKS_SHOWN]:
                    self._square(row)
                if len(hall.kiosks) > KIOSKS_SHOWN:
                    ui.label(f"+{len(hall.kiosks) - KIOSKS_SHOWN}").classes("hint")

    def _square(self, row: KioskRow) -> None:
        word = self.desk.words.of("standing", row.standing.value)
        square = ui.link(pieces.STANDING_SIGNS[row.standing.value], self.desk.link(f"/kiosk/{row.id}"))
        square.classes(f"square {row.standing.value}").props(f'data-testid="square-{row.id}"')
        square._props["title"] = square._props["aria-label"] = " · ".join(e for e in (row.id, row.name, word) if e)
