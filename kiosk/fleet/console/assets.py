"""What every browser loads before it shows a page: scripts and styles of NiceGUI, compressed once and kept in memory.

They never change while the process lives, and say so (``immutable``); to read and to compress them anew for each
browser would take longer than to draw its page.
"""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PLACE = "/_nicegui/"
MOST = 300
"""Answers kept; NiceGUI has some hundred files."""
LARGEST = 4 * 1024 * 1024


class KeptAssets:
    """Keeps whole answers to GET, by address and by whether the browser takes them compressed."""

    def __init__(self, within: ASGIApp) -> None:
        self._within = within
        self._kept: dict[tuple[str, bool], tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or PLACE not in scope["path"]:
            await self._within(scope, receive, send)
            return
        asked = dict(scope["headers"])
        if scope["query_string"] or b"range" in asked:
            await self._within(scope, receive, send)
            return
        key = (scope["path"], b"gzip" in asked.get(b"accept-encoding", b""))
        if (kept := self._kept.get(key)) is None:
            await self._within(scope, receive, self._keeping(key, send))
            return
        for message in kept:
            await send(message)

    def _keeping(self, key: tuple[str, bool], send: Send) -> Send:
        start: Message = {}
        body = bytearray()

        async def sent(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body") and self._stays(start, body):
                    self._kept[key] = (start, {"type": "http.response.body", "body": bytes(body)})

        return sent

    def _stays(self, start: Message, body: bytearray) -> bool:
        headers: dict[bytes, Any] = dict(start["headers"])
        lasting = b"immutable" in headers.get(b"cache-control", b"") and b"set-cookie" not in headers
        return lasting and start["status"] == 200 and len(self._kept) < MOST and len(body) <= LARGEST
