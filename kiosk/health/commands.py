"""Commands from afar: believed only when signed, in time, new and for this kiosk; run once, and only when nobody is
being served where that matters; every step is told.

What cannot be believed gets no answer: it is an event of its own, for someone is trying. What is believed and still
cannot be done is answered with the reason.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from devices.contract import DeviceError
from kiosk.clock import Clock
from kiosk.fleet.enrolment_messages import CommandKey
from kiosk.fleet.facts import Failure
from kiosk.fleet.keys import signature_holds
from kiosk.fleet.messages import Event, EventName, Fact, Unreadable, decode, encode
from kiosk.fleet.orders import Command, CommandReply, CommandState, Refusal
from kiosk.fleet.verbs import VERBS, Verb, wrong_arguments
from kiosk.health.telemetry import Telemetry
from kiosk.journal.orders import Order
from kiosk.journal.searching import Mistake
from kiosk.journal.store import Journal

log = structlog.get_logger("commands")

AHEAD = 120_000
"""Milliseconds by which a command may seem to come from the future."""
MOST_TOLD, TOLD_WITHIN = 20, 60.0
"""Commands not believed that are told one by one, and the seconds in which there may be so many; of more, the number:
whoever floods this kiosk must not fill its journal, nor push what is to be sent out of it."""


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of it. ``content``: a file that was asked for. ``then``: what is done when the reply is safe on the
    disk, such as ending the process."""

    facts: dict[str, Fact] = field(default_factory=dict)
    content: bytes = b""
    content_type: str = ""
    then: Callable[[], None] | None = None


class CommandFailed(Exception):
    """It was tried and did not work; ``reason`` is the word that the fleet is told."""

    def __init__(self, why: Failure | Mistake | DeviceError) -> None:
        self.reason = why.code if isinstance(why, DeviceError) else why.value
        super().__init__(self.reason)


Performer = Callable[[Mapping[str, Fact]], Awaitable[Performed]]
"""Does what a verb says. Raises CommandFailed."""


