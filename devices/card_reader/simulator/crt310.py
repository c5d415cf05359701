"""A motorised reader CRT-310, simulated: bytes in, bytes out, and a card path that survives a power cut.

Written from the protocol page *card-dispenser*, B2, and not from the driver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from devices.card_reader.simulator.card import VirtualCard, with_memory
from devices.card_reader.simulator.crt310_contacts import Contacts
from devices.card_reader.simulator.crt310_line import HandShake, Refused, only
from devices.card_reader.simulator.crt310_path import AT_GATE, CardPath, Place
from devices.card_reader.simulator.injected import status_words
from devices.simulation import FaultSwitch, FaultValue, Json, Port, Simulator, Timer, action

_BREAKS_OFF_SECONDS = 0.3
_FIRMWARE = b"CRT-310-SIM"

_POSITION_CODE = {
    Place.GATE: 0x48,
    Place.GATE_HELD: 0x49,
    Place.INSIDE: 0x4A,
    Place.CONTACTS: 0x4B,
    Place.REAR_HELD: 0x4C,
    Place.REAR: 0x4D,
    Place.NOWHERE: 0x4E,
}
_FRONT_CODE = {0x31: 0x4E, 0x32: 0x49, 0x33: 0x4A, 0x34: 0x4B}
_REAR_CODE = {0x30: 0x4A, 0x31: 0x4E}
_MOVES = {
    0x2E: Place.INSIDE,
    0x2F: Place.CONTACTS,
    0x30: Place.GATE,
    0x31: Place.GATE_HELD,
    0x32: Place.REAR_HELD,
    0x33: Place.BIN,
    0x34: Place.BIN,
}
_STOPS = {
    0x30: Place.GATE,
    0x31: Place.GATE_HELD,
    0x32: Place.INSIDE,
    0x33: Place.CONTACTS,
    0x34: Place.REAR_HELD,
    0x35: Place.BIN,
}
_ABNORMAL_CODE = {"long": 0x46, "short": 0x47}
_EXPEL = 0x34
_SWITCH_ENTRY = 0x33
_FORBIDDEN = 0x31


class Crt310Simulator(Simulator):
    """``motion_seconds``: how long the rollers turn. ``memories``: a folder where each card keeps its memory between
    insertions; None: in this process only. Cards: :class:`devices.card_reader.simulator.description.CardDescription`.

    Unplugging it cuts its power: what the host has set is forgotten, the card stays where it is.
    """

    FAULTS: ClassVar[tuple[FaultSwitch, ...]] = (
        FaultSwitch("jam", "The rollers turn and the card does not move."),
        FaultSwitch("held", "A hand holds on to the card at the gate: it can be pushed out, and not drawn in."),
        FaultSwitch("bin_full", "A retained card does not fall into the bin and stays at its mouth."),
        FaultSwitch("wrong_size", "The card inside is taken for a long or a short one (long, short, or empty).", ""),
        FaultSwitch("refuses", "Every motion is refused: cannot be executed now."),
        FaultSwitch("low_voltage", "The supply is out of range: motions and chip commands are refused."),
        FaultSwitch("power_lost", "The main power is gone: the reader speaks on its backup and moves nothing."),
        FaultSwitch("no_light", "This unit knows no command for its light."),
        FaultSwitch("strange_status", "The status holds a position that no document knows."),
        FaultSwitch("nak", "This many more commands are taken for damaged.", 0),
        FaultSwitch("wrong_bcc", "This many more replies end with a wrong BCC.", 0),
        FaultSwitch("lost_reply", "This many more replies never come, though the command is carried out.", 0),
        FaultSwitch("mute", "The chip gives no answer to any command."),
        FaultSwitch("no_reset_answer", "The chip gives no answer to reset: dirty contacts, or the wrong way up."),
        FaultSwitch("short_answer", "The chip's answers arrive cut off after one byte."),
        FaultSwitch("status_word", "Answer an instruction with a status word, such as B2=6581 or *=6F00.", ""),
        FaultSwitch("worn_out", "The chip's memory can no longer be written (6581)."),
    )

    def __init__(self, *, motion_seconds: float = 0.6, memories: str | Path | None = None) -> None:
        super().__init__()
        self.path = CardPath()
        self.motions = 0
        """How often the rollers were told to turn, by hand or by command."""
        self._motion_seconds = motion_seconds
        self._memories = Path(memories) if memories else None
        self._handlers: Mapping[int, Callable[[int, bytes], None]] = {
            0x30: self._reset,
            0x31: self._tell,
            0x32: self._move,
            0x2F: self._set_entry,
            0x2E: self._set_stop,
            0x33: self._power,
            0x34: self._set_baud,
            0x37: self._chip,
            0x46: self._switch_light,
            0x49: self._blink,
            0x4A: self._sam,
        }
        self._contacts = Contacts(self.faults)
        self._talk = HandShake(self.faults, self._send, self._obey, self._stop_motion)
        self._power_on()

    def _power_on(self) -> None:
        self._front, self._rear, self._stop = _FORBIDDEN, _FORBIDDEN, Place.INSIDE
        self._light = "off"
        self._contacts.powered = False
        self._talk.clear()
        self._motion: Timer | None = None
        self._drawing: Timer | None = None
        self._break_off: Timer | None = None

    # -- people --------------------------------------------------------------------------------------------------------

    @action("Push a card into the gate")
    def insert(self, card: dict[str, Any]) -> None:
        """The rollers take it as soon as it is in the gate. ValueError when the gate is shut or there is a card."""
        if self.path.card is not None:
            raise ValueError("there is a card in the reader already")
        if self.port is None or self._front == _FORBIDDEN or self.faults["power_lost"]:
            raise ValueError("the gate is shut and takes no card")
        inserted = with_memory(card, self._memories)
        inserted.worn_out = bool(self.faults["worn_out"])
        self.path.put(inserted, Place.GATE)
        self._draw_in()

    @action("Take the card at the gate")
    def take(self) -> None:
        """ValueError when none is within reach."""
        self.path.take()

    @action("Open the reader and take out whatever is in its path (staff)")
    def clear_path(self) -> None:
        """ValueError when there is nothing."""
        self._contacts.powered = False
        self.path.clear()

    @action("Empty the bin (staff)")
    def empty_bin(self) -> list[str]:
        """The last digits of the cards that were in it."""
        numbers = [_short(card) for card in self.path.retained]
        self.path.retained.clear()
        return numbers

    def scene(self) -> Json:
        """Cards are told by the last digits of their numbers."""
        card = self.path.card
        return {
            "card": None if card is None else {"number": _short(card), "blocked": card.blocked},
            "place": str(self.path.place),
            "gate": "shut" if self._front == _FORBIDDEN else "open",
            "light": self._light,
            "powered": self._contacts.powered,
            "retained": [_short(one) for one in self.path.retained],
        }

    def save(self) -> Json:
        """The cards, and where they are."""
        card = self.path.card
        return {
            "card": None if card is None else asdict(card.description),
            "place": str(self.path.place),
            "retained": [asdict(one.description) for one in self.path.retained],
        }

    def restore(self, saved: Json) -> None:
        """Put them there again; what the host had set is forgotten, as after a power cut."""
        self.path = CardPath()
        if saved.get("card") is not None:
            self.path.put(with_memory(saved["card"], self._memories), Place(saved["place"]))
        self.path.retained = [with_memory(one, self._memories) for one in saved.get("retained", ())]

    def set_fault(self, name: str, value: FaultValue) -> None:
        """See the base class. ValueError for a setting that makes no sense."""
        if name == "status_word":
            status_words(str(value))
        elif name == "wrong_size" and value not in ("", *_ABNORMAL_CODE):
            raise ValueError("wrong_size: long, short, or empty")
        super().set_fault(name, value)
        if self.path.card is not None:
            self.path.card.worn_out = bool(self.faults["worn_out"])
        if self.faults["power_lost"] or self.faults["low_voltage"]:
            self._contacts.powered = False
        if name in ("held", "jam") and not value and self.path.place is Place.GATE:
            self._draw_in()

    def _draw_in(self) -> None:
        """The switch at the gate has felt a card."""
        if self.port is not None:
            self.motions += 1
            self._drawing = self.port.after(self._motion_seconds, self._drawn)

    def _drawn(self) -> None:
        self._drawing = None
        stuck = self.faults["held"] or self.faults["jam"] or self.faults["power_lost"]
        if self.path.place is Place.GATE and self._front != _FORBIDDEN and not stuck:
            self.path.arrive(self._stop)

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        """Power on."""
        super().attached(port)
        self._power_on()

    def detached(self) -> None:
        """Power off: the rollers stop where they are."""
        super().detached()
        for timer in (self._motion, self._drawing, self._break_off):
            if timer is not None:
                timer.cancel()
        self._power_on()

    def received(self, data: bytes) -> None:
        """Bytes from the host, in any pieces."""
        self._talk.hear(data)
        if self._break_off is not None:
            self._break_off.cancel()
            self._break_off = None
        if self._talk.half_heard and self.port is not None:
            self._break_off = self.port.after(_BREAKS_OFF_SECONDS, self._talk.forget)

    def _send(self, data: bytes) -> None:
        if self.port is not None:
            self.port.send(data)

    def _stop_motion(self) -> None:
        if self._motion is not None:
            self._motion.cancel()
            self._motion = None

    # -- commands ------------------------------------------------------------------------------------------------------

    def _obey(self, command: bytes) -> None:
        cm, pm = command[0], command[1]
        try:
            if cm not in self._handlers:
                raise Refused(0x00)
            self._handlers[cm](pm, command[2:])
        except Refused as refusal:
            self._talk.reply(bytes((0x4E, cm, refusal.code)))

    def _reset(self, pm: int, data: bytes) -> None:
        only(pm in (0x30, 0x31, 0x32), data)
        self._contacts.powered = False
        target = {0x31: Place.GATE, 0x32: Place.BIN}.get(pm)
        if target is None or self.path.card is None:
            self._talk.reply(bytes((0x30, pm)) + _FIRMWARE)
        else:
            self._turn(target, lambda _: self._talk.reply(bytes((0x30, pm)) + _FIRMWARE))

    def _tell(self, pm: int, data: bytes) -> None:
        only(pm in (0x30, 0x2F), data)
        if pm == 0x30:
            self._talk.reply(bytes((0x31, pm, self._position(), _FRONT_CODE[self._front], _REAR_CODE[self._rear])))
            return
        at_gate = self.path.place in AT_GATE
        shutter = at_gate or self._drawing is not None
        self._talk.reply(bytes((0x31, pm)) + f"{self.path.sensors}{shutter:d}{at_gate:d}".encode())

    def _position(self) -> int:
        if self.faults["strange_status"]:
            return 0x7F
        if self.path.place in (Place.INSIDE, Place.CONTACTS) and self.faults["wrong_size"]:
            return _ABNORMAL_CODE[str(self.faults["wrong_size"])]
        return _POSITION_CODE[self.path.place]

    def _move(self, pm: int, data: bytes) -> None:
        only(pm in _MOVES, data)
        self._need_power()
        if self.faults["refuses"]:
            raise Refused(0x02)
        if self._position() in _ABNORMAL_CODE.values() and pm != _EXPEL:
            raise Refused(0x06)
        if self.path.card is None:
            self._talk.reply(bytes((0x32, pm)) + b"E")
            return
        self._turn(_MOVES[pm], lambda outcome: self._talk.reply(bytes((0x32, pm)) + outcome))

    def _turn(self, target: Place, done: Callable[[bytes], None]) -> None:
        """The rollers turn for a while; what came of it is known at the end."""
        self._contacts.powered = False
        self.motions += 1

        def stop() -> None:
            self._motion = None
            if self.path.card is None:
                done(b"E")
                return
            held_back = self.faults["held"] and self.path.place in AT_GATE and target not in AT_GATE
            if self.faults["jam"] or held_back:
                done(b"N")
                return
            full = target is Place.BIN and self.faults["bin_full"]
            self.path.arrive(Place.REAR if full else target)
            done(b"N" if full else b"Y")

        if self.port is not None:
            self._motion = self.port.after(self._motion_seconds, stop)

    def _set_entry(self, pm: int, data: bytes) -> None:
        if pm not in _FRONT_CODE:
            raise Refused(0x01)
        if len(data) != 1 or data[0] not in _REAR_CODE:
            raise Refused(0x04)
        self._front, self._rear = pm, data[0]
        self._talk.reply(bytes((0x2F, pm)) + b"Y")

    def _set_stop(self, pm: int, data: bytes) -> None:
        only(pm in _STOPS, data)
        self._stop = _STOPS[pm]
        self._talk.reply(bytes((0x2E, pm)) + b"Y")

    def _set_baud(self, pm: int, data: bytes) -> None:
        only(0x30 <= pm <= 0x35, data)
        self._talk.reply(bytes((0x34, pm)) + b"Y")

    def _sam(self, pm: int, data: bytes) -> None:
        """No SAM is fitted."""
        self._talk.reply(bytes((0x4A, pm)) + b"E")

    def _switch_light(self, pm: int, data: bytes) -> None:
        self._need_light()
        only(pm in (0x30, 0x31), data)
        self._light = "on" if pm == 0x30 else "off"
        self._talk.reply(bytes((0x46, pm)) + b"Y")

    def _blink(self, on: int, data: bytes) -> None:
        self._need_light()
        if len(data) != 1:
            raise Refused(0x04)
        self._light = "blinking"
        self._talk.reply(bytes((0x49, on)) + b"Y")

    def _need_light(self) -> None:
        if self.faults["no_light"]:
            raise Refused(0x00)

    def _need_power(self) -> None:
        if self.faults["low_voltage"]:
            raise Refused(0x05)
        if self.faults["power_lost"]:
            raise Refused(0x07)

    def _power(self, pm: int, data: bytes) -> None:
        self._need_power()
        self._talk.reply(bytes((0x33, pm)) + self._contacts.switch(self.path, pm, data))

    def _chip(self, pm: int, data: bytes) -> None:
        self._need_power()
        self._talk.reply(bytes((0x37, pm)) + self._contacts.command(self.path, pm, data))


def _short(card: VirtualCard) -> str:
    return card.description.number[-4:]
