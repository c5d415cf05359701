"""How a route is guarded: every route names the act it is, and an act has its least role (:mod:`...access.roles`).

A caller is known by the session cookie (browsers) or ``Authorization: Bearer`` (programs). With the cookie, a request
that changes something must come from the same origin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Request

from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import LEAST, Act, NotAllowed, require
from kiosk.fleet.access.sessions import COOKIE, Sessions

LEAST_ROLE = "x-least-role"
"""Where the OpenAPI description names a route's least role; ``none`` for routes without a session."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "not signed in, or no longer"},
    403: {"description": "the role does not cover it"},
    404: {"description": "there is no such thing"},
    409: {"description": "not as things stand; the detail says why"},
    422: {"description": "what was asked for makes no sense; the detail says why"},
    503: {"description": "the database does not answer"},
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Knows who calls."""

    sessions: Sessions

    def caller(self, request: Request) -> Account | None:
        """Whose session it is; None if nobody's. Raises HTTPException 403 for a change from another origin."""
        account = self.sessions.account(token_of(request))
        by_cookie = account is not None and _bearer(request) is None
        if by_cookie and request.method not in _SAFE and not same_origin(request):
            raise HTTPException(403, "from another site")
        return account


def token_of(request: Request) -> str | None:
    """What a caller shows; a program's own before the cookie."""
    shown = _bearer(request)
    return request.cookies.get(COOKIE) if shown is None else shown


def _bearer(request: Request) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def same_origin(request: Request) -> bool:
    """Whether a browser says that a page of ours asks. Programs say nothing, and have no cookie that is not theirs."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


class Routes:
    """Adds guarded routes to a router."""

    def __init__(self, router: APIRouter, guard: Guard) -> None:
        self.router = router
        self._guard = guard

    def __call__(self, method: str, path: str, act: Act, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """A decorator for a route that takes the least role of ``act``."""
        refusals = {**_REFUSALS, **more.pop("responses", {})}
        return self._add(method, path, [Depends(self._needs(act))], LEAST[act].value, responses=refusals, **more)

    def open_to_all(self, method: str, path: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """A decorator for a route that needs no session."""
        return self._add(method, path, [], "none", **more)

    def _add(
        self, method: str, path: str, dependencies: list[Any], least: str, **more: Any
    ) -> Callable[[Endpoint], Endpoint]:
        extra = {**more.pop("openapi_extra", {}), LEAST_ROLE: least}

        def add(endpoint: Endpoint) -> Endpoint:
            self.router.add_api_route(
                path, endpoint, methods=[method], dependencies=dependencies, openapi_extra=extra, **more
            )
            return endpoint

        return add

    def _needs(self, act: Act) -> Callable[[Request], None]:
        def needs(request: Request) -> None:
            account = self._guard.caller(request)
            if account is None:
                raise HTTPException(401, "sign in", {"WWW-Authenticate": "Bearer"})
            try:
                require(account.role, LEAST[act])
            except NotAllowed as error:
                raise HTTPException(403, str(error)) from error
            request.state.account = account

        return needs


def _caller(request: Request) -> Account:
    account: Account = request.state.account
    return account


Caller = Annotated[Account, Depends(_caller)]
"""Who calls a guarded route."""
