"""What is said of every page, whole and in part, to one and to all. ``SPEECH_WRITTEN=1`` writes the snapshots anew."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from screens.gallery import GLASSES
from screens.layout import Composer, Scene
from screens.locale.catalogue import Catalogue
from screens.locale.formats import Words, money
from screens.samples import SAMPLES
from screens.speech.aids import SpeechAid
from screens.speech.narrator import Narrator
from screens.speech.private import OF_THE_HALL, PUBLIC_PAGES
from screens.speech.pronouncing import SPEAKERS, readings, spoken_by
from screens.speech.reading import aloud
from screens.theme import Theme
from statemachines import views
from statemachines.views import AnyPage, Fen, Frame, MonthLine, Row, Say, Verbatim, YearLine

SNAPSHOTS = Path(__file__).with_name("snapshots")
CATALOGUE = Catalogue.load()
LANGUAGES = ("zh", "en")

Compose = Callable[[Theme], Composer]
Scenes = dict[str, dict[str, Scene]]


@pytest.fixture(scope="module")
def portrait(composer: Compose) -> Composer:
    return composer(Theme(GLASSES["portrait"]))


def told(composer: Composer, narrator: Narrator, frame: Frame, page: AnyPage, turn: int = 0) -> str:
    return narrator.tell(composer.scene(frame, page, turn), frame.language)


@pytest.fixture(scope="module")
def scenes(portrait: Composer) -> Scenes:
    """Every page, laid out once in each language."""
    return {
        language: {
            name: portrait.scene(msgspec.structs.replace(frame, language=language), page)
            for name, (frame, page) in SAMPLES.items()
        }
        for language in LANGUAGES
    }


def of_every_page(scenes: Scenes, language: str, *, overheard: bool) -> Iterator[tuple[str, str]]:
    for name, scene in scenes[language].items():
        yield name, Narrator(CATALOGUE, overheard=overheard).tell(scene, language)


# -- every page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overheard", [False, True], ids=["headset", "loudspeaker"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spoken_words_of_every_page(scenes: Scenes, language: str, overheard: bool) -> None:
    file = SNAPSHOTS / f"spoken_{'loudspeaker' if overheard else 'headset'}_{language}.txt"
    said = "\n".join(f"[{name}]\n{text}\n" for name, text in of_every_page(scenes, language, overheard=overheard))
    if os.environ.get("SPEECH_WRITTEN"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_said_and_every_page_says_something(scenes: Scenes, language: str) -> None:
    keys = re.compile("|".join(re.escape(key) for key in CATALOGUE.keys(language) if "." in key))
    for name, text in of_every_page(scenes, language, overheard=False):
        assert text, name
        assert keys.search(text) is None, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_has_a_voice_that_knows_its_characters(scenes: Scenes, language: str) -> None:
    """Mandarin is not given English words, nor the English voice Chinese ones; pinyin is the Mandarin voice's own."""
    pinyin = {word for reading in readings()[1].values() for word in reading.split()}
    for name, text in of_every_page(scenes, language, overheard=False):
        for speaker, part in spoken_by(language, text):
            if speaker is SPEAKERS["en"]:
                assert not re.search(r"[\u3400-\u9fff]", part), (name, part)
            else:
                assert set(re.findall(r"[A-Za-z][A-Za-z\d]*", part)) <= pinyin, (name, part)


# -- in part -----------------------------------------------------------------------------------------------------------


def test_of_a_pin_only_how_many_digits_and_only_that(portrait: Composer) -> None:
    narrator = Narrator(CATALOGUE, overheard=False)
    frame, page = SAMPLES["PinEntry"]
    assert isinstance(page, views.PinEntry)
    first = told(portrait, narrator, frame, msgspec.structs.replace(page, typed=0))
    assert "请在键盘上输入社保卡密码" in first
    more = [told(portrait, narrator, frame, msgspec.structs.replace(page, typed=typed)) for typed in (1, 2, 1, 0)]
    assert more == ["已输入一位。", "已输入两位。", "已输入一位。", "还没有输入。"]


def test_a_card_that_is_made_and_on_its_way_out_has_no_step_to_be_said(portrait: Composer) -> None:
    """All five are behind it: the page is drawn, and says what it says."""
    frame, page = SAMPLES["MakingCard"]
    assert isinstance(page, views.MakingCard)
    done = msgspec.structs.replace(page, at=len(page.steps) + 1)
    before = told(portrait, Narrator(CATALOGUE, overheard=False), frame, page)
    said = told(portrait, Narrator(CATALOGUE, overheard=False), frame, done)
    assert said
    assert len(said) < len(before)


def test_of_a_card_being_made_only_the_step(portrait: Composer) -> None:
    narrator = Narrator(CATALOGUE, overheard=False)
    frame, page = SAMPLES["MakingCard"]
    assert isinstance(page, views.MakingCard)
    told(portrait, narrator, frame, page)
    assert told(portrait, narrator, frame, page) == ""
    assert told(portrait, narrator, frame, msgspec.structs.replace(page, at=4)) == "第四步，共五步，检查。"


