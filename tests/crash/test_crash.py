"""A selection of what ``make crash`` tries in full: the power is cut, the kiosk comes back, nothing is amiss."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from lives import FULL, Cut
from trial import Points, attempt, survey
from ways import WAYS, Way
from workshop import Workshop, workshop

pytestmark = pytest.mark.xdist_group("crash")

SEED = 20261122
HAPPY = WAYS[0]
ON_THE_HAPPY_WAY = 6
CRITICAL = (
    "printer:Si:sent#1",
    "printer:Si:answered#1",
    "host:/v1/issuing/reservations:sent#1",
    "chip:DC:sent#5",
    "printer:Psync:answered#1",
    "host:/v1/issuing/commits:sent#1",
    "host:/v1/issuing/commits:answered#1",
    "printer:Sce:before#1",
    "printer:Sce:answered#1",
)
"""Where a card, or its being its holder's, hangs in the air: always tried."""


def _cut(text: str) -> Cut:
    label, nth = text.rsplit("#", 1)
    return Cut(label, int(nth))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("crash")) as made:
        yield made


@pytest.fixture(scope="module")
def happy(bench: Workshop) -> Points:
    return survey(bench, HAPPY)


def test_there_is_a_point_before_and_after_everything_that_leaves_a_trace(happy: Points) -> None:
    passed = {str(cut) for cut in happy.passed}
    assert set(CRITICAL) <= passed
    assert len(passed) > 500
    assert len(happy.apart) < len(passed) / 4


def test_the_happy_way_cut_off_where_a_card_hangs_in_the_air(bench: Workshop) -> None:
    wrong = [trial for text in CRITICAL if (trial := attempt(bench, HAPPY, _cut(text))).violations]
    assert wrong == []


def test_the_happy_way_cut_off_anywhere(bench: Workshop, happy: Points) -> None:
    chance = random.Random(SEED)
    cuts = chance.sample(happy.apart, ON_THE_HAPPY_WAY)
    wrong = [trial for cut in cuts if (trial := attempt(bench, HAPPY, cut)).violations]
    assert wrong == []


@pytest.mark.parametrize("way", WAYS[1:], ids=lambda way: way.name)
def test_an_unhappy_way_cut_off_after_a_journal_entry(bench: Workshop, way: Way) -> None:
    chance = random.Random(f"{SEED}/{way.name}")
    trial = attempt(bench, way, Cut("journal:after", chance.randint(2, 24)))
    assert trial.violations == [], trial


@pytest.mark.parametrize("nth", [2, 20, 31, 39])
def test_a_disk_that_is_full_loses_nothing_silently(bench: Workshop, nth: int) -> None:
    trial = attempt(bench, HAPPY, Cut(FULL, nth))
    assert trial.violations == [], trial
    assert trial.outcomes[0] == "disk full"


def test_two_cuts_a_torn_log_and_a_clock_that_jumped_back_a_day(bench: Workshop, happy: Points) -> None:
    chance = random.Random(SEED)
    cuts = chance.choice(happy.apart), Cut("journal:after", chance.randint(1, 6))
    trial = attempt(bench, HAPPY, *cuts, days=-1, torn=True)
    assert trial.violations == [], trial
