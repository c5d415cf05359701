"""What each command of the page does: strips of paper, answers, a cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.receipt_printer.simulator.commands import Command
from devices.receipt_printer.simulator.head import LINE_SPACING, Head, Strip
from devices.receipt_printer.simulator.sensors import Sensors

IDENTIFICATION = {65: "1.00", 66: "SIMULATED", 67: "ESCPOS-80", 68: "SIM0000001"}
_GRAPHICS_STORE, _GRAPHICS_PRINT = 112, (2, 50)


@dataclass(slots=True)
class Result:
    """What a command brought about."""

    strips: list[Strip] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    cut: bool = False


class Firmware:
    """The command set."""

    def __init__(self, dots: int, encoding: str, chinese_at_start: bool, sensors: Sensors, *, has_cutter: bool) -> None:
        self.head = Head(dots, encoding, chinese_at_start)
        self.automatic_status = 0
        self._sensors = sensors
        self._has_cutter = has_cutter
        self._graphics: tuple[int, int, int, bytes] | None = None
        self._settings: dict[str, Callable[[int], None]] = {
            "ESC !": self._print_mode,
            "ESC E": lambda n: self.head.set(bold=bool(n & 1)),
            "ESC G": lambda n: self.head.set(bold=bool(n & 1)),
            "ESC -": lambda n: self.head.set(underline=n in (1, 2, 49, 50)),
            "ESC a": lambda n: self.head.set(align=n % 48 % 3),
            "ESC t": lambda n: self.head.set(code_page=n),
            "ESC 3": lambda n: self.head.set(spacing=max(1, n)),
            "GS B": lambda n: self.head.set(inverse=bool(n & 1)),
            "GS !": self._size,
            "FS !": self._chinese_mode,
            "FS W": lambda n: self.head.set(chinese_size=(2, 2) if n & 1 else (1, 1)),
            "FS -": lambda n: self.head.set(underline=n in (1, 2, 49, 50)),
            "GS a": self._automatic,
        }

    def power_on(self) -> None:
        """As after switching on."""
        self.automatic_status = 0
        self.head.initialize()

    def obey(self, command: Command) -> Result:
        """One command. What the page does not name is taken in and does nothing."""
        result = Result()
        name, data = command.name, command.data
        if name in self._settings and data:
            self._settings[name](data[0])
            return result
        match name:
            case "text":
                result.strips = self.head.text(data)
            case "LF":
                result.strips = [self.head.line_feed()]
            case "HT":
                self.head.tab()
            case "ESC @":
                self.head.initialize()
            case "ESC 2":
                self.head.set(spacing=LINE_SPACING)
            case "FS &":
                self.head.set(chinese=True)
            case "FS .":
                self.head.set(chinese=False)
            case "GS L":
                self.head.set(margin=min(self.head.dots - 24, data[0] | data[1] << 8))
            case "ESC d":
                result.strips = self._feed_lines(data[0])
            case "ESC J":
                result.strips = [*self._pending(), self.head.feed(data[0])]
            case "ESC i" | "ESC m":
                result.strips, result.cut = self._pending(), self._has_cutter
            case "GS V":
                result.strips = [*self._pending(), *([self.head.feed(data[1] + 144)] if len(data) > 1 else [])]
                result.cut = self._has_cutter
            case "GS r":
                result.answers = [self._sensors.paper_answer() if data[0] in (1, 49) else b"\x00"]
            case "GS I":
                result.answers = [self._identify(data[0])]
            case "GS v 0":
                rows = data[5:]
                result.strips = [self.head.raster(data[0], data[1] | data[2] << 8, data[3] | data[4] << 8, rows)]
            case "ESC *":
                self.head.columns(data[0], data[3:])
            case "GS ( k" if len(data) >= 2 and data[0] == 49:
                strip = self.head.qr(data[1], data[2:])
                result.strips = [strip] if strip else []
            case "GS ( L":
                result.strips = self._graphics_function(data)
        return result

    def _pending(self) -> list[Strip]:
        return [] if self.head.empty else [self.head.line_feed()]

    def _feed_lines(self, lines: int) -> list[Strip]:
        return [*self._pending(), *(self.head.feed(self.head.attributes.spacing) for _ in range(lines))]

    def _print_mode(self, n: int) -> None:
        size = (2 if n & 0x20 else 1, 2 if n & 0x10 else 1)
        self.head.set(bold=bool(n & 0x08), underline=bool(n & 0x80), ascii_size=size)

    def _size(self, n: int) -> None:
        size = ((n >> 4 & 7) + 1, (n & 7) + 1)
        self.head.set(ascii_size=size, chinese_size=size)

    def _chinese_mode(self, n: int) -> None:
        self.head.set(chinese_size=(2 if n & 0x04 else 1, 2 if n & 0x08 else 1))

    def _automatic(self, n: int) -> None:
        self.automatic_status = n & 0x4F

    def _identify(self, n: int) -> bytes:
        if n in (1, 49):
            return b"\x20"
        if n in (2, 50):
            return b"\x02" if self._has_cutter else b"\x00"
        return b"_" + IDENTIFICATION.get(n, "").encode("ascii") + b"\x00"

    def _graphics_function(self, data: bytes) -> list[Strip]:
        """GS ( L: function 112 stores a raster picture, 50 prints it."""
        if len(data) >= 10 and data[1] == _GRAPHICS_STORE:
            # m fn a bx by c xL xH yL yH d1…dk
            mode = (1 if data[3] == 2 else 0) | (2 if data[4] == 2 else 0)
            self._graphics = (mode, data[6] | data[7] << 8, data[8] | data[9] << 8, data[10:])
        elif len(data) >= 2 and data[1] in _GRAPHICS_PRINT and self._graphics is not None:
            mode, width, height, rows = self._graphics
            self._graphics = None
            return [self.head.raster(mode, (width + 7) // 8, height, rows)]
        return []
