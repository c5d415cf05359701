"""Lines of text as pictures, for characters the printer cannot set, on the same grid of cells as its own text."""

from __future__ import annotations

import segno
from PIL import Image, ImageDraw

from devices.receipt_printer.fonts import Fonts
from devices.receipt_printer.layout import TextLine, cells, clusters, lay_out
from devices.receipt_printer.receipt import DOTS_PER_CELL, Feed, Picture, Qr, Receipt

DOTS_PER_MILLIMETRE = 8
GLYPH = 24
DRAWN = 22
BASELINE = 19
LEADING = 6
"""Dots: a cell is 24 high, a line 30; the glyph in it 22, so that accents and tails stay inside."""


def picture(image: Image.Image) -> Picture:
    """A Pillow image as a picture: dark is black; what is transparent stays white."""
    if image.mode in ("RGBA", "LA", "P"):
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        image = Image.alpha_composite(white, coloured)
    dots = image.convert("L").point(lambda level: 255 if level < 128 else 0).convert("1", dither=Image.Dither.NONE)
    return Picture(image.width, image.height, dots.tobytes())


def image(shown: Picture) -> Image.Image:
    """The picture as a Pillow image, black on white."""
    dots = Image.frombytes("1", (shown.width, shown.height), shown.rows)
    return dots.convert("L").point(lambda level: 255 - level)


def qr_picture(code: Qr) -> Picture:
    """The QR code drawn here, with a border of four modules, for printers that cannot."""
    made = segno.make(code.data, error=code.level.value, micro=False, boost_error=False, encoding="utf-8")
    matrix = [bytes(row) for row in made.matrix_iter(scale=code.module, border=4)]
    drawn = Image.new("L", (len(matrix[0]), len(matrix)), 255)
    drawn.putdata([0 if dark else 255 for row in matrix for dark in row])
    return picture(drawn)


def text_picture(line: TextLine, fonts: Fonts) -> Picture:
    """The line as dots. A character no font has is drawn as a box with its code point: told, never dropped."""
    width = cells(line.text) * DOTS_PER_CELL
    drawn = Image.new("L", (max(8, width), GLYPH), 255)
    draw = ImageDraw.Draw(drawn)
    x = 0
    for cluster in clusters(line.text):
        wide = cells(cluster) * DOTS_PER_CELL
        if cluster[0] not in " 　":
            _glyph(draw, cluster, x, wide, fonts, line.bold)
        x += wide
    scaled = drawn.resize((drawn.width * line.size.width, GLYPH * line.size.height), Image.Resampling.NEAREST)
    page = Image.new("L", (scaled.width, scaled.height + LEADING), 255)
    page.paste(scaled, (0, 0))
    return picture(page)


def _glyph(draw: ImageDraw.ImageDraw, cluster: str, x: int, wide: int, fonts: Fonts, bold: bool) -> None:
    font = fonts.font(cluster[0], DRAWN)
    if font is None:
        draw.rectangle((x + 1, 2, x + wide - 2, GLYPH - 3), outline=0)
        digits = f"{ord(cluster[0]):06X}"
        small = fonts.font("0", 10)
        if small is not None:
            draw.text((x + wide / 2, 12), f"{digits[:3]}\n{digits[3:]}", font=small, fill=0, anchor="mm", spacing=0)
        return
    for offset in (0, 1) if bold else (0,):
        draw.text((x + wide / 2 + offset, BASELINE), cluster, font=font, fill=0, anchor="ms")


CUT_FEED = 6
"""Lines fed before the cut."""


def length_millimetres(receipt: Receipt) -> int:
    """How long the receipt will be, at 203 dpi and lines of 30 dots: to tell people before it is printed."""
    dots = CUT_FEED * (GLYPH + LEADING) if receipt.cut else 0
    for line in lay_out(receipt):
        match line:
            case TextLine():
                dots += (GLYPH + LEADING) * line.size.height
            case Feed():
                dots += (GLYPH + LEADING) * line.lines
            case Picture():
                dots += line.height
            case Qr():
                code = segno.make(line.data, error=line.level.value, micro=False, boost_error=False)
                dots += int(code.symbol_size(border=0)[1]) * line.module + 2 * (GLYPH + LEADING)
    return round(dots / DOTS_PER_MILLIMETRE)
