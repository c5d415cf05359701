"""Changing one's own password, for those who have one here."""

from __future__ import annotations

from nicegui import ui

from kiosk.fleet.access.accounts import SHORTEST, Account, SignInRefused, TooManyTries
from kiosk.fleet.console import asking, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.desk.errors import Wrong


def ask(desk: Desk) -> None:
    """The present one is asked for, with the same limit of tries as for signing in. Then every session is over."""
    words = desk.words
    with pieces.asked(desk, f"{words('people.password_own')} · {desk.account.name}") as dialog:
        present = asking.line(words("people.password_now"), testid="password-now", kind="password")
        new = asking.line(words("people.password_new", least=SHORTEST), testid="password-new", kind="password")
        present.props("autocomplete=current-password")
        new.props("autocomplete=new-password")
        ui.label(words("people.password_hint")).classes("hint")

        async def change() -> None:
            def act(who: Account) -> bool:
                try:
                    desk.service.accounts.sign_in(who.name, str(present.value or ""), desk.client.ip or "")
                except TooManyTries:
                    raise Wrong("too many tries", "people.password_tries") from None
                except SignInRefused:
                    raise Wrong("not the present password", "people.password_wrong") from None
                desk.service.doing.change_own_password(who, str(new.value or ""))
                return True

            if await desk.do(act):
                dialog.close()
                with desk.client:
                    ui.navigate.reload()  # which leads to signing in

        pieces.answers(desk, dialog, words("frame.save"), change, testid="password-go")
