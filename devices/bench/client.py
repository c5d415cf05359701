"""The bench from the outside: a scripted citizen's hands and eyes, blocking or async.

``BenchClient(url).insert_card("wang_xiulan")``; :class:`AsyncBenchClient` has the same methods, to be awaited. What is
not possible raises :class:`BenchRefused` with the bench's own words. Shapes of the answers: ``/openapi.json``.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Generic, Literal, TypeVar

import httpx

Json = dict[str, Any]
Reply = TypeVar("Reply")
Seen = Callable[[Json], bool]

_POLL_SECONDS = 30.0
"""How long one question for the next event is left open."""
_ANSWER_SECONDS = 30.0
"""How long an answer may take beyond what was asked to take time."""


class BenchRefused(RuntimeError):
    """The bench said no. ``status``: 404 no such thing, 409 not possible as things stand, 422 a senseless value."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class BenchTimeout(TimeoutError):
    """What was waited for did not happen in time."""


class _Acts(ABC, Generic[Reply]):
    """Everything that can be asked. ``device`` may be left out where the bench has one that fits."""

    @abstractmethod
    def _send(self, method: str, path: str, body: object = None, *, seconds: float = 0.0) -> Reply:
        """One question, whose answer may take ``seconds``."""

    # -- people --------------------------------------------------------------------------------------------------------

    def people(self) -> Reply:
        """Everyone with a wallet."""
        return self._send("GET", "/people")

    def cards(self) -> Reply:
        """Every card and where it is."""
        return self._send("GET", "/cards")

    def insert_card(self, person: str, *, card: str | None = None, device: str | None = None) -> Reply:
        """Put the social security card, their own or the one named, into the reader. ``serial/new`` names one that came
        out of a card printer."""
        return self._send("POST", f"/people/{person}/insert-card", {"card": card, "device": device})

    def take_card(self, person: str, *, device: str | None = None) -> Reply:
        """Take the card out of the reader."""
        return self._send("POST", f"/people/{person}/take-card", {"device": device})

    def lay_id_card(self, person: str, *, card: str | None = None, device: str | None = None) -> Reply:
        """Lay the resident ID card, their own or the one named, on the plate."""
        return self._send("POST", f"/people/{person}/lay-id-card", {"card": card, "device": device})

    def lift_id_card(self, person: str, *, device: str | None = None) -> Reply:
        """Lift the ID card from the plate."""
        return self._send("POST", f"/people/{person}/lift-id-card", {"device": device})

    def sit_down(self, person: str, *, device: str | None = None) -> Reply:
        """Be before the camera."""
        return self._send("POST", f"/people/{person}/sit-down", {"device": device})

    def hand_over(self, card: str, to: str) -> Reply:
        """Give a card (``owner/social``, ``owner/id``, ``serial/new``) into other hands."""
        return self._send("POST", f"/cards/{card}/hand-over", {"to": to})

    def type(
        self,
        person: str,
        keys: str | Sequence[str] = "",
        *,
        own_pin: bool = False,
        then: Literal["enter", "cancel", "clear"] | None = None,
        pace: float = 0.0,
        device: str | None = None,
    ) -> Reply:
        """Press keys of the PIN pad, ``pace`` seconds apart; ``own_pin`` first types the PIN of their own card."""
        typed = keys if isinstance(keys, str) else list(keys)
        body = {"keys": typed, "own_pin": own_pin, "then": then, "pace": pace, "device": device}
        return self._send("POST", f"/people/{person}/type", body, seconds=pace * (len(keys) + 13))

    # -- new cards -----------------------------------------------------------------------------------------------------

    def take_new_card(self, person: str, *, device: str | None = None) -> Reply:
        """Take the card that the card printer holds out."""
        return self._send("POST", f"/people/{person}/take-new-card", {"device": device})

    def new_cards(self) -> Reply:
        """Every pre-made card and where it is."""
        return self._send("GET", "/new-cards")

    def card_face(self, serial: str, side: Literal["front", "back"]) -> Reply:
        """The picture of a printed side, as PNG."""
        return self._send("GET", f"/new-cards/{serial}/{side}.png")

    def card_chip(self, serial: str) -> Reply:
        """What stands on its chip."""
        return self._send("GET", f"/new-cards/{serial}/chip")

    # -- paper ---------------------------------------------------------------------------------------------------------

    def tear_off(self, person: str | None = None, *, device: str | None = None) -> Reply:
        """Take all paper at the outlet; nobody: it falls into the tray."""
        return self._send("POST", "/receipts/tear-off", {"person": person, "device": device})

    def receipts(self) -> Reply:
        """All finished paper."""
        return self._send("GET", "/receipts")

    def receipt_png(self, number: int) -> Reply:
        """A receipt's picture, as bytes."""
        return self._send("GET", f"/receipts/{number}.png")

    # -- devices and faults --------------------------------------------------------------------------------------------

    def devices(self) -> Reply:
        """Every device."""
        return self._send("GET", "/devices")

    def device(self, device: str) -> Reply:
        """One device."""
        return self._send("GET", f"/devices/{device}")

    def act(self, device: str, action: str, **arguments: object) -> Reply:
        """Do one of the device's own actions."""
        return self._send("POST", f"/devices/{device}/actions/{action}", arguments)

    def set_fault(self, device: str, fault: str, value: bool | int | float | str = True) -> Reply:
        """Set a fault of the device or its line."""
        return self._send("POST", f"/devices/{device}/faults/{fault}", {"value": value})

    def plan_faults(self, plan: Sequence[Mapping[str, object]]) -> Reply:
        """Replace the plan of faults: ``{"at": seconds from now, "device", "fault", "value"}`` each."""
        return self._send("PUT", "/faults/plan", list(plan))

    def planned_faults(self) -> Reply:
        """What is still to come."""
        return self._send("GET", "/faults/plan")

    def draw_faults(self, **drawing: object) -> Reply:
        """Plan faults at random: ``seed``, ``seconds``, ``per_hour``, ``shortest``, ``longest``, ``devices``."""
        return self._send("POST", "/faults/plan/draw", drawing)

    # -- the page ------------------------------------------------------------------------------------------------------

    def show_display(self, display: str | None) -> Reply:
        """The page shows this X display from now on; None: no screen."""
        return self._send("PUT", "/screen", {"display": display})

    def display(self) -> Reply:
        """``{"display": ":99"}``: what the page shows."""
        return self._send("GET", "/screen")

    # -- events --------------------------------------------------------------------------------------------------------

    def events(self, after: int | None = None, *, wait: float = 0.0) -> Reply:
        """``{"events": [...], "last": number}``: what happened after event ``after`` (None: from now on)."""
        query = "" if after is None else f"after={after}&"
        return self._send("GET", f"/events?{query}wait={wait}", seconds=wait)

    def reset(self) -> Reply:
        """The world as on its first day."""
        return self._send("POST", "/reset")


