"""Hours taken out of the count of availability: the list, adding to it, taking back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from nicegui import ui

from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import Act
from kiosk.fleet.console import asking, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk.shapes_reports import Exclusion

Update = Callable[[], Awaitable[None]]


def listed(desk: Desk, exclusions: Sequence[Exclusion], update: Update) -> None:
    """All of them, those taken back struck out."""
    words = desk.words
    if not exclusions:
        pieces.nothing(words("frame.nothing"))
    for each in exclusions:
        with ui.element("div").classes("line").props(f'data-testid="exclusion-{each.id}"'):
            label = ui.label(f"{_where(desk, each)} · {_span(desk, each.began_at, each.ended_at)} · {each.reason}")
            label.classes("grow" + (" gone" if each.withdrawn_by else ""))
            ui.label(words("frame.by", who=each.made_by, when=moment(each.made_at, desk.now))).classes("hint")
            if each.withdrawn_by is not None and each.withdrawn_at is not None:
                when = words("frame.by", who=each.withdrawn_by, when=moment(each.withdrawn_at, desk.now))
                ui.label(words.said(words("manage.counts_again"), when)).classes("hint")
            elif desk.may(Act.REPORT_ADJUST):
                pieces.button(
                    words("manage.withdraw"), _withdrawing(desk, each, update), testid=f"withdraw-{each.id}", quiet=True
                )


def ask(desk: Desk, update: Update, *, kiosk: str = "") -> None:
    """Take hours out of the count; of ``kiosk`` if it is named, else of whatever is typed."""
    words = desk.words
    with pieces.asked(desk, words("report.adjust")) as dialog:
        ui.label(words("report.adjust_hint")).classes("hint")
        begin = asking.line(words("report.from"), testid="from", kind="datetime-local")
        end = asking.line(words("report.to"), testid="to", kind="datetime-local")
        places = {} if kiosk else {
            "kiosk": asking.line(words("report.kiosk"), testid="of-kiosk", longest=10),
            "site": asking.line(words("kiosk.place"), testid="of-site", longest=100),
            "line": asking.line(words("kiosk.line"), testid="of-line", longest=100),
        }  # fmt: skip
        reason = asking.line(words("report.reason"), testid="why", longest=2000)

        def check() -> None:
            span = _instant(begin), _instant(end)
            named = {name: asking.said(field) for name, field in places.items()} | ({"kiosk": kiosk} if kiosk else {})
            named["kiosk"] = named["kiosk"].upper()
            if span[0] is None or span[1] is None or span[0] >= span[1]:
                desk.tell(words("report.invalid"), refused=True)
            elif sum(map(bool, named.values())) > 1:
                desk.tell(words("manage.one_place"), refused=True)
            elif not asking.said(reason):
                desk.tell(words("manage.say_why"), refused=True)
            else:
                dialog.close()
                _confirm(desk, (span[0], span[1]), asking.said(reason), named, update)

        pieces.answers(desk, dialog, words("manage.next"), check, testid="save-adjust")


def _confirm(desk: Desk, span: tuple[int, int], reason: str, named: dict[str, str], update: Update) -> None:
    words = desk.words
    where = next((each for each in named.values() if each), words("report.fleet"))

    async def exclude() -> bool:
        def act(who: Account) -> int:
            return desk.service.doing.exclude(who, span, reason, **named)

        done = await desk.do(act, words("frame.done")) is not None
        await update()
        return done

    sentence = words("manage.exclude_sure", where=where, span=_span(desk, *span), reason=reason)
    asking.sure(desk, words("report.adjust"), sentence, words("frame.save"), exclude, testid="sure-adjust")


def _withdrawing(desk: Desk, each: Exclusion, update: Update) -> Callable[[], None]:
    words = desk.words

    async def withdraw() -> bool:
        def act(who: Account) -> bool:
            desk.service.doing.withdraw_exclusion(who, each.id)
            return True

        done = await desk.do(act, words("frame.done")) is not None
        await update()
        return done

    sentence = words("manage.withdraw_sure", where=_where(desk, each), span=_span(desk, each.began_at, each.ended_at))
    return lambda: asking.sure(
        desk, words("manage.withdraw"), sentence, words("manage.withdraw"), withdraw, testid="sure-withdraw"
    )


def _where(desk: Desk, each: Exclusion) -> str:
    return each.kiosk or each.site or each.line or desk.words("report.fleet")


def _span(desk: Desk, begin: int, end: int) -> str:
    return f"{moment(begin, desk.now)} – {moment(end, desk.now)}"


def _instant(field: ui.input) -> int | None:
    try:
        found = datetime.fromisoformat(asking.said(field)).replace(tzinfo=KIOSK_ZONE)
    except ValueError:
        return None
    return int(found.timestamp() * 1000)
