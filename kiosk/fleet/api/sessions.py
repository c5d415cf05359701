"""Routes of signing in and out."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException, Request, Response

from kiosk.fleet.access.accounts import Account, SignInRefused, TooManyTries
from kiosk.fleet.access.roles import Act
from kiosk.fleet.access.sessions import COOKIE, GOOD_FOR
from kiosk.fleet.api.access import Caller, Routes, same_origin, token_of
from kiosk.fleet.api.acting import shape
from kiosk.fleet.api.parameters import AccountShape, NewPassword, SignedIn, SignIn
from kiosk.fleet.api.service import Service

_SIGNED_OUT: dict[int | str, dict[str, Any]] = {
    403: {"description": "from another site"},
    503: {"description": "the database does not answer"},
}
_REFUSED = {
    401: {"description": "wrong name or password"},
    403: {"description": "from another site"},
    429: {"description": "too many tries; ``Retry-After`` says when"},
}


def add(route: Routes, service: Service) -> None:
    """Add them."""

    @route.open_to_all("POST", "/session", tags=["session"], responses=_REFUSED)
    def sign_in(words: SignIn, request: Request, response: Response) -> SignedIn:
        """Sign in: sets the session cookie, and gives the same token for programs."""
        if not same_origin(request):
            raise HTTPException(403, "from another site")
        account = checked(service, words.name, words.password, address(request))
        token = service.sessions.begin(account)
        set_cookie(response, token, secure=request.url.scheme == "https")
        service.doing.signed_in(account, address(request))
        return SignedIn(**shape(account).model_dump(), token=token)

    @route("GET", "/session", Act.LOOK, tags=["session"])
    def session(caller: Caller) -> AccountShape:
        """Who is signed in."""
        return shape(caller)

    @route.open_to_all("DELETE", "/session", tags=["session"], status_code=204, responses=_SIGNED_OUT)
    def sign_out(request: Request, response: Response) -> None:
        """End the session: its token is good for nothing from now on, in whatever window or program."""
        if not same_origin(request):
            raise HTTPException(403, "from another site")
        service.sessions.end(token_of(request))
        response.delete_cookie(COOKIE, path="/")

    @route("PUT", "/session/password", Act.CHANGE_OWN_PASSWORD, tags=["session"], status_code=204, responses=_REFUSED)
    def password(words: NewPassword, request: Request, caller: Caller) -> None:
        """Change one's own password; every session of the account ends."""
        checked(service, caller.name, words.present, address(request))
        service.doing.change_own_password(caller, words.password)


def checked(service: Service, name: str, password: str, from_address: str) -> Account:
    """The account whose name and password these are. Raises HTTPException."""
    try:
        return service.accounts.sign_in(name, password, from_address)
    except TooManyTries as error:
        raise HTTPException(429, "too many tries", {"Retry-After": str(error.seconds)}) from error
    except SignInRefused as error:
        raise HTTPException(401, "wrong name or password") from error


def address(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client is not None else ""


def set_cookie(response: Response, token: str, *, secure: bool) -> None:
    """The session, out of reach of scripts and of other sites."""
    response.set_cookie(COOKIE, token, max_age=GOOD_FOR, path="/", secure=secure, httponly=True, samesite="lax")
