"""Signing in at the console and out: with a name and a password, or at an identity provider.

What a sign-in at the provider has to remember until the browser comes back is a signed cookie of that browser; nothing
is kept here.
"""

from __future__ import annotations

import hmac
from dataclasses import astuple
from typing import Annotated, Literal
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeSerializer

from kiosk.fleet.access.accounts import SignInRefused, TooManyTries
from kiosk.fleet.access.provider import Begun, IdentityProvider, NoRole, ProviderError, ProviderRefused
from kiosk.fleet.access.provider_settings import CALLBACK
from kiosk.fleet.access.sessions import COOKIE
from kiosk.fleet.api.access import same_origin
from kiosk.fleet.api.service import Service
from kiosk.fleet.api.sessions import address, set_cookie
from kiosk.fleet.console.desk import PLACE
from kiosk.fleet.console.frame import sign_in_page
from kiosk.fleet.console.words import Language, Words
from kiosk.fleet.desk.errors import Conflict
from kiosk.fleet.desk.provided import Provided

log = structlog.get_logger("console")

Chosen = Literal["zh", "en", ""]
ON_ITS_WAY = "fleet_provider"
"""The cookie of a sign-in that is on its way."""
GOOD_FOR = 600
"""Seconds in which the browser must come back."""
PROVIDER = f"{PLACE}-sign-in/provider"


def add(api: FastAPI, service: Service, provider: IdentityProvider | None = None) -> None:
    """Add the routes."""
    _here(api, service, provider)
    if provider is not None:
        _there(api, service, provider)


def preferred(request: Request) -> Language:
    """English for a browser that asks for it first, else Chinese."""
    asked = request.headers.get("accept-language", "").lower()
    return "en" if asked.startswith("en") else "zh"


def _here(api: FastAPI, service: Service, provider: IdentityProvider | None) -> None:
    def page(words: Words, status: int = 200, headers: dict[str, str] | None = None, **told: str) -> HTMLResponse:
        return HTMLResponse(sign_in_page(words, provider=provider is not None, **told), status, headers)

    @api.get(f"{PLACE}-sign-in", include_in_schema=False)
    def form(request: Request, lang: Chosen = "", go_to: str = "", out: Literal["", "provider"] = "") -> HTMLResponse:
        words = Words(lang or preferred(request))
        elsewhere = provider.sign_out_url() if provider is not None and out else ""
        return page(words, go_to=go_to, elsewhere=elsewhere)

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
            return page(words, 403)
        try:
            account = service.accounts.sign_in(name, password, address(request))
        except TooManyTries as error:
            trouble = words("sign_in.too_many", minutes=-(-error.seconds // 60))
            return page(words, 429, {"Retry-After": str(error.seconds)}, trouble=trouble, go_to=go_to, name=name)
        except SignInRefused:
            return page(words, 401, trouble=words("sign_in.wrong"), go_to=go_to, name=name)
        service.doing.signed_in(account, address(request))
        answer = RedirectResponse(within(go_to) or f"{PLACE}/?lang={words.language}", 303)
        set_cookie(answer, service.sessions.begin(account), secure=request.url.scheme == "https")
        return answer

    @api.post(f"{PLACE}-sign-out", include_in_schema=False)
    def sign_out(request: Request, lang: Chosen = "") -> Response:
        account = service.sessions.account(request.cookies.get(COOKIE))
        there = provider is not None and account is not None and not account.local
        where = f"{PLACE}-sign-in?lang={lang or preferred(request)}{'&out=provider' if there else ''}"
        answer = RedirectResponse(where, 303)
        if same_origin(request):
            service.sessions.end(request.cookies.get(COOKIE))
            answer.delete_cookie(COOKIE, path="/")
        return answer


def _there(api: FastAPI, service: Service, provider: IdentityProvider) -> None:
    signer = URLSafeSerializer(service.sessions.key, salt="fleet.provider.v1")
    provided = Provided(service.doing, provider.settings.name)

    def refused(words: Words, error: ProviderError, status: int) -> Response:
        log.warning("provider_sign_in_refused", error=type(error).__name__, reason=str(error))
        answer = HTMLResponse(sign_in_page(words, provider=True, trouble=words(error.key)), status)
        answer.delete_cookie(ON_ITS_WAY, path=PROVIDER)
        return answer

    @api.get(PROVIDER, include_in_schema=False)
    def begin(request: Request, lang: Chosen = "", go_to: Annotated[str, Query(max_length=500)] = "") -> Response:
        words = Words(lang or preferred(request))
        try:
            begun = provider.begin()
        except ProviderError as error:
            return refused(words, error, 503)
        answer = RedirectResponse(begun.url, 303)
        kept = [*astuple(begun)[1:], within(go_to), words.language, int(service.clock.now().timestamp())]
        answer.set_cookie(
            ON_ITS_WAY, signer.dumps(kept), max_age=GOOD_FOR, path=PROVIDER, httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    @api.get(CALLBACK, include_in_schema=False)
    def finish(
        request: Request,
        code: Annotated[str, Query(max_length=4096)] = "",
        state: Annotated[str, Query(max_length=512)] = "",
        error: Annotated[str, Query(max_length=512)] = "",
    ) -> Response:
        words = Words(preferred(request))
        try:
            begun, go_to, words = _begun(signer, request.cookies.get(ON_ITS_WAY), service, words)
            if not hmac.compare_digest(begun.state.encode(), state.encode()):
                raise ProviderRefused("the answer belongs to another sign-in")
            if error or not code:
                raise ProviderRefused(f"the provider refused: {error[:40]!r}")
            account = provided.signed_in(provider.finish(code, begun), address(request))
        except NoRole as why:
            provided.has_no_role(why.subject)
            return refused(words, why, 403)
        except ProviderError as why:
            return refused(words, why, 503 if why.key == "provider.away" else 401)
        except Conflict:
            return refused(words, _Closed("the account is closed"), 403)
        answer = RedirectResponse(go_to or f"{PLACE}/?lang={words.language}", 303)
        set_cookie(answer, service.sessions.begin(account), secure=request.url.scheme == "https")
        answer.delete_cookie(ON_ITS_WAY, path=PROVIDER)
        return answer


class _Closed(ProviderError):
    key = "provider.closed"


def _begun(signer: URLSafeSerializer, cookie: str | None, service: Service, words: Words) -> tuple[Begun, str, Words]:
    try:
        content = signer.loads(cookie or "")
    except BadSignature:
        raise ProviderRefused("no sign-in is on its way") from None
    match content:
        case [str(state), str(nonce), str(verifier), str(go_to), "zh" | "en" as language, int(since)] if (
            since + GOOD_FOR > service.clock.now().timestamp()
        ):
            return Begun("", state, nonce, verifier), go_to, Words("en" if language == "en" else "zh")
    raise ProviderRefused("the sign-in took too long")


def within(go_to: str) -> str:
    """An address of the console, or nothing: a link may not lead elsewhere after signing in."""
    parts = urlsplit(go_to)
    return go_to if not parts.scheme and not parts.netloc and parts.path.startswith(f"{PLACE}/") else ""
