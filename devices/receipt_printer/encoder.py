"""A receipt as the bytes of ESC/POS (protocol page C2), in pieces that must not be interrupted.

python-escpos gives what it does right: QR, raster and cut. Its text functions are not used (page C4): text goes out in
the printer's own encoding, by ourselves, after an explicit FS &.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from devices.receipt_printer import raster
from devices.receipt_printer.fonts import Fonts
from devices.receipt_printer.layout import Line, TextLine, clusters, lay_out
from devices.receipt_printer.receipt import DOTS_PER_CELL, Align, Feed, Picture, Qr, QrLevel, Receipt, Size

# Its database of printers takes a tenth of a second to read, of which one entry is used; ours holds that one.
os.environ.setdefault("ESCPOS_CAPABILITIES_FILE", str(Path(__file__).with_name("escpos_profile.json")))
_handlers = list(logging.getLogger().handlers)
from escpos import capabilities, escpos  # noqa: E402 -- between two lines that undo what its import does

# Importing python-escpos 3.1 sets up the root logger and leaves a temporary folder behind.
for _handler in set(logging.getLogger().handlers) - set(_handlers):
    logging.getLogger().removeHandler(_handler)
if Path(capabilities.pickle_dir).is_relative_to(tempfile.gettempdir()):
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

INITIALIZE = b"\x1b@"
CODE_PAGE_0 = b"\x1bt\x00"
CHINESE_ON = b"\x1c&"
CHINESE_OFF = b"\x1c."
DOUBLE_SPACING, USUAL_SPACING = b"\x1b3\x3c", b"\x1b2"
STRIP = 24
"""Dots: the height of the strips a picture is sent in, so that no single command is longer than about 2 KB."""

_ALIGN = {Align.LEFT: b"\x1ba\x00", Align.CENTER: b"\x1ba\x01", Align.RIGHT: b"\x1ba\x02"}
_BOLD = {False: b"\x1bE\x00", True: b"\x1bE\x01"}
# GS ! sets ASCII; Chinese characters follow FS ! on many Chinese models, so both are said.
_SIZE = {
    Size.NORMAL: b"\x1d!\x00\x1c!\x00",
    Size.TALL: b"\x1d!\x01\x1c!\x08",
    Size.WIDE: b"\x1d!\x10\x1c!\x04",
    Size.LARGE: b"\x1d!\x11\x1c!\x0c",
}
_QR_LEVEL = {
    QrLevel.L: escpos.QR_ECLEVEL_L,
    QrLevel.M: escpos.QR_ECLEVEL_M,
    QrLevel.Q: escpos.QR_ECLEVEL_Q,
    QrLevel.H: escpos.QR_ECLEVEL_H,
}


class TextEncoding(StrEnum):
    """How the printer reads Chinese: a setting of the machine. ``image``: not at all, every line with Chinese in it
    is sent as a picture."""

    GB18030 = "gb18030"
    GBK = "gbk"
    UTF_8 = "utf-8"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes that nothing may be put between (a real-time query inside a picture would become part of it), and how
    many lines of the receipt they print."""

    data: bytes = field(repr=False)
    lines: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """``prologue`` prints nothing; ``segments`` in order make the receipt."""

    prologue: bytes
    segments: tuple[Segment, ...]


class _Commands(escpos.Escpos):  # type: ignore[misc]
    """python-escpos writing into a buffer, for paper of a given width in dots."""

    def __init__(self, dots: int) -> None:
        super().__init__()
        profile: Any = type("PaperProfile", (capabilities.BaseProfile,), {})()
        profile.profile_data = {
            **capabilities.get_profile().profile_data,
            "features": {"paperFullCut": True, "paperPartCut": True},
            "media": {"width": {"pixels": dots}},
        }
        self.profile: Any = profile
        self._buffer = bytearray()

    def _raw(self, msg: bytes) -> None:
        self._buffer += msg

    def take(self) -> bytes:
        """What was written since the last call."""
        data = bytes(self._buffer)
        self._buffer.clear()
        return data


@lru_cache(maxsize=8192)
def _in_common_fonts(cluster: str) -> bool:
    """A two-byte character of GBK. Four-byte GB18030 characters are in no printer's font worth trusting, nor is
    anything combined."""
    if len(cluster) > 1:
        return False
    gbk = cluster.encode("gbk", errors="ignore")
    return len(gbk) == 2 and gbk == cluster.encode("gb18030")


