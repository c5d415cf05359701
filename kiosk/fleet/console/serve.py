"""Puts the console beside the API: its pages under ``/console``, signing in and out beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from nicegui import Client, app, ui
from starlette.concurrency import run_in_threadpool

from kiosk.fleet.access.accounts import SignInRefused, TooManyTries
from kiosk.fleet.access.roles import LEAST, Act
from kiosk.fleet.access.sessions import COOKIE
from kiosk.fleet.api.access import same_origin
from kiosk.fleet.api.service import Service
from kiosk.fleet.api.sessions import address, set_cookie
from kiosk.fleet.console import (
    page_contacts,
    page_glance,
    page_kiosk,
    page_lists,
    page_manage,
    page_office,
    page_screens,
)
from kiosk.fleet.console.desk import PLACE, Desk
from kiosk.fleet.console.follow import Follower
from kiosk.fleet.console.frame import PAGES, framed, sign_in_page
from kiosk.fleet.console.panel import Panel, keep
from kiosk.fleet.console.words import Language, Words

ASSETS = ("style.css", "keys.js")
_FOLDER = Path(__file__).parent
Chosen = Literal["zh", "en", ""]
Panels = Callable[[Desk], Sequence[Panel[Any]]]

LISTS: dict[str, Panels] = {
    "alerts": lambda desk: [page_lists.Alerts(desk)],
    "tickets": lambda desk: [page_lists.Tickets(desk)],
    "stock": lambda desk: [page_lists.StockPanel(desk)],
    "commands": lambda desk: [page_lists.Commands(desk)],
    "reports": lambda desk: [page_office.Reports(desk)],
    "records": lambda desk: [page_office.Records(desk)],
    "contacts": lambda desk: [page_contacts.Contacts(desk)],
    "people": lambda desk: [page_office.People(desk)],
}


def add(api: FastAPI, service: Service, follower: Follower) -> None:
    """Once in a process: NiceGUI's application is one a process."""
    _sign_in(api, service)

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


def _sign_in(api: FastAPI, service: Service) -> None:
    @api.get(f"{PLACE}-sign-in", include_in_schema=False)
    def form(request: Request, lang: Chosen = "", go_to: str = "") -> HTMLResponse:
        return HTMLResponse(sign_in_page(Words(lang or preferred(request)), go_to=go_to))

    @api.post(f"{PLACE}-sign-in", include_in_schema=False)
    def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=64)],
        password: Annotated[str, Form(max_length=200)],
        go_to: Annotated[str, Form(max_length=500)] = "",
        lang: Chosen = "",
    ) -> Response:
        words = Words(lang or preferred(request))
        if not same_origin(request):
            return HTMLResponse(sign_in_page(words), 403)
        try:
            account = service.accounts.sign_in(name, password, address(request))
        except TooManyTries as error:
            trouble = words("sign_in.too_many", minutes=-(-error.seconds // 60))
            headers = {"Retry-After": str(error.seconds)}
            return HTMLResponse(sign_in_page(words, trouble=trouble, go_to=go_to, name=name), 429, headers)
        except SignInRefused:
            return HTMLResponse(sign_in_page(words, trouble=words("sign_in.wrong"), go_to=go_to, name=name), 401)
        service.doing.signed_in(account, address(request))
        answer = RedirectResponse(_within(go_to) or f"{PLACE}/?lang={words.language}", 303)
        set_cookie(answer, service.sessions.begin(account), secure=request.url.scheme == "https")
        return answer

    @api.post(f"{PLACE}-sign-out", include_in_schema=False)
    def sign_out(request: Request, lang: Chosen = "") -> Response:
        answer = RedirectResponse(f"{PLACE}-sign-in?lang={lang or preferred(request)}", 303)
        if same_origin(request):
            answer.delete_cookie(COOKIE, path="/")
        return answer


def _within(go_to: str) -> str:
    """An address of the console, or nothing: a link may not lead elsewhere after signing in."""
    parts = urlsplit(go_to)
    return go_to if not parts.scheme and not parts.netloc and parts.path.startswith(f"{PLACE}/") else ""


def preferred(request: Request) -> Language:
    """English for a browser that asks for it first, else Chinese."""
    asked = request.headers.get("accept-language", "").lower()
    return "en" if asked.startswith("en") else "zh"
