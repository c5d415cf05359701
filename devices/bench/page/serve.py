"""Puts the page beside the bench's API, at ``/``; the page itself is under :data:`PLACE`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from nicegui import Client, app, ui

from devices.bench.page import live
from devices.bench.page.breakage import Breakage
from devices.bench.page.desk import Desk
from devices.bench.page.happened import Happened
from devices.bench.page.later import Later
from devices.bench.page.live import LiveScreen
from devices.bench.page.new_cards import NewCards
from devices.bench.page.pad import Pad
from devices.bench.page.panel import heading
from devices.bench.page.paper import Paper
from devices.bench.page.view import Follower, View
from devices.bench.page.visitor import People, Wallet
from devices.bench.page.words import Language, Words
from devices.bench.world import World

PLACE = "/page"

_FOLDER = Path(__file__).parent
_ASSETS = ("style.css", "live.js")
_COLOURS = {"primary": "#0B5A7A", "positive": "#1B6B45", "negative": "#A3271E", "warning": "#F4B544"}


@contextmanager
def served(api: FastAPI, world: World, display: str | None = None) -> Iterator[None]:
    """Once in a process, before the API is served: NiceGUI's application is one a process."""
    screen = LiveScreen(display)
    live.add(api, screen)
    follower = Follower(world)
    visited = _Visited(next(iter(world.people)))

    @api.get("/", include_in_schema=False)
    def front(request: Request) -> RedirectResponse:
        return RedirectResponse(f"{PLACE}/?{request.url.query}".rstrip("?"))

    @ui.page("/", title="Kiosk bench")
    def page(client: Client, request: Request, lang: Literal["zh", "en", ""] = "") -> None:
        words = Words(lang or _preferred(request))
        _build(Desk(world, words, visited.person, client, follower.view), follower, visited)

    for name in _ASSETS:
        app.add_static_file(local_file=_FOLDER / name, url_path=f"/bench/{name}", max_cache_age=0)
    app.on_startup(lambda: follower.start(asyncio.get_running_loop()))
    ui.run_with(api, mount_path=PLACE, title="Kiosk bench", tailwind=False, show_welcome_message=False, favicon="🪪")
    try:
        yield
    finally:
        screen.close()


class _Visited:
    """Who was visiting when a page was opened last: a page opened anew goes on with them."""

    def __init__(self, person: str) -> None:
        self.person = person


def _preferred(request: Request) -> Language:
    """Chinese for a browser that asks for it before English, else English."""
    asked = request.headers.get("accept-language", "").lower()
    return "zh" if asked.startswith("zh") else "en"


def _build(desk: Desk, follower: Follower, visited: _Visited) -> None:
    words = desk.words
    ui.colors(**_COLOURS)
    ui.add_head_html(f'<link rel="stylesheet" href="{PLACE}/bench/style.css">')
    ui.add_head_html(f'<script src="{PLACE}/bench/live.js"></script>')
    desk.client.content.props(f'lang="{words.language}"')
    with ui.element("main").classes("bench"):
        _head(desk)
        with ui.element("section").classes("part screen-part"):
            heading("1", words("screen.heading"), words("screen.hint"))
            _screen(desk)
        with ui.element("section").classes("part"):
            heading("2", words("person.heading"), words("person.hint"))

            def chosen() -> None:
                visited.person = desk.person
                update(desk.view)

            people, wallet = People(desk, chosen), Wallet(desk)
            with ui.element("div").classes("pad-and-paper"):
                pad, paper = Pad(desk), Paper(desk)
            new_cards = NewCards(desk)
        with ui.element("section").classes("part"):
            heading("3", words("devices.heading"), words("devices.hint"))
            breakage, later = Breakage(desk), Later(desk)
            ui.label(words("happened.heading")).classes("small-title")
            happened = Happened(desk)

    def update(view: View) -> None:
        desk.view = view
        with desk.client:
            for part in (people, wallet, pad, paper, new_cards, breakage, later, happened):
                part.update()

    update(desk.view)
    desk.client.on_delete(follower.listen(update))


def _head(desk: Desk) -> None:
    words = desk.words

    async def start_over() -> None:
        ask.close()
        if await desk.do(desk.world.reset):
            desk.tell(words("head.reset_done"))

    with ui.dialog() as ask, ui.element("div").classes("ask"):
        ui.label(words("head.reset_ask"))
        with ui.element("div").classes("answers"):
            ui.button(words("head.no"), on_click=ask.close).props("flat no-caps")
            yes = ui.button(words("head.yes"), on_click=start_over)
            yes.props('unelevated no-caps data-testid="reset-yes"')
    with ui.element("header").classes("head"):
        with ui.element("div"):
            ui.label(words("head.title")).classes("headline")
            ui.label(words("head.lead")).classes("hint")
        with ui.element("div").classes("answers"):
            ui.button(words("head.reset"), on_click=ask.open).props("outline no-caps").props('data-testid="reset"')
            other = ui.link(words("head.other_language"), f"/?lang={words.other}").classes("language")
            other.props(f'lang="{words.other}"').props('data-testid="language"')


def _screen(desk: Desk) -> None:
    words = desk.words
    with ui.element("div").classes("glass").props('data-state="waiting"'):
        canvas = ui.element("canvas").props('width="1080" height="1920"').props('data-testid="screen"')
        for state in ("waiting", "none", "lost"):
            ui.label(words(f"screen.{state}")).classes(f"instead {state}")
    ui.run_javascript(f'liveScreen(document.getElementById("{canvas.html_id}"), "/screen/live")')
