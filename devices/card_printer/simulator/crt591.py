"""A simulated card dispenser CRT-591, written from the protocol page (B1) and not from the driver.

Unplugging its line is the host's cable, and what turns goes on; the mains are the fault ``power_cut``: what the host
has set is forgotten, every card stays where it has got to, and every command is refused until the next INIT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devices.card_printer.simulator import stock
from devices.card_printer.simulator.cards import StockCard
from devices.card_printer.simulator.crt591_contacts import Contacts, Refused
from devices.card_printer.simulator.crt591_line import HandShake
from devices.card_printer.simulator.crt591_motor import BIN, GATE, HIGHEST_COUNT, Motor, sensors
from devices.card_printer.simulator.mechanism import Mechanism, Place
from devices.card_reader.simulator.injected import status_words
from devices.simulation import FaultSwitch, FaultValue, Json, Port, Simulator, Timer, action

FEW = 5
_BREAKS_OFF_SECONDS = 0.3
_INSIDE = (Place.CONTACT, Place.CONTACTLESS)
_MOVES = frozenset({0x30, 0x31, 0x32, 0x33, 0x39})
_INIT_MOTION = {0x30: GATE, 0x34: GATE, 0x31: BIN, 0x35: BIN, 0x33: None, 0x37: None}
_COUNTS = frozenset({0x34, 0x35, 0x37})
_FULL_DIGIT = {"m001": "1", "r02": "2"}
_FIRMWARE = {"m001": b"CRT-591-M001", "r02": b"CRT-591-V1.00"}
_TAKES_IN_AFTER = {"m001": 0.0, "r02": 30.0}


class Crt591Simulator(Simulator):
    """``pace``: 1 is the real thing; 0 in no time. ``cards``: pre-made ones in the hopper; or ``stock_cards``, one list
    of them as :class:`StockCard` reads them. ``model``: m001 as the document has it, r02 as it was measured.
    ``takes_in_after``: seconds after which a card that nobody takes falls into the bin, 0: never; None: as the model
    does. ``memories``: a folder where each chip keeps its memory; None: in this process only."""

    FAULTS = (
        FaultSwitch("power_cut", "The mains are gone: everything stops where it is, nothing answers."),
        FaultSwitch("jam_feed", "A card sticks half-way out of the hopper."),
        FaultSwitch("jam_contact", "The card sticks on its way to the chip contact."),
        FaultSwitch("jam_exit", "The card sticks on its way to the gate."),
        FaultSwitch("jam_bin", "The card sticks on its way into the error bin."),
        FaultSwitch("says_43", "A card that does not reach the contact is told with 43 instead of 10."),
        FaultSwitch("misfeed", "A bent card: it is tried five times, back and forth, and stays in the hopper."),
        FaultSwitch("bin_full", "The error bin reports that it is full."),
        FaultSwitch("held_at_gate", "A hand holds the card at the gate: it cannot be drawn in."),
        FaultSwitch("motion_error", "Every motion is refused with these two characters, such as 51.", ""),
        FaultSwitch("stuck_sensor", "This sensor, 1 to 8, always sees something (0: none).", 0),
        FaultSwitch("states", "The three digits of the status, whatever the truth; ? for the true one.", "???"),
        FaultSwitch("head_45", "Errors are headed 45 instead of 4E."),
        FaultSwitch("firmware", "The name it gives itself, instead of its own.", ""),
        FaultSwitch("no_counter", "It does not know the command that reads the bin counter."),
        FaultSwitch("nak", "This many more commands are taken for damaged.", 0),
        FaultSwitch("lost_ack", "This many more commands are taken and not acknowledged.", 0),
        FaultSwitch("wrong_bcc", "This many more replies end with a wrong BCC.", 0),
        FaultSwitch("lost_reply", "This many more replies never come, though the command is carried out.", 0),
        FaultSwitch("mute", "The chip gives no answer to any command."),
        FaultSwitch("no_reset_answer", "The chip gives no answer to reset."),
        FaultSwitch("not_emv", "The chip's answer to reset comes as error 69."),
        FaultSwitch("short_answer", "The chip's answers arrive cut off after one byte."),
        FaultSwitch("chip_error", "Every chip command is refused with these two characters, such as 68.", ""),
        FaultSwitch("status_word", "Answer an instruction with a status word, such as B2=6581 or *=6F00.", ""),
        FaultSwitch("worn_out", "The chip's memory can no longer be written (6581)."),
    )

    def __init__(
        self,
        *,
        pace: float = 1.0,
        cards: int = 20,
        stock_cards: Sequence[Sequence[Mapping[str, Any]]] | None = None,
        reject_capacity: int = 30,
        model: str = "m001",
        address: int = 0,
        takes_in_after: float | None = None,
        memories: str | Path | None = None,
    ) -> None:
        if model not in _FIRMWARE:
            raise ValueError(f"model: one of {', '.join(_FIRMWARE)}")
        filling = stock.read(stock_cards) if stock_cards is not None else stock.filled(1, cards)
        if len(filling) != 1:
            raise ValueError("it has one hopper")
        super().__init__()
        self.mechanism = Mechanism(filling, reject_capacity, 0)
        self.model = model
        after = _TAKES_IN_AFTER[model] if takes_in_after is None else takes_in_after
        self.motor = Motor(self, pace, out_is_bin=model == "r02", takes_in_after=after)
        self.contacts = Contacts(self.faults, self._touched, Path(memories) if memories else None)
        self.mechanism.off_contact = self.contacts.lifted
        self.initialised = False
        self._talk = HandShake(address, self.faults, self._send, self._obey, self.motor.stop)
        self._clock: Port | None = None
        self._break_off: Timer | None = None

    # -- people --------------------------------------------------------------------------------------------------------

    @action("take the card at the gate")
    def take_card(self) -> Json:
        """The card, with its chip's description. ValueError: none within reach."""
        if self.mechanism.place is not Place.BEZEL:
            raise ValueError("there is no card at the gate")
        self.motor.gate_emptied()
        return self._carried_off([self.mechanism.take_out()])["cards"][0]  # type: ignore[no-any-return]

    @action("fill the hopper")
    def refill(self, cards: list[dict[str, Any]]) -> None:
        """Cards on top of those that are left. ValueError: a card that makes no sense, or is inside already."""
        (new,) = stock.read([cards])
        inside = {card.serial for card in self.mechanism.all()}
        if twice := sorted(card.serial for card in new if card.serial in inside):
            raise ValueError(f"these cards are inside already: {', '.join(twice)}")
        self.mechanism.hoppers[0].extend(new)

    @action("take all cards out of the hopper")
    def empty_hopper(self) -> Json:
        """``{"cards": [...]}``."""
        cards, self.mechanism.hoppers[0] = self.mechanism.hoppers[0], []
        return self._carried_off(cards)

    @action("empty the error bin")
    def empty_reject_box(self) -> Json:
        """``{"cards": [...]}``. The counter is the host's to set back."""
        cards, self.mechanism.rejected = self.mechanism.rejected, []
        self.faults["bin_full"] = False
        return self._carried_off(cards)

    @action("take the stuck card out of the path")
    def clear_path(self) -> Json:
        """The card; whatever jammed it is gone with it. ValueError: none."""
        self.motor.stop()
        self._talk.clear()
        card = self.mechanism.take_out()
        for fault in ("jam_feed", "jam_contact", "jam_exit", "jam_bin"):
            self.faults[fault] = False
        return self._carried_off([card])["cards"][0]  # type: ignore[no-any-return]

    def _carried_off(self, cards: Sequence[StockCard]) -> Json:
        self.mechanism.taken.extend(card.serial for card in cards)
        return {"cards": [card.plain() for card in cards]}

    def scene(self) -> Json:
        path, hopper = self.mechanism.card, self.mechanism.hoppers[0]
        return {
            "hoppers": [{"cards": len(hopper), "next": hopper[0].shown() if hopper else None}],
            "card": None if path is None else {**path.shown(), "place": self.mechanism.place.value},
            "reject_box": [card.shown() for card in self.mechanism.rejected],
            "taken": list(self.mechanism.taken),
            "bin_counter": self.motor.count,
            "powered": not self.faults["power_cut"],
            "initialised": self.initialised,
            "chip_powered": self.contacts.powered,
            "moving": self.motor.busy,
            "motions": self.motor.motions,
            "feed_tries": self.motor.feed_tries,
        }

    def set_fault(self, name: str, value: FaultValue) -> None:
        """See the base class. ValueError for a setting that makes no sense."""
        if name == "status_word":
            status_words(str(value))
        elif name == "states" and len(str(value)) != 3:
            raise ValueError("states: three characters")
        elif name in ("motion_error", "chip_error") and len(str(value)) not in (0, 2):
            raise ValueError(f"{name}: two characters")
        super().set_fault(name, value)
        if name == "power_cut" and value:
            self._power_off()

    def _power_off(self) -> None:
        self.motor.stop()
        self.motor.counting = False
        self.contacts.powered = False
        self.initialised = False
        self._talk.clear()

    def save(self) -> Json:
        return {"mechanism": self.mechanism.save(), "count": self.motor.count}

    def restore(self, saved: Json) -> None:
        """As after a power cut: cards are where they were, nothing moves."""
        self._power_off()
        self.mechanism.restore(saved["mechanism"])
        self.motor.count = int(saved["count"])

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        """The host's cable is there."""
        super().attached(port)
        self._clock = port
        self._talk.forget()

    @property
    def clock(self) -> Port:
        """Plans actions, with the cable or without."""
        if self._clock is None:
            raise RuntimeError("not plugged in yet")
        return self._clock

    def received(self, data: bytes) -> None:
        """Bytes from the host, in any pieces."""
        if self.faults["power_cut"]:
            return
        self._talk.hear(data)
        if self._break_off is not None:
            self._break_off.cancel()
            self._break_off = None
        if self._talk.half_heard:
            self._break_off = self.clock.after(_BREAKS_OFF_SECONDS, self._talk.forget)

    def _send(self, data: bytes) -> None:
        if self.port is not None:
            self.port.send(data)

    # -- answers -------------------------------------------------------------------------------------------------------

    def states(self) -> bytes:
        """st0 st1 st2."""
        place, hopper = self.mechanism.place, len(self.mechanism.hoppers[0])
        card = "1" if place is Place.BEZEL else "2" if place in _INSIDE else "0"
        stacker = "0" if not hopper else "1" if hopper <= FEW else "2"
        full = self.faults["bin_full"] or len(self.mechanism.rejected) >= self.mechanism.reject_capacity
        true = card + stacker + (_FULL_DIGIT[self.model] if full else "0")
        shown = str(self.faults["states"])
        return "".join(now if said == "?" else said for said, now in zip(shown, true, strict=True)).encode("latin-1")

    def _done(self, head: bytes, data: bytes = b"") -> None:
        self._talk.reply(b"P" + head + self.states() + data)

    def _failed(self, head: bytes, code: str, data: bytes = b"") -> None:
        self._talk.reply((b"E" if self.faults["head_45"] else b"N") + head + code.encode("latin-1") + data)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _obey(self, command: bytes) -> None:
        head, data = command[:2], command[2:]
        try:
            if head[0] == 0x30:
                self._initialise(head, data)
            elif not self.initialised:
                raise Refused("B0")
            elif head[0] == 0x32:
                self._move(head, data)
            else:
                self._done(head, self._answer(head[0], head[1], data))
        except Refused as refusal:
            self._failed(head, refusal.code, refusal.data)

    def _initialise(self, head: bytes, data: bytes) -> None:
        if head[1] not in _INIT_MOTION:
            raise Refused("01")
        if data:
            raise Refused("04")
        self.initialised = True
        self.motor.counting = head[1] in _COUNTS
        self.contacts.powered = False
        name = str(self.faults["firmware"]).encode("ascii") or _FIRMWARE[self.model]
        motion = _INIT_MOTION[head[1]]
        if motion is None or self.mechanism.card is None:
            self._done(head, name)
        else:
            self._turn(motion, head, name)

    def _move(self, head: bytes, data: bytes) -> None:
        if head[1] not in _MOVES:
            raise Refused("01")
        if data:
            raise Refused("04")
        self._turn(head[1], head, b"")

    def _turn(self, motion: int, head: bytes, data: bytes) -> None:
        if self.faults["motion_error"]:
            raise Refused(str(self.faults["motion_error"]))
        self.motor.make(motion, lambda: self._done(head, data), lambda code: self._failed(head, code))

    def _answer(self, cm: int, pm: int, data: bytes) -> bytes:
        match cm, pm:
            case 0x31, 0x30:
                return b""
            case 0x31, 0x31:
                return sensors(self.mechanism.place, self.faults)
            case 0x33, (0x30 | 0x31):
                return b""
            case 0x50, 0x30:
                return b"10" if self._touched() else b"00"
            case 0x51, _:
                return self.contacts.command(pm, data)
            case 0xA2, 0x30:
                return b"\x0a9900000591"
            case 0xA3, 0x30:
                return b"SIMULATED"
            case 0xA4, 0x30:
                return _FIRMWARE[self.model]
            case 0xA5, 0x30 if not self.faults["no_counter"]:
                return b"%03d" % self.motor.count
            case 0xA5, 0x31 if not self.faults["no_counter"]:
                return self._set_counter(data)
            case 0x31 | 0x33 | 0x50 | 0xA2 | 0xA3 | 0xA4, _:
                raise Refused("01")
        raise Refused("00")

    def _set_counter(self, data: bytes) -> bytes:
        if len(data) != 3 or not data.isdigit() or int(data) > HIGHEST_COUNT:
            raise Refused("04")
        self.motor.count = int(data)
        return b""

    def _touched(self) -> StockCard | None:
        return self.mechanism.card if self.mechanism.place is Place.CONTACT else None
