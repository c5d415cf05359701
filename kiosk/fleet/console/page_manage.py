"""What is done about one kiosk rather than by it: its tickets, what is written down of it, its place in the fleet."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import Act
from kiosk.fleet.console import asking, excluding, page_lists, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.desk import lists, one_kiosk, reports
from kiosk.fleet.desk.shapes import TicketDetail, TicketRow
from kiosk.fleet.desk.shapes_reports import Exclusion

BY_HAND = "fleet.reported"
"""The code of a ticket that a person opens."""
WHOLE = "kiosk"
DAYS = 31
"""For which exclusions are shown here; the reports have them all."""
DAY = 86_400_000


class Tickets(page_lists.Tickets):
    """The kiosk's own tickets, and opening one."""

    def __init__(self, desk: Desk, kiosk: str) -> None:
        super().__init__(desk)
        self.kiosk = kiosk

    def look(self) -> tuple[TicketRow, ...]:
        return lists.tickets(self.desk.service.reading, state="unclosed", kiosk_id=self.kiosk, limit=20)

    def draw(self, seen: tuple[TicketRow, ...]) -> None:
        words = self.desk.words
        pieces.title(words("ticket.heading"))
        if not seen:
            pieces.nothing(words("ticket.none"))
        for row in seen:
            self._row(row)
        if self.desk.may(Act.TICKET_MOVE):
            pieces.button(words("ticket.new"), self._open, testid="open-ticket", quiet=True)

    async def _open(self) -> None:
        desk, words = self.desk, self.desk.words
        found = await desk.do(lambda who: one_kiosk.one_kiosk(desk.service.reading, self.kiosk))
        if found is None:
            return
        parts = {WHOLE: words.of("device", WHOLE)} | {
            each.device: words.of("device", each.kind) for each in found.devices if each.state != "notFitted"
        }
        with pieces.asked(desk, f"{words('ticket.new')} · {self.kiosk}") as dialog:
            device = ui.select(parts, value=WHOLE, label=words("command.device")).classes("wide")
            device.props('outlined dense data-testid="ticket-device"')
            urgencies = {each: words.of("ticket", each) for each in ("low", "normal", "high")}
            urgency = ui.toggle(urgencies, value="normal").props('no-caps data-testid="ticket-urgency"')
            ui.label(words("manage.due")).classes("hint")
            what = asking.line(words("manage.what"), testid="ticket-what", longest=2000)
            ui.label(words("manage.no_names")).classes("hint")

            async def save() -> None:
                text = asking.said(what)
                if not text:
                    desk.tell(words("manage.say_what"), refused=True)
                    return

                def act(who: Account) -> TicketDetail:
                    doing = desk.service.doing
                    return doing.open_ticket(who, self.kiosk, str(device.value), BY_HAND, str(urgency.value), text)

                if await desk.do(act, words("manage.opened")) is not None:
                    dialog.close()
                    await self.update()

            pieces.answers(desk, dialog, words("ticket.new"), save, testid="ticket-save")


@dataclass(frozen=True, slots=True)
class Place:
    """A kiosk's place in the fleet."""

    exclusions: tuple[Exclusion, ...]


class Manage(Panel[Place]):
    """Hours that do not count, joining anew, striking off."""

    def __init__(self, desk: Desk, kiosk: str) -> None:
        super().__init__(desk)
        self.kiosk = kiosk

    def look(self) -> Place:
        now = self.desk.now
        return Place(reports.exclusions_of(self.desk.service.reading, self.kiosk, now - DAYS * DAY, now + DAYS * DAY))

    def draw(self, seen: Place) -> None:
        desk, words = self.desk, self.desk.words
        pieces.title(words("manage.heading"), words("manage.hint"))
        excluding.listed(desk, seen.exclusions, self.update)
        with ui.element("div").classes("row"):
            if desk.may(Act.REPORT_ADJUST):
                pieces.button(
                    words("report.adjust"),
                    lambda: excluding.ask(desk, self.update, kiosk=self.kiosk),
                    testid="adjust",
                    quiet=True,
                )
            if desk.may(Act.ENROL):
                pieces.button(words("people.code_make"), lambda: code(desk, self.kiosk), testid="make-code", quiet=True)
            if desk.may(Act.REVOKE):
                pieces.button(words("people.revoke"), self._revoke, testid="revoke", quiet=True)

    def _revoke(self) -> None:
        desk, words = self.desk, self.desk.words

        async def revoke() -> bool:
            def act(who: Account) -> bool:
                desk.service.doing.revoke(who, self.kiosk)
                return True

            done = await desk.do(act, words("frame.done")) is not None
            if done:
                with desk.client:
                    ui.navigate.to(desk.link("/"))
            return done

        sentence = words("manage.revoke_sure", kiosk=self.kiosk)
        asking.sure(
            desk, f"{words('people.revoke')} · {self.kiosk}", sentence, words("people.revoke"), revoke,
            testid="sure-revoke", danger=True, typed=self.kiosk,
        )  # fmt: skip


def code(desk: Desk, kiosk: str = "") -> None:
    """Make a code with which a kiosk joins; shown until the dialog is closed, and never again."""
    words = desk.words
    with pieces.asked(desk, words("people.code_make")) as dialog:
        ui.label(words("manage.code_sure")).props('data-testid="sentence"')
        field = asking.line(words("people.code_for"), testid="code-kiosk", value=kiosk, longest=10)
        shown = ui.label().classes("strong").props('data-testid="code" aria-live="polite"')

        async def make() -> None:
            named = asking.said(field).upper()
            made = await desk.do(lambda who: desk.service.doing.enrolment_code(who, named))
            if made is not None:
                field.set_enabled(False)
                go.set_visibility(False)
                shown.text = words("people.code", code=made)

        with ui.element("div").classes("row end"):
            pieces.button(words("frame.close"), dialog.close, quiet=True)
            go = pieces.button(words("people.code_make"), make, testid="code-go")
