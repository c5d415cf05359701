"""The API as an application."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from kiosk.fleet.access.roles import NotAllowed
from kiosk.fleet.api import acting, contacting, looking, reporting, searching, sessions
from kiosk.fleet.api.access import Guard, Routes
from kiosk.fleet.api.service import Service
from kiosk.fleet.desk.errors import Conflict, Unknown, Wrong

log = structlog.get_logger("fleet_api")

PREFIX = "/api/v1"

DESCRIPTION = """Everything that can be looked at and done with a fleet of kiosks. Sign in at `/session`; each route
names its least role in `x-least-role`. Times are milliseconds since 1970."""

_ANSWERS: dict[type[Exception], Callable[[Exception], tuple[int, str]]] = {
    NotAllowed: lambda error: (HTTPStatus.FORBIDDEN, str(error)),
    Unknown: lambda error: (HTTPStatus.NOT_FOUND, "there is no such thing"),
    Conflict: lambda error: (HTTPStatus.CONFLICT, str(error)),
    Wrong: lambda error: (HTTPStatus.UNPROCESSABLE_ENTITY, str(error)),
    NoConnection: lambda error: (HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer"),
    OperationalError: lambda error: (HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer"),
    InterfaceError: lambda error: (HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer"),
}


def application(service: Service) -> FastAPI:
    """With the routes under :data:`PREFIX`, and no other."""
    api = FastAPI(
        title="Kiosk fleet",
        version="1",
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the viewers would fetch their scripts from elsewhere
        redoc_url=None,
    )
    router = APIRouter(prefix=PREFIX)
    route = Routes(router, Guard(service.sessions))
    for part in (sessions, looking, acting, contacting, reporting, searching):
        part.add(route, service)
    api.include_router(router)
    for kind, answer in _ANSWERS.items():
        api.add_exception_handler(kind, _handler(answer))
    return api


def _handler(answer: Callable[[Exception], tuple[int, str]]) -> Callable[[Request, Exception], JSONResponse]:
    def handle(request: Request, error: Exception) -> JSONResponse:
        status, detail = answer(error)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            log.error("store_away", error=type(error).__name__, path=request.url.path)
        return JSONResponse({"detail": detail}, status)

    return handle
