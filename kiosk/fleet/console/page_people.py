"""The accounts, and the codes with which kiosks join."""

from __future__ import annotations

from nicegui import ui

from kiosk.fleet.access.accounts import SHORTEST, Account
from kiosk.fleet.access.roles import Role
from kiosk.fleet.console import asking, page_manage, pieces
from kiosk.fleet.console.panel import Panel


class People(Panel[tuple[Account, ...]]):
    """The accounts, and the codes with which kiosks join."""

    def look(self) -> tuple[Account, ...]:
        return self.desk.service.accounts.all()

    def draw(self, seen: tuple[Account, ...]) -> None:
        words = self.desk.words
        pieces.title(words("people.heading"), level=1)
        for each in seen:
            self._row(each)
        pieces.button(words("people.add"), self._add, testid="add-account")
        pieces.title(words("people.codes"))
        pieces.button(words("people.code_make"), lambda: page_manage.code(self.desk), testid="make-code", quiet=True)

    def _row(self, each: Account) -> None:
        desk, words, doing = self.desk, self.desk.words, self.desk.service.doing

        async def turn() -> bool:
            def act(who: Account) -> Account:
                return doing.change_account(who, each.name, disabled=not each.disabled)

            done = await desk.do(act, words("frame.done")) is not None
            await self.update()
            return done

        def ask() -> None:
            text = words("people.open" if each.disabled else "people.close")
            sentence = words("manage.open_sure" if each.disabled else "manage.close_sure", who=each.name)
            asking.sure(desk, f"{text} · {each.name}", sentence, text, turn, testid="sure-turn")

        def change(role: str) -> None:
            if role == each.role.value:
                return  # put back

            async def go() -> bool:
                def act(who: Account) -> Account:
                    return doing.change_account(who, each.name, role=Role(role))

                done = await desk.do(act, words("frame.done")) is not None
                await self.update()
                return done

            sentence = words("people.role_sure", who=each.name, role=words.of("role", role))
            heading = f"{words('people.role')} · {each.name}"
            asking.sure(desk, heading, sentence, words("frame.save"), go, testid="sure-role", closed=as_it_was)

        def as_it_was() -> None:
            if not chosen.is_deleted:
                chosen.set_value(each.role.value)

        with ui.element("div").classes("line").props(f'data-testid="account-{each.name}"'):
            ui.label(each.name).classes("strong grow")
            if each.disabled:
                ui.label(words("people.closed")).classes("chip quiet")
            if each.name == desk.account.name:
                ui.label(words.of("role", each.role.value))
                return
            roles = {role.value: words.of("role", role.value) for role in Role}
            chosen = ui.select(roles, value=each.role.value, on_change=lambda event: change(event.value))
            chosen.props(f'outlined dense data-testid="role-{each.name}"')
            if each.local:
                pieces.button(
                    words("people.password_set"), lambda: self._password(each), testid=f"reset-{each.name}", quiet=True
                )
            pieces.button(
                words("people.open" if each.disabled else "people.close"), ask, testid=f"turn-{each.name}", quiet=True
            )

    def _password(self, each: Account) -> None:
        """For somebody who has forgotten it; told to them by other means, and theirs to change."""
        desk, words = self.desk, self.desk.words
        with pieces.asked(desk, f"{words('people.password_set')} · {each.name}") as dialog:
            ui.label(words("people.password_sure", who=each.name)).props('data-testid="sentence"')
            field = asking.line(words("people.password_new", least=SHORTEST), testid="reset-password", kind="password")
            field.props("autocomplete=new-password")

            async def save() -> None:
                def act(who: Account) -> Account:
                    return desk.service.doing.change_account(who, each.name, password=str(field.value or ""))

                if await desk.do(act, words("frame.done")) is not None:
                    dialog.close()

            pieces.answers(desk, dialog, words("frame.save"), save, testid="reset-go")

    def _add(self) -> None:
        desk, words = self.desk, self.desk.words
        with pieces.asked(desk, words("people.add")) as dialog:
            name = ui.input(words("sign_in.name")).props('outlined dense data-testid="new-name"').classes("wide")
            password = ui.input(words("sign_in.password")).classes("wide")
            password.props('type=password outlined dense autocomplete=new-password data-testid="new-password"')
            roles = {role.value: words.of("role", role.value) for role in Role}
            role = (
                ui.select(roles, value=Role.VIEWER.value, label=words("people.role"))
                .props("outlined dense")
                .classes("wide")
            )

            async def save() -> None:
                made = await desk.do(
                    lambda who: desk.service.doing.add_account(
                        who, name.value or "", Role(role.value), password.value or ""
                    ),
                    words("frame.done"),
                )
                if made is not None:
                    dialog.close()
                    await self.update()

            pieces.answers(desk, dialog, words("frame.save"), save, testid="save-account")