def test_another_language_or_question_says_all_of_it(portrait: Composer) -> None:
    narrator = Narrator(CATALOGUE, overheard=False)
    frame, page = SAMPLES["Menu"]
    chinese = told(portrait, narrator, frame, page)
    english = told(portrait, narrator, msgspec.structs.replace(frame, language="en"), page)
    assert "What would you like to do?" in english
    assert told(portrait, narrator, frame, page) == chinese
    schemes = told(portrait, narrator, *SAMPLES["Menu:schemes"])
    assert "返回，在左下" in schemes, "what both pages have is said of the second too"


def test_a_page_turned_says_only_what_has_come(portrait: Composer) -> None:
    narrator = Narrator(CATALOGUE, overheard=False)
    frame, page = SAMPLES["Years"]
    assert "二零二五年" in told(portrait, narrator, frame, page)
    second = told(portrait, narrator, frame, page, turn=1)
    assert "第二页，共三页" in second
    assert "二零一九年" in second
    assert "养老保险缴费记录" not in second


def test_digits_typed_on_the_screen_are_counted_aloud_and_said_to_their_owner(portrait: Composer) -> None:
    from screens.by_hand import ByHand

    frame, page = SAMPLES["EnterDigits"]
    for overheard, said in ((False, "一三九"), (True, "")):
        hand, narrator = ByHand(), Narrator(CATALOGUE, overheard=overheard)
        narrator.tell(portrait.scene(frame, page, hand=hand), "zh")
        for digit in "139":
            hand.type(digit, 20)
        text = narrator.tell(portrait.scene(frame, page, hand=hand), "zh")
        assert "已输入三位" in text
        assert said in text.replace(" ", "")
        assert ("一" in text) is bool(said)


# -- others can hear it ------------------------------------------------------------------------------------------------


def personal(words: Words, part: object, page: str) -> Iterator[str]:
    """Everything in a page's facts that is about a person, as it is drawn."""
    match part:
        case Row(value=value) if page not in PUBLIC_PAGES:
            yield words.write(value)
        case Say(key=key) if key in OF_THE_HALL or page in PUBLIC_PAGES:
            return
        case Verbatim(text):
            yield text
        case Fen(fen):
            yield money(fen)
        case YearLine(year=year, amount=amount):
            yield from (str(year), *([money(amount.fen)] if amount else []))
        case MonthLine(base=base, own=own, employer_name=name):
            yield from (money(each.fen) for each in (base, own) if each)
            if name:
                yield name
        case msgspec.Struct():
            for field in part.__struct_fields__:
                yield from personal(words, getattr(part, field), page)
        case tuple() | list():
            for each in part:
                yield from personal(words, each, page)
        case dict():
            for each in part.values():
                yield from personal(words, each, page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_loudspeaker_nothing_personal_is_said(scenes: Scenes, language: str) -> None:
    words, looked_for = Words(CATALOGUE, language), 0
    for name, text in of_every_page(scenes, language, overheard=True):
        phrases = {phrase.strip() for phrase in re.split(r"[。，；：？！\n]|[.,;:?!](?:\s|$)", text)}
        for value in personal(words, SAMPLES[name][1], name.partition(":")[0]):
            looked_for += 1
            spoken = aloud(language, value)
            assert spoken not in phrases, (name, value)
            if len(spoken) > 4:
                assert spoken not in text, (name, value)
    assert looked_for > 100


def test_choices_with_names_of_their_own_are_said_to_be_on_the_screen(portrait: Composer) -> None:
    banks = views.Menu(
        Say("menu.question"), (views.Choice("example_bank", Say("issue.bank.card_of", {"name": Verbatim("示例银行")})),)
    )
    frame = Frame(number=1)
    assert "内容请看屏幕" in told(portrait, Narrator(CATALOGUE, overheard=True), frame, banks)
    assert "示例银行的卡，在" in told(portrait, Narrator(CATALOGUE, overheard=False), frame, banks)


def test_on_a_headset_the_same_is_said(scenes: Scenes) -> None:
    said = dict(of_every_page(scenes, "zh", overheard=False))
    assert "三千四百五十六元七角八分" in said["Amount"]
    assert "姓名，星号秀兰" in said["Details"]
    assert "九九零，十一个星号，零零二二" in said["Details"]


# -- the aid -----------------------------------------------------------------------------------------------------------


def test_help_offers_speech_only_where_it_would_be_heard(portrait: Composer) -> None:
    from dataclasses import replace

    def offered(speech: SpeechAid | None) -> set[str]:
        scene = replace(portrait, speech=speech).scene(*SAMPLES["Help"])
        return {target.value for target in scene.targets()} & {"speech", "louder", "softer"}

    assert offered(None) == set()
    assert offered(SpeechAid()) == {"speech"}
    assert offered(SpeechAid(on=True)) == {"speech", "louder", "softer"}
    assert offered(SpeechAid(on=True, level=0)) == {"speech", "louder"}
    assert offered(SpeechAid(on=True, level=4)) == {"speech", "softer"}


def test_the_aid_is_switched_within_its_bounds() -> None:
    aid = SpeechAid()
    for _ in range(9):
        aid = aid.switched("louder")
    assert (aid.level, aid.amplitude) == (4, 200)
    for _ in range(9):
        aid = aid.switched("softer")
    assert (aid.level, aid.amplitude, aid.on) == (0, 14, False)
    assert aid.switched("speech").on
