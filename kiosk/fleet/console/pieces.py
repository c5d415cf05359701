"""Small things that several pages draw alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from devices import fault_catalogue
from kiosk.fleet.access.roles import Act
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.facts import in_words
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk.shapes import AlertRow, Bilingual, TicketRow

SIGNS = {"critical": "▲", "warning": "◆", "notice": "●"}
STANDING_SIGNS = {"offline": "✕", "out": "■", "limited": "◆", "fine": "✓", "unknown": "?"}
"""A shape with every colour."""

Click = Callable[[], Awaitable[None] | None]


def title(text: str, hint: str = "", *, level: int = 2) -> None:
    """The head of a panel."""
    with ui.element("header").classes("panel-head"):
        with ui.element(f"h{level}").classes("title"):
            ui.label(text)
        if hint:
            ui.label(hint).classes("hint")


def standing(desk: Desk, word: str) -> None:
    """How a kiosk is."""
    ui.label(f"{STANDING_SIGNS[word]} {desk.words.of('standing', word)}").classes(f"chip standing {word}")


def severity(desk: Desk, word: str) -> None:
    """How bad an alert is."""
    ui.label(f"{SIGNS[word]} {desk.words.of('severity', word)}").classes(f"chip severity {word}")


def button(text: str, act: Click, *, testid: str = "", quiet: bool = False, danger: bool = False) -> ui.button:
    """Something to do."""
    made = ui.button(text, on_click=act).props(f"{'outline' if quiet else 'unelevated'} no-caps")
    if danger:
        made.props("color=negative")
    if testid:
        made.props(f'data-testid="{testid}"')
    return made.classes("act")


def link(text: str, target: str, *, testid: str = "") -> ui.link:
    """To another page of the console."""
    made = ui.link(text, target)
    return made.props(f'data-testid="{testid}"') if testid else made


def bar(share: float, level: str, label: str) -> None:
    """A level; ``share`` from 0 to 1."""
    percent = round(100 * min(1.0, max(0.0, share)))
    with (
        ui.element("div")
        .classes("bar")
        .props(f'role="meter" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}"') as drawn
    ):
        ui.element("div").classes(f"fill {level}").style(f"width: {percent}%")
    drawn._props["aria-label"] = label


def nothing(text: str) -> None:
    """Where there is nothing to show."""
    ui.label(text).classes("hint nothing")


def matter(desk: Desk, row: AlertRow | TicketRow) -> str:
    """What is the matter, for whoever has to see to it. What a device reports says so in its remedy; its other words
    are for citizens."""
    said = row.words if of_the_fleet(row.code) else row.remedy
    return said.in_language(desk.words.language)


def of_the_fleet(code: str) -> bool:
    """Whether its words are the fleet's own, not those for the citizens of a kiosk: of what the fleet raises, and of a
    fault that it does not know."""
    return code.startswith("fleet.") or code not in fault_catalogue.load()


def explained(desk: Desk, code: str, said: Bilingual, remedy: Bilingual | None) -> None:
    """What is the matter and what to do about it."""
    words = desk.words
    if of_the_fleet(code):
        ui.label(said.in_language(words.language))
    if remedy is not None:
        ui.label(f"{words('alert.remedy')} · {remedy.in_language(words.language)}").classes("remedy")
    if not of_the_fleet(code):
        ui.label(words("alert.citizen", words=said.in_language(words.language))).classes("hint")


def alert(desk: Desk, row: AlertRow, *, of_kiosk: bool = False) -> None:
    """An alert with what to do about it. ``of_kiosk``: on that kiosk's own page."""
    words = desk.words
    with ui.element("article").classes(f"alert {row.severity}").props(f'data-testid="alert-{row.id}"'):
        with ui.element("div").classes("said"):
            with ui.element("div").classes("alert-head"):
                severity(desk, row.severity)
                place = words.place(row.kiosk, row.device)
                if not row.kiosk:
                    ui.label(place).classes("strong")
                elif of_kiosk:
                    ui.label(words.part(row.device)).classes("strong")
                else:
                    link(place, desk.link(f"/kiosk/{row.kiosk}"), testid=f"look-{row.id}").classes("strong")
                if row.state != "opened":
                    ui.label(words.of("alert", row.state)).classes("chip quiet")
                ui.label(words("alert.since", when=moment(row.opened_at, desk.now))).classes("hint")
                if row.acknowledged_by:
                    ui.label(words("alert.taken_by", who=row.acknowledged_by)).classes("hint")
                if row.cleared_at is not None:
                    ui.label(words("alert.until", when=moment(row.cleared_at, desk.now))).classes("hint")
            if row.kiosks and not of_kiosk:
                _kiosks(desk, row)
            explained(desk, row.code, row.words, row.remedy if row.cleared_at is None else None)
            ui.label(" · ".join((row.code, *in_words(words, row.facts)))).classes("code")
            for each in row.notes:
                when = words("frame.by", who=each.by, when=moment(each.at, desk.now))
                ui.label(words.said(when, str(each.facts.get("text", ""))))
        if row.cleared_at is None:
            _alert_foot(desk, row)


