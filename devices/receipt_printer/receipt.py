"""A receipt: what is to be on the paper, as a value. Nothing here knows of a printer.

Widths are counted in half-width cells (an ASCII character is one, a Chinese character two). 80 mm paper has 48 cells
and 576 dots at 203 dpi, 58 mm paper 32 cells and 384 dots. Texts may hold names and numbers, so no block shows its
text in ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum

DOTS_PER_CELL = 12
"""Font A: a half-width cell is 12 dots wide and 24 high."""


class Align(StrEnum):
    """Where a text stands in its width."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Size(Enum):
    """How many times as wide and as high as normal: (width, height)."""

    NORMAL = (1, 1)
    TALL = (1, 2)
    WIDE = (2, 1)
    LARGE = (2, 2)

    @property
    def width(self) -> int:
        """Cells that one half-width character takes."""
        return self.value[0]

    @property
    def height(self) -> int:
        """Times the height of a normal line."""
        return self.value[1]


class QrLevel(StrEnum):
    """QR error correction: 7, 15, 25, 30 % of the code may be lost."""

    L = "L"
    M = "M"
    Q = "Q"
    H = "H"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; wrapped to the paper, ``\\n`` starts a new line."""

    text: str = field(repr=False)
    align: Align = Align.LEFT
    size: Size = Size.NORMAL
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``width`` in cells; None shares what the others leave."""

    width: int | None = None
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each wrapped within its column; ``gap`` empty cells between columns.

    Raises ValueError when a row has not as many cells as there are columns.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    bold: bool = False
    gap: int = 1

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells, the table {len(self.columns)} columns")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper, drawn with one ASCII character."""

    mark: str = "-"

    def __post_init__(self) -> None:
        if len(self.mark) != 1 or not 0x20 < ord(self.mark) < 0x7F:
            raise ValueError("a rule is drawn with one visible ASCII character")


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code of ``data`` (sent as UTF-8); ``module`` is the side of one square in dots, 1 to 16."""

    data: str = field(repr=False)
    module: int = 6
    level: QrLevel = QrLevel.M
    align: Align = Align.CENTER

    def __post_init__(self) -> None:
        if not self.data:
            raise ValueError("a QR code needs data")
        if not 1 <= self.module <= 16:
            raise ValueError("a QR module is 1 to 16 dots")


@dataclass(frozen=True, slots=True)
class Picture:
    """A black and white picture: ``rows`` holds ``height`` rows of ``ceil(width / 8)`` bytes, the leftmost dot in the
    highest bit, 1 = black (the layout of GS v 0)."""

    width: int
    height: int
    rows: bytes = field(repr=False)
    align: Align = Align.CENTER

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or len(self.rows) != self.height * ((self.width + 7) // 8):
            raise ValueError(f"{len(self.rows)} bytes are not a picture of {self.width} x {self.height} dots")


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty lines."""

    lines: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.lines <= 255:
            raise ValueError("feed 1 to 255 lines")


Block = Text | Table | Rule | Qr | Picture | Feed


@dataclass(frozen=True, slots=True)
class Receipt:
    """Blocks from top to bottom, on paper of ``columns`` cells (48 or 32), and whether it is cut off at the end."""

    blocks: tuple[Block, ...]
    columns: int = 48
    cut: bool = True
