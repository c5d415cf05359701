"""A connection to a far end over HTTPS with mutual TLS: what becomes of a call, and what is repeated.

* an answer of the agreed shape: its value;
* a refusal (4xx with a ``code``): :class:`HostRefused`, never repeated;
* nothing was sent (no connection, TLS refused, circuit open) or the host says 503: :class:`HostUnavailable`;
* sent and no answer, a broken-off answer, another 5xx: :class:`HostUnknown`, also when a later attempt could not be
  sent, because an earlier one may have been carried out;
* an answer that cannot be understood: :class:`HostProtocolError`, which is a ``HostUnknown``; not repeated.

Every call is repeated, with exponential back-off and full jitter, within one time limit for all attempts together:
whoever calls sees to it that each is idempotent or carries a key. Nothing personal is ever in a URL, a log line or an
exception: the person's token travels in the ``Authorization`` header.

Until the far end has answered once, a ping goes ahead of the call: with TLS 1.3 a host refuses a certificate only after
the request was sent, and a line that never worked is to be "unavailable", not "unknown".
"""

from __future__ import annotations

import asyncio
import ssl
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any, Protocol, Required, TypedDict, TypeVar

import httpx
import msgspec
import structlog

from kiosk.host.circuit import Admission, CircuitBreaker
from kiosk.host.port import (
    Difference,
    HostError,
    HostProtocolError,
    HostRefused,
    HostUnavailable,
    HostUnknown,
    Person,
)

T = TypeVar("T")
log = structlog.get_logger(__name__)

PING = "/v1/ping"


Heard = Callable[[str, str, float], None]
"""Told of each call that is over: its path, its outcome in a word (``ok``, a refusal's code, ``unknown``,
``unavailable``), its seconds."""


