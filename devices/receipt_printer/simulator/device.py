"""The simulated printer as a whole: line, buffer, sensors, mechanism, faults, and the person before it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable

from devices.receipt_printer.simulator.commands import Command, CommandReader, real_time
from devices.receipt_printer.simulator.firmware import Firmware
from devices.receipt_printer.simulator.head import Strip, stack
from devices.receipt_printer.simulator.paper import Paper, Piece
from devices.receipt_printer.simulator.sensors import Sensors
from devices.simulation import FaultSwitch, FaultValue, Json, Port, Simulator, Timer, action

DOTS_PER_MILLIMETRE = 8
_FAULTS = (
    FaultSwitch("paper_near_end", "The near-end sensor says that the roll is nearly used up."),
    FaultSwitch("paper_out", "The roll is at its end."),
    FaultSwitch("paper_out_after_lines", "The roll ends after this many more printed lines (-1: never).", -1),
    FaultSwitch("cutter_stuck", "The blade sticks at the next cut."),
    FaultSwitch("head_hot", "The head is too hot; it goes on by itself when this is switched off."),
    FaultSwitch("recoverable_error", "An error that a reset clears."),
    FaultSwitch("unrecoverable_error", "The mechanism is broken."),
    FaultSwitch("off_line", "The printer is off-line for no stated reason."),
    FaultSwitch("feed_button", "Someone holds the feed button."),
    FaultSwitch("slow_lines", "Each line takes this many seconds more.", 0.0),
    FaultSwitch("buffer_bytes", "No flow control: what comes beyond this many bytes is lost (0: it holds).", 0),
    FaultSwitch("answers_nothing", "It prints, and answers no question."),
    FaultSwitch("ignores_fences", "It answers real-time questions only, not GS r."),
    FaultSwitch("wrong_answer", "Every answer is this instead (hexadecimal).", ""),
)


class EscposSimulator(Simulator):
    """``columns``: 48 or 32; ``encoding``: gb18030 or utf-8; ``chinese_at_start`` False: not a mainland model, FS &
    is needed. ``millimetres_per_second`` 0: the mechanism takes no time. Power comes with the plug: unplugged, it
    forgets what it had not yet printed."""

    FAULTS = _FAULTS

    def __init__(
        self,
        *,
        columns: int = 48,
        encoding: str = "gb18030",
        chinese_at_start: bool = True,
        near_end_sensor: bool = True,
        cutter: bool = True,
        millimetres_per_second: float = 150.0,
        roll_millimetres: int = 50_000,
        near_end_millimetres: int = 3_000,
    ) -> None:
        super().__init__()
        self.paper = Paper(roll_millimetres, near_end_millimetres)
        self.sensors = Sensors(self.faults, self.paper, near_end_sensor)
        self.firmware = Firmware(columns * 12, encoding, chinese_at_start, self.sensors, has_cutter=cutter)
        self.lost_bytes = 0
        """What came while the receive buffer was full."""
        self._speed = millimetres_per_second
        self._reader = CommandReader()
        self._seen = b""
        self._resting: Timer | None = None
        self._last_automatic = b""

    # -- the line ------------------------------------------------------------------------------------------------------

    def attached(self, port: Port) -> None:
        super().attached(port)
        self.firmware.power_on()

    def detached(self) -> None:
        super().detached()
        self._reader.clear()
        self._seen = b""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def received(self, data: bytes) -> None:
        looked = self._seen + data
        begin = 0
        for name, n, end in real_time(looked):
            if name == "DLE EOT":
                self._answer(self.sensors.real_time(n))
            elif n in (1, 2):
                self.faults["recoverable_error"] = False
                if n == 2:  # and forget everything that came before
                    self._reader.clear()
                    begin = end - len(self._seen)
        self._seen = looked[-2:]
        self._reader.feed(self._fitting(data[begin:]))
        self._work()

    def _fitting(self, data: bytes) -> bytes:
        size = int(self.faults["buffer_bytes"])
        fitting = data[: max(0, size - len(self._reader))] if size else data
        self.lost_bytes += len(data) - len(fitting)
        return fitting

    def _answer(self, data: bytes) -> None:
        if self.faults["answers_nothing"] or self.port is None:
            return
        wrong = str(self.faults["wrong_answer"])
        self.port.send(bytes.fromhex(wrong) if wrong else data)

    # -- the mechanism -------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Take commands from the buffer until it is empty, the mechanism is busy, or the printer stops."""
        while self._resting is None and not self.sensors.stopped:
            command = self._reader.next()
            if command is None:
                break
            self._obey(command)
        self._tell_changes()

    def _obey(self, command: Command) -> None:
        result = self.firmware.obey(command)
        if command.name == "GS a":
            self._last_automatic = b""  # enabling it makes the printer say how it is
        for answer in result.answers:
            if not (self.faults["ignores_fences"] and command.name == "GS r"):
                self._answer(answer)
        self._burn(result.strips)
        if result.cut and self.sensors.may_cut():
            self.paper.cut()

    def _burn(self, strips: Iterable[Strip]) -> None:
        rest = 0.0
        for strip in strips:
            if self.sensors.paper_out:
                return  # the sensor is before the head: the rest of a long feed is not made
            self.paper.take(strip, strip.image.height / DOTS_PER_MILLIMETRE)
            rest += float(self.faults["slow_lines"])
            if self._speed:
                rest += strip.image.height / DOTS_PER_MILLIMETRE / self._speed
            self._count_down()
        if rest and self.port is not None:
            self._resting = self.port.after(rest, self._rested)

    def _count_down(self) -> None:
        left = int(self.faults["paper_out_after_lines"])
        if left > 0:
            self.faults["paper_out_after_lines"] = left - 1
        if left == 1:
            self.faults["paper_out_after_lines"] = -1
            self.faults["paper_out"] = True

    def _rested(self) -> None:
        self._resting = None
        if self.port is not None:
            self._work()

    def _tell_changes(self) -> None:
        """Automatic status (GS a): at once when enabled, then on each change."""
        wanted = self.firmware.automatic_status
        now = self.sensors.automatic() if wanted else b""
        if now and now != self._last_automatic:
            self._answer(now)
        self._last_automatic = now

    def set_fault(self, name: str, value: FaultValue) -> None:
        if name == "wrong_answer":
            bytes.fromhex(str(value))  # ValueError now, not at the next question
        super().set_fault(name, value)
        if name == "paper_out_after_lines" and int(value) == 0:
            self.faults["paper_out"] = True
        if name == "cutter_stuck" and not value:
            self.sensors.cutter_error = False
        self._work()

    # -- the person before it ------------------------------------------------------------------------------------------

    @action("Tear off the receipt")
    def tear_off(self) -> Json:
        """Take everything that hangs out: ``{"pieces": [piece…]}``, each as :meth:`Piece.json` with its picture."""
        return {"pieces": [self._shown(piece, picture=True) for piece in self.paper.tear_off()]}

    @action("Put in a new roll")
    def new_roll(self) -> None:
        """The end of the old roll comes off with it."""
        self.paper.new_roll()
        self.faults.update(paper_out=False, paper_near_end=False, paper_out_after_lines=-1)
        self._work()

    @action("Open the cover")
    def open_cover(self) -> None:
        """Printing stops."""
        self._move(lambda: setattr(self.sensors, "cover_open", True))

    @action("Close the cover")
    def close_cover(self) -> None:
        """Printing goes on with what the buffer holds."""
        self._move(lambda: setattr(self.sensors, "cover_open", False))

    def _move(self, motion: Callable[[], None]) -> None:
        motion()
        self._work()

    def scene(self) -> Json:
        pieces = [self._shown(piece, picture=False) for piece in self.paper.hanging()]
        return {
            "paper_left_millimetres": round(self.paper.left),
            "paper": self.sensors.paper_word,
            "cover": "open" if self.sensors.cover_open else "closed",
            "cutter": "jammed" if self.sensors.cutter_error else "ok",
            "printing": self._resting is not None or len(self._reader) > 0,
            "lost_bytes": self.lost_bytes,
            "outlet": pieces,
        }

    def picture(self, piece: int = -1) -> bytes:
        """PNG of one of the pieces at the outlet, oldest first. IndexError when there is none."""
        return self._png(self.paper.hanging()[piece])

    def _shown(self, piece: Piece, *, picture: bool) -> Json:
        shown: Json = {"lines": [s.text for s in piece.strips], "cut": piece.cut, "millimetres": round(piece.length)}
        if picture:
            shown["png"] = base64.b64encode(self._png(piece)).decode("ascii")
        return shown

    def _png(self, piece: Piece) -> bytes:
        file = io.BytesIO()
        stack(piece.strips, self.firmware.head.dots, piece.cut).save(file, "PNG")
        return file.getvalue()

    def save(self) -> Json:
        return {"paper_left_millimetres": self.paper.left, "cover_open": self.sensors.cover_open}

    def restore(self, saved: Json) -> None:
        """As after power was off: what was not yet printed is forgotten."""
        self._reader.clear()
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        self.sensors.cutter_error = False
        self.firmware.power_on()
        self.paper.left = float(saved["paper_left_millimetres"])
        self.sensors.cover_open = bool(saved["cover_open"])
