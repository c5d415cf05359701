"""Faults on order, and the ASGI layer that has them: delay, lost reply, lost request, broken reply, error, refusal.

A rule names calls by method and path pattern, says what goes wrong, and how many times. The first rule that fits a call
and is not used up is taken.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.host.issuing_values import IssuingRefusal
from kiosk.host.payer.port import PayerRefusal
from kiosk.host.port import RefusalCode


class FaultKind(StrEnum):
    """What goes wrong.

    ``delay``: answered after ``seconds``. ``lost_reply``: carried out, the reply never sent. ``lost_request``: not even
    carried out. ``broken_reply``: carried out, the connection cut within the reply. ``error``: status ``status``, not
    carried out. ``error_after``: carried out, then status ``status``. ``refuse``: refused with ``code``. ``nonsense``:
    carried out, answered 200 with something that is no answer.
    """

    DELAY = "delay"
    LOST_REPLY = "lost_reply"
    LOST_REQUEST = "lost_request"
    BROKEN_REPLY = "broken_reply"
    ERROR = "error"
    ERROR_AFTER = "error_after"
    REFUSE = "refuse"
    NONSENSE = "nonsense"


class FaultRule(BaseModel):
    """One order. ``path``: a shell pattern (``/v1/session/*``). ``times`` null: until taken back."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    path: Annotated[str, Field(examples=["/v1/session/medical-account"])] = "/v1/*"
    method: Annotated[str | None, Field(examples=["GET"])] = None
    times: Annotated[int | None, Field(ge=1, examples=[1])] = 1
    seconds: Annotated[float, Field(ge=0, le=600, description="of a delay")] = 0.0
    status: Annotated[int, Field(ge=500, le=599)] = 500
    code: RefusalCode | IssuingRefusal | PayerRefusal = RefusalCode.NOT_ALLOWED

    def fits(self, method: str, path: str) -> bool:
        """Whether a call is meant."""
        return fnmatchcase(path, self.path) and self.method in (None, method)


class Call(BaseModel):
    """What came in: for tests to count. Paths have no personal data in them. ``status`` 0: never answered."""

    method: str
    path: str
    kiosk: str
    key: str
    fault: FaultKind | None
    status: int


class FaultBoard:
    """The orders in force, and the calls of late (the last thousand)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[FaultRule] = []
        self.calls: deque[Call] = deque(maxlen=1000)

    def order(self, rule: FaultRule) -> None:
        """Put a fault in force, after those that are."""
        with self._lock:
            self._rules.append(rule.model_copy())

    def rules(self) -> list[FaultRule]:
        """What is in force; ``times`` is what is left."""
        with self._lock:
            return [rule.model_copy() for rule in self._rules]

    def clear(self) -> None:
        """Take all faults back and forget the calls; a reply that is already being withheld stays so."""
        with self._lock:
            self._rules.clear()
            self.calls.clear()

    def take(self, method: str, path: str) -> FaultRule | None:
        """The fault this call is to have, used up by one."""
        with self._lock:
            for rule in self._rules:
                if rule.fits(method, path):
                    taken = rule.model_copy()
                    if rule.times is not None:
                        rule.times -= 1
                        if rule.times == 0:
                            self._rules.remove(rule)
                    return taken
        return None


class FaultLayer:
    """ASGI: has the faults of a board, and keeps its list of calls."""

    def __init__(self, app: ASGIApp, board: FaultBoard) -> None:
        self._app = app
        self._board = board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        rule = self._board.take(method, path)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        call = Call(
            method=method,
            path=path,
            kiosk=headers.get("x-kiosk", ""),
            key=headers.get("idempotency-key", ""),
            fault=None if rule is None else rule.kind,
            status=0,
        )
        self._board.calls.append(call)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
            await send(message)

        if rule is None:
            await self._app(scope, receive, noted)
        else:
            await _have(rule, self._app, scope, receive, noted)


async def _have(rule: FaultRule, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    match rule.kind:
        case FaultKind.DELAY:
            body = await _whole_body(receive)
            if not await _gone_within(rule.seconds, receive):
                await app(scope, _replay(body, receive), send)
        case FaultKind.LOST_REQUEST:
            await _whole_body(receive)
            await _gone_within(None, receive)
        case FaultKind.LOST_REPLY:
            await app(scope, receive, _swallow)
            await _gone_within(None, receive)
        case FaultKind.BROKEN_REPLY:
            await app(scope, receive, _swallow)
            await _start(send, 200, 1000)
            await send({"type": "http.response.body", "body": b'{"', "more_body": True})
        case FaultKind.ERROR:
            await _whole_body(receive)
            await _answer(send, rule.status, b'{"error": "ordered by the control port"}')
        case FaultKind.ERROR_AFTER:
            await app(scope, receive, _swallow)
            await _answer(send, rule.status, b'{"error": "ordered by the control port"}')
        case FaultKind.REFUSE:
            await _whole_body(receive)
            status = 401 if rule.code is RefusalCode.SESSION_OVER else 403
            await _answer(send, status, json.dumps({"code": rule.code.value}).encode())
        case FaultKind.NONSENSE:
            await app(scope, receive, _swallow)
            await _answer(send, 200, b"<html>a proxy's page</html>")


async def _swallow(_message: Message) -> None:
    return


async def _whole_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        piece: bytes = message.get("body", b"")
        body += piece
        if not message.get("more_body", False):
            return body


async def _gone_within(seconds: float | None, receive: Receive) -> bool:
    """Wait until the caller hangs up, at most that long. True: it has."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return False
    return True


def _replay(body: bytes, receive: Receive) -> Callable[[], Any]:
    given = False

    async def again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


async def _start(send: Send, status: int, length: int) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _answer(send: Send, status: int, body: bytes) -> None:
    await _start(send, status, len(body))
    await send({"type": "http.response.body", "body": body, "more_body": False})