class Uniform(Protocol):
    """Where jitter comes from; :class:`random.Random` is one."""

    def uniform(self, a: float, b: float) -> float:
        """A number between ``a`` and ``b``."""
        ...


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds. ``answer`` is for one attempt, ``altogether`` for a call with all its attempts and pauses."""

    connect: float = 3.0
    answer: float = 10.0
    altogether: float = 20.0


@dataclass(frozen=True, slots=True)
class Retries:
    """At most ``attempts``; before attempt n a pause drawn from 0 to min(longest, first x 2^(n-2)) seconds."""

    attempts: int = 3
    first_pause: float = 0.3
    longest_pause: float = 3.0


class ConnectionSettings(TypedDict, total=False):
    """What :class:`HostConnection` takes besides the address, for those that pass it on."""

    ca_file: Required[Path]
    certificate_file: Required[Path]
    key_file: Required[Path]
    kiosk_id: Required[str]
    limits: TimeLimits
    retries: Retries
    circuit: CircuitBreaker | None
    clock: Callable[[], float]
    pause: Callable[[float], Awaitable[None]]
    jitter: Uniform | None
    transport: httpx.AsyncBaseTransport | None


class _Refusal(msgspec.Struct):
    code: str
    detail: str = ""
    differences: tuple[Difference, ...] = ()


class _Failed(Exception):
    """One attempt failed. ``sent``: the host may have carried it out."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class HostConnection:
    """One far end; one connection is kept alive. Use it on one event loop and :meth:`close` it.

    ``base_url``: ``https://name[:port][/path]``. ``ca_file``: PEM of who signs the host's certificate;
    ``certificate_file`` and ``key_file``: PEM of the kiosk's own. ``clock``: seconds that only rise. ``transport``
    replaces the network (then the three files are not read). Raises OSError or ssl.SSLError when a file is missing or
    no certificate.
    """

    def __init__(
        self,
        base_url: str,
        *,
        ca_file: Path,
        certificate_file: Path,
        key_file: Path,
        kiosk_id: str,
        limits: TimeLimits = TimeLimits(),
        retries: Retries = Retries(),
        circuit: CircuitBreaker | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Uniform | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.circuit = circuit or CircuitBreaker(clock=clock)
        self._limits = limits
        self._retries = retries
        self._clock = clock
        self._pause = pause
        self._jitter: Uniform = jitter or SystemRandom()
        self.heard: Heard = lambda path, outcome, seconds: None
        self._met = False
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=transport or _transport(ca_file, certificate_file, key_file),
            headers={"X-Kiosk": kiosk_id, "Accept": "application/json"},
            timeout=httpx.Timeout(limits.answer, connect=limits.connect, pool=limits.connect),
            trust_env=False,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    # -- a call --------------------------------------------------------------------------------------------------------

    async def read(self, path: str, shape: type[T], person: Person | None = None) -> T:
        """A GET. Raises the three host errors."""
        return await self.call("GET", path, shape, person=person)

    async def write(self, path: str, shape: type[T] | None, body: Any, *, key: str, person: Person | None = None) -> T:
        """A POST under an idempotency key. Raises the three host errors."""
        return await self.call("POST", path, shape, person=person, body=body, key=key)

    async def call(
        self,
        method: str,
        path: str,
        shape: type[T] | None,
        *,
        person: Person | None = None,
        body: Any = None,
        key: str | None = None,
    ) -> T:
        """One call with its attempts. ``shape`` None: no value is looked for. Raises the three host errors."""
        begun, outcome = self._clock(), "abandoned"
        try:
            value = await self._call(method, path, shape, person, body, key)
            outcome = "ok"
        except HostRefused as error:
            outcome = error.code
            raise
        except HostError as error:
            outcome = "unavailable" if isinstance(error, HostUnavailable) else "unknown"
            raise
        finally:
            self.heard(path, outcome, self._clock() - begun)
        return value

    async def _call(
        self, method: str, path: str, shape: type[T] | None, person: Person | None, body: Any, key: str | None
    ) -> T:
        request = self._request(method, path, person, body, key)
        give_up_at = self._clock() + self._limits.altogether
        sent, why = False, ""
        for attempt in range(1, self._retries.attempts + 1):
            if attempt > 1:
                pause = self._pause_before(attempt)
                if self._clock() + pause >= give_up_at:
                    break
                await self._pause(pause)
            admission = self.circuit.admit()
            if admission is None:
                why = why or "circuit open"
                break
            try:
                response = await self._attempt(request, admission, give_up_at - self._clock())
                return self._understand(response, shape, admission)
            except _Failed as failed:
                sent, why = sent or failed.sent, str(failed)
                log.warning("host_attempt_failed", method=method, path=path, attempt=attempt, why=why, sent=failed.sent)
        raise _gone(sent, f"{method} {path}: {why}")

    def _request(self, method: str, path: str, person: Person | None, body: Any, key: str | None) -> httpx.Request:
        headers = {}
        if person is not None:
            headers["Authorization"] = f"Bearer {person.token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        return self._client.build_request(method, path, headers=headers, content=content)

    def _pause_before(self, attempt: int) -> float:
        longest = min(self._retries.longest_pause, self._retries.first_pause * 2.0 ** (attempt - 2))
        return self._jitter.uniform(0.0, longest)

    async def _attempt(self, request: httpx.Request, admission: Admission, seconds_left: float) -> httpx.Response:
        """One request, one whole answer. Raises _Failed, having told the circuit."""
        met = self._met
        try:
            async with asyncio.timeout(min(self._limits.answer, max(seconds_left, 0.0))):
                if not met and not request.url.path.endswith(PING):
                    await self._client.get(PING)
                    met = self._met = True
                response = await self._client.send(request)
                self._met = True
                return response
        except (httpx.RequestError, TimeoutError) as error:
            self.circuit.failed(admission)
            raise _Failed(type(error).__name__, sent=met and _may_have_arrived(error)) from None
        except BaseException:
            self.circuit.abandoned(admission)
            raise

    def _understand(self, response: httpx.Response, shape: type[T] | None, admission: Admission) -> T:
        """The value of an answer. Raises _Failed (5xx), HostRefused or HostProtocolError, having told the circuit."""
        if response.status_code >= 500:
            self.circuit.failed(admission)
            raise _Failed(f"status {response.status_code}", sent=response.status_code != 503)
        try:
            if 200 <= response.status_code < 300:
                value = None if shape is None else msgspec.json.decode(response.content, type=shape)
            else:
                refusal = msgspec.json.decode(response.content, type=_Refusal)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.circuit.failed(admission)
            raise HostProtocolError(f"status {response.status_code}: not of the agreed shape") from None
        self.circuit.succeeded(admission)
        if 200 <= response.status_code < 300:
            return value  # type: ignore[return-value]
        raise HostRefused(refusal.code, refusal.detail, refusal.differences)


def _transport(ca_file: Path, certificate_file: Path, key_file: Path) -> httpx.AsyncHTTPTransport:
    context = ssl.create_default_context(cafile=str(ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(str(certificate_file), str(key_file))
    return httpx.AsyncHTTPTransport(
        verify=context,
        trust_env=False,
        limits=httpx.Limits(max_connections=8, max_keepalive_connections=1, keepalive_expiry=60.0),
    )


def new_key() -> str:
    """An idempotency key for a call that is made once."""
    return uuid.uuid4().hex


def _gone(sent: bool, why: str) -> HostError:
    return HostUnknown(why) if sent else HostUnavailable(why)


def _may_have_arrived(error: Exception) -> bool:
    return not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