def _kiosks(desk: Desk, row: AlertRow) -> None:
    with ui.element("div").classes("row"):
        ui.label(desk.words("alert.kiosks", count=len(row.kiosks))).classes("hint")
        for name in row.kiosks[:20]:
            link(name, desk.link(f"/kiosk/{name}"))


def _alert_foot(desk: Desk, row: AlertRow) -> None:
    words, doing = desk.words, desk.service.doing

    async def take() -> None:
        await desk.do(lambda who: doing.acknowledge(who, row.id), words("alert.taken"))

    with ui.element("div").classes("row deeds"):
        if row.state != "acknowledged" and desk.may(Act.ALERT_ACKNOWLEDGE):
            button(words("alert.acknowledge"), take, testid=f"take-{row.id}")
        if row.by_hand and desk.may(Act.ALERT_CLEAR):
            button(words("alert.clear"), lambda: _settle(desk, row), testid=f"settle-{row.id}", quiet=True)
        if desk.may(Act.ALERT_ESCALATE):
            button(words("manage.escalate"), lambda: _escalate(desk, row), testid=f"escalate-{row.id}", quiet=True)
        if desk.may(Act.ALERT_NOTE):
            note(desk, lambda text: lambda who: doing.note_alert(who, row.id, text), testid=f"note-{row.id}")


def _settle(desk: Desk, row: AlertRow) -> None:
    """A door that was forced is not settled by a slip of the hand: what was found is said first."""
    words = desk.words

    async def settle(found: str) -> bool:
        return bool(await desk.do(lambda who: desk.service.doing.clear(who, row.id, found), words("frame.done")))

    _said_first(desk, row, "alert.clear", settle, label="alert.found", missing="manage.say_what", testid="settle")


def _escalate(desk: Desk, row: AlertRow) -> None:
    """Why is said first: whoever is called wants to know."""
    words = desk.words

    async def escalate(why: str) -> bool:
        done = await desk.do(lambda who: desk.service.doing.escalate(who, row.id, why))
        if done is None:
            return False
        told = done[1]
        said = words("manage.escalated", count=told) if told else words("manage.escalated_nobody")
        desk.tell(said, refused=not told)
        return True

    _said_first(
        desk, row, "manage.escalate", escalate, label="report.reason", missing="manage.say_why", testid="escalate",
        danger=True,
    )  # fmt: skip


def _said_first(
    desk: Desk,
    row: AlertRow,
    deed: str,
    act: Callable[[str], Awaitable[bool]],
    *,
    label: str,
    missing: str,
    testid: str,
    danger: bool = False,
) -> None:
    """Ask for some words before a deed. ``deed``, ``label`` and ``missing`` are keys; ``act``: given the words, whether
    it was done."""
    words = desk.words
    with asked(desk, f"{words(deed)} · {words.place(row.kiosk, row.device)}") as dialog:
        ui.label(words(f"{deed}_sure")).props('data-testid="sentence"')
        field = (
            ui.input(words(label)).props(f'outlined dense maxlength=2000 data-testid="{testid}-said"').classes("wide")
        )

        async def go() -> None:
            text = str(field.value or "").strip()
            if not text:
                desk.tell(words(missing), refused=True)
            elif await act(text):
                dialog.close()

        answers(desk, dialog, words(deed), go, testid=f"{testid}-go", danger=danger)


def note(desk: Desk, act: Callable[[str], Callable[..., object]], *, testid: str) -> None:
    """A note is written in a dialog of its own."""
    words = desk.words

    def ask() -> None:
        with asked(desk, words("alert.note")) as dialog:
            field = ui.input().props(f'outlined dense autofocus maxlength=2000 data-testid="{testid}-text"')

            async def add() -> None:
                if (field.value or "").strip() and await desk.do(act(field.value), words("frame.done")) is not None:
                    dialog.close()

            field.classes("wide").on("keydown.enter", add)
            answers(desk, dialog, words("alert.note_add"), add, testid=f"{testid}-add")

    button(words("alert.note"), ask, testid=testid, quiet=True)


@contextmanager
def asked(desk: Desk, heading: str) -> Iterator[ui.dialog]:
    """A dialog that lies over the page, outside what is drawn anew; it is gone when it is closed."""
    with desk.client.content, ui.dialog(value=True) as dialog, ui.element("div").classes("ask"):
        ui.label(heading).classes("title")
        yield dialog
    dialog.on("hide", dialog.delete)


def answers(desk: Desk, dialog: ui.dialog, text: str, act: Click, *, testid: str, danger: bool = False) -> None:
    """The foot of a dialog."""
    with ui.element("div").classes("row end"):
        button(desk.words("frame.cancel"), dialog.close, quiet=True)
        button(text, act, testid=testid, danger=danger)
