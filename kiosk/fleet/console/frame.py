"""What is around every page: the bar with the places to go, the language, who is signed in; keys; signing in."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from nicegui import ui

from kiosk.fleet.access.roles import LEAST, Act
from kiosk.fleet.console import own_password
from kiosk.fleet.console.desk import PLACE, Desk
from kiosk.fleet.console.words import Words

COLOURS = {"primary": "#0B5A7A", "positive": "#1B6B45", "negative": "#A3271E", "warning": "#F4B544"}

PAGES = (
    ("glance", "/", Act.LOOK),
    ("alerts", "/alerts", Act.LOOK),
    ("tickets", "/tickets", Act.LOOK),
    ("stock", "/stock", Act.LOOK),
    ("commands", "/commands", Act.LOOK),
    ("reports", "/reports", Act.LOOK),
    ("journal", "/journal", Act.JOURNAL_READ),
    ("records", "/records", Act.AUDIT_READ),
    ("contacts", "/contacts", Act.CONTACTS),
    ("people", "/people", Act.ACCOUNTS),
)
"""Name, address, and the act without which it is not offered."""


@contextmanager
def framed(desk: Desk, here: str, path: str) -> Iterator[None]:
    """The page within its frame. ``here``: which of :data:`PAGES`; ``path``: its address."""
    words = desk.words
    head(words)
    desk.client.content.props(f'lang="{"zh-CN" if words.language == "zh" else "en"}"')
    ui.link(words("frame.skip"), "#main").classes("skip")
    with ui.element("header").classes("frame-head"):
        ui.label(words("frame.title")).classes("brand")
        with ui.element("nav").classes("places").props(f'aria-label="{words("frame.menu")}"'):
            for name, address, act in PAGES:
                if desk.account.role.covers(LEAST[act]):
                    place = ui.link(words(f"frame.{name}"), desk.link(address)).props(f'data-testid="nav-{name}"')
                    place.classes("place here" if name == here else "place")
                    if name == here:
                        place.props('aria-current="page"')
        with ui.element("div").classes("row who"):
            find = ui.input(placeholder=words("frame.find")).props('dense outlined data-testid="find" id="find"')
            find.classes("find").on("keydown.enter", lambda: _go(desk, str(find.value or "")))
            _me(desk)
            other = ui.link(words("frame.other_language"), f"{path}?lang={words.other}")
            other.props(f'lang="{words.other}" data-testid="language"')
            with ui.element("form").props(f'method="post" action="{PLACE}-sign-out?lang={words.language}"'):
                out = ui.element("button").props('type="submit" data-testid="sign-out"').classes("plain")
                out._text = words("frame.sign_out")
    with ui.element("main").classes(f"console {here}").props('id="main" tabindex="-1"'):
        yield
    ui.label(words("frame.keyboard")).classes("hint keys")


def _me(desk: Desk) -> None:
    words, text = desk.words, f"{desk.account.name} · {desk.words.of('role', desk.account.role.value)}"
    if not desk.account.local:
        ui.label(text).classes("hint")
        return
    me = ui.element("button").props('type="button" data-testid="me"').classes("plain me")
    me.props["title"] = words("people.password_own")
    me._text = text
    me.on("click", lambda: own_password.ask(desk))


def head(words: Words) -> None:
    """Style and keys."""
    ui.colors(**COLOURS)
    ui.add_head_html(f'<link rel="stylesheet" href="{PLACE}/assets/style.css">')
    ui.add_head_html(f'<script src="{PLACE}/assets/keys.js" data-language="{words.language}" defer></script>')


def _go(desk: Desk, typed: str) -> None:
    wanted = typed.strip().casefold()
    if not wanted:
        return
    rows = [row for hall in desk.follower.look().halls for row in hall.kiosks]
    exact = [row for row in rows if row.id.casefold() == wanted]
    near = [row for row in rows if wanted in f"{row.id}\0{row.name}\0{row.site}".casefold()]
    if found := exact or near:
        ui.navigate.to(desk.link(f"/kiosk/{found[0].id}"))
    else:
        desk.tell(desk.words("kiosk.unknown"), refused=True)


def sign_in_page(
    words: Words, *, trouble: str = "", go_to: str = "", name: str = "", provider: bool = False, elsewhere: str = ""
) -> str:
    """The page for signing in; plain HTML, no script. ``provider``: there is one to sign in at, too. ``elsewhere``:
    where somebody who has just signed out here does so there."""
    on_name, on_password = ("", " autofocus") if name else (" autofocus", "")
    told = f'<p class="banner" role="alert">{html.escape(trouble)}</p>' if trouble else ""
    language = "zh-CN" if words.language == "zh" else "en"
    there = ""
    if provider:
        where = f"{PLACE}-sign-in/provider?lang={words.language}&go_to={quote(go_to, safe='')}"
        target, style = html.escape(where, quote=True), "text-align: center; text-decoration: none"
        text = words("sign_in.provider")
        there = f'<a class="primary" style="{style}" href="{target}" data-testid="provider">{text}</a>'
    if elsewhere:
        out = f'<a href="{html.escape(elsewhere, quote=True)}" data-testid="out-there">{words("provider.out")}</a>'
        there = f'<p class="hint" role="status">{words("provider.still_there")} {out}</p>{there}'
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words("frame.title")}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="{PLACE}/assets/style.css"></head>
<body class="sign-in"><main class="panel sign-in-box"><h1>{words("frame.title")}</h1>
<p class="hint">{words("sign_in.lead")}</p>
{told}<form method="post" action="{PLACE}-sign-in?lang={words.language}">
<input type="hidden" name="go_to" value="{html.escape(go_to, quote=True)}">
<label>{words("sign_in.name")}<input name="name" required maxlength="64" autocomplete="username"
 autocapitalize="none" spellcheck="false" value="{html.escape(name, quote=True)}"
 data-testid="name"{on_name}></label>
<label>{words("sign_in.password")}<input name="password" type="password" required maxlength="200"
 autocomplete="current-password" data-testid="password"{on_password}></label>
<button type="submit" class="primary" data-testid="go">{words("sign_in.go")}</button></form>
{there}
<a href="{PLACE}-sign-in?lang={words.other}" lang="{words.other}">{words("frame.other_language")}</a>
</main></body></html>
"""
