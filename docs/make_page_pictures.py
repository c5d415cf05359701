"""Paints the console's page_pictures/: what each kind of page looks like, too small to be read. By hand, at need."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageFilter

from kiosk.fleet.console.pages import FOLDER, HEIGHT, WIDTH, pages

SAMPLES = {"Photo": "Photo:no_picture_yet"}
"""The sample of a page where the plain one would show a face."""
BLURRED = frozenset({"Amount", "CardPreview", "Confirm", "Details", "Months", "Pay", "Years"})
"""Pages that are there to show what is a citizen's: not even the invented sums of a sample are left on them."""
COLOURS = 32


def main() -> None:
    """Every page of the charts."""
    names = sorted(set(pages().values()))
    with tempfile.TemporaryDirectory() as folder:
        wanted = [part for name in names for part in ("--page", SAMPLES.get(name, name))]
        gallery = [sys.executable, "-m", "screens.gallery", "--out", folder, "--size", "portrait", "--mode", "standard"]
        subprocess.run([*gallery, "--language", "zh", *wanted], check=True)
        FOLDER.mkdir(exist_ok=True)
        for name in names:
            painted = Image.open(
                Path(folder) / "portrait" / "standard" / "zh" / f"{SAMPLES.get(name, name).replace(':', '-')}.png"
            )
            small = painted.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
            if name in BLURRED:
                small = small.filter(ImageFilter.BoxBlur(3))
            small.quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
