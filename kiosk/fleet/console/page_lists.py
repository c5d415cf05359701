"""Alerts, tickets, stock and commands as pages."""

from __future__ import annotations

from nicegui import ui

from kiosk.fleet.access.roles import Act
from kiosk.fleet.console import asking, ordering, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.words import day_of, moment
from kiosk.fleet.desk import lists
from kiosk.fleet.desk.shapes import AlertRow, CommandRow, Stock, StockRow, TicketRow

Places = tuple[tuple[str, int | None, str | None], ...]


class Alerts(Panel[tuple[AlertRow, ...]]):
    """All alerts of a state; the worst first."""

    minutely = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._state = "open"
        self._limit = 100
        self._frame: object = None
        self._list: ui.element | None = None
        self._drawn: dict[int, tuple[object, ui.element]] = {}

    def look(self) -> tuple[AlertRow, ...]:
        found = lists.alerts(
            self.desk.service.reading, state=None if self._state == "all" else self._state, limit=self._limit
        )
        if self._state != "open":
            return found
        order = {"critical": 0, "warning": 1, "notice": 2}
        return tuple(sorted(found, key=lambda row: (order[row.severity], row.state == "acknowledged", -row.opened_at)))

    def draw(self, seen: tuple[AlertRow, ...]) -> None:
        words = self.desk.words
        pieces.title(words("alert.heading"), level=1)
        states = {each: words(f"alert.{each}") for each in ("open", "acknowledged", "escalated", "cleared", "all")}
        ui.toggle(states, value=self._state, on_change=lambda event: self._choose(event.value)).props("no-caps")
        if not seen:
            pieces.nothing(words("alert.none_open"))
        self._list, self._drawn = ui.element("div").classes("as-one"), {}
        self._arrange(seen)
        if len(seen) == self._limit:
            pieces.button(words("frame.more"), self._more, testid="more", quiet=True)

    def redraw(self, seen: tuple[AlertRow, ...]) -> None:
        frame = (self._state, bool(seen), len(seen) == self._limit)
        if frame != self._frame:
            self._frame = frame
            super().redraw(seen)
        else:
            self._arrange(seen)

    def _arrange(self, seen: tuple[AlertRow, ...]) -> None:
        """Only what is new or different is drawn."""
        assert self._list is not None  # noqa: S101 -- drawn before
        today = day_of(self.desk.now)
        for number in self._drawn.keys() - {row.id for row in seen}:
            self._drawn.pop(number)[1].delete()
        for place, row in enumerate(seen):
            key, box = self._drawn.get(row.id, (None, None))
            if box is None or key != (row, today):
                if box is not None:
                    box.delete()
                with self._list, ui.element("div").classes("as-one") as box:
                    pieces.alert(self.desk, row)
                self._drawn[row.id] = ((row, today), box)
            if self._list.default_slot.children[place] is not box:
                box.move(target_index=place)

    async def _choose(self, state: str) -> None:
        self._state, self._limit = state, 100
        await self.update()

    async def _more(self) -> None:
        self._limit = min(1000, self._limit + 100)
        await self.update()


