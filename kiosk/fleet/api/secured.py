"""What holds for every request to console and API: what is on the answer, for browsers, and how much may be sent."""

from __future__ import annotations

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("fleet_api")

SECURITY = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
}
"""On every answer that does not say otherwise itself, as scripts and styles do."""

LARGEST = 256 * 1024
"""Bytes of a request's body; the largest that is of use is a note of some thousand characters. Whoever sends more, with
a session or without, is refused before it is kept anywhere."""
_TOO_MUCH = f"at most {LARGEST} bytes"


class Secured:
    """Puts :data:`SECURITY` on every answer and refuses what is too large; a browser that left before its answer came
    is no error."""

    def __init__(self, within: ASGIApp) -> None:
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._within(scope, receive, send)
            return
        left, size = False, 0

        async def received() -> Message:
            nonlocal left, size
            message = await receive()
            left = left or message["type"] == "http.disconnect"
            size += len(message.get("body", b""))
            if size > LARGEST:
                raise HTTPException(413, _TOO_MUCH)
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced[:20]) > LARGEST:
            await JSONResponse({"detail": _TOO_MUCH}, 413)(scope, receive, sent)
            return
        try:
            await self._within(scope, received, sent)
        except RuntimeError as error:
            if not left:
                raise
            log.debug("browser_left", path=scope["path"], error=str(error))