class Encoder:
    """Encodes for one printer: its text encoding, width in cells, cutter, and whether it draws QR codes itself."""

    def __init__(
        self,
        encoding: str = TextEncoding.GB18030,
        columns: int = 48,
        *,
        native_qr: bool = True,
        has_cutter: bool = True,
        partial_cut: bool = False,
        fonts: Sequence[str | Path] = (),
    ) -> None:
        self.encoding = TextEncoding(encoding)
        self.columns = columns
        self._native_qr = native_qr
        self._has_cutter = has_cutter
        self._partial_cut = partial_cut
        self._fonts = Fonts(fonts)
        self._commands = _Commands(columns * DOTS_PER_CELL)
        mode = {TextEncoding.GB18030: CHINESE_ON, TextEncoding.GBK: CHINESE_ON, TextEncoding.UTF_8: b""}
        self.prologue = INITIALIZE + CODE_PAGE_0 + mode.get(self.encoding, CHINESE_OFF)

    def encode(self, receipt: Receipt) -> Encoded:
        """ValueError: wider than the paper. DeviceError ``receipt_printer.font_missing``: a rare character, no font."""
        if receipt.columns > self.columns:
            raise ValueError(f"a receipt of {receipt.columns} columns on paper of {self.columns}")
        segments = [segment for line in lay_out(receipt) for segment in self._line(line)]
        if receipt.cut:
            segments.append(Segment(self.cut(), 0))
        return Encoded(self.prologue, tuple(segments))

    def cut(self) -> bytes:
        """Feed to the cutter, or to the tear-off edge, and cut where there is a cutter."""
        if not self._has_cutter:
            self._commands.print_and_feed(6)
        else:
            self._commands.cut("PART" if self._partial_cut else "FULL")
        return self._commands.take()

    def _line(self, line: Line) -> list[Segment]:
        match line:
            case TextLine():
                characters = clusters(line.text)
                if all(self._printable(cluster) for cluster in characters):
                    return [Segment(self._text(line, "".join(characters)), 1)]
                return self._picture(raster.text_picture(line, self._fonts), Align.LEFT)
            case Qr() if self._native_qr:
                # The empty lines are the code's quiet zone: the printer leaves none.
                self._commands.print_and_feed(1)
                self._commands.qr(line.data, ec=_QR_LEVEL[line.level], size=line.module, native=True)
                self._commands.print_and_feed(1)
                return [Segment(self._aligned(self._commands.take(), line.align), 1)]
            case Qr():
                return self._picture(raster.qr_picture(line), line.align)
            case Picture():
                return self._picture(line, line.align)
            case Feed():
                self._commands.print_and_feed(line.lines)
                return [Segment(self._commands.take(), line.lines)]

    def _text(self, line: TextLine, text: str) -> bytes:
        codec = "ascii" if self.encoding is TextEncoding.IMAGE else self.encoding.value
        data = text.encode(codec) + b"\n"
        if line.size is not Size.NORMAL:
            data = _SIZE[line.size] + data + _SIZE[Size.NORMAL]
        if line.size.height > 1:
            data = DOUBLE_SPACING + data + USUAL_SPACING
        if line.bold:
            data = _BOLD[True] + data + _BOLD[False]
        return data

    def _printable(self, cluster: str) -> bool:
        """Whether the printer's own font has it."""
        return cluster.isascii() or (self.encoding is not TextEncoding.IMAGE and _in_common_fonts(cluster))

    def _picture(self, shown: Picture, align: Align) -> list[Segment]:
        if shown.width > self.columns * DOTS_PER_CELL:
            raise ValueError(f"a picture of {shown.width} dots on paper of {self.columns * DOTS_PER_CELL}")
        whole = raster.image(shown)
        segments = []
        for top in range(0, shown.height, STRIP):
            self._commands.image(whole.crop((0, top, shown.width, min(top + STRIP, shown.height))))
            segments.append(Segment(self._aligned(self._commands.take(), align), 0))
        segments[-1] = Segment(segments[-1].data, 1)
        return segments

    @staticmethod
    def _aligned(data: bytes, align: Align) -> bytes:
        return data if align is Align.LEFT else _ALIGN[align] + data + _ALIGN[Align.LEFT]
