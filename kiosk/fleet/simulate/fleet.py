"""Many simulated kiosks over one connection: heartbeats, business, faults that come and are mended, lines that are cut.

Seeded: the same seed and the same times give the same messages. The connection needs the certificate of a *service* of
the fleet, for it speaks for all of them; signatures of commands are believed without being checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext

from kiosk.clock import Clock
from kiosk.fleet import subjects
from kiosk.fleet.messages import Unreadable, decode, encode
from kiosk.fleet.orders import Command, CommandReply, CommandState
from kiosk.fleet.simulate.machine import SimulatedKiosk

log = structlog.get_logger("simulated_fleet")

HEARTBEAT_EVERY = 30_000
HOUR = 3_600_000
AT_ONCE = 200
"""Kiosks that wait for the broker's answer at one time."""
FAULTS = (
    ("receipt_printer", "receipt_printer.paper_low"),
    ("receipt_printer", "receipt_printer.paper_out"),
    ("receipt_printer", "receipt_printer.cutter_jammed"),
    ("card_printer", "card_printer.ribbon_low"),
)
SENDING = (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Rates:
    """Mean time in milliseconds, for one kiosk, between: visits of citizens; faults; until a fault is mended; wishes to
    cut a line, for one line; how long a line stays cut. ``stay``: mean length of a visit. ``lived``: visits before it
    is first heard of, at least and at most. ``wrong_clocks``, ``broken`` from the beginning: kiosks in a thousand."""

    visit: int = 240_000
    stay: int = 60_000
    lived: tuple[int, int] = (2_000, 20_000)
    fault: int = 8 * HOUR
    mend: int = 900_000
    cut: int = 12 * HOUR
    cut_for: int = 600_000
    wrong_clocks: int = 10
    broken: int = 30


@dataclass(frozen=True, slots=True)
class Post:
    """What is published. ``message_id`` empty: a heartbeat, which nobody acknowledges."""

    subject: str
    data: bytes
    message_id: str = ""


EVERY_DAY = Rates()


class SimulatedFleet:
    """``count`` kiosks S00001 and on, ``on_a_line`` of them on each line and in each hall. ``rates`` None: nothing
    happens by itself but heartbeats."""

    def __init__(
        self, count: int, now: int, *, seed: int = 1, on_a_line: int = 10, rates: Rates | None = EVERY_DAY
    ) -> None:
        self._chance = random.Random(seed)  # noqa: S311 -- simulated chance
        self.rates = rates
        self.kiosks: dict[str, SimulatedKiosk] = {}
        self.lines: dict[str, list[str]] = {}
        self._plan: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = itertools.count()
        self._posts: list[Post] = []
        self._done: set[str] = set()
        for number in range(1, count + 1):
            name = f"S{number:05}"
            wrong = rates is not None and self._chance.randrange(1000) < rates.wrong_clocks
            ahead = self._chance.choice((-1, 1)) * self._chance.randint(180_000, 7_200_000) if wrong else 0
            machine = SimulatedKiosk(name, random.Random(self._chance.getrandbits(64)), ahead)  # noqa: S311
            self.kiosks[name] = machine
            self.lines.setdefault(f"line-{(number - 1) // on_a_line + 1:03}", []).append(name)
            self.at(now + self._chance.randrange(HEARTBEAT_EVERY), self._start(machine))
        if rates is not None:
            for line in self.lines:
                self._again(now, rates.cut, self._cut_line(line, rates))

    def line_of(self, kiosk: str) -> str:
        """Which line a kiosk is on."""
        return next(line for line, members in self.lines.items() if kiosk in members)

    def at(self, when: int, do: Callable[[int], None]) -> None:
        """Plan something; it is given its time."""
        heapq.heappush(self._plan, (when, next(self._order), do))

    def cut(self, kiosks: list[str], on: bool = True) -> None:
        """Cut kiosks off, or let them speak again: then they send all that they kept."""
        for name in kiosks:
            self.kiosks[name].cut = on

    def step(self, now: int) -> list[Post]:
        """Everything that is published up to ``now``."""
        while self._plan and self._plan[0][0] <= now:
            when, _, do = heapq.heappop(self._plan)
            do(when)
        for machine in self.kiosks.values():
            if machine.kept and not machine.cut:
                for message in machine.sendable(now):
                    subject = subjects.telemetry(machine.id, str(message.body.__struct_config__.tag))
                    self._posts.append(Post(subject, encode(message), message.message_id))
            if machine.moved and not machine.cut:
                self._posts.append(Post(subjects.heartbeat(machine.id), encode(machine.heartbeat(now))))
        posts, self._posts = self._posts, []
        return posts

    async def run(self, client: Client, clock: Clock, *, every: float = 0.2) -> None:
        """Publish in true time, and do as told, until cancelled. What the broker does not take is sent again."""
        hearing = await client.subscribe(subjects.command(subjects.ANY_KIOSK), cb=self._heard(clock))
        try:
            while True:
                await self.publish(client, clock, self.step(_milliseconds(clock)))
                await clock.sleep(every)
        finally:
            with contextlib.suppress(*SENDING):
                await hearing.unsubscribe()

    async def publish(self, client: Client, clock: Clock, posts: list[Post]) -> None:
        """Telemetry until the broker has it, in order for each kiosk; a heartbeat once."""
        context = client.jetstream()
        lanes: dict[str, list[Post]] = {}
        for post in posts:
            lanes.setdefault(subjects.kiosk_of(post.subject), []).append(post)
        room = asyncio.Semaphore(AT_ONCE)

        async def send(lane: list[Post]) -> None:
            async with room:
                for post in lane:
                    await self._publish(client, context, clock, post)

        await asyncio.gather(*map(send, lanes.values()))

    async def _publish(self, client: Client, context: JetStreamContext, clock: Clock, post: Post) -> None:
        while True:
            try:
                if post.message_id:
                    await context.publish(post.subject, post.data, headers={"Nats-Msg-Id": post.message_id})
                else:
                    await client.publish(post.subject, post.data)
            except SENDING as error:
                if not post.message_id:
                    return
                log.info("sent_again", error=type(error).__name__)
                await clock.sleep(0.5)
            else:
                return

    # -- what happens --------------------------------------------------------------------------------------------------

    def _start(self, machine: SimulatedKiosk) -> Callable[[int], None]:
        def start(now: int) -> None:
            machine.start(now)
            if self.rates is not None:
                machine.lived(self._chance.randint(*self.rates.lived))
                machine.counted(now)
                broken = self._chance.randrange(1000) < self.rates.broken
                self._again(now, 0 if broken else self.rates.fault, self._fault(machine, self.rates))
                self._again(now, self.rates.visit, self._visit(machine, self.rates))
            self._beat(machine)(now)
            self.at(now + HOUR, self._hourly(machine))

        return start

    def _beat(self, machine: SimulatedKiosk) -> Callable[[int], None]:
        def beat(now: int) -> None:
            if not machine.cut:
                self._posts.append(Post(subjects.heartbeat(machine.id), encode(machine.heartbeat(now))))
            self.at(now + HEARTBEAT_EVERY, beat)

        return beat

    def _hourly(self, machine: SimulatedKiosk) -> Callable[[int], None]:
        def count(now: int) -> None:
            machine.counted(now)
            self.at(now + HOUR, count)

        return count

    def _visit(self, machine: SimulatedKiosk, rates: Rates) -> Callable[[int], None]:
        def visit(now: int) -> None:
            machine.serving = machine.in_service
            self._again(now, rates.stay, leave)

        def leave(now: int) -> None:
            machine.serving = False
            machine.business(now)
            self._again(now, rates.visit, visit)

        return visit

    def _fault(self, machine: SimulatedKiosk, rates: Rates) -> Callable[[int], None]:
        def fault(now: int) -> None:
            device, code = self._chance.choice(FAULTS)
            if code == "card_printer.ribbon_low":
                machine.ribbon_low(now)
            else:
                machine.fault(now, device, code)
            self._again(now, rates.mend, lambda later: machine.mend(later, device))
            self._again(now, rates.fault, fault)

        return fault

    def _cut_line(self, line: str, rates: Rates) -> Callable[[int], None]:
        def cut(now: int) -> None:
            members = self.lines[line]
            self.cut(members)
            self._again(now, rates.cut_for, lambda _later: self.cut(members, False))
            self._again(now, rates.cut, cut)

        return cut

    def _again(self, now: int, mean: int, do: Callable[[int], None]) -> None:
        self.at(now + int(self._chance.expovariate(1) * mean), do)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _heard(self, clock: Clock) -> Callable[[Msg], Awaitable[None]]:
        async def heard(message: Msg) -> None:
            try:
                command = decode(Command, message.data)
            except Unreadable:
                return
            machine = self.kiosks.get(command.kiosk)
            if machine is None or machine.cut:
                return
            now = _milliseconds(clock)
            if command.id in self._done:
                return
            self._done.add(command.id)
            for step, state in enumerate((CommandState.RECEIVED, CommandState.RUNNING, CommandState.DONE), 1):
                reply = CommandReply(
                    kiosk=machine.id, command=command.id, step=step, state=state, at=now + machine.ahead,
                    verb=command.verb,
                )  # fmt: skip
                self._posts.append(Post(subjects.reply(machine.id), encode(reply), reply.message_id))
            self._obey(machine, command, now)

        return heard

    @staticmethod
    def _obey(machine: SimulatedKiosk, command: Command, now: int) -> None:
        if command.verb == "restart_device":
            machine.mend(now, str(command.arguments.get("device", "")))
        elif command.verb in ("restart_application", "restart_machine"):
            for device in tuple(machine.faults):
                machine.mend(now, device)
        elif command.verb == "take_out_of_service":
            machine.service(now, False)
        elif command.verb == "put_into_service":
            machine.service(now, True)


def _milliseconds(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1000)
