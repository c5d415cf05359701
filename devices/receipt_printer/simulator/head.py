"""The print head: attributes, the line being set, and the strips of paper it burns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import segno
from PIL import Image, ImageChops

from devices.receipt_printer.simulator import glyphs

LINE_SPACING = 30
"""Dots from one line to the next after ESC 2 or ESC @."""
_CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 19: "cp858"}
_QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of paper that left the head: ``text`` as a reader sees it, ``image`` black (255) on nothing."""

    text: str
    image: Image.Image = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attributes:
    """What ESC @ resets."""

    align: int = 0
    ascii_size: tuple[int, int] = (1, 1)
    chinese_size: tuple[int, int] = (1, 1)
    bold: bool = False
    underline: bool = False
    inverse: bool = False
    chinese: bool = False
    code_page: int = 0
    spacing: int = LINE_SPACING
    margin: int = 0


class Head:
    """``encoding``: gb18030 or utf-8, as the printer was set in the factory; ``chinese_at_start``: mainland models
    start in Chinese mode, others need FS &."""

    def __init__(self, dots: int, encoding: str, chinese_at_start: bool) -> None:
        self.dots = dots
        self._encoding = encoding
        self._start = Attributes(chinese=chinese_at_start)
        self.attributes = self._start
        self._line: list[tuple[str, Image.Image]] = []
        self._pending = b""
        self._qr_module, self._qr_level, self._qr_data = 3, "L", ""

    def initialize(self) -> None:
        """ESC @."""
        self.attributes = self._start
        self._line.clear()
        self._pending = b""

    def set(self, **changes: object) -> None:
        """Change attributes."""
        self._pending = b""
        self.attributes = replace(self.attributes, **changes)  # type: ignore[arg-type]

    # -- text ----------------------------------------------------------------------------------------------------------

    def text(self, data: bytes) -> list[Strip]:
        """Set characters; strips appear when a line runs over the edge of the paper."""
        strips = []
        for char in self._decode(self._pending + data):
            now = self.attributes
            width, height = now.ascii_size if char.isascii() else now.chinese_size
            burnt = glyphs.styled(char, width, height, bold=now.bold, underline=now.underline, inverse=now.inverse)
            if self._used + burnt.width > self.dots - now.margin and self._line:
                strips.append(self.line_feed())
            self._line.append((char, burnt))
        return strips

    def _decode(self, data: bytes) -> str:
        if self._encoding == "utf-8":
            return self._decode_utf_8(data)
        chars = ""
        at = 0
        while at < len(data):
            byte = data[at]
            if byte < 0x80:
                chars += chr(byte)
                at += 1
                continue
            if not self.attributes.chinese:
                page = _CODE_PAGES.get(self.attributes.code_page, "cp437")
                chars += data[at : at + 1].decode(page, "replace")
                at += 1
                continue
            if at + 1 >= len(data):
                break
            length = 4 if 0x30 <= data[at + 1] <= 0x39 else 2
            if at + length > len(data):
                break
            chars += data[at : at + length].decode("gb18030", "replace")
            at += length
        self._pending = data[at:]
        return chars

    def _decode_utf_8(self, data: bytes) -> str:
        for cut in range(4):
            whole = data[: len(data) - cut]
            try:
                text = whole.decode("utf-8")
            except UnicodeDecodeError:
                continue
            self._pending = data[len(whole) :]
            return text
        self._pending = b""
        return data.decode("utf-8", "replace")

    @property
    def _used(self) -> int:
        return sum(image.width for _, image in self._line)

    @property
    def empty(self) -> bool:
        """Whether nothing is set on the current line."""
        return not self._line

    def tab(self) -> None:
        """HT: to the next multiple of eight cells."""
        blank = 96 - self._used % 96
        self._line.append((" " * max(1, blank // 12), Image.new("L", (blank, glyphs.HEIGHT), 0)))

    def line_feed(self) -> Strip:
        """LF: burn what is set and feed."""
        self._pending = b""
        tallest = max((image.height for _, image in self._line), default=glyphs.HEIGHT)
        paper = Image.new("L", (self.dots, max(self.attributes.spacing, tallest)), 0)
        x = self._left(self._used)
        for _, image in self._line:
            paper.paste(image, (x, tallest - image.height))
            x += image.width
        text = "".join(char for char, _ in self._line)
        spare = self.dots - self._used
        indent = {0: 0, 1: spare // 24, 2: spare // 12}.get(self.attributes.align, 0) if text else 0
        self._line.clear()
        return Strip(" " * indent + text, paper)

    def feed(self, dots: int, text: str = "") -> Strip:
        """Blank paper."""
        return Strip(text, Image.new("L", (self.dots, max(1, dots)), 0))

    def _left(self, width: int) -> int:
        free = self.dots - self.attributes.margin - width
        return self.attributes.margin + {0: 0, 1: max(0, free // 2), 2: max(0, free)}.get(self.attributes.align, 0)

    # -- pictures ------------------------------------------------------------------------------------------------------

    def raster(self, mode: int, width_bytes: int, height: int, rows: bytes) -> Strip:
        """GS v 0: ``mode`` bit 0 doubles the width, bit 1 the height."""
        dots = Image.frombytes("1", (width_bytes * 8, height), rows).convert("L")
        return self._picture(dots, 2 if mode & 1 else 1, 2 if mode & 2 else 1)

    def columns(self, mode: int, data: bytes) -> None:
        """ESC *: a picture in columns of 8 or 24 dots, set on the line like a character."""
        high = 24 if mode in (32, 33) else 8
        count = len(data) // (high // 8)
        turned = Image.frombytes("1", (high, count), data).convert("L")
        image = turned.transpose(Image.Transpose.ROTATE_90).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        across, down = (1 if mode in (1, 33) else 2), (1 if high == 24 else 3)
        self._line.append(("", image.resize((image.width * across, image.height * down), Image.Resampling.NEAREST)))

    def _picture(self, dots: Image.Image, across: int = 1, down: int = 1, text: str = "") -> Strip:
        if across > 1 or down > 1:
            dots = dots.resize((dots.width * across, dots.height * down), Image.Resampling.NEAREST)
        paper = Image.new("L", (self.dots, dots.height), 0)
        paper.paste(dots, (self._left(min(dots.width, self.dots)), 0))
        return Strip(text or f"[picture {dots.width}x{dots.height}]", paper)

    # -- QR ------------------------------------------------------------------------------------------------------------

    def qr(self, function: int, parameters: bytes) -> Strip | None:
        """GS ( k with cn = 49: 65 model, 67 module size, 69 level, 80 store, 81 print."""
        if function == 67 and parameters:
            self._qr_module = min(16, max(1, parameters[0]))
        elif function == 69 and parameters:
            self._qr_level = _QR_LEVELS.get(parameters[0], "L")
        elif function == 80:
            self._qr_data = parameters[1:].decode("utf-8", "replace")
        elif function == 81 and self._qr_data:
            return self._burn_qr()
        return None

    def _burn_qr(self) -> Strip:
        code = segno.make(self._qr_data, error=self._qr_level, micro=False, boost_error=False)
        rows = [bytes(255 if dark else 0 for dark in row) for row in code.matrix_iter(scale=1, border=0)]
        dots = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))
        return self._picture(dots, self._qr_module, self._qr_module, f"[qr {self._qr_data}]")


def stack(strips: list[Strip], dots: int, cut: bool) -> Image.Image:
    """The strips as one sheet, black on white, with the white edges of the paper and a line where it was cut."""
    edge = 32
    height = sum(strip.image.height for strip in strips)
    sheet = Image.new("L", (dots + 2 * edge, height + 2 * edge), 0)
    y = edge
    for strip in strips:
        sheet.paste(strip.image, (edge, y))
        y += strip.image.height
    sheet = ImageChops.invert(sheet)
    if cut:
        for x in range(0, sheet.width, 12):
            sheet.paste(128, (x, sheet.height - 2, min(x + 6, sheet.width), sheet.height))
    return sheet
