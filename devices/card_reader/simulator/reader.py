"""A reader's slot in the simulated world: a card is in it or not, and things go wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from devices.card_reader.simulator.card import VirtualCard, with_memory
from devices.card_reader.simulator.description import CardDescription
from devices.card_reader.simulator.injected import status_words
from devices.card_reader.simulator.vpcd import Contact, FrameReader, VpcdSlot, frame
from devices.simulation import FaultSwitch, Json, Port, Simulator, action

READER_PATIENCE = 1.0
"""Seconds after which a reader gives up on a chip that does not answer."""


class Service(Protocol):
    """The PC/SC service that the reader hangs on (:class:`devices.bench.pcscd.PcscService`)."""

    def kill(self) -> None: ...
    def restart(self) -> object: ...


class CardReaderSimulator(Simulator):
    """A slot of a virtual PC/SC reader; connects out to vpcd at ``address``.

    ``service``: what the fault ``absent`` takes away; without one that fault is refused with ValueError.
    ``memories``: a folder where each card keeps its memory between insertions; None: in this process only.
    """

    FAULTS = (
        FaultSwitch("absent", "The reader is gone: its PC/SC service has died."),
        FaultSwitch("mute", "The chip gives no answer to any command."),
        FaultSwitch(
            "no_reset_answer", "The chip's answer to reset makes no sense: dirty contacts, or the wrong way up."
        ),
        FaultSwitch("slow", "Every answer of the chip comes this many seconds late.", 0.0),
        FaultSwitch(
            "pull_after", "The card is pulled instead of answering, after this many more commands (-1: never).", -1
        ),
        FaultSwitch("garbled", "The chip's answers arrive cut off after one byte."),
        FaultSwitch("status_word", "Answer an instruction with a status word, such as B2=6581 or *=6F00.", ""),
        FaultSwitch("worn_out", "The chip's memory can no longer be written (6581)."),
    )

    def __init__(
        self,
        address: str = "vpcd://127.0.0.1:35963",
        *,
        service: Service | None = None,
        memories: str | Path | None = None,
    ) -> None:
        super().__init__()
        self.card: VirtualCard | None = None
        self.commands = 0
        """Commands seen since the card was inserted."""
        self._lock = threading.RLock()
        self._service = service
        self._memories = Path(memories) if memories else None
        self._frames = FrameReader()
        self._powered = False
        self._started = False
        self._slot = VpcdSlot(address, self.received, self.detached)

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Plug the slot in; a card inserted before is seen from now on."""
        self._started = True
        self.attached(self._slot)
        if self.card is not None:
            self._slot.insert()

    def stop(self) -> None:
        """Pull everything out."""
        self._started = False
        self._slot.remove()
        self.port = None

    def __enter__(self) -> CardReaderSimulator:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def attached(self, port: Port) -> None:
        """The line is there."""
        super().attached(port)
        self._frames.clear()

    def detached(self) -> None:
        """The line has ended: no power on the contacts."""
        with self._lock:
            self._frames.clear()
            self._powered = False

    # -- people --------------------------------------------------------------------------------------------------------

    @action("insert a card")
    def insert(self, card: VirtualCard | Mapping[str, Any] | CardDescription) -> VirtualCard:
        """Push a card in, as a description or as a card with its own memory. ValueError when one is in already."""
        if self.card is not None:
            raise ValueError("there is a card in the reader already")
        card = with_memory(card, self._memories)
        with self._lock:
            card.reset()
            self.card = card
            self.commands = 0
            card.worn_out = bool(self.faults["worn_out"])
        if self._started:
            self._slot.insert()
        return card

    @action("take the card")
    def take(self) -> VirtualCard | None:
        """Pull the card out; None when there is none."""
        with self._lock:
            card, self.card = self.card, None
        self._slot.remove()
        return card

    def scene(self) -> Json:
        """What stands in the slot: the card by the last digits of its number."""
        card = self.card
        shown = None if card is None else {"number": card.description.number[-4:], "blocked": card.blocked}
        return {"card": shown, "powered": self._powered, "commands": self.commands, "faults": dict(self.faults)}

    def set_fault(self, name: str, value: bool | int | float | str) -> None:
        """Switch a fault. KeyError: none of that name; ValueError: a setting that makes no sense."""
        if name == "absent":
            self._set_absent(bool(value))
        elif name == "status_word":
            status_words(str(value))
        super().set_fault(name, value)
        with self._lock:
            if self.card is not None:
                self.card.worn_out = bool(self.faults["worn_out"])

    def _set_absent(self, absent: bool) -> None:
        if self._service is None:
            raise ValueError("absent: this reader was not told which service it hangs on")
        if absent and not self.faults["absent"]:
            self._service.kill()
        elif not absent and self.faults["absent"]:
            self._service.restart()

    # -- the wire ------------------------------------------------------------------------------------------------------

    def received(self, data: bytes) -> None:
        """vpcd frames from the reader, in pieces of any size."""
        for payload in self._frames.feed(data):
            with self._lock:
                self._answer(payload)
            if payload != bytes((Contact.GET_ATR,)):  # the service's look at the slot, which changes nothing
                self._stir()

    def _stir(self) -> None:
        if self.watch is not None:
            self.watch()

    def _answer(self, payload: bytes) -> None:
        card = self.card
        if card is None:
            return
        if len(payload) == 1:
            self._contact(card, payload[0])
            return
        self.commands += 1
        pull_after = int(self.faults["pull_after"])
        if pull_after >= 0:
            self.faults["pull_after"] = pull_after - 1
            if pull_after == 0:
                self.take()
                return
        if self.faults["mute"]:
            self._plan(READER_PATIENCE, self._slot.give_up)
            return
        answer = self._injected(payload) or card.process(payload)
        self._reply(answer[:1] if self.faults["garbled"] else answer)

    def _injected(self, command: bytes) -> bytes | None:
        words = status_words(str(self.faults["status_word"]))
        return words.get(command[1], words.get(None))

    def _contact(self, card: VirtualCard, line: int) -> None:
        if line == Contact.GET_ATR:
            self._reply(b"\x00\x01" if self.faults["no_reset_answer"] else card.atr)
        elif line in (Contact.POWER_ON, Contact.RESET):
            self._powered = True
            card.reset()
        elif line == Contact.POWER_OFF:
            self._powered = False
            card.reset()

    def _reply(self, payload: bytes) -> None:
        late = float(self.faults["slow"]) if len(payload) else 0.0
        if late:
            self._plan(late, lambda: self._send(frame(payload)))
        else:
            self._send(frame(payload))

    def _send(self, data: bytes) -> None:
        if self.port is not None:
            self.port.send(data)

    def _plan(self, seconds: float, run: Callable[[], None]) -> None:
        def act() -> None:
            run()
            self._stir()

        if self.port is not None:
            self.port.after(seconds, act)
