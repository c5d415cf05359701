"""Signing in at an identity provider: OpenID Connect, authorization code flow with PKCE (RFC 6749, RFC 7636; OpenID
Connect Core 1.0, Discovery 1.0).

The provider vouches for who somebody is; what they may do here follows from one claim of the ID token, by the settings.
Only the ID token is read, and nothing of it is believed before signature, issuer, audience, age and nonce are right.
All calls block.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from kiosk.clock import Clock
from kiosk.fleet.access.provider_settings import CALLBACK, ProviderSettings, is_safe
from kiosk.fleet.access.roles import Role

log = structlog.get_logger("provider")

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are believed; never a shared secret's, never none at all."""
LEEWAY = 60
"""Seconds by which clocks may differ."""
OLDEST = 600
"""Seconds that an ID token may be old: it was made for this very sign-in."""
KEPT_FOR = 3600.0
"""Seconds for which the provider's description and keys are kept."""
AGAIN_AFTER = 30.0
"""Seconds before the keys are fetched anew for a token of an unknown key."""
LARGEST = 1024 * 1024
"""Bytes that an answer may have."""
SECONDS = 10.0


class ProviderError(Exception):
    """Somebody could not be signed in. The text is for the log: never a token, a code or a name. ``key``: the console's
    words."""

    key = "provider.failed"


class ProviderAway(ProviderError):
    """The provider does not answer, or answers nonsense."""

    key = "provider.away"


class ProviderRefused(ProviderError):
    """What came back is not to be believed, or the provider itself said no."""


class NoRole(ProviderError):
    """It is somebody, but nobody who may do anything here. ``subject``: who, for ending what they still had."""

    key = "provider.no_role"

    def __init__(self, subject: str) -> None:
        super().__init__("no role")
        self.subject = subject


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way. ``url``: where the browser goes; the rest stays with the browser that began."""

    url: str
    state: str
    nonce: str
    verifier: str

    def __repr__(self) -> str:
        return "Begun(***)"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in. ``subject``: ``issuer|sub``, theirs for ever. ``name``: what they are called there."""

    subject: str
    name: str
    role: Role

    def __repr__(self) -> str:
        return f"Identity(***, {self.role.value})"


@dataclass(frozen=True, slots=True)
class _Described:
    """From the discovery document."""

    authorization: str
    token: str
    keys: str
    end_session: str
    posts_secret: bool