class Tickets(Panel[tuple[TicketRow, ...]]):
    """Work to be done, the most pressing first."""

    minutely = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._state = "unclosed"

    def look(self) -> tuple[TicketRow, ...]:
        return lists.tickets(self.desk.service.reading, state=self._state, limit=200)

    def draw(self, seen: tuple[TicketRow, ...]) -> None:
        words = self.desk.words
        pieces.title(words("ticket.heading"), level=1)
        states = {
            "unclosed": words("ticket.open"),
            "working": words("ticket.working"),
            "closed": words("ticket.closed"),
        }
        ui.toggle(states, value=self._state, on_change=lambda event: self._choose(event.value)).props("no-caps")
        if not seen:
            pieces.nothing(words("ticket.none"))
        for row in seen:
            self._row(row)

    async def _choose(self, state: str) -> None:
        self._state = state
        await self.update()

    def _row(self, row: TicketRow) -> None:
        desk, words = self.desk, self.desk.words
        late = row.closed_at is None and row.due_at < desk.now
        with ui.element("article").classes(f"order{' late' if late else ''}").props(f'data-testid="ticket-{row.id}"'):
            with ui.element("div").classes("said"):
                with ui.element("div").classes("row"):
                    ui.label(f"#{row.id}").classes("strong")
                    if row.kiosk:
                        place = words.place(row.kiosk, row.device)
                        pieces.link(place, desk.link(f"/kiosk/{row.kiosk}")).classes("strong")
                    else:
                        ui.label(words.place("", row.device)).classes("strong")
                    ui.label(words.of("ticket", row.urgency)).classes(f"chip urgency-{row.urgency}")
                    if row.closed_at is not None:
                        ui.label(words("ticket.closed")).classes("chip fine")
                    else:
                        clock = (row.due_at - desk.now) if not late else (desk.now - row.due_at)
                        key = "ticket.overdue" if late else "ticket.left"
                        ui.label(words(key, span=words.span(clock))).classes("chip out" if late else "chip quiet")
                    who = row.assignee
                    ui.label(words("ticket.assigned", who=who) if who else words("ticket.nobody")).classes("hint")
                pieces.explained(desk, row.code, row.words, row.remedy)
                if empty_on := row.facts.get("empty_on"):
                    ui.label(words("kiosk.runs_out", day=words.day(str(empty_on)))).classes("hint")
            self._foot(row)

    def _foot(self, row: TicketRow) -> None:
        desk, words, doing = self.desk, self.desk.words, self.desk.service.doing
        writes = row.closed_at is None and desk.may(Act.TICKET_NOTE)

        async def take() -> None:
            await desk.do(lambda who: doing.take_ticket(who, row.id, who.name), words("frame.done"))

        async def show() -> None:
            found = await desk.do(lambda who: lists.one_ticket(desk.service.reading, row.id))
            if found is None:
                return
            with pieces.asked(desk, f"{words('ticket.notes')} · #{row.id}") as dialog:
                for each in found.notes:
                    parts = " · ".join(f"{name} × {count}" for name, count in each.parts.items())
                    ui.label(words("frame.by", who=each.by, when=moment(each.at, desk.now))).classes("hint")
                    ui.label(" · ".join(e for e in (each.text, parts) if e))
                if not found.notes:
                    pieces.nothing(words("ticket.notes_none"))
                if not writes:
                    with ui.element("div").classes("row end"):
                        pieces.button(words("frame.close"), dialog.close, quiet=True)
                    return
                text = asking.line(words("ticket.note"), testid="ticket-text", longest=2000)
                used = asking.line(words("ticket.parts"), testid="ticket-parts")

                async def add() -> None:
                    counted = _parts(asking.said(used))
                    if counted is None or not (counted or asking.said(text)):
                        key = "ticket.parts_wrong" if counted is None else "ticket.close_say"
                        desk.tell(words(key), refused=True)
                        return
                    act = doing.note_ticket
                    if await desk.do(lambda who: act(who, row.id, asking.said(text), counted), words("frame.done")):
                        dialog.close()

                pieces.answers(desk, dialog, words("alert.note_add"), add, testid="ticket-add")

        with ui.element("div").classes("row deeds"):
            if row.closed_at is None and desk.may(Act.TICKET_MOVE):
                if row.assignee != desk.account.name:
                    pieces.button(words("ticket.take"), take, testid=f"take-ticket-{row.id}")
                pieces.button(
                    words("ticket.close"), lambda: _close(desk, row), testid=f"close-ticket-{row.id}", quiet=True
                )
            pieces.button(words("alert.note" if writes else "ticket.notes"), show, testid=f"notes-{row.id}", quiet=True)


