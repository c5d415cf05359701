"""What every request on the business port brings: the sandbox, its kiosk, its idempotency key, its person's session."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kiosk.host.port import RefusalCode
from kiosk.host.sandbox.refusals import Refused
from kiosk.host.sandbox.sessions import Session
from kiosk.host.sandbox.state import Sandbox


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


Box = Annotated[Sandbox, Depends(_sandbox)]
Kiosk = Annotated[str, Header(alias="X-Kiosk", min_length=1, max_length=64, examples=["KIOSK-TEST-01"])]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=128, examples=["KIOSK-TEST-01-B0000001"])]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def _session(box: Box, bearer: Bearer) -> Session:
    if bearer is None:
        raise Refused(RefusalCode.SESSION_OVER)
    return box.sessions.use(bearer.credentials)


AnySession = Annotated[Session, Depends(_session)]


def _proven(session: AnySession) -> Session:
    if not session.proven:
        raise Refused(RefusalCode.NOT_ALLOWED, "PIN not verified")
    return session


ProvenSession = Annotated[Session, Depends(_proven)]
