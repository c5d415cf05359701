"""An identity provider of the tests' own on loopback: signs real tokens with a real key, and can be told to cheat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

import uvicorn
from fastapi import FastAPI, Form, Header, HTTPException
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from kiosk.fleet.broker import free_port

CLIENT, SECRET = "kiosk-fleet", "synthetic client secret: 17"


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"})


@dataclass
class Provider:
    """``person``: claims of whoever signs in next. ``cheat``: claims that are put otherwise; None takes one away."""

    issuer: str
    now: int
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "7", "preferred_username": "Li.Wei"})
    cheat: dict[str, Any] = field(default_factory=dict)
    sign_with: Any = None
    algorithm: str = "RS256"
    claimed_issuer: str = ""
    answer: Any = ...
    """Instead of an ID token."""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)

    def application(self) -> FastAPI:
        api = FastAPI()

        @api.get("/.well-known/openid-configuration")
        def describe() -> dict[str, Any]:
            return {
                "issuer": self.claimed_issuer or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/out",
            }

        @api.get("/keys")
        def keys() -> dict[str, Any]:
            unknown = {"kty": "future", "kid": "other"}
            return {"keys": [unknown, self.key.as_dict(private=False), ECKey.generate_key("P-256").as_dict(False)]}

        @api.get("/authorize")
        def authorize(
            response_type: str, client_id: str, redirect_uri: str, scope: str, state: str, nonce: str,
            code_challenge: str, code_challenge_method: str,
        ) -> RedirectResponse:  # fmt: skip
            assert (response_type, client_id, code_challenge_method) == ("code", CLIENT, "S256")
            assert "openid" in scope.split()
            code = f"code-{len(self.asked)}"
            self.asked[code] = {"nonce": nonce, "challenge": code_challenge, "redirect_uri": redirect_uri}
            return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)

        @api.post("/token")
        def token(
            grant_type: str = Form(), code: str = Form(), redirect_uri: str = Form(), client_id: str = Form(),
            code_verifier: str = Form(), authorization: str = Header(),
        ) -> dict[str, Any]:  # fmt: skip
            asked = self.asked.pop(code, None)
            name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            digest = hashlib.sha256(code_verifier.encode()).digest()
            challenge = _written(digest)
            good = (
                asked is not None
                and grant_type == "authorization_code"
                and (unquote(name), unquote(secret), client_id) == (CLIENT, SECRET, CLIENT)
                and (asked["challenge"], asked["redirect_uri"]) == (challenge, redirect_uri)
            )
            if not good or asked is None:
                raise HTTPException(400, "invalid_grant")
            return {"token_type": "Bearer", "access_token": "x", "id_token": self._answered(asked["nonce"])}

        return api

    def _answered(self, nonce: str) -> Any:
        return self.token(nonce) if self.answer is ... else self.answer

    def token(self, nonce: str) -> str:
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": self.now, "exp": self.now + 300, "nonce": nonce,
            **self.person, **self.cheat,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm not in ("none", "HS256"):
            header = {"alg": self.algorithm, "kid": self.key.kid}
            return jwt.encode(header, claims, self.sign_with or self.key, algorithms=[self.algorithm])
        parts = [{"alg": self.algorithm, "kid": self.key.kid}, claims]
        signed = ".".join(_written(json.dumps(each).encode()) for each in parts)
        public = self.key.as_pem(private=False)
        digest = hmac.new(public, signed.encode(), hashlib.sha256).digest() if self.algorithm == "HS256" else b""
        return f"{signed}.{_written(digest)}"


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        return


@contextmanager
def on_loopback(now: int) -> Iterator[Provider]:
    """Run one while the context is open."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}", now)
    server = _Server(uvicorn.Config(provider.application(), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    patience = time.monotonic() + 30
    while not server.started and time.monotonic() < patience:
        time.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(30)