def _close(desk: Desk, row: TicketRow) -> None:
    """What was done is said first: the next one who meets the fault wants to know."""
    words = desk.words
    with pieces.asked(desk, f"{words('ticket.close')} · #{row.id} · {words.place(row.kiosk, row.device)}") as dialog:
        done = asking.line(words("ticket.close_note"), testid="close-note", longest=2000)
        used = asking.line(words("ticket.parts"), testid="close-parts")

        async def close() -> None:
            text, counted = asking.said(done), _parts(asking.said(used))
            if not text:
                desk.tell(words("ticket.close_say"), refused=True)
            elif counted is None:
                desk.tell(words("ticket.parts_wrong"), refused=True)
            elif await desk.do(
                lambda who: desk.service.doing.close_ticket(who, row.id, text, counted), words("frame.done")
            ):
                dialog.close()

        pieces.answers(desk, dialog, words("ticket.close"), close, testid="close-go")


def _a_day(thousandths: int) -> str:
    return f"{thousandths / 1000:,.0f}" if thousandths >= 10_000 else f"{thousandths / 1000:.1f}"


def _parts(typed: str) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for word in typed.replace("，", " ").replace(",", " ").split():
        name, _, count = word.replace("＝", "=").partition("=")
        if not name or not count.isdecimal() or not 1 <= int(count) <= 1000:
            return None
        found[name] = int(count)
    return found


class StockPanel(Panel[Stock]):
    """The cards of each bank, other supplies, and where to fill first."""

    def look(self) -> Stock:
        return lists.stock(self.desk.service.reading)

    def draw(self, seen: Stock) -> None:
        words = self.desk.words
        pieces.title(words("stock.heading"), level=1)
        if not seen.banks:
            pieces.nothing(words("stock.none"))
        with ui.element("div").classes("cards"):
            for bank in seen.banks:
                self._bank(bank)
        if seen.supplies:
            pieces.title(words("stock.supplies"))
        with ui.element("div").classes("cards"):
            for supply in seen.supplies:
                with ui.element("article").classes("card"):
                    ui.label(words.supply(supply.supply)).classes("strong")
                    self._figures(supply.kiosks, supply.empty, supply.soon)
                    self._places(supply.places)

    def _bank(self, bank: StockRow) -> None:
        words = self.desk.words
        with ui.element("article").classes("card").props(f'data-testid="bank-{bank.bank}"'):
            with ui.element("div").classes("row"):
                ui.label(bank.bank).classes("strong grow")
                ui.label(f"{words('stock.cards')} {bank.cards:,}").classes("figure")
            self._figures(bank.kiosks, bank.empty, bank.soon)
            ui.label(f"{words('stock.able')} {bank.able} · {words('stock.a_day')} {_a_day(bank.a_day)}").classes("hint")
            self._places(bank.places)

    def _figures(self, kiosks: int, empty: int, soon: int) -> None:
        words = self.desk.words
        with ui.element("div").classes("row"):
            ui.label(f"{words('stock.kiosks')} {kiosks}").classes("chip quiet")
            ui.label(f"■ {words('stock.empty')} {empty}").classes("chip out" if empty else "chip quiet")
            ui.label(f"◆ {words('stock.soon')} {soon}").classes("chip limited" if soon else "chip quiet")

    def _places(self, places: Places) -> None:
        words = self.desk.words
        ui.label(words("stock.where")).classes("hint")
        for kiosk, left, empty_on in places[:5]:
            with ui.element("div").classes("line"):
                pieces.link(kiosk, self.desk.link(f"/kiosk/{kiosk}")).classes("grow")
                ui.label("–" if left is None else str(left)).classes("figure")
                ui.label(words("kiosk.runs_out", day=words.day(empty_on)) if empty_on else "").classes("hint")


class Commands(Panel[tuple[CommandRow, ...]]):
    """What waits for a second person, then the recent ones."""

    minutely = True

    def look(self) -> tuple[CommandRow, ...]:
        return lists.commands(self.desk.service.reading, limit=100)

    def draw(self, seen: tuple[CommandRow, ...]) -> None:
        words = self.desk.words
        pieces.title(words("command.heading"), level=1)
        waiting = [each for each in seen if each.state == "proposed"]
        if waiting:
            pieces.title(words("command.to_approve"))
        for each in waiting:
            ordering.row(self.desk, each)
        pieces.title(words("command.recent"))
        recent = [each for each in seen if each.state != "proposed"]
        if not recent:
            pieces.nothing(words("command.none"))
        for each in recent:
            ordering.row(self.desk, each)
