"""Who hears of alerts: the list, adding, changing, pausing, trying out, removing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from kiosk.fleet import hours
from kiosk.fleet.access.accounts import Account
from kiosk.fleet.alerts.contacts import EMAIL, HIGHEST_LEVEL, LANGUAGES, WEBHOOK, Contact
from kiosk.fleet.alerts.rules import SEVERITIES
from kiosk.fleet.console import asking, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.words import moment
from kiosk.fleet.desk.shapes import ContactRow


@dataclass(frozen=True, slots=True)
class Told:
    """``at_once``: whether anyone is told of every critical alert as it opens."""

    contacts: tuple[ContactRow, ...]
    at_once: bool


class Contacts(Panel[Told]):
    """All of them, each with what it was sent last."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._watch = ui.timer(2.0, self.update, immediate=False)  # how a test message went is in no pulse of the store

    def look(self) -> Told:
        contacts = self.desk.service.contacts
        return Told(contacts.everybody(self.desk.account), contacts.somebody_at_once())

    def draw(self, seen: Told) -> None:
        words = self.desk.words
        pieces.title(words("contact.heading"), words("contact.hint"), level=1)
        if not seen.contacts:
            pieces.nothing(words("contact.none"))
        elif not seen.at_once:
            ui.label(f"◆ {words('contact.nobody_at_once')}").classes("strong")
        for each in seen.contacts:
            self._row(each)
        pieces.button(words("contact.add"), lambda: self._describe(None), testid="add-contact")

    def _row(self, each: ContactRow) -> None:
        desk, words = self.desk, self.desk.words
        with ui.element("article").classes("order").props(f'data-testid="contact-{each.id}"'):
            with ui.element("div").classes("row"):
                ui.label(each.name).classes("strong")
                ui.label(words.of("contact", each.channel)).classes("chip quiet")
                if each.paused_at is not None:
                    ui.label(words("contact.paused")).classes("chip limited")
                ui.label(each.address).classes("code")
            terms = [
                words("contact.of_level", level=each.level),
                words("contact.from_least", least=words.of("severity", each.least).lower()),
                each.site,
                words.of("contact", each.language) if each.channel == EMAIL else "",
            ]
            if span := _quiet(each):
                terms.append(words("contact.quiet_is", span=span))
            ui.label(" · ".join(filter(None, terms))).classes("hint")
            if each.last is not None:
                what, state = (words.of("contact", word) for word in (each.last.what, each.last.state))
                said = words("contact.last", what=what, state=state)
                trouble = f" · {each.last.trouble}" if each.last.trouble else ""
                when = moment(each.last.ended_at or each.last.made_at, desk.now)
                ui.label(f"{said} · {when}{trouble}").classes("hint").props('data-testid="last"')
            with ui.element("div").classes("row"):
                self._buttons(each)

    def _buttons(self, each: ContactRow) -> None:
        words, contacts = self.desk.words, self.desk.service.contacts
        asked = {"name": each.name, "address": each.address}
        pieces.button(words("contact.change"), lambda: self._describe(each), testid=f"change-{each.id}", quiet=True)
        if each.paused_at is None:
            self._button("pause", each, words("contact.pause_sure", **asked), lambda who: contacts.pause(who, each.id))
        else:
            sentence = words("contact.resume_sure", **asked)
            self._button("resume", each, sentence, lambda who: contacts.resume(who, each.id))
        self._button(
            "test", each, words("contact.test_sure", **asked), lambda who: contacts.try_out(who, each.id), "test_asked"
        )
        if each.channel == WEBHOOK:
            pieces.button(words("contact.secret"), lambda: self._secret(each), testid=f"secret-{each.id}", quiet=True)

        def remove(who: Account) -> bool:
            contacts.remove(who, each.id)
            return True

        self._button("remove", each, words("contact.remove_sure", **asked), remove, danger=True)

    def _button(
        self,
        name: str,
        each: ContactRow,
        sentence: str,
        act: Callable[[Account], object],
        done: str = "",
        *,
        danger: bool = False,
    ) -> None:
        desk, words = self.desk, self.desk.words
        text = words(f"contact.{name}")

        async def go() -> bool:
            found = await desk.do(act, words(f"contact.{done}") if done else words("frame.done"))
            await self.update()
            return found is not None

        def ask() -> None:
            asking.sure(desk, f"{text} · {each.name}", sentence, text, go, testid=f"sure-{name}", danger=danger)

        pieces.button(text, ask, testid=f"{name}-{each.id}", quiet=True)

    def _secret(self, each: ContactRow) -> None:
        desk, words = self.desk, self.desk.words

        async def renew() -> bool:
            secret = await desk.do(lambda who: desk.service.contacts.new_secret(who, each.id))
            if secret is not None:
                _shown_once(desk, each.name, secret)
            return secret is not None

        sentence = words("contact.secret_sure", name=each.name)
        heading = f"{words('contact.secret')} · {each.name}"
        asking.sure(desk, heading, sentence, words("contact.secret"), renew, testid="sure-secret", danger=True)

    def _describe(self, each: ContactRow | None) -> None:
        desk, words = self.desk, self.desk.words
        heading = words("contact.add") if each is None else f"{words('contact.change')} · {each.name}"
        with pieces.asked(desk, heading) as dialog:
            name = asking.line(words("contact.name"), testid="contact-name", value=each.name if each else "")
            channels = {word: words.of("contact", word) for word in (EMAIL, WEBHOOK)}
            channel = ui.toggle(channels, value=each.channel if each else EMAIL).props("no-caps")
            channel.props('data-testid="contact-channel"').set_enabled(each is None)
            address = asking.line(
                words("contact.address"), testid="contact-address", value=each.address if each else "", longest=1000
            )
            level = ui.number(words("contact.level"), value=each.level if each else 0, min=0, max=HIGHEST_LEVEL, step=1)
            level.props('outlined dense data-testid="contact-level"').classes("wide")
            ui.label(words("contact.level_hint")).classes("hint")
            severities = {word: words.of("severity", word) for word in SEVERITIES}
            least = ui.select(severities, value=each.least if each else "warning", label=words("contact.least"))
            languages = {word: words.of("contact", word) for word in LANGUAGES}
            language = ui.select(
                languages, value=each.language if each else words.language, label=words("contact.language")
            )
            for chosen in (least, language):
                chosen.props("outlined dense").classes("wide")
            site = asking.line(
                words("contact.site"), testid="contact-site", value=each.site if each else "", longest=100
            )
            quiet = asking.line(
                words("contact.quiet"), testid="contact-quiet", value=_quiet(each) if each else "", longest=11
            )
            ui.label(words("contact.quiet_hint")).classes("hint")

            async def save() -> None:
                try:
                    quiet_from, quiet_until = hours.quiet(typed) if (typed := asking.said(quiet)) else (None, None)
                except hours.HoursError:
                    desk.tell(words("contact.wrong_quiet"), refused=True)
                    return
                new = Contact(
                    asking.said(name), str(channel.value), asking.said(address), str(language.value),
                    int(level.value or 0), str(least.value), asking.said(site), quiet_from, quiet_until,
                )  # fmt: skip
                if await self._saved(each, new):
                    dialog.close()

            pieces.answers(desk, dialog, words("frame.save"), save, testid="save-contact")

    async def _saved(self, each: ContactRow | None, new: Contact) -> bool:
        desk, words = self.desk, self.desk.words
        contacts = desk.service.contacts
        if each is not None:
            changed = await desk.do(lambda who: contacts.change(who, each.id, new), words("frame.done"))
            await self.update()
            return changed is not None
        added = await desk.do(lambda who: contacts.add(who, new), words("frame.done"))
        await self.update()
        if added is not None and added[1]:
            _shown_once(desk, new.name, added[1])
        return added is not None


def _shown_once(desk: Desk, name: str, secret: str) -> None:
    with pieces.asked(desk, f"X-Fleet-Signature · {name}") as dialog:
        ui.label(desk.words("contact.secret_once", secret=secret)).classes("code").props('data-testid="secret"')
        with ui.element("div").classes("row end"):
            pieces.button(desk.words("frame.close"), dialog.close)


def _quiet(each: ContactRow) -> str:
    if each.quiet_from is None or each.quiet_until is None:
        return ""
    return f"{hours.clock(each.quiet_from)}-{hours.clock(each.quiet_until)}"