class CommandDesk:
    """``performers``: by verb. ``free``: waits until no citizen is being served. ``on_reply``: called when there is a
    reply to send, from any thread. :meth:`hear` and :meth:`run` on the event loop."""

    def __init__(
        self,
        kiosk: str,
        keys: Callable[[], tuple[CommandKey, ...]],
        journal: Journal,
        clock: Clock,
        telemetry: Telemetry,
        *,
        performers: Mapping[str, Performer],
        serving: Callable[[], bool],
        free: Callable[[], Awaitable[None]],
        on_reply: Callable[[], None] = lambda: None,
    ) -> None:
        self._kiosk = kiosk
        self._keys = keys
        self._journal = journal
        self._clock = clock
        self._telemetry = telemetry
        self._performers = performers
        self._serving = serving
        self._free = free
        self.on_reply = on_reply
        self.not_believed = 0
        """Since the start."""
        self._told: deque[float] = deque()
        self._untold = 0
        self._accepted: asyncio.Queue[Command] = asyncio.Queue()
        self._lock = asyncio.Lock()

    async def hear(self, data: bytes) -> None:
        """Bytes came on this kiosk's command subject."""
        async with self._lock:
            try:
                command = decode(Command, data)
            except Unreadable:
                self._suspicious(Refusal.UNREADABLE, "")
                return
            if (why := await asyncio.to_thread(self._unbelievable, command)) is not None:
                self._suspicious(why, command.verb)
                return
            if await asyncio.to_thread(self._again, command):
                return
            refusal, detail = self._unfit(command)
            if refusal is not None:
                await asyncio.to_thread(self._refuse, command, refusal, detail)
                return
            await asyncio.to_thread(self._accept, command)
            self._accepted.put_nowait(command)

    async def run(self) -> None:
        """Run what was accepted, one after the other, for ever; what a restart cut off comes first."""
        for order in await asyncio.to_thread(self._journal.orders.open):
            command = decode(Command, order.content.encode("utf-8"))
            if order.state == CommandState.RUNNING:
                await asyncio.to_thread(self._settle_interrupted, command)
            else:
                await self._perform(command)
        while True:
            await self._perform(await self._accepted.get())

    # -- believing -----------------------------------------------------------------------------------------------------

    def _unbelievable(self, command: Command) -> Refusal | None:
        if command.kiosk != self._kiosk:
            return Refusal.ANOTHER_KIOSK
        holds = signature_holds(command, self._keys())
        if holds is None:
            return Refusal.UNKNOWN_KEY
        if not holds:
            return Refusal.SIGNATURE
        if not self._journal.orders.heard(command.nonce, command.expires_at, self._now()):
            return Refusal.REPLAYED
        return None

    def _suspicious(self, why: Refusal, verb: str) -> None:
        self.not_believed += 1
        now = self._clock.monotonic()
        while self._told and self._told[0] <= now - TOLD_WITHIN:
            self._told.popleft()
        if len(self._told) >= MOST_TOLD:
            self._untold += 1
            return
        self._told.append(now)
        log.warning("command_not_believed", reason=why.value, verb=verb or None)
        facts: dict[str, Fact] = {"reason": why.value}
        if verb in VERBS:
            facts["verb"] = verb
        if self._untold:
            facts["untold"], self._untold = self._untold, 0
        self._telemetry.tell(Event(event=EventName.COMMAND_REFUSED, facts=facts))

    def _again(self, command: Command) -> bool:
        """Whether it is one that is known: it is told again how far it has come."""
        order = self._journal.orders.of(command.id)
        if order is None:
            return False
        self._reply(command, CommandState(order.state))
        return True

    def _unfit(self, command: Command) -> tuple[Refusal | None, str]:
        now = self._now()
        verb = VERBS.get(command.verb)
        if verb is None or command.verb not in self._performers:
            return Refusal.UNKNOWN_VERB, ""
        if command.expires_at <= now:
            return Refusal.EXPIRED, ""
        if command.issued_at > now + AHEAD:
            return Refusal.TOO_EARLY, ""
        if wrong := wrong_arguments(verb, command.arguments):
            return Refusal.ARGUMENTS, wrong
        if verb.second_person and command.approved_by in ("", command.issued_by):
            return Refusal.SECOND_PERSON, ""
        return None, ""

    # -- doing ---------------------------------------------------------------------------------------------------------

    async def _perform(self, command: Command) -> None:
        verb = VERBS[command.verb]
        if not await self._may_begin(command, verb):
            return
        await asyncio.to_thread(self._reply, command, CommandState.RUNNING)
        log.info("command_running", verb=command.verb)
        try:
            performed = await self._performers[command.verb](command.arguments)
        except CommandFailed as error:
            log.warning("command_failed", verb=command.verb, reason=error.reason)
            await asyncio.to_thread(self._reply, command, CommandState.FAILED, {"reason": error.reason})
            return
        except Exception as error:
            log.exception("command_failed", verb=command.verb, error=type(error).__name__)
            facts: dict[str, Fact] = {"reason": Failure.UNEXPECTED.value, "error": type(error).__name__}
            await asyncio.to_thread(self._reply, command, CommandState.FAILED, facts)
            return
        if performed.then is None:
            await asyncio.to_thread(
                self._reply,
                command,
                CommandState.DONE,
                performed.facts,
                content=performed.content,
                content_type=performed.content_type,
            )
        else:
            performed.then()  # it is done when this process is back: told then

    async def _may_begin(self, command: Command, verb: Verb) -> bool:
        if verb.no_citizen and self._serving():
            left = max(0.0, (command.expires_at - self._now()) / 1000)
            free = asyncio.ensure_future(self._free())
            late = asyncio.ensure_future(self._clock.sleep(left))
            try:
                await asyncio.to_thread(self._reply, command, CommandState.WAITING)
                await asyncio.wait({free, late}, return_when=asyncio.FIRST_COMPLETED)
                served = not free.done()
            finally:
                for task in (free, late):
                    task.cancel()
            if served:
                await asyncio.to_thread(self._refuse_known, command, Refusal.CITIZEN_IN_FRONT)
                return False
        if command.expires_at <= self._now():
            await asyncio.to_thread(self._refuse_known, command, Refusal.EXPIRED)
            return False
        return True

    def _settle_interrupted(self, command: Command) -> None:
        if command.verb in ENDING:
            self._reply(command, CommandState.DONE, {"restarted": True})
        else:
            self._reply(command, CommandState.FAILED, {"reason": Failure.INTERRUPTED.value})

    # -- telling -------------------------------------------------------------------------------------------------------

    def _accept(self, command: Command) -> None:
        content = encode(command).decode("utf-8")
        with self._journal.together():
            order = Order(command.id, command.verb, content, CommandState.RECEIVED.value, 0)
            self._journal.orders.accepted(order, command.expires_at)
            self._reply(command, CommandState.RECEIVED)

    def _refuse(self, command: Command, refusal: Refusal, detail: str) -> None:
        log.warning("command_refused", verb=command.verb, reason=refusal.value)
        with self._journal.together():
            content = encode(command).decode("utf-8")
            order = Order(command.id, command.verb, content, CommandState.REFUSED.value, 0)
            self._journal.orders.accepted(order, command.expires_at)
            self._refuse_known(command, refusal, detail)
            self._telemetry.write(Event(event=EventName.COMMAND_REFUSED, facts={"reason": refusal.value}))

    def _refuse_known(self, command: Command, refusal: Refusal, detail: str = "") -> None:
        self._reply(command, CommandState.REFUSED, {"detail": detail} if detail else {}, refusal=refusal)

    def _reply(
        self,
        command: Command,
        state: CommandState,
        facts: dict[str, Fact] | None = None,
        *,
        refusal: Refusal | None = None,
        content: bytes = b"",
        content_type: str = "",
    ) -> None:
        with self._journal.together():
            order = self._journal.orders.of(command.id)
            step = 1 if order is None else order.step + 1
            self._journal.orders.changed(command.id, state.value, step)
            reply = CommandReply(
                kiosk=self._kiosk,
                command=command.id,
                step=step,
                state=state,
                at=self._now(),
                verb=command.verb,
                refusal=refusal,
                facts=facts or {},
                content=content,
                content_type=content_type,
            )
            self._journal.orders.reply(reply.message_id, encode(reply))
        self.on_reply()

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


ENDING = frozenset({"restart_application", "restart_machine", "sync_policy"})
"""Verbs after which this process ends: a restart is how they come to be done."""
