"""The screens of an incident: the same pages in the same order whenever it is run again, and they can be painted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from replaying import Incident, Replay, replayed
from test_replay import FIELD, WAYS, happened
from workshop import Workshop, workshop

import screens.pages  # noqa: F401  -- fills the table of pages
from screens.film import Still, write
from screens.fonts import Fonts
from screens.gallery import GLASSES, NOON
from screens.kivy_environment import cache_folder
from screens.layout import Composer, Scene
from screens.layout_check import problems
from screens.locale.catalogue import Catalogue
from screens.theme import Theme
from screens.typeset import Typesetter

MADE = [
    "making.preparing MakingCard 1/5 (6/6)",
    "making.feeding MakingCard 1/5 (6/6)",
    "making.reading MakingCard 1/5 (6/6)",
    "making.reserving MakingCard 1/5 (6/6)",
    "making.writing MakingCard 2/5 (6/6)",
    "making.printing MakingCard 3/5 (6/6)",
    "making.inspecting MakingCard 4/5 (6/6)",
    "making.comparing MakingCard 4/5 (6/6)",
    "making.committing MakingCard 5/5 (6/6)",
    "handing_over.readying Working handover.readying",
    "handing_over.presenting MakingCard 6/5 handover.coming_out",
]
"""A card is made, and on its way out."""

JAMMED_AT_THE_EXIT = [
    *MADE,
    "issue_ended Refusal fault.card_printer.jam_exit issue.ended.attendant advice.ask_attendant works.phone_loss",
    "recovering.sizing_up Starting recovery.sizing_up recovery.sizing_up.title recovery.sizing_up.note",
    "recovering.noting Starting recovery.noting",
]
NOT_TAKEN = [
    *MADE,
    "handing_over.take_new_card TakeNewCard [card_outlet]",
    "handing_over.take_new_card_urgent TakeNewCard [card_outlet]",
    "handing_over.holding MakingCard 6/5 handover.holding",
]
TWO_DEAD_CHIPS = [
    *MADE[:3],
    "making.spoiling MakingCard 4/5 making.spoiling (6/6)",
    "making.preparing MakingCard 1/5 (6/6)",
    "making.feeding MakingCard 1/5 issue.note.second_card (6/6)",
    "making.reading MakingCard 1/5 issue.note.second_card (6/6)",
    "making.spoiling MakingCard 4/5 making.spoiling (6/6)",
    "making.undoing MakingCard 1/5 making.undoing (6/6)",
    (
        "issue_ended Refusal refusal.card_not_made issue.ended.not_made issue.ended.fee_back advice.start_over"
        " advice.ask_attendant works.phone_loss"
    ),
]
POWER_CUT_WHILE_WRITING = [
    *MADE[:5],
    "recovering.sizing_up Starting recovery.sizing_up recovery.sizing_up.title recovery.sizing_up.note",
    "recovering.writing MakingCard 2/5 recovery.note",
    "recovering.printing MakingCard 3/5 recovery.note",
    "recovering.inspecting MakingCard 4/5 recovery.note",
    "recovering.comparing MakingCard 4/5 recovery.note",
    "recovering.committing MakingCard 5/5 recovery.note",
    "recovering.parking MakingCard 5/5 recovery.note",
    "recovering.sizing_up Starting recovery.sizing_up recovery.sizing_up.title recovery.sizing_up.note",
]

INCIDENTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a card not taken": (WAYS["not taken"], NOT_TAKEN),
    "two dead chips": (WAYS["both chips are dead, with a fee"], TWO_DEAD_CHIPS),
    "a power cut": ({"cut": 250}, POWER_CUT_WHILE_WRITING),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("screens")) as made:
        yield made


@pytest.fixture(scope="module")
def from_the_field(bench: Workshop) -> Replay:
    (file,) = [each for each in FIELD if each.stem == "jam-at-the-exit"]
    return replayed(bench, Incident.read(file))


@pytest.fixture(scope="module")
def composer() -> Composer:
    theme = Theme(GLASSES["portrait"], False, False, False)
    return Composer(theme, Catalogue.load(), Typesetter(Fonts.prepare(cache_folder() / "fonts")), lambda: NOON)


def look_over(composer: Composer, stills: list[Still]) -> list[str]:
    """What is wrong with the layout of any."""
    return [f"{still.state}: {wrong}" for still in stills for wrong in problems(scene(composer, still))]


def scene(composer: Composer, still: Still) -> Scene:
    return composer.scene(still.show.frame, still.show.page)


def test_the_screens_of_an_incident_of_the_field(bench: Workshop, from_the_field: Replay, composer: Composer) -> None:
    again = replayed(bench, from_the_field.incident)
    assert from_the_field.shown.told == JAMMED_AT_THE_EXIT
    assert again.shown.stills == from_the_field.shown.stills
    assert look_over(composer, again.shown.stills) == []


@pytest.mark.parametrize(("way", "told"), INCIDENTS.values(), ids=list(INCIDENTS))
def test_the_same_screens_in_two_runs(
    bench: Workshop, composer: Composer, way: dict[str, Any], told: list[str]
) -> None:
    found = Incident.of(happened(bench, **way))
    first, second = replayed(bench, found), replayed(bench, found)
    assert first.shown.told == told
    assert second.shown.stills == first.shown.stills
    assert look_over(composer, first.shown.stills) == []


@pytest.mark.window
def test_the_screens_can_be_painted(from_the_field: Replay, tmp_path: Path) -> None:
    stills = from_the_field.shown.stills
    write(tmp_path / "views.jsonl", stills)
    subprocess.run(
        [sys.executable, "-m", "screens.film", str(tmp_path / "views.jsonl"), "--out", str(tmp_path / "out")],
        check=True,
        timeout=100,
    )
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == [f"{nth:02}-{still.state}.png" for nth, still in enumerate(stills, 1)]
    pictures = [Image.open(file).convert("RGB") for file in files]
    assert {picture.size for picture in pictures} == {(1080, 1920)}
    writing, printing, ended = pictures[4], pictures[5], pictures[11]
    body = (0, 500, 1080, 1920)  # below the head, where the steps and the advice stand
    for one, other in ((writing, printing), (printing, ended)):
        assert ImageChops.difference(one.crop(body), other.crop(body)).getbbox() is not None
