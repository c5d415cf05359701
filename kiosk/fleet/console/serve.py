"""Puts the console beside the API: its pages under ``/console``, signing in and out beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import Client, app, ui
from starlette.concurrency import run_in_threadpool

from kiosk.fleet.access.provider import IdentityProvider
from kiosk.fleet.access.roles import LEAST, Act
from kiosk.fleet.access.sessions import COOKIE
from kiosk.fleet.api.service import Service
from kiosk.fleet.console import (
    page_contacts,
    page_glance,
    page_journal,
    page_kiosk,
    page_lists,
    page_manage,
    page_people,
    page_records,
    page_reports,
    page_screens,
    sign_in,
)
from kiosk.fleet.console.desk import PLACE, Desk
from kiosk.fleet.console.follow import Follower
from kiosk.fleet.console.frame import PAGES, framed
from kiosk.fleet.console.panel import Panel, keep
from kiosk.fleet.console.sign_in import Chosen, preferred
from kiosk.fleet.console.words import Words

ASSETS = ("style.css", "keys.js")
_FOLDER = Path(__file__).parent
Panels = Callable[[Desk], Sequence[Panel[Any]]]

LISTS: dict[str, Panels] = {
    "alerts": lambda desk: [page_lists.Alerts(desk)],
    "tickets": lambda desk: [page_lists.Tickets(desk)],
    "stock": lambda desk: [page_lists.StockPanel(desk)],
    "commands": lambda desk: [page_lists.Commands(desk)],
    "reports": lambda desk: [page_reports.Reports(desk)],
    "journal": lambda desk: [page_journal.Journal(desk)],
    "records": lambda desk: [page_records.Records(desk), page_records.Quarantine(desk)],
    "contacts": lambda desk: [page_contacts.Contacts(desk)],
    "people": lambda desk: [page_people.People(desk)],
}


def add(api: FastAPI, service: Service, follower: Follower, provider: IdentityProvider | None = None) -> None:
    """Once in a process: NiceGUI's application is one a process."""
    sign_in.add(api, service, provider)

    @api.get("/", include_in_schema=False)
    def front() -> RedirectResponse:
        return RedirectResponse(f"{PLACE}/")

    async def desk_of(request: Request, client: Client, lang: Chosen, act: Act) -> Desk | Response:
        token = request.cookies.get(COOKIE, "")
        account = await run_in_threadpool(service.sessions.account, token)
        words = Words(lang or preferred(request))
        if account is None:
            here = quote(f"{request.url.path}?{request.url.query}".rstrip("?"), safe="")
            return RedirectResponse(f"{PLACE}-sign-in?lang={words.language}&go_to={here}")
        if not account.role.covers(LEAST[act]):
            raise HTTPException(403, words("frame.not_allowed"))
        return Desk(service, follower, words, client, account, token)

    @ui.page("/", title="Kiosk fleet")
    async def glance(request: Request, client: Client, lang: Chosen = "") -> Response | None:
        desk = await desk_of(request, client, lang, Act.LOOK)
        if isinstance(desk, Response):
            return desk
        with framed(desk, "glance", f"{PLACE}/"):
            await keep(desk, page_glance.panels(desk))
        return None

    @ui.page("/kiosk/{kiosk}", title="Kiosk fleet")
    async def one(request: Request, client: Client, kiosk: str, lang: Chosen = "") -> Response | None:
        desk = await desk_of(request, client, lang, Act.LOOK)
        if isinstance(desk, Response):
            return desk
        known = any(row.id == kiosk for hall in (await asyncio.to_thread(follower.look)).halls for row in hall.kiosks)
        with framed(desk, "kiosk", f"{PLACE}/kiosk/{kiosk if known else ''}"):
            if not known:
                ui.label(desk.words("kiosk.unknown"))
                return None
            await keep(desk, _kiosk(desk, kiosk))
        return None

    for name, path, act in PAGES:
        if name in LISTS:
            _page(name, path, act, LISTS[name], desk_of)
    for asset in ASSETS:
        app.add_static_file(local_file=_FOLDER / asset, url_path=f"/assets/{asset}", max_cache_age=0)
    ui.run_with(api, mount_path=PLACE, title="Kiosk fleet", tailwind=False, show_welcome_message=False, favicon="🪪")


def _kiosk(desk: Desk, kiosk: str) -> list[Panel[Any]]:
    head = page_kiosk.Head(desk, kiosk, "panel wide-panel")
    with ui.element("div").classes("column"):
        left: list[Panel[Any]] = [
            page_kiosk.Machine(desk, kiosk),
            page_kiosk.Levels(desk, kiosk),
            page_screens.Screens(desk, kiosk),
            page_manage.Tickets(desk, kiosk),
            page_manage.Manage(desk, kiosk),
        ]
    with ui.element("div").classes("column"):
        right: list[Panel[Any]] = [
            page_kiosk.Alerts(desk, kiosk),
            page_kiosk.Orders(desk, kiosk),
            page_kiosk.TimeLine(desk, kiosk),
            page_kiosk.Wear(desk, kiosk),
            page_kiosk.About(desk, kiosk),
        ]
    return [head, *left, *right]


def _page(name: str, path: str, act: Act, panels: Panels, desk_of: Callable[..., Any]) -> None:
    @ui.page(path, title="Kiosk fleet")
    async def page(request: Request, client: Client, lang: Chosen = "") -> Response | None:
        desk = await desk_of(request, client, lang, act)
        if isinstance(desk, Response):
            return desk
        with framed(desk, name, f"{PLACE}{path}"):
            await keep(desk, panels(desk))
        return None
