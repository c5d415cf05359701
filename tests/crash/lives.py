"""A kiosk's life as a process that can be killed: make a card, or come back after a cut and go on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import structlog
from kiosk_side import KioskSide, Place, QuickClock

from kiosk.catalogue.rules import Reason
from kiosk.journal.errors import JournalFull

SPAWNER = get_context("forkserver")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))  # the server of forks finds modules by this
SPAWNER.set_forkserver_preload(["lives"])
BEFORE = "journal:before"
FULL = "journal:full"
"""Not a cut but a disk that is full from the nth transaction on."""
LONGEST = 90.0
"""Seconds a life may take before it counts as stuck."""


@dataclass(frozen=True)
class Cut:
    """Where the power goes: the ``nth`` time that ``label`` is passed, counted from when somebody applies."""

    label: str
    nth: int

    def __str__(self) -> str:
        return f"{self.label}#{self.nth}"


@dataclass(frozen=True)
class Life:
    """What this life is for. ``reason`` None: come back and go on. ``hand``: whether a card held out is taken.
    ``days``: how far the clock has jumped. ``answers``: what is touched, beside the usual."""

    place: Place
    person: dict[str, Any] | None = None
    reason: Reason | None = None
    hand: bool = True
    cut: Cut | None = None
    days: int = 0
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Points:
    """Counts the points that are passed, shows each to whoever wants to see, and pulls the plug at one of them."""

    def __init__(self, cut: Cut | None, show: Callable[[Cut], None]) -> None:
        self.armed = False
        self.full = False
        """The disk has taken no more."""
        self._cut = cut
        self._show = show
        self._passed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, label: str) -> None:
        if not self.armed:
            return
        with self._lock:
            self._passed[label] += 1
            here = Cut(label, self._passed[label])
            if here == self._cut:
                os.kill(os.getpid(), signal.SIGKILL)
            if self._cut is not None and self._cut.label == FULL and label == BEFORE and here.nth >= self._cut.nth:
                self.full = True
                raise JournalFull("no room")
            self._show(here)


class _JumpedClock(QuickClock):
    def __init__(self, days: int) -> None:
        self._jump = timedelta(days=days)

    def now(self) -> datetime:
        return super().now() + self._jump


class _Parent:
    """Whoever began this life. The kiosk's threads ask one after the other: each shall have its own answer."""

    def __init__(self, link: Connection) -> None:
        self._link = link
        self._lock = threading.Lock()

    def ask(self, what: object) -> None:
        """Returns when it has been done."""
        with self._lock:
            self._link.send(what)
            self._link.recv()


async def _live(life: Life, parent: _Parent, *, show: bool) -> str:
    def tell(here: Cut) -> None:
        if show:
            parent.ask(here)

    def on_state(state: str) -> None:
        if life.hand and state.endswith("take_new_card"):
            parent.ask("take")

    points = _Points(life.cut, tell)
    kiosk = KioskSide(life.place, clock=_JumpedClock(life.days), on_state=on_state, point=points)
    kiosk.answers.update(life.answers)
    async with kiosk:
        if life.reason is None:
            points.armed = True
            await kiosk.recover()
            await _told(kiosk, points)
            points.armed = False
            return "recovered"
        await kiosk.stock_up()
        assert life.person is not None

        points.armed = True
        runtime = await kiosk.accepted(life.person, life.reason, lambda order: parent.ask(("pay", order)))
        record = await kiosk.make(runtime)
        await kiosk.recover()
        await _told(kiosk, points)
        points.armed = False
        return str(record.ended or record.step)


async def _told(kiosk: KioskSide, points: _Points) -> None:
    """On a full disk nothing can be written down as told: the next life tells it again."""
    try:
        await kiosk.told()
    except TimeoutError:
        if not points.full:
            raise
        raise JournalFull("what was told") from None


def _child(life: Life, link: Connection, show: bool) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *a: ""])
    try:
        link.send(("done", asyncio.run(asyncio.wait_for(_live(life, _Parent(link), show=show), LONGEST))))
    except JournalFull:
        link.send(("done", "disk full"))
    except Exception as error:  # noqa: BLE001 -- told to whoever began this life
        with contextlib.suppress(OSError):
            link.send(("failed", f"{type(error).__name__}: {error}"))
    os._exit(0)


@dataclass
class Lived:
    """``outcome``: ``killed``, ``failed: ...``, or how it ended. ``points``: those shown, in their order."""

    outcome: str
    points: list[Cut] = field(default_factory=list)


def live(
    life: Life,
    *,
    take: Callable[[], object],
    pay: Callable[[str], None],
    look: Callable[[Cut], None] | None = None,
) -> Lived:
    """Begin a life and see it to its end. ``look``: called at every point, while that life stands still."""
    ours, theirs = SPAWNER.Pipe()
    process = SPAWNER.Process(target=_child, args=(life, theirs, look is not None), daemon=True)
    process.start()
    theirs.close()
    lived = Lived("killed")
    with ours, contextlib.suppress(EOFError, OSError):
        while True:
            if not ours.poll(LONGEST):
                lived.outcome = "failed: it stands still"
                process.kill()
                break
            match ours.recv():
                case "take":
                    take()
                    ours.send(None)
                case ("pay", order):
                    pay(order)
                    ours.send(None)
                case Cut() as here:
                    lived.points.append(here)
                    if look is not None:
                        look(here)
                    ours.send(None)
                case ("done", outcome):
                    lived.outcome = str(outcome)
                case ("failed", why):
                    lived.outcome = f"failed: {why}"
    process.join(10)
    return lived
