"""Two faces of a card, from what is known of the holder to the panels a printer is sent, in memory.

Beside it Pillow alone: two pictures of that size split into their colours and made into bytes, which nobody can do less
of.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from datetime import date

from PIL import Image, ImageChops, ImageDraw

from benchmarks.figure import Figure
from devices.card_printer.evolis.job import first_part
from devices.card_printer.faces import SIZE, Face, Faces
from kiosk.documents.issued_card import faces
from kiosk.host.issuing_values import CardPrint

RUNS = 15
DESIGN = "third-generation"
PRINTED = CardPrint(
    "李建国", "990101197408250015", "990000001", date(2026, 11, 22), date(2036, 11, 21), "示例银行",
    "6299990000000000012",
)  # fmt: skip


def measure() -> list[Figure]:
    """One figure."""
    photo = _photo()

    def ours() -> object:
        drawn = faces(DESIGN, PRINTED, "示例市人力资源和社会保障局", photo)
        return first_part(Faces(**{side: Face.of(picture) for side, picture in drawn.items()}), 0)

    blank = Image.new("RGB", SIZE, "white")

    def bare() -> object:
        return [panel.tobytes() for _ in range(2) for panel in ImageChops.invert(blank).split()]

    ours()
    value, floor = _median(ours), _median(bare)
    return [Figure("two faces rendered to printer panels", value, "ms", 400, "Pillow's bytes of two blanks", floor)]


def _median(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def _photo() -> bytes:
    """A picture of nobody, as large as the photo rule has it."""
    picture = Image.linear_gradient("L").resize((358, 441)).convert("RGB")
    ImageDraw.Draw(picture).ellipse((90, 60, 270, 330), fill=(230, 190, 160))
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=70)
    return kept.getvalue()
