"""A simulated Evolis kiosk printer, written from the protocol page and not from the driver.

It answers a host on TCP (a connection an exchange) or on a PTY that stands for ``/dev/usb/lp0`` (a 00 ends a request).
Unplugging its line is the host's cable; the mains are the fault ``power_cut``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

from devices.card_printer.simulator import stock
from devices.card_printer.simulator.faults import FAULTS, JAMS, parse_bits, show_cards, show_faults, show_ribbon
from devices.card_printer.simulator.hands import HandledPrinter
from devices.card_printer.simulator.mechanism import Mechanism
from devices.card_printer.simulator.motor import Motor
from devices.card_printer.simulator.press import Press
from devices.card_printer.simulator.replies import StatusWords, reply
from devices.card_printer.simulator.requests import Panel, RequestEnd, RequestReader, Text
from devices.card_printer.simulator.ribbon import PrinterRibbon
from devices.card_printer.simulator.scanner import Scanner
from devices.card_printer.simulator.settings import Settings
from devices.simulation import ExchangePort, FaultValue, Json, Port, Timer

UNKNOWN_COMMAND = "ERROR CDE"
DEFAULT_HOLD_SECONDS = 45


class EvolisSimulator(HandledPrinter):
    """``pace``: 1 is the real thing, some 20 s for a colour side; 0.1 ten times as fast; 0 in no time. ``hoppers``: how
    many, each with ``cards`` pre-made cards; or ``stock_cards``, lists of them as :class:`StockCard` reads.
    ``ribbon``: label, ``ribbon_left`` sides on it. ``scans``: where ``Siscan`` puts pictures; empty: no scanner.
    ``pictures``: where printed faces are kept between benches; empty: within what :meth:`save` gives, which then grows.
    ``bezel`` False: a plain exit. ``longest_hold``: seconds after which a session ends, whatever its host asked for.

    ``scanner``: how far the scanner is from perfect; 0 gives the picture on the card itself, 1 that of a real one: the
    card a little slanted on a dark bed, soft and noisy. ``artwork``: a folder with ``front.png`` and ``back.png``, what
    every pre-made card carries, seen by the scanner when not 0. ``seed``: of everything that looks random."""

    FAULTS = FAULTS
    EXCHANGES: ClassVar[bool] = True

    def __init__(
        self,
        *,
        pace: float = 1.0,
        hoppers: int = 1,
        cards: int = 20,
        stock_cards: Sequence[Sequence[Mapping[str, Any]]] | None = None,
        ribbon: str = "YMCKO",
        ribbon_left: int = 200,
        reject_capacity: int = 30,
        slot_capacity: int = 1,
        bezel: bool = True,
        scans: str = "",
        pictures: str = "",
        scanner: float = 0.0,
        artwork: str = "",
        seed: int = 0,
        cleaning_every: int = 1000,
        model: str = "Evolis KC Prime",
        longest_hold: float = math.inf,
    ) -> None:
        filling = stock.read(stock_cards) if stock_cards is not None else stock.filled(hoppers, cards)
        if not 1 <= len(filling) <= 4:
            raise ValueError("hoppers: 1 to 4")
        super().__init__(
            Mechanism(filling, reject_capacity, slot_capacity),
            PrinterRibbon(label=ribbon, left=ribbon_left, panels=ribbon.lower()),
        )
        self.settings = Settings(output="I" if bezel else "D")
        self.session = 0
        self.seed = seed
        self.scanner = Scanner(Path(scans), scanner, Path(artwork) if artwork else None, seed) if scans else None
        self.motor = Motor(self, pace)
        self.press = Press(self, cleaning_every)
        self.exchanges = 0
        """How often a host has asked or ordered something."""
        self.heard: list[str] = []
        """Every command, in its order, raster panels as ``Db;y;256``."""
        self._bezel = bezel
        self._pictures = Path(pictures) if pictures else None
        self._model = model
        self._longest_hold = longest_hold
        self._reader = RequestReader()
        self._answer = ""
        self._awaiting = False
        """A motion is under way, and its reply is owed."""
        self._on_connections = True
        self._ended = False
        self._session_timer: Timer | None = None
        self._clock: Port | None = None

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        """The host's cable is there."""
        super().attached(port)
        self._clock = port
        self._reader.clear()
        self._answer = ""

    def detached(self) -> None:
        """The host's cable is gone; what is under way goes on."""
        super().detached()
        self._reader.clear()
        self._awaiting = False

    @property
    def clock(self) -> Port:
        """Plans actions, with the cable or without."""
        if self._clock is None:
            raise RuntimeError("not plugged in yet")
        return self._clock

    def received(self, data: bytes) -> None:
        if self.faults["power_cut"]:
            return
        self._reader.feed(data)
        self._work()

    def input_ended(self) -> None:
        """The host has said all: answer, at once or when the motion is made."""
        if self.faults["power_cut"]:
            self._hang_up()
            return
        self._ended = True
        self._work()
        if not self._awaiting:
            self._reply()

    def _work(self) -> None:
        while not self._awaiting and (heard := self._reader.next()) is not None:
            if isinstance(heard, Panel):
                self.heard.append(f"Db;{heard.letter};{heard.levels}")
                self.press.panel(heard.letter, heard.data)
            elif isinstance(heard, Text):
                self.heard.append(heard.text)
                self._answer = self._obey(heard.text)
            elif isinstance(heard, RequestEnd) and not self._takes_connections():
                self._reply()

    def _takes_connections(self) -> bool:
        """On a PTY the 00 ends a request."""
        return self.port is None or cast("ExchangePort", self.port).has_connections

    def moved(self, answer: str) -> None:
        """A motion is over: its reply can go out."""
        self._answer = str(self.faults["wrong_answer"] or answer) if answer == "OK" else answer
        self._awaiting = False
        lost = int(self.faults["lost_reply"])
        if lost > 0:
            self.faults["lost_reply"] = lost - 1
            self._reader.clear()
            self._hang_up()
            return
        if self._takes_connections():
            if self._ended:
                self._work()
                self._reply()
        else:
            self._work()

    def _reply(self) -> None:
        self.exchanges += 1
        answer, self._answer = self._answer, ""
        if self.port is not None:
            block = b"" if self.faults["status_disabled"] else self.words().block(self._shown_session())
            self.port.send(reply(answer, block))
        self._hang_up()

    def _hang_up(self) -> None:
        self._ended = False
        self._reader.clear() if self._takes_connections() else None
        self.press.forget_unfinished_job()
        if self.port is not None and self._takes_connections():
            cast("ExchangePort", self.port).hang_up()

    # -- the status ----------------------------------------------------------------------------------------------------

    def _shown_session(self) -> int:
        return int(self.faults["session_held"]) or self.session

    def words(self) -> StatusWords:
        """The status words now."""
        words = StatusWords()
        words.set("config", "X01", "EXTENSION_1", "ETHERNET", "FLIP", "SMART", "FEED_BY_FEEDER", "REJECT_SLOT")
        words.set("extension1", "EXTENSION_2", "CFG_KIOSK")
        if self._bezel:
            words.set("extension1", "CFG_BEZEL")
        if self.scanner is not None:
            words.set("extension1", "SCANNER")
        if self.cover_open:
            words.set("warning", "COVER_OPEN")
        show_faults(words, self.faults)
        show_cards(words, self.mechanism, at_bezel=self._bezel)
        show_ribbon(words, self.ribbon)
        self.motor.show(words)
        self.press.show(words)
        return words

    # -- commands ------------------------------------------------------------------------------------------------------

    def _obey(self, text: str) -> str:
        words = text.split(";")
        if (answer := self._said(text)) is not None:
            return answer
        if (answer := self.settings.ask(words)) is not None:
            return answer
        if (answer := self.settings.set(words, len(self.mechanism.hoppers))) is not None:
            return answer
        match words:
            case ["Psid", number, *hold] if number.isdecimal():
                return self._take_session(int(number), hold)
            case ["Scs"]:
                self.motor.clear(still=any(self.faults[jam] for jam in JAMS))
                return "OK"
            case ["Srs"]:
                self.motor.clear(still=any(self.faults[jam] for jam in JAMS))
                self.session = 0
                return "OK"
        if self.press.job_command(words):
            return "OK"
        if words[0] in Motor.MOTIONS:
            self._awaiting = True
            self.motor.make(words[0])
            return self._answer
        return UNKNOWN_COMMAND

    def _said(self, text: str) -> str | None:
        """What it says of itself."""
        said = {
            "Rtp": self._model,
            "Rtp;d": "32",
            "Roem": "0",
            "Rok": "OK",
            "Rfv": "KP-SIM-1.0",
            "Rsn": "990000001",
            "Rkn": "99-SIM-HEAD",
            "Rzp": "0",
            "Rscan": "0",
            "Rrt;all": "" if self.faults["ribbon_missing"] else self.ribbon.told(),
            "Rrt;progress": str(self.ribbon.capacity - self.ribbon.left),
            "Rco;clean": self.press.told_of_cleaning(),
            "Rco;card": self.press.told_of_cards(),
        }
        return said.get(text)

    def _take_session(self, number: int, hold: list[str]) -> str:
        if self._session_timer is not None:
            self._session_timer.cancel()
            self._session_timer = None
        self.session = number
        if number:
            seconds = float(hold[0]) if hold and hold[0].isdecimal() else DEFAULT_HOLD_SECONDS
            self._session_timer = self.clock.after(min(seconds, self._longest_hold), self._free_session)
        return "OK"

    def broke_off(self) -> None:
        self.motor.stop_for_cover()

    def bezel_emptied(self) -> None:
        self.motor.bezel_emptied()

    def ribbon_changed(self) -> None:
        self.motor.ribbon_changed()

    def _free_session(self) -> None:
        self.session = 0

    # -- the scene, and what survives ---------------------------------------------------------------------------------

    def scene(self) -> Json:
        path = self.mechanism.card
        return {
            "hoppers": [
                {"cards": len(cards), "next": cards[0].shown() if cards else None} for cards in self.mechanism.hoppers
            ],
            "card": None if path is None else {**path.shown(), "place": self.mechanism.place.value},
            "reject_box": [card.shown() for card in self.mechanism.rejected],
            "holding_slot": [card.shown() for card in self.mechanism.held],
            "taken": list(self.mechanism.taken),
            "ribbon": {"label": self.ribbon.label, "left": self.ribbon.left},
            "cover": "open" if self.cover_open else "closed",
            "powered": not self.faults["power_cut"],
            "session": self.session,
            "status": self.words().names(),
            "moving": self.motor.busy,
            "printing": self.press.printing,
            "cards_printed": self.press.cards_printed,
            "feed_tries": self.motor.feed_tries,
        }

    def set_fault(self, name: str, value: FaultValue) -> None:
        if name == "bits":
            parse_bits(str(value))
        before = self.faults.get(name)
        super().set_fault(name, value)
        if name == "power_cut" and value and not before:
            self._power_off()

    def _power_off(self) -> None:
        self.motor.power_off()
        self.press.power_off()
        if self._session_timer is not None:
            self._session_timer.cancel()
            self._session_timer = None
        self.session = 0
        self._reader.clear()
        if self._awaiting:
            self._awaiting = False
            self._hang_up()

    def save(self) -> Json:
        return {
            "mechanism": self.mechanism.save(self._pictures),
            "ribbon": self.ribbon.save(),
            "settings": self.settings.save(),
            "cover_open": self.cover_open,
            "press": self.press.save(),
        }

    def restore(self, saved: Json) -> None:
        """As after a power cut: cards are where they were, nothing moves."""
        self._power_off()
        self.mechanism.restore(saved["mechanism"], self._pictures)
        self.ribbon = PrinterRibbon.restore(saved["ribbon"])
        self.settings = Settings(**saved["settings"])
        self.cover_open = bool(saved["cover_open"])
        self.press.restore(saved["press"])
