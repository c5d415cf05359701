"""The simulated scanner, and what spoils a simulated print."""

from __future__ import annotations

import io
from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageDraw

from devices.card_printer.evolis.job import panel
from devices.card_printer.faces import SIZE, Face
from devices.card_printer.simulator.faults import FAULTS
from devices.card_printer.simulator.printing import picture
from devices.card_printer.simulator.scanner import Scanner, look
from devices.simulation import FaultValue

NONE: dict[str, FaultValue] = {fault.name: fault.default for fault in FAULTS}


def drawn() -> Image.Image:
    face = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(face)
    pen.rectangle((200, 200, 599, 499), fill=(120, 80, 160))
    pen.rectangle((700, 300, 799, 399), fill="black")
    return face


def printed(seed: str = "1", **faults: FaultValue) -> Image.Image:
    face = Face.of(drawn())
    png = picture({letter: panel(face, letter) for letter in face.panels}, {**NONE, **faults}, seed=seed)
    return Image.open(io.BytesIO(png)).convert("RGB")


def changed(**faults: FaultValue) -> int:
    """Dots that differ from what was meant."""
    return int((numpy.asarray(printed(**faults)) != numpy.asarray(drawn())).any(axis=2).sum())


def test_without_faults_it_is_what_was_meant() -> None:
    assert changed() == 0


def test_a_panel_that_leaves_too_little() -> None:
    half = printed(faded=50)
    assert (half.getpixel((300, 300)), half.getpixel((750, 350))) == ((188, 168, 208), (128, 128, 128))
    magenta = printed(faded=50, faded_panels="m")
    assert (magenta.getpixel((300, 300)), magenta.getpixel((750, 350))) == ((120, 168, 160), (0, 0, 0))


def test_bands_lack_their_share_of_ink() -> None:
    banded = printed(banding=20)
    assert (banded.getpixel((240, 300)), banded.getpixel((246, 300))) == ((147, 115, 179), (120, 80, 160))


def test_off_its_place() -> None:
    assert printed(shift_across=10).getpixel((300, 205)) == (255, 255, 255)
    apart = printed(misregistered=5)
    assert apart.getpixel((202, 300)) == (255, 255, 160)
    assert apart.getpixel((207, 300)) == (255, 80, 160)
    assert printed(slant=2.0).getpixel((210, 195)) == (120, 80, 160)
    assert printed(slant=2.0).getpixel((210, 495)) == (255, 255, 255)


@pytest.mark.parametrize("fault", ["dead_dots", "scratches", "wrinkles", "dust"])
def test_lost_ink_is_where_the_seed_says_and_grows_with_the_number(fault: str) -> None:
    assert printed("1", **{fault: 2}).tobytes() == printed("1", **{fault: 2}).tobytes()
    assert printed("1", **{fault: 2}).tobytes() != printed("2", **{fault: 2}).tobytes()
    assert 0 < changed(**{fault: 1}) < changed(**{fault: 9})


def test_smeared_ink_is_dragged_one_way_and_grows_weaker() -> None:
    smeared = printed(smeared=6)
    reds = [smeared.getpixel((x, 350))[0] for x in (699, 800, 803, 807)]  # type: ignore[index]
    assert (reds[0], reds[3]) == (255, 255)
    assert 0 < reds[1] < reds[2] < 255


def test_a_perfect_scanner_gives_the_picture_on_the_card(tmp_path: Path) -> None:
    png = io.BytesIO()
    drawn().save(png, "PNG")
    Scanner(tmp_path, 0.0, None, 1).scan({"front": png.getvalue()}, NONE)
    assert (tmp_path / "front.png").read_bytes() == png.getvalue()
    with Image.open(tmp_path / "back.png") as back:
        assert back.getcolors() == [(SIZE[0] * SIZE[1], (255, 255, 255))]


def test_a_real_scanner_shows_the_card_on_a_dark_bed_over_its_artwork(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    for side in ("front", "back"):
        Image.new("RGB", SIZE, (200, 220, 240)).save(tmp_path / "art" / f"{side}.png")
    png = io.BytesIO()
    drawn().save(png, "PNG")
    Scanner(tmp_path, 1.0, tmp_path / "art", 1).scan({"front": png.getvalue()}, NONE)
    seen = numpy.asarray(Image.open(tmp_path / "front.png")).astype(float)
    assert seen.shape[0] > SIZE[1]
    assert seen.shape[1] > SIZE[0]
    assert seen[:4, :4].mean() < 45
    red, _, blue = seen[100:150, 100:150].mean(axis=(0, 1))
    assert (150 < red < 215, red + 20 < blue) == (True, True)
    assert seen[360:380, 760:780].max() < 60
    assert seen[100:150, 100:150].std(axis=(0, 1)).min() > 0.5


def test_no_two_scans_are_alike_and_each_can_be_repeated() -> None:
    assert look(drawn(), None, "a").tobytes() == look(drawn(), None, "a").tobytes()
    assert look(drawn(), None, "a").tobytes() != look(drawn(), None, "b").tobytes()


def test_a_side_that_is_lost_and_a_lamp_that_is_out(tmp_path: Path) -> None:
    Scanner(tmp_path, 1.0, None, 1).scan({}, {**NONE, "scan_lost": "back", "scan_dark": True})
    assert [file.name for file in sorted(tmp_path.glob("*"))] == ["front.png"]
    assert numpy.asarray(Image.open(tmp_path / "front.png")).max() < 20
