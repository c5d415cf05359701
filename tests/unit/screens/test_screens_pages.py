"""Every page, in every mode, language and size: whole, legible, reachable; and it says what the vocabulary promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import get_args

import msgspec
import pytest

from screens.content import PAGES
from screens.gallery import GLASSES, MODES, Picture, pictures
from screens.layout import Composer, Scene
from screens.layout_check import problems
from screens.pages.just_a_moment import JustAMoment
from screens.pen import Rect
from screens.samples import SAMPLES
from screens.theme import HIGH_CONTRAST, STANDARD, Glass, Theme, contrast
from screens.widgets.icons import Icon, UnknownIcon, badge
from screens.widgets.node import Node, Text, Touch
from screens.widgets.rows import Point
from statemachines import views

Compose = Callable[[Theme], Composer]
KIOSK = Theme(GLASSES["portrait"])
GROUPS = [
    (size, mode, language)
    for size in GLASSES
    for mode in MODES
    for language in ("zh", "en")
    if not (MODES[mode].get("low_reach") and GLASSES[size].within_reach)
]


def scenes(composer: Compose, wanted: Iterator[Picture]) -> Iterator[tuple[str, Scene]]:
    """Every local page of every picture."""
    for picture in wanted:
        compose = composer(picture.theme)
        turn = 0
        while True:
            scene = compose.scene(*picture.view, turn)
            yield f"{picture.file} {turn}", scene
            turn += 1
            if turn >= scene.turns:
                break


def sample(composer: Compose, name: str, theme: Theme = KIOSK, turn: int = 0, **frame: object) -> Scene:
    shown, page = SAMPLES[name]
    return composer(theme).scene(msgspec.structs.replace(shown, **frame), page, turn)


def said(scene: Scene) -> set[tuple[str, str]]:
    return {(target.intent, target.value) for target in scene.targets()}


def test_every_page_of_the_vocabulary_is_drawn() -> None:
    vocabulary = {kind.__name__ for kind in get_args(views.AnyPage)}
    assert PAGES.keys() - {JustAMoment.__name__} == vocabulary
    assert {type(page).__name__ for _, page in SAMPLES.values()} == vocabulary


@pytest.mark.parametrize(("size", "mode", "language"), GROUPS)
def test_nothing_is_wrong_with_any_page(composer: Compose, size: str, mode: str, language: str) -> None:
    wrong = [
        f"{where}: {problem}"
        for where, scene in scenes(composer, pictures([size], [mode], [language], list(SAMPLES)))
        for problem in problems(scene)
    ]
    assert wrong == []


@pytest.mark.parametrize("mode", ["standard", "contrast"])
def test_every_text_can_be_read_on_its_ground(composer: Compose, mode: str) -> None:
    pairs = {
        (node.colour, node.ground)
        for _, scene in scenes(composer, pictures(["portrait", "small"], [mode], ["zh"], list(SAMPLES)))
        for node in scene.nodes()
        if isinstance(node, Text)
    }
    pairs |= {("on_primary", "pressed"), ("ink", "tint"), ("muted", "tint")}  # while a finger is on them
    palette = HIGH_CONTRAST if mode == "contrast" else STANDARD
    assert {pair for pair in pairs if contrast(palette[pair[0]], palette[pair[1]]) < 4.5} == set()


def test_a_page_that_is_wrong_is_found_out(composer: Compose) -> None:
    scene = sample(composer, "Menu")
    first, second = [node for node in scene.touchable() if node.touch and node.touch.intent == "choose"][:2]
    first.rect = Rect(first.rect.x, first.rect.y, 40, first.rect.height)
    second.rect = second.rect._replace(x=first.rect.right + 2)
    question = next(node for node in scene.nodes() if isinstance(node, Text) and node.role == "question")
    question.rect = question.rect._replace(width=30)
    question.place(question.rect)
    found = "\n".join(problems(scene))
    assert "too small" in found
    assert "mm apart" in found
    assert "does not fit" in found


def test_a_text_under_a_target_and_out_of_the_screen_is_found_out(composer: Compose) -> None:
    scene = sample(composer, "Notice")
    point = next(node for node in scene.nodes() if isinstance(node, Text) and node.text.startswith("机器会"))
    primary = next(node for node in scene.touchable() if node.touch and node.touch.primary)
    point.place(primary.rect)
    assert any("lies under the target" in problem for problem in problems(scene))
    point.place(point.rect._replace(y=1900))
    assert any("leaves the screen" in problem for problem in problems(scene))


def test_a_character_no_font_has_is_found_out(composer: Compose) -> None:
    frame, _ = SAMPLES["Starting"]
    page = views.Menu(
        views.Say("menu.question"), (), views.Say("menu.greeting", {"name": views.Verbatim("\U0010ffff")})
    )
    assert any("no font has" in problem for problem in problems(composer(KIOSK).scene(frame, page)))


# -- what can be said on a page ----------------------------------------------------------------------------------------

FRAME = {("language", "en"), ("large", ""), ("help", "")}


@pytest.mark.parametrize(
    ("name", "intents"),
    [
        ("Starting", set()),
        ("Attract", {("start", "")}),
        ("Notice", {("agree", ""), ("leave", "")}),
        ("Identify", {("choose", "card"), ("choose", "id_card"), ("leave", "")}),
        ("Identify:no_card_reader", {("choose", "id_card"), ("leave", "")}),
        ("InsertCard", {("back", ""), ("leave", "")}),
        ("Working", {("leave", "")}),
        ("PinEntry:wrong", {("leave", "")}),
        ("Amount", {("back", ""), ("leave", ""), ("print", ""), ("choose", "past_years"), ("choose", "chip")}),
        ("Amount:no_paper", {("back", ""), ("leave", "")}),
        ("Details", {("back", ""), ("leave", ""), ("print", ""), ("reveal", ""), ("wrong", "")}),
        ("Details:rare", {("back", ""), ("leave", ""), ("wrong", "")}),
        ("Months", {("back", ""), ("leave", ""), ("print", ""), ("choose", "earlier"), ("choose", "later")}),
        ("AskPrint", {("back", ""), ("leave", ""), ("choose", "1"), ("choose", "3"), ("choose", "all")}),
        ("Printing", set()),
        ("TakePaper", {("leave", ""), ("done", "")}),
        ("Done", {("leave", ""), ("done", "")}),
        ("Instruction", {("done", "")}),
        ("Refusal", {("leave", ""), ("done", ""), ("print", "")}),
        ("Refusal:again", {("back", ""), ("leave", ""), ("done", ""), ("again", "")}),
        ("StillThere", {("more_time", ""), ("leave", "")}),
        ("TakeCard", set()),
        ("Farewell", set()),
        ("OutOfService", set()),
        (
            "Help",
            {("done", ""), *(("turn", aid) for aid in ("contrast", "low_reach", "speech", "softer", "louder"))},
        ),
    ],
)
def test_what_can_be_said(composer: Compose, name: str, intents: set[tuple[str, str]]) -> None:
    assert said(sample(composer, name)) == intents | FRAME


def test_the_primary_action_is_where_it_always_is(composer: Compose) -> None:
    places = {
        node.rect.right
        for name in SAMPLES
        for node in sample(composer, name).touchable()
        if node.touch and node.touch.primary
    }
    assert places == {1080 - KIOSK.margin}


def test_choices_are_turned_in_pages(composer: Compose) -> None:
    first, second = (sample(composer, "Menu", turn=turn) for turn in (0, 1))
    chosen = [value for scene in (first, second) for intent, value in sorted(said(scene)) if intent == "choose"]
    assert len(chosen) == 7
    assert first.turns == 2
    assert ("turn", "more") in said(first)
    assert ("turn", "previous") in said(second)
    assert ("turn", "previous") not in said(first)
    large = sample(composer, "Menu", large=True)
    assert sum(intent == "choose" for intent, _ in said(large)) == 4


def test_a_turn_beyond_the_last_is_the_last(composer: Compose) -> None:
    assert sample(composer, "Years", turn=99).turn == sample(composer, "Years").turns - 1


def test_language_leads_to_the_other_one(composer: Compose) -> None:
    assert ("language", "zh") in said(sample(composer, "Menu", language="en"))


def test_a_closed_choice_says_why(composer: Compose) -> None:
    scene = sample(composer, "Identify:no_card_reader")
    assert "读卡器现在不能用" in {node.text for node in scene.nodes() if isinstance(node, Text)}


def test_a_touch_beside_everything_starts(composer: Compose) -> None:
    attract = sample(composer, "Attract").hit(500, 700)
    assert attract is not None
    assert attract.touch == Touch("start", primary=True)
    assert sample(composer, "Menu").hit(2, 700) is None


def test_nobody_hears_touches_while_the_controller_is_away(composer: Compose) -> None:
    scene = composer(KIOSK).scene(views.Frame(number=0), JustAMoment())
    assert scene.targets() == ()
    assert problems(scene) == []


def test_low_reach_brings_everything_down(composer: Compose) -> None:
    for name in SAMPLES:
        scene = sample(composer, name, replace(KIOSK, low_reach=True))
        assert all(target.y >= 1920 * 0.55 - 1 for target in scene.targets())


def test_a_low_screen_has_no_low_reach_layout(composer: Compose) -> None:
    low = Theme(Glass(1024, 768, 15.0), low_reach=True)
    assert ("turn", "low_reach") not in said(sample(composer, "Help", low))
    assert sample(composer, "Menu", low).targets() == sample(composer, "Menu", replace(low, low_reach=False)).targets()


def test_an_icon_there_is_none_of_is_refused(composer: Compose) -> None:
    class Ui:
        theme = KIOSK

    with pytest.raises(UnknownIcon, match="no_such_icon"):
        Icon(Ui(), "no_such_icon", 10)  # type: ignore[arg-type]
    assert badge(Ui(), "good", 5).name == "check"  # type: ignore[arg-type]
    assert badge(Ui(), "wrong", 5).name == "cross"  # type: ignore[arg-type]


def test_a_node_without_a_height_says_so() -> None:
    with pytest.raises(TypeError):
        Node().height(10)
    assert issubclass(Point, Node)
