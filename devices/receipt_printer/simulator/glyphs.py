"""The printer's character ROM: ASCII at 12 x 24 dots, the characters of GBK at 24 x 24, nothing else."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

HEIGHT = 24
DRAWN = 22
BASELINE = 19
"""Dots: drawn a little smaller than its cell, so that a g keeps its tail."""
ROM_FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"),
)
_MONO_SC = "Noto Sans Mono CJK SC"


@lru_cache(maxsize=1)
def _rom() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in ROM_FONTS:
        if not path.is_file():
            continue
        for index in range(16):
            try:
                font = ImageFont.truetype(path, DRAWN, index=index)
            except OSError:
                break
            if font.getname()[0] == _MONO_SC:
                return font
    return ImageFont.load_default(16)


def in_rom(char: str) -> bool:
    """Whether the printer has a glyph: ASCII, or two bytes in GBK."""
    return 0x20 <= ord(char) < 0x7F or (ord(char) > 0x7F and len(char.encode("gbk", errors="ignore")) == 2)


def dots_wide(char: str) -> int:
    """12 for ASCII, 24 for the others."""
    return 12 if char.isascii() else 24


@lru_cache(maxsize=4096)
def glyph(char: str) -> Image.Image:
    """Black (255) on nothing (0), one bit a dot. A character the ROM lacks is a hollow box, as on the real thing."""
    shown = Image.new("L", (dots_wide(char), HEIGHT), 0)
    draw = ImageDraw.Draw(shown)
    if in_rom(char):
        draw.text((shown.width / 2, BASELINE), char, font=_rom(), fill=255, anchor="ms")
        return shown.point(lambda level: 255 if level >= 110 else 0)
    draw.rectangle((2, 2, shown.width - 3, HEIGHT - 3), outline=255)
    return shown


def styled(char: str, width: int, height: int, *, bold: bool, underline: bool, inverse: bool) -> Image.Image:
    """The glyph that many times as wide and high, with its attributes, as the head burns it."""
    shown = glyph(char)
    if bold:
        shown = ImageChops.lighter(shown, ImageChops.offset(shown, 1, 0))
    if underline:
        shown = shown.copy()
        ImageDraw.Draw(shown).rectangle((0, HEIGHT - 2, shown.width, HEIGHT), fill=255)
    if inverse:
        shown = ImageChops.invert(shown)
    return shown.resize((shown.width * width, HEIGHT * height), Image.Resampling.NEAREST)
