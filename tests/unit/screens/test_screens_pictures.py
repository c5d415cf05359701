"""Pictures of a view as pixels: which way up, mirrored or not, cut, rounded; and what is no picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from screens import pictures, sample_pictures
from screens.pictures import NotAPicture, Pixels

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quartered(width: int = 40, height: int = 20, kind: str = "PNG") -> bytes:
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, WHITE])
    written = io.BytesIO()
    image.resize((width, height), Image.Resampling.NEAREST).save(written, kind)
    return written.getvalue()


def corners(pixels: Pixels) -> list[tuple[int, ...]]:
    """Colours at the bottom left, bottom right, top left, top right, as the glass shows them."""
    image = Image.frombytes("RGBA", (pixels.width, pixels.height), pixels.data)
    right, top = pixels.width - 1, pixels.height - 1
    return [image.getpixel(place) for place in ((0, 0), (right, 0), (0, top), (right, top))]  # type: ignore[misc]


def opaque(*colours: tuple[int, int, int]) -> list[tuple[int, ...]]:
    return [(*colour, 255) for colour in colours]


def test_the_bottom_row_comes_first() -> None:
    assert corners(pictures.unpack(quartered())) == opaque(BLUE, WHITE, RED, GREEN)


def test_mirrored_left_is_right_and_up_stays_up() -> None:
    assert corners(pictures.unpack(quartered(), mirrored=True)) == opaque(WHITE, BLUE, GREEN, RED)


@pytest.mark.parametrize(
    ("size", "shape", "cut"),
    [((1280, 960), 0.8, (768, 960)), ((480, 600), 0.8, (480, 600)), ((300, 600), 0.8, (300, 375))],
)
def test_the_middle_is_cut_out(size: tuple[int, int], shape: float, cut: tuple[int, int]) -> None:
    pixels = pictures.unpack(quartered(*size), shape=shape)
    assert (pixels.width, pixels.height) == cut
    assert corners(pixels) == opaque(BLUE, WHITE, RED, GREEN)


def test_a_cards_corners_are_clear_and_its_edges_are_not() -> None:
    pixels = pictures.unpack(quartered(200, 120), corner=0.1)
    assert [colour[3] for colour in corners(pixels)] == [0, 0, 0, 0]
    image = Image.frombytes("RGBA", (pixels.width, pixels.height), pixels.data)
    assert [image.getpixel(place)[3] for place in ((100, 0), (0, 60), (199, 60), (100, 119))] == [255] * 4  # type: ignore[index]


def test_the_size_is_read_from_the_head() -> None:
    assert pictures.size(sample_pictures.live()) == (480, 600)
    assert pictures.size(sample_pictures.card("front")) == (1016, 648)


@pytest.mark.parametrize("file", [b"", b"no picture", b"\xff\xd8\xff", quartered()[:40], b"GIF89a" + bytes(40)])
def test_what_is_no_picture_is_refused(file: bytes) -> None:
    with pytest.raises(NotAPicture):
        pictures.unpack(file)


def test_half_a_picture_is_refused() -> None:
    whole = sample_pictures.live()
    with pytest.raises(NotAPicture):
        pictures.unpack(whole[: len(whole) // 2])


def test_a_picture_too_large_is_refused_before_it_is_unpacked() -> None:
    written = io.BytesIO()
    Image.new("1", (3000, 3000)).save(written, "PNG")
    with pytest.raises(NotAPicture):
        pictures.size(written.getvalue())


def test_pixels_are_not_told() -> None:
    assert "data" not in repr(pictures.unpack(quartered()))
