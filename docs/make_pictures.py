"""Composes docs/pictures/{kiosk,card,fleet}.png from a demonstration: `make pictures`, when what they show changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

HERE = Path(__file__).parent
DEMO = HERE.parent / "out" / "demo"
HEIGHT, GAP = 760, 24
PAPER = (232, 228, 218)


def main() -> None:
    """The first visit with its second receipt; the fourth with the card that was made; the console, desk and phone."""
    pin_entry = 3
    visit = [_screen("Attract"), _screen("Identify"), _screen("PinEntry", pin_entry), _screen("Amount")]
    receipt = Image.open(sorted((DEMO / "receipts").glob("*.png"))[1])
    _compose("kiosk", [*map(_framed, visit), _framed(receipt)])
    good, signed, printing = -1, -1, 4
    issue = [_screen("Photo", good), _screen("Sign", signed), _screen("MakingCard", printing), _screen("TakeNewCard")]
    _compose("card", [*map(_framed, issue), _card()])
    _compose("fleet", [_framed(_console("kiosk", 1120)), _framed(_console("phone", 1688))])


def _screen(page: str, nth: int = 0) -> Image.Image:
    return Image.open(sorted((DEMO / "screens").glob(f"*-{page}.png"))[nth])


def _console(name: str, high: int) -> Image.Image:
    """The upper part of what the operator saw."""
    whole = Image.open(DEMO / "console" / f"{name}.png")
    return whole.crop((0, 0, whole.width, min(high, whole.height)))


def _framed(picture: Image.Image) -> Image.Image:
    size = round(picture.width * HEIGHT / picture.height), HEIGHT
    return ImageOps.expand(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), 1, (138, 150, 163))


def _card() -> Image.Image:
    """Both faces, one above the other."""
    high = (HEIGHT - GAP) // 2
    sheet = Image.new("RGB", (round(high * 1016 / 648), HEIGHT), PAPER)
    for top, side in ((0, "front"), (high + GAP, "back")):
        face = Image.open(DEMO / "cards" / f"card-{side}.png").resize((sheet.width, high))
        sheet.paste(face, (0, top), face)
    return sheet


def _compose(name: str, pictures: Sequence[Image.Image]) -> None:
    width = sum(each.width for each in pictures) + GAP * (len(pictures) + 1)
    sheet = Image.new("RGB", (width, HEIGHT + 2 * GAP), PAPER)
    left = GAP
    for each in pictures:
        sheet.paste(each, (left, GAP))
        left += each.width + GAP
    sheet.save(HERE / "pictures" / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
