"""Pictures of synthetic people, drawn, and the host's own look at a picture that is sent in."""

from __future__ import annotations

import io
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, UnidentifiedImageError

SIZE = (358, 441)
MOST_BYTES = 200_000


@lru_cache(maxsize=64)
def portrait(person_id: int) -> bytes:
    """A JPEG of 358 x 441 at 350 dpi: a drawn face on white, always the same for a person, nobody's likeness."""
    random = Random(person_id)  # noqa: S311
    skin = (random.randrange(215, 240), random.randrange(175, 200), random.randrange(145, 170))
    clothes = (random.randrange(20, 70), random.randrange(20, 70), random.randrange(40, 100))
    picture = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 345, 318, 560), fill=clothes)
    draw.rectangle((145, 290, 213, 370), fill=skin)
    draw.ellipse((78, 14, 280, 250), fill=(25, 22, 20))
    draw.ellipse((80, 190, 100, 240), fill=skin)
    draw.ellipse((258, 190, 278, 240), fill=skin)
    draw.ellipse((88, 60, 270, 335), fill=skin)
    for x in (140, 218):
        draw.ellipse((x - 14, 198, x + 14, 212), fill="white")
        draw.ellipse((x - 6, 198, x + 6, 212), fill=(35, 25, 20))
        draw.line((x - 18, 182, x + 18, 180), fill=(30, 25, 22), width=5)
    draw.line((179, 215, 173, 252, 186, 254), fill=(190, 140, 115), width=3)
    draw.arc((150, 260, 208, 292), 20, 160, fill=(160, 70, 65), width=5)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, dpi=(350, 350))
    return out.getvalue()


def fault_of(picture: bytes) -> str:
    """Why the host does not take a picture, or nothing. The photo rule is measured at the kiosk; this is the form."""
    if len(picture) > MOST_BYTES:
        return f"more than {MOST_BYTES} bytes"
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            opened.load()
            found, size, mode = opened.format, opened.size, opened.mode
    except (UnidentifiedImageError, OSError, ValueError):
        return "not a picture"
    if found != "JPEG" or mode != "RGB":
        return "not a colour JPEG"
    return "" if size == SIZE else f"{size[0]} x {size[1]}, not {SIZE[0]} x {SIZE[1]}"
