"""What is on every answer of console and API, for browsers."""

from __future__ import annotations

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("fleet_api")

SECURITY = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
}
"""On every answer."""


class Secured:
    """Puts :data:`SECURITY` on every answer; a browser that left before its answer came is no error."""

    def __init__(self, within: ASGIApp) -> None:
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._within(scope, receive, send)
            return
        left = False

        async def received() -> Message:
            nonlocal left
            message = await receive()
            left = left or message["type"] == "http.disconnect"
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._within(scope, received, sent)
        except RuntimeError as error:
            if not left:
                raise
            log.debug("browser_left", path=scope["path"], error=str(error))
