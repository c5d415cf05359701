"""Composes docs/pictures/kiosk.png from the last demonstration (``make demo``). By hand, when screens have changed."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps

HERE = Path(__file__).parent
DEMO = HERE.parent / "out" / "demo"
WANTED = ("Attract", "Identify", "PinEntry", "Amount")
HEIGHT, GAP = 760, 24
PAPER = (232, 228, 218)


def main() -> None:
    """Four screens of the first visit, and its first receipt."""
    pictures = []
    for name in WANTED:
        found = sorted((DEMO / "screens").glob(f"*-{name}.png"))
        pictures.append(Image.open(found[3] if name == "PinEntry" else found[0]).convert("RGB"))
    pictures.append(Image.open(sorted((DEMO / "receipts").glob("*.png"))[1]).convert("RGB"))
    framed = [
        ImageOps.expand(picture.resize((round(picture.width * HEIGHT / picture.height), HEIGHT)), 1, (138, 150, 163))
        for picture in pictures
    ]
    width = sum(each.width for each in framed) + GAP * (len(framed) + 1)
    sheet = Image.new("RGB", (width, HEIGHT + 2 * GAP), PAPER)
    left = GAP
    for each in framed:
        sheet.paste(each, (left, GAP))
        left += each.width + GAP
    sheet.quantize(128).save(HERE / "pictures" / "kiosk.png", optimize=True)


if __name__ == "__main__":
    main()