class BenchClient(_Acts[Any]):
    """Blocking. Close it, or use it as a context manager."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False)

    def _send(self, method: str, path: str, body: object = None, *, seconds: float = 0.0) -> Any:
        return _read(self._http.request(method, path, json=body, timeout=_ANSWER_SECONDS + seconds))

    def wait_for(self, happened: Seen, *, after: int | None = None, seconds: float = 15.0) -> Json:
        """The first event after ``after`` (None: from now on) for which ``happened`` holds. Raises BenchTimeout."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.events(after, wait=_turn(deadline))
            for event in answer["events"]:
                if happened(event):
                    return dict(event)
            after = answer["last"]

    def wait_scene(self, device: str, looks: Seen, *, seconds: float = 15.0) -> Json:
        """The scene of a device as soon as ``looks`` holds for it, at once if it does now. Raises BenchTimeout."""
        now = self.events()["last"]
        scene: Json = self.device(device)["scene"]
        if looks(scene):
            return scene
        return dict(self.wait_for(_scene_of(device, looks), after=now, seconds=seconds)["scene"])

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def __enter__(self) -> BenchClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncBenchClient(_Acts[Awaitable[Any]]):
    """Every method is awaited. Close it, or use it as an async context manager."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, trust_env=False)

    async def _send(self, method: str, path: str, body: object = None, *, seconds: float = 0.0) -> Any:
        return _read(await self._http.request(method, path, json=body, timeout=_ANSWER_SECONDS + seconds))

    async def wait_for(self, happened: Seen, *, after: int | None = None, seconds: float = 15.0) -> Json:
        """See :meth:`BenchClient.wait_for`."""
        deadline = time.monotonic() + seconds
        while True:
            answer = await self.events(after, wait=_turn(deadline))
            for event in answer["events"]:
                if happened(event):
                    return dict(event)
            after = answer["last"]

    async def wait_scene(self, device: str, looks: Seen, *, seconds: float = 15.0) -> Json:
        """See :meth:`BenchClient.wait_scene`."""
        now = (await self.events())["last"]
        scene: Json = (await self.device(device))["scene"]
        if looks(scene):
            return scene
        return dict((await self.wait_for(_scene_of(device, looks), after=now, seconds=seconds))["scene"])

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncBenchClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _turn(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise BenchTimeout("what was waited for at the bench did not happen in time")
    return round(min(left, _POLL_SECONDS), 3)


def _scene_of(device: str, looks: Seen) -> Seen:
    return lambda event: event["kind"] == "scene" and event["device"] == device and looks(event["scene"])


def _read(answer: httpx.Response) -> Any:
    if answer.is_error:
        kind = answer.headers.get("content-type", "")
        words = answer.json()["detail"] if kind.startswith("application/json") else answer.text
        raise BenchRefused(answer.status_code, str(words))
    return answer.content if answer.headers.get("content-type") == "image/png" else answer.json()
