"""What stands on a card stands whole, in its place, and nowhere else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy
import pytest
from card_faces_samples import NAMES, SNAPSHOTS, different, holder, photo
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from kiosk.documents.card_faces import (
    Datum,
    FaceData,
    FaceError,
    Why,
    check,
    load,
    printed_area,
    printed_card,
    render_face,
)
from kiosk.documents.card_faces.design import DESIGNS, Design, SideName
from kiosk.documents.card_faces.lettering import Fitted, fit, width
from kiosk.documents.card_faces.raster import Raster
from kiosk.located_toml import MistakesError

DESIGN = load("third-generation")
TEXT = (DESIGNS / "third_generation.toml").read_text(encoding="utf-8")
LINES = {"back": ["name", "social_security_number", "card_number", "issued", "valid_until", "issuer", "photo"]}


def face(side: SideName, data: FaceData | None = None, **how: object) -> Image.Image:
    return render_face(DESIGN, side, data or holder(), photo(), **how)  # type: ignore[arg-type]


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """Dots in the box that are not white."""
    return int((numpy.asarray(image.convert("L").crop(box)) < 250).sum())


# -- snapshots ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["front", "back"])
@pytest.mark.parametrize("name", ["three", "rare", "latin", "with_extension"])
def test_a_printed_face_is_as_it_was_looked_at(side: SideName, name: str) -> None:
    _compare(face(side, holder(NAMES[name])), f"{side}-{name}.png")


@pytest.mark.parametrize("side", ["front", "back"])
def test_a_preview_is_as_it_was_looked_at(side: SideName) -> None:
    _compare(face(side, preview=True), f"{side}-preview.png")


def _compare(image: Image.Image, name: str) -> None:
    """With CARD_FACES_DRAW set, the snapshots are drawn anew, to be looked at."""
    if os.environ.get("CARD_FACES_DRAW"):
        SNAPSHOTS.mkdir(exist_ok=True)
        image.save(SNAPSHOTS / name, optimize=True)
    assert different(image, Image.open(SNAPSHOTS / name)) < 0.003


def test_the_comparison_sees_a_digit() -> None:
    """Planted: one digit of the number."""
    other = face("back", holder(social_security_number="990101195603120023"))
    assert different(other, face("back")) > 0
    assert different(face("back", holder("王秀芝")), face("back")) > 0.0003


# -- sizes and places --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dpi", "size"), [(300, (1016, 648)), (600, (2032, 1296))])
def test_sizes(dpi: int, size: tuple[int, int]) -> None:
    for preview, mode in ((False, "RGB"), (True, "RGBA")):
        image = render_face(DESIGN, "front", holder(), dpi=dpi, preview=preview)
        assert (image.size, image.mode) == (size, mode)


def test_a_portrait_card() -> None:
    text = TEXT.replace('[front]\norientation = "landscape"', '[front]\norientation = "portrait"')
    fields = text[text.index('[[front.field]]\ndatum = "bank_card_number"') : text.index("# -- back")]
    portrait = text.replace(
        fields, fields.replace("width = 68.0", "width = 43.0").replace("least = 11.0", "least = 7.0")
    )
    design = Design.model_validate(_toml(portrait))
    check(design)
    assert render_face(design, "front", holder()).size == (648, 1016)


@pytest.mark.parametrize("side", ["front", "back"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_printed_outside_its_field(side: SideName, name: str) -> None:
    image = face(side, holder(NAMES[name]))
    pen = ImageDraw.Draw(image)
    for box in printed_area(DESIGN, side):
        assert ink(image, box) > 100
        pen.rectangle((box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1), fill="white")
    assert ink(image, (0, 0, *image.size)) == 0


def test_nothing_is_printed_over_the_chip_or_near_the_edge() -> None:
    raster = Raster.of(DESIGN.front, 300)
    chip = raster.box(8.5, 17.9, 13.2, 12.0)
    assert ink(face("front"), tuple(round(edge) for edge in chip)) == 0  # type: ignore[arg-type]
    margin = round(raster.dots(2.0))
    for side in ("front", "back"):
        image = face(side)  # type: ignore[arg-type]
        for edge in (
            (0, 0, 1016, margin),
            (0, 648 - margin, 1016, 648),
            (0, 0, margin, 648),
            (1016 - margin, 0, 1016, 648),
        ):
            assert ink(image, edge) == 0


def test_the_photo_is_20_by_25_mm_at_its_place() -> None:
    rim_x, rim_y = (1016 - 85.6 / 25.4 * 300) / 2, (648 - 53.98 / 25.4 * 300) / 2
    left, top = round(rim_x + 5 / 25.4 * 300), round(rim_y + 12 / 25.4 * 300)
    grey = (numpy.asarray(face("back")) == (200, 200, 200)).all(axis=2)
    rows, columns = numpy.flatnonzero(grey.any(axis=1)), numpy.flatnonzero(grey.any(axis=0))
    assert (columns[0], rows[0]) == (left, top)
    assert (columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1) == (236, 295)


def test_what_is_printed_has_no_grey_edges_and_the_preview_has() -> None:
    printed = numpy.asarray(render_face(DESIGN, "front", holder()))
    assert {tuple(dot) for dot in printed.reshape(-1, 3)[::7].tolist()} <= {(0, 0, 0), (255, 255, 255)}
    preview = face("front", preview=True)
    assert preview.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert preview.getpixel((508, 324))[3] == 255  # type: ignore[index]
    assert len({tuple(dot) for dot in numpy.asarray(preview).reshape(-1, 4)[::7].tolist()}) > 500


def test_the_preview_shows_what_is_printed() -> None:
    for side in ("front", "back"):
        printed, preview = face(side), face(side, preview=True)  # type: ignore[arg-type]
        black = numpy.asarray(printed.convert("L")) < 50
        # Type without grey edges is up to a dot off.
        seen = numpy.asarray(preview.convert("L").filter(ImageFilter.MinFilter(3)))[black]
        assert float((seen < 130).mean()) > 0.97


@pytest.mark.parametrize("side", ["front", "back"])
def test_a_print_on_its_card_is_the_preview_but_for_the_edges_of_the_type(side: SideName) -> None:
    held = printed_card(DESIGN, side, face(side), holder())
    preview = face(side, preview=True)
    assert (held.size, held.mode) == (preview.size, preview.mode)
    assert held.getchannel("A").tobytes() == preview.getchannel("A").tobytes()
    soft = [numpy.asarray(each.convert("L").filter(ImageFilter.BoxBlur(4)), int) for each in (held, preview)]
    where = numpy.ones(soft[0].shape, bool)
    if DESIGN.side(side).photo is not None:
        *_, (left, top, right, bottom) = printed_area(DESIGN, side)
        where[top:bottom, left:right] = False  # dye lets the card shine through
    assert float(abs(soft[0] - soft[1])[where].mean()) < 1.5
    assert float(abs(soft[0] - numpy.asarray(face(side).convert("L"), int))[where].mean()) > 5


def test_a_print_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="1016"):
        printed_card(DESIGN, "front", Image.new("RGB", (100, 60)), holder())


# -- words -------------------------------------------------------------------------------------------------------------


def test_as_it_is_written() -> None:
    data = holder()
    assert [data.written(datum) for datum in Datum] == [
        "王秀兰", "990101195603120022", "X00000019", "2026年11月22日", "2036年11月22日",
        "示例市人力资源和社会保障局", "示例银行", "6299 9900 0000 0000 012", "11/36",
    ]  # fmt: skip
    assert holder(valid_until=None).written(Datum.VALID_UNTIL) == "长期"
    assert repr(data) == "<FaceData>"


def fitted(name: str) -> Fitted:
    box = next(box for box in DESIGN.back.field if box.datum is Datum.NAME)
    raster = Raster.of(DESIGN.back, 300)
    sizes = raster.points(box.size), raster.points(box.least)
    return fit("name", name, (raster.dots(box.width), raster.dots(box.height)), sizes, box.lines, bold=box.bold)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("two", ("李雷",)),
        ("thirty_bytes", None),
        ("dotted", ("买买提·吐尔逊阿不都热西提江",)),
        ("latin", ("ALEXANDRA-JOSEPHINE", "SPECIMENNN")),
        ("with_extension", ("阿卜杜热合曼江·阿卜杜克热", "木江阿不都热西提江古丽巴")),
    ],
)
def test_a_name_shrinks_and_then_takes_two_lines(name: str, lines: tuple[str, ...] | None) -> None:
    result = fitted(NAMES[name])
    assert result.lines == (lines or (NAMES[name],))
    assert (result.size == 46) is (name == "two")


chinese = st.text(st.sampled_from("王李张刘陈杨赵黄周吴欧阳𠮷㛃䶮·"), min_size=1, max_size=15)
latin = st.lists(st.text(st.sampled_from("ABCDEFGHIWM"), min_size=1, max_size=14), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(chinese | latin.filter(lambda name: len(name) <= 30))
def test_no_name_of_thirty_bytes_is_ever_cut(name: str) -> None:
    result = fitted(name)
    assert "".join(result.lines).replace(" ", "") == name.replace(" ", "")
    raster = Raster.of(DESIGN.back, 300)
    assert all(width("name", line, result.size, bold=True) <= raster.dots(36.6) for line in result.lines)
    assert result.height <= raster.dots(8.0)


# -- what cannot be made -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "field", "why"),
    [
        (holder("一" * 60), "name", Why.DOES_NOT_FIT),
        (holder("W" * 40), "name", Why.DOES_NOT_FIT),
        (holder("王\U0010fffd"), "name", Why.NO_GLYPH),
        (holder("  "), "name", Why.MISSING),
        (holder(card_number=""), "card_number", Why.MISSING),
        (holder(social_security_number="9" * 40), "social_security_number", Why.DOES_NOT_FIT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_printed_names_the_field_and_not_the_person(data: FaceData, field: str, why: Why) -> None:
    with pytest.raises(FaceError) as error:
        face("back", data)
    assert (error.value.field, error.value.why) == (field, why)
    assert data.name.strip() not in str(error.value) or not data.name.strip()


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (None, Why.MISSING),
        (photo((100, 123)), Why.PHOTO_SIZE),
        (photo((441, 358)), Why.PHOTO_SIZE),
    ],
)
def test_the_photo_must_be_one(picture: Image.Image | None, why: Why) -> None:
    with pytest.raises(FaceError) as error:
        render_face(DESIGN, "back", holder(), picture)
    assert (error.value.field, error.value.why) == ("photo", why)


def test_the_front_needs_no_photo() -> None:
    assert render_face(DESIGN, "front", holder()).size == (1016, 648)


def _toml(text: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads(text)


@pytest.mark.parametrize(
    ("was", "becomes", "field", "why"),
    [
        ("top = 20.4\nwidth = 36.6", "top = 20.4\nwidth = 38.0", "social_security_number", Why.OUTSIDE_SAFE_AREA),
        ("left = 8.5\ntop = 34.0", "left = 8.5\ntop = 25.0", "bank_card_number", Why.OVERLAPS),
        ("left = 46.0\ntop = 26.0", "left = 46.0\ntop = 23.0", "card_number", Why.OVERLAPS),
        ("top = 12.0\nwidth = 20.0", "top = 12.0\nwidth = 21.0", "photo", Why.PHOTO_FIELD),
        ("left = 5.0\ntop = 12.0\nwidth", "left = 1.0\ntop = 12.0\nwidth", "photo", Why.OUTSIDE_SAFE_AREA),
    ],
)  # fmt: skip
def test_a_design_that_prints_where_it_must_not(was: str, becomes: str, field: str, why: Why) -> None:
    assert TEXT.count(was) == 1
    with pytest.raises(FaceError) as error:
        check(Design.model_validate(_toml(TEXT.replace(was, becomes))))
    assert (error.value.field, error.value.why) == (field, why)


def test_a_mistake_in_a_design_is_named_with_its_line(tmp_path: Path) -> None:
    wrong = TEXT.replace('datum = "issuer"', 'datum = "isuer"')
    (tmp_path / "wrong_one.toml").write_text(wrong, encoding="utf-8")
    line = wrong[: wrong.index('"isuer"')].count("\n") + 1
    with pytest.raises(MistakesError) as error:
        load("wrong-one", tmp_path)
    assert f"wrong_one.toml:{line}:" in str(error.value)
    with pytest.raises(MistakesError):
        load("no-such-design")


# -- pace --------------------------------------------------------------------------------------------------------------


def test_two_faces_are_drawn_within_400_ms() -> None:
    face("front")
    face("back")
    begun = time.perf_counter()
    for _ in range(3):
        face("front")
        face("back")
    assert (time.perf_counter() - begun) / 3 < 0.4