class IdentityProvider:
    """``client``: for tests, or where the provider's authority is another than the usual ones."""

    def __init__(self, settings: ProviderSettings, clock: Clock, client: httpx.Client | None = None) -> None:
        self.settings = settings
        self._clock = clock
        authority = settings.authority_file
        self._client = client or httpx.Client(
            timeout=SECONDS, verify=True if authority is None else ssl.create_default_context(cafile=str(authority))
        )
        self._described: tuple[float, _Described] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self) -> Begun:
        """Where to send the browser. Raises ProviderAway."""
        described = self._describe()
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.callback,
            "scope": " ".join(dict.fromkeys(("openid", *self.settings.scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        sign = "&" if urlsplit(described.authorization).query else "?"
        return Begun(f"{described.authorization}{sign}{urlencode(asked)}", state, nonce, verifier)

    def finish(self, code: str, begun: Begun) -> Identity:
        """Who came back with this code. Raises ProviderAway, ProviderRefused, NoRole."""
        claims = self._claims(self._id_token(code, begun.verifier), begun.nonce)
        subject = f"{self.settings.issuer}|{claims['sub']}"
        role = self.settings.role_of(_at(claims, self.settings.role_claim))
        if role is None:
            raise NoRole(subject)
        return Identity(subject, str(_at(claims, self.settings.name_claim) or ""), role)

    @property
    def callback(self) -> str:
        """Where the provider sends the browser back; has to be registered there."""
        return f"{self.settings.address}{CALLBACK}"

    def sign_out_url(self) -> str:
        """Where somebody signs out at the provider, too; empty if it names no such place or is away."""
        try:
            where = self._describe().end_session
        except ProviderError:
            return ""
        if not where:
            return ""
        sign = "&" if urlsplit(where).query else "?"
        return f"{where}{sign}{urlencode({'client_id': self.settings.client_id})}"

    # -- the provider --------------------------------------------------------------------------------------------------

    def _describe(self) -> _Described:
        now = self._clock.monotonic()
        if self._described is not None and now < self._described[0] + KEPT_FOR:
            return self._described[1]
        found = self._json(self._get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"))
        if found.get("issuer") != self.settings.issuer:
            raise ProviderAway("the provider's description is another issuer's")
        ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        described = _Described(
            authorization=_address(found, "authorization_endpoint"),
            token=_address(found, "token_endpoint"),
            keys=_address(found, "jwks_uri"),
            end_session=_address(found, "end_session_endpoint") if found.get("end_session_endpoint") else "",
            posts_secret="client_secret_basic" not in ways,
        )
        self._described = (now, described)
        return described

    def _id_token(self, code: str, verifier: str) -> str:
        described, settings = self._describe(), self.settings
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "client_id": settings.client_id,
            "code_verifier": verifier,
        }
        try:
            secret = settings.client_secret
        except (OSError, UnicodeDecodeError) as error:
            log.error("provider_secret_unreadable", error=type(error).__name__)
            raise ProviderAway("the client's secret cannot be read") from None
        headers = {"Accept": "application/json"}
        if secret and described.posts_secret:
            asked["client_secret"] = secret
        elif secret:  # RFC 6749 2.3.1: both are form-encoded first
            pair = f"{quote(settings.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        try:
            answer = self._client.post(described.token, data=asked, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderAway(type(error).__name__) from None
        if answer.status_code in (400, 401, 403):
            raise ProviderRefused(f"the token endpoint answered {answer.status_code}")
        token = self._json(answer).get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("no ID token")
        return token

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            claims = self._decoded(token).claims
            now = int(self._clock.now().timestamp())
            jwt.JWTClaimsRegistry(
                now=now,
                leeway=LEEWAY,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True},
            ).validate(claims)
        except JoseError as error:
            raise ProviderRefused(f"the ID token is not good: {type(error).__name__}") from None
        if not isinstance(claims["nonce"], str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
            raise ProviderRefused("the ID token was made for another sign-in")
        if claims["iat"] < now - OLDEST - LEEWAY:
            raise ProviderRefused("the ID token is an old one")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise ProviderRefused("the ID token was made for another application")
        if not 0 < len(claims["sub"]) <= 255:
            raise ProviderRefused("the ID token names nobody")
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        keys = self._fetch_keys()
        try:
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        except InvalidKeyIdError:  # the provider may have new keys
            newer = self._fetch_keys(anew=True)
            if newer is keys:
                raise
            return jwt.decode(token, newer, algorithms=list(ALGORITHMS))
        except (ValueError, UnicodeError) as error:
            raise ProviderRefused(f"the ID token cannot be read: {type(error).__name__}") from None

    def _fetch_keys(self, *, anew: bool = False) -> KeySet:
        now = self._clock.monotonic()
        if self._keys is not None and now < self._keys[0] + (AGAIN_AFTER if anew else KEPT_FOR):
            return self._keys[1]
        found = self._json(self._get(self._describe().keys))
        try:
            keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderAway(f"the provider's keys cannot be read: {type(error).__name__}") from None
        self._keys = (now, keys)
        return keys

    def _get(self, url: str) -> httpx.Response:
        try:
            return self._client.get(url, headers={"Accept": "application/json"})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderAway(type(error).__name__) from None

    @staticmethod
    def _json(answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code != 200:
            raise ProviderAway(f"the provider answered {answer.status_code}")
        if len(answer.content) > LARGEST:
            raise ProviderAway("the provider's answer is too large")
        try:
            found = answer.json()
        except ValueError:
            raise ProviderAway("the provider's answer is no JSON") from None
        if not isinstance(found, dict):
            raise ProviderAway("the provider's answer is no object")
        return found


def _address(found: Mapping[str, Any], name: str) -> str:
    address = found.get(name)
    if not isinstance(address, str) or not is_safe(address):
        raise ProviderAway(f"the provider's {name} cannot be used")
    return address


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of that name, or the one that is found along its dots."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
