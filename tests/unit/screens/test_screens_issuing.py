"""The pages of issuing a card: what can be said on them, and that what is drawn is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import numpy
import pytest
from cv2 import QRCodeDetector

from screens.by_hand import ByHand
from screens.gallery import GLASSES
from screens.layout import Composer, Scene
from screens.pen import Rect
from screens.samples import SAMPLES
from screens.theme import Theme
from screens.widgets.code import QUIET, Code, CodeTooLong
from screens.widgets.ink_field import SHAPE, InkField
from screens.widgets.making_steps import MakingSteps
from screens.widgets.node import Text
from screens.widgets.photograph import CARD, CardFace, LivePicture, Photograph
from statemachines import views
from statemachines.views import Fen, Frame, Photo, Say, Show, alike, same_to_touch

T = TypeVar("T")
Compose = Callable[[Theme], Composer]
KIOSK = Theme(GLASSES["portrait"])
FRAME = {("language", "en"), ("large", ""), ("help", "")}
DIGITS = {("digit", str(digit)) for digit in range(10)}


def scene(composer: Compose, name: str, hand: ByHand | None = None, theme: Theme = KIOSK, turn: int = 0) -> Scene:
    return composer(theme).scene(*SAMPLES[name], turn, hand)


def said(shown: Scene) -> set[tuple[str, str]]:
    return {(target.intent, target.value) for target in shown.targets()}


def words(shown: Scene) -> set[str]:
    return {node.text for node in shown.nodes() if isinstance(node, Text)}


def the(kind: type[T], shown: Scene) -> list[T]:
    return [node for node in shown.nodes() if type(node) is kind]


@pytest.mark.parametrize(
    ("name", "intents"),
    [
        ("Consent", {("agree", ""), ("back", ""), ("leave", "")}),
        ("EnterDigits", {*DIGITS, ("back", ""), ("leave", "")}),
        ("Photo", {("take", ""), ("back", ""), ("leave", "")}),
        ("Photo:no_picture_yet", {("take", ""), ("back", ""), ("leave", "")}),
        ("Photo:taking", set()),
        ("Photo:good", {("use", ""), ("again", ""), ("leave", "")}),
        ("Photo:good_last", {("use", ""), ("leave", "")}),
        ("Photo:bad", {("again", ""), ("leave", "")}),
        ("Photo:no_try_left", {("give_up", ""), ("leave", "")}),
        ("Confirm", {("right", ""), ("wrong", ""), ("reveal", ""), ("back", ""), ("leave", "")}),
        ("Confirm:long", {("right", ""), ("wrong", ""), ("back", ""), ("leave", "")}),
        ("CardPreview", {("right", ""), ("wrong", ""), ("back", ""), ("leave", "")}),
        ("Sign", {("ink", ""), ("begin_again", ""), ("back", ""), ("leave", "")}),
        ("Pay", {("leave", "")}),
        ("MakingCard", set()),
        ("TakeNewCard", set()),
        ("TakeNewCard:urgent", set()),
        ("PinEntry:staff", {("leave", "")}),
    ],
)
def test_what_can_be_said(composer: Compose, name: str, intents: set[tuple[str, str]]) -> None:
    assert said(scene(composer, name)) == intents | FRAME


@pytest.mark.parametrize(("fen", "written"), [(2_000, "￥20.00"), (0, "不收费")])
def test_a_fee_is_told_as_an_amount_and_none_in_words(composer: Compose, fen: int, written: str) -> None:
    page = views.Consent(Say("menu.question"), (), Fen(fen))
    shown = composer(KIOSK).scene(views.Frame(1), page)
    assert written in words(shown)
    free = composer(KIOSK).scene(views.Frame(1), views.Consent(Say("menu.question"), ()))
    assert {"￥20.00", "不收费", "工本费"} & words(free) == set()


# -- typing ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "can_enter", "can_erase", "can_type"),
    [
        ("", False, False, True),
        ("12345", False, True, True),
        ("123456", True, True, True),
        ("1" * 20, True, True, False),
    ],
)
def test_digits_can_be_entered_from_the_shortest(
    composer: Compose, digits: str, can_enter: bool, can_erase: bool, can_type: bool
) -> None:
    hand = ByHand()
    hand.digits = digits
    intents = {intent for intent, _ in said(scene(composer, "EnterDigits", hand))}
    assert ("enter" in intents, "erase" in intents, "digit" in intents) == (can_enter, can_erase, can_type)


def test_watchers_are_not_told_what_was_typed(composer: Compose) -> None:
    hand = ByHand()
    hand.digits = "13900000000"
    shown = scene(composer, "EnterDigits", hand)
    assert "1390 0000 000" in words(shown)
    assert "13900000000" not in msgspec.json.encode(shown.targets()).decode()


# -- signing -----------------------------------------------------------------------------------------------------------


def test_signed_only_with_enough_ink(composer: Compose) -> None:
    hand = ByHand()
    assert ("signed", "") not in said(scene(composer, "Sign", hand))
    hand.ink.begin(100, 100)
    hand.ink.extend(400, 100)
    assert ("signed", "") in said(scene(composer, "Sign", hand))


@pytest.mark.parametrize("size", list(GLASSES))
@pytest.mark.parametrize("large", [False, True])
def test_the_field_keeps_its_shape_and_a_point_its_place(composer: Compose, size: str, large: bool) -> None:
    hand = ByHand()
    frame, page = SAMPLES["Sign"]
    shown = composer(Theme(GLASSES[size])).scene(msgspec.structs.replace(frame, large=large), page, 0, hand)
    (field,) = the(InkField, shown)
    assert field.rect.width / field.rect.height == pytest.approx(SHAPE, rel=0.02)
    field.begin(*field.rect.centre)
    field.extend(field.rect.right + 500, field.rect.y - 500)  # out of the field: along its edge
    field.extend(field.rect.x - 500, field.rect.bottom + 500)
    assert hand.ink.strokes == [[(500, 200), (1000, 0), (0, 400)]]
    assert field.last_stroke()[:2] == pytest.approx(field.rect.centre, abs=1)


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_the_live_picture_is_mirrored_and_the_finished_photo_is_not(composer: Compose) -> None:
    assert the(LivePicture, scene(composer, "Photo"))
    assert the(LivePicture, scene(composer, "Photo:taking"))
    for stage in ("good", "bad"):
        shown = scene(composer, f"Photo:{stage}")
        assert the(Photograph, shown)
        assert not the(LivePicture, shown)


def test_a_photo_keeps_its_proportions(composer: Compose) -> None:
    (photo,) = the(Photograph, scene(composer, "Photo:good"))
    assert photo.rect.width / photo.rect.height == pytest.approx(358 / 441, rel=0.01)


@pytest.mark.parametrize("size", list(GLASSES))
def test_cards_have_a_cards_proportions(composer: Compose, size: str) -> None:
    faces = the(CardFace, scene(composer, "CardPreview", theme=Theme(GLASSES[size])))
    assert len(faces) == 2
    for face in faces:
        assert face.rect.width / face.rect.height == pytest.approx(CARD[0] / CARD[1], rel=0.02)


def test_bytes_that_are_no_picture_still_leave_a_page(composer: Compose) -> None:
    shown = composer(KIOSK).scene(views.Frame(1), Photo("good", b"no picture"))
    (photo,) = the(Photograph, shown)
    assert photo.rect.width > 100
    assert ("use", "") in said(shown)


def test_every_fault_of_a_photo_is_named(composer: Compose) -> None:
    faults = tuple(Say(f"photo.fault.{name}") for name in ("dark", "turned", "glare"))
    shown = composer(KIOSK).scene(views.Frame(1), Photo("bad", b"", faults, 1))
    catalogue = composer(KIOSK).catalogue
    assert {catalogue.say("zh", fault.key) for fault in faults} <= words(shown)


# -- paying ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", list(GLASSES))
@pytest.mark.parametrize("name", ["Pay", "Pay:large_sum"])
def test_a_phone_can_read_the_code(composer: Compose, size: str, name: str) -> None:
    (code,) = the(Code, scene(composer, name, theme=Theme(GLASSES[size])))
    glass = numpy.full((GLASSES[size].height, GLASSES[size].width), 255, numpy.uint8)
    for dark in code._dark():
        glass[dark.y : dark.bottom, dark.x : dark.right] = 0
    read, _, _ = QRCodeDetector().detectAndDecode(glass)
    page = SAMPLES[name][1]
    assert isinstance(page, views.Pay)
    assert read == page.code
    dark_columns = numpy.flatnonzero((glass == 0).any(axis=0))
    assert dark_columns[0] - code.rect.x >= QUIET * code.module
    assert code.rect.right - 1 - dark_columns[-1] >= QUIET * code.module


def test_a_code_no_phone_could_read_is_refused(composer: Compose) -> None:
    with pytest.raises(CodeTooLong):
        composer(KIOSK).scene(views.Frame(1), views.Pay(Fen(1), Say("menu.question"), "x" * 5000, 60))


# -- making ------------------------------------------------------------------------------------------------------------


def test_every_step_is_named_and_one_is_lit(composer: Compose) -> None:
    shown = scene(composer, "MakingCard")
    (steps,) = the(MakingSteps, shown)
    assert [line._when for line in steps._lines] == [-1, -1, 0, 1, 1]
    assert sum(node.ticks == 1 and type(node).__name__ == "Beat" for node in shown.nodes()) == 1


# -- nothing is agreed to unseen ---------------------------------------------------------------------------------------


def test_what_takes_two_pages_is_confirmed_on_the_last(composer: Compose) -> None:
    theme = Theme(GLASSES["small"])
    frame, page = SAMPLES["Confirm:long"]
    assert isinstance(page, views.Confirm)
    page = msgspec.structs.replace(page, rows=page.rows * 3)
    compose = composer(theme)
    first = compose.scene(frame, page, 0)
    assert first.turns > 1
    assert ("right", "") not in said(first)
    assert ("right", "") in said(compose.scene(frame, page, first.turns - 1))


# -- a live picture under a finger -------------------------------------------------------------------------------------


def aim(picture: bytes, number: int = 1, **facts: int) -> Show:
    return Show(Frame(number), Photo("aim", picture, **facts))  # type: ignore[arg-type]


def test_only_a_live_picture_leaves_a_view_the_same_to_a_finger() -> None:
    assert same_to_touch(aim(b"one"), aim(b"two", 2))
    assert not same_to_touch(aim(b"one"), aim(b"one", tries_left=1))
    assert not same_to_touch(aim(b"one"), Show(Frame(1, large=True), Photo("aim", b"one")))
    for stage in ("good", "bad", "taking"):
        assert not alike(Photo(stage, b"one"), Photo(stage, b"two"))  # type: ignore[arg-type]
        assert alike(Photo(stage, b"one"), Photo(stage, b"one"))  # type: ignore[arg-type]
    assert not alike(Photo("aim"), Photo("taking"))
    assert not alike(views.Attract(()), views.OutOfService(Say("x")))


def test_the_outline_stays_where_the_picture_is(composer: Compose) -> None:
    (picture,) = the(LivePicture, scene(composer, "Photo"))
    assert [child.rect for child in picture.children] == [picture.rect]
    before: Rect = picture.rect
    picture.take(b"")
    assert picture.rect == before
