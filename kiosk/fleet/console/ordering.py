"""Telling a kiosk to do something: what is asked before, what is shown of it after; describing a kiosk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nicegui import ui

from kiosk.fleet import hours, places
from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import LEAST_FOR_VERB, Act
from kiosk.fleet.console import asking, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.facts import in_words, why
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk import one_kiosk
from kiosk.fleet.desk.shapes import CommandRow, Details
from kiosk.fleet.messages import Fact
from kiosk.fleet.policies import SHORT, KeptPack
from kiosk.fleet.verbs import VERBS, Verb, wrong_arguments

ON_THE_WAY = ("proposed", "ready", "received", "waiting", "running")


def button(desk: Desk, kiosk: str, verb_name: str, *, device: str = "") -> None:
    """Opens the question."""
    testid = f"do-{verb_name}" + (f"-{device}" if device else "")
    text = desk.words.of("command", verb_name)

    async def ask_now() -> None:
        offered = await desk.do(lambda who: offer(desk, kiosk, VERBS[verb_name]))
        if offered is not None:
            ask(desk, kiosk, VERBS[verb_name], device, offered)

    pieces.button(text, ask_now, testid=testid, quiet=True)


@dataclass(frozen=True)
class Offered:
    """What an argument may be, as far as the fleet knows. ``choices``: by argument and value, in words. ``instead``:
    what to do where there is nothing to choose from."""

    choices: Mapping[str, Mapping[str, str]]
    instead: str = ""


def offer(desk: Desk, kiosk: str, verb: Verb) -> Offered:
    """Waits for the database and the packs on the disk."""
    words = desk.words
    if "device" in verb.arguments:
        parts = one_kiosk.parts(desk.service.reading, kiosk)
        named = {each: words.of("device", each) for each in parts}
        return Offered({"device": named}, "" if named else words("command.no_parts"))
    if "digest" in verb.arguments:
        presence = one_kiosk.one_kiosk(desk.service.reading, kiosk).presence
        region, policy = ("", "") if presence is None else (presence.region, presence.policy)
        policies = desk.service.policies
        packs = {each.digest: _pack(desk, each, policy) for each in (policies.kept(region) if policies else ())}
        return Offered({"digest": packs}, "" if packs else words("command.no_packs", region=region or "…"))
    return Offered({})


def _pack(desk: Desk, pack: KeptPack, in_force: str) -> str:
    words = desk.words
    name = pack.name_zh if words.language == "zh" else pack.name_en
    said = words(
        "command.pack",
        region=pack.region,
        name=name,
        newest=pack.newest.isoformat(),
        kept=moment(pack.kept_at, desk.now),
        digest=pack.digest[:SHORT],
    )
    return words("command.pack_in_force", pack=said) if pack.digest == in_force else said


def ask(desk: Desk, kiosk: str, verb: Verb, device: str, offered: Offered) -> None:
    """Say what will be done to which kiosk, and what else has to be known."""
    words = desk.words
    if offered.instead and not device:
        with pieces.asked(desk, f"{words.of('command', verb.name)} · {kiosk}") as dialog:
            ui.label(offered.instead).props('data-testid="nothing-offered"')
            with ui.element("div").classes("row end"):
                pieces.button(words("frame.close"), dialog.close, quiet=True)
        return
    with pieces.asked(desk, f"{words.of('command', verb.name)} · {kiosk}") as dialog:
        if device:
            ui.label(words.of("device", device))
        if verb.no_citizen:
            ui.label(words("command.needs_free")).classes("hint")
        if verb.second_person:
            ui.label(f"◆ {words('command.needs_second')}").classes("hint")
        if "digest" in offered.choices:
            ui.label(words("command.pack_hint")).classes("hint")
        fields = {
            name: _field(words(f"command.{name}"), name, offered.choices.get(name))
            for name in verb.arguments
            if name != "device" or not device
        }

        async def send() -> None:
            values: dict[str, Fact] = {"device": device} if device else {}
            values |= _values(verb, {name: str(field.value or "").strip() for name, field in fields.items()})
            if wrong_arguments(verb, values):
                desk.tell(words("command.wrong"), refused=True)
                return

            def act(who: Account) -> CommandRow:
                return desk.service.doing.command(who, kiosk, verb.name, values)

            said = words("command.asked" if verb.second_person else "command.sent")
            if await desk.do(act, said) is not None:
                dialog.close()

        text = words("command.send")
        pieces.answers(desk, dialog, text, send, testid="send", danger=verb.second_person)


def _field(label: str, name: str, choices: Mapping[str, str] | None) -> ui.input | ui.select:
    made = ui.input(label) if choices is None else ui.select(dict(choices), label=label)
    made.props(f'outlined dense data-testid="argument-{name}"').classes("wide")
    return made


def _values(verb: Verb, typed: Mapping[str, str]) -> dict[str, Fact]:
    values: dict[str, Fact] = {}
    for name, text in typed.items():
        if not text:
            continue
        number = verb.arguments[name].kind is int and text.isdecimal() and len(text) < 10
        values[name] = int(text) if number else text
    return values


def row(desk: Desk, each: CommandRow, *, of_kiosk: bool = False) -> None:
    """A command and how far it has come."""
    words = desk.words
    with ui.element("article").classes(f"order {each.state}").props(f'data-testid="order-{each.id}"'):
        with ui.element("div").classes("row"):
            ui.label(words.of("command", each.verb)).classes("strong")
            if not of_kiosk:
                pieces.link(each.kiosk, desk.link(f"/kiosk/{each.kiosk}"))
            if device := each.arguments.get("device"):
                ui.label(words.of("device", str(device)))
            state = words.of("progress", each.state)
            if each.refusal:
                state = words.said(state, words.of("refusal", each.refusal))
            ui.label(state).classes(f"chip order-{each.state}").props('data-testid="order-state"')
            ui.label(moment(each.issued_at, desk.now)).classes("hint")
        by = words("command.issued", who=each.issued_by)
        if each.approved_by:
            by += f" · {words('command.approved', who=each.approved_by)}"
        reason = str(each.facts.get("reason") or "")
        stand_elsewhere = {"device": device, "reason": reason}
        facts = {name: fact for name, fact in each.facts.items() if stand_elsewhere.get(name) != fact}
        if reason:
            said = why(words, reason)
            ui.label(said[:1].upper() + said[1:]).props('data-testid="order-reason"')
        rest = " · ".join(in_words(words, facts))
        ui.label(f"{by}{f' · {rest}' if rest else ''}").classes("hint")
        with ui.element("div").classes("row"):
            _foot(desk, each)


def _argument(desk: Desk, name: str, value: Fact) -> str:
    if name == "device":
        return desk.words.of("device", str(value))
    return str(value)[:SHORT] if name == "digest" else str(value)


def _foot(desk: Desk, each: CommandRow) -> None:
    words, doing = desk.words, desk.service.doing

    async def approve() -> bool:
        return await desk.do(lambda who: doing.approve(who, each.id), words("command.sent")) is not None

    def look() -> None:
        what = words.of("command", each.verb)
        if each.arguments:
            rest = (
                f"{words.of('command', name)} {_argument(desk, name, value)}" for name, value in each.arguments.items()
            )
            what = words.said(what, "", " · ".join(rest))
        sentence = words("command.approve_sure", who=each.issued_by, kiosk=each.kiosk, what=what)
        text = words("command.approve")
        asking.sure(desk, f"{text} · {each.kiosk}", sentence, text, approve, testid="sure-approve", danger=True)

    async def withdraw() -> None:
        await desk.do(lambda who: doing.withdraw(who, each.id), words("frame.done"))

    if each.state == "proposed":
        own = each.issued_by == desk.account.name
        if not own and desk.may(Act.COMMAND_APPROVE) and desk.account.role.covers(LEAST_FOR_VERB[each.verb]):
            pieces.button(words("command.approve"), look, testid=f"approve-{each.id}", danger=True)
        elif own:
            ui.label(words("command.own")).classes("hint")
    if each.state in ("proposed", "ready") and not each.sent and desk.may(Act.COMMAND_WITHDRAW):
        pieces.button(words("command.withdraw"), withdraw, testid=f"withdraw-{each.id}", quiet=True)
    if each.has_content and desk.may(Act.COMMAND_CONTENT):
        pieces.link(words("command.download"), f"../../api/v1/commands/{each.id}/content").props("download")


def describe(desk: Desk, kiosk: str, details: Details) -> None:
    """Change what is written down about a kiosk."""
    words = desk.words
    at, week = places.written(details.latitude, details.longitude), "\n".join(hours.written(details.hours or ()))
    with pieces.asked(desk, f"{words('kiosk.describe')} · {kiosk}") as dialog:
        fields = {
            name: asking.line(
                words(f"kiosk.{label}"), testid=f"detail-{name}", value=getattr(details, name), longest=100
            )
            for name, label in (("name", "name"), ("site", "place"), ("line", "line"))
        }
        where = asking.line(words("manage.at"), testid="detail-at", value=at, longest=60)
        ui.label(words("manage.at_hint")).classes("hint")
        opens = ui.textarea(words("kiosk.hours"), value=week).classes("wide")
        opens.props('outlined dense autogrow maxlength=1000 data-testid="detail-hours"')
        ui.label(words("manage.hours_hint")).classes("hint")

        async def save() -> None:
            changed: dict[str, object] = {name: asking.said(field) for name, field in fields.items()}
            try:
                if asking.said(where) != at:
                    changed |= _coordinates(asking.said(where))
                if asking.said(opens) != week:
                    changed["hours"] = hours.week(asking.said(opens).splitlines()) if asking.said(opens) else None
            except hours.HoursError:
                desk.tell(words("manage.hours_wrong"), refused=True)
                return
            except places.PlaceError:
                desk.tell(words("manage.at_wrong"), refused=True)
                return

            def act(who: Account) -> bool:
                desk.service.doing.describe(who, kiosk, Details.model_validate({**details.model_dump(), **changed}))
                return True

            if await desk.do(act, words("frame.done")):
                dialog.close()

        pieces.answers(desk, dialog, words("frame.save"), save, testid="save-details")


def _coordinates(text: str) -> dict[str, int | None]:
    latitude, longitude = places.coordinates(text) if text else (None, None)
    return {"latitude": latitude, "longitude": longitude}
