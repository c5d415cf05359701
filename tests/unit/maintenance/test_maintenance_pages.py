"""The pages of the stock at their fullest, drawn for every glass, mode and language: nothing is cut off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

import screens.pages  # noqa: F401  -- fills the table of pages
from devices.contract import StorageKind, StorageLevel
from kiosk.journal.ledger import CardPlace, LedgerCard, PathCard
from kiosk.pages.maintenance import MAINTENANCE_PAGES
from kiosk.session import Session, Trouble
from kiosk.upkeep import Unit, Upkeep
from screens.fonts import Fonts
from screens.gallery import GLASSES, MODES, NOON
from screens.kivy_environment import cache_folder
from screens.layout import Composer
from screens.layout_check import problems
from screens.locale.catalogue import Catalogue
from screens.theme import Theme
from screens.typeset import Typesetter
from statemachines.views import Frame, Number, Say

HOPPERS = [
    Unit(f"hopper-{at}", StorageKind.DISPENSE, 100 * at, StorageLevel.LOW, at != 2, "example_bank")
    for at in (1, 2, 3, 4)
]
GROUPS = [
    (size, mode)
    for size in GLASSES
    for mode in MODES
    if not (MODES[mode].get("low_reach") and GLASSES[size].within_reach)
]


def fullest() -> Session:
    """Four hoppers, everything wrong at once, long lists."""
    cards = tuple(
        LedgerCard(f"0C0000{at:02X}", "example_bank", CardPlace.SPOILED, "hopper-1", "B1", inside=True)
        for at in range(40)
    )
    upkeep = Upkeep(
        persons=cast("Any", None),
        units=(
            *HOPPERS,
            Unit("reject-box", StorageKind.RETAIN, 40, 39, agrees=False),
            Unit("holding-slot", StorageKind.PARK, 1, 1, agrees=True),
        ),
        blocks=("stock_difference",),
        deliveries={"received": ("0C000001", "0C000002"), "2026-11-22-example-bank.toml": ("0C000003",) * 500},
        in_bin=cards,
        held=cards[:9],
        path=PathCard("", "example_bank", "hopper-1", "B1"),
        fault="card_printer.motion_unknown",
        problem=Say("stock.load.not_so_many", {"count": Number(500)}),
    )
    session = Session(upkeep=upkeep)
    session.kept = {"hopper": "hopper-1", "delivery": "2026-11-22-example-bank.toml"}
    session.trouble = Trouble(Say("stock.card.is_somebodys"), advice=(Say("stock.card.is_somebodys.what"),))
    session.pin.problem = Say("staff.same_person")
    session.document = "20261122-K0001-0042-S"
    return session


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    """With the real fonts."""
    return Typesetter(Fonts.prepare(cache_folder() / "fonts"))


@pytest.mark.parametrize(("size", "mode"), GROUPS)
def test_nothing_is_wrong_with_any_page(typesetter: Typesetter, size: str, mode: str) -> None:
    options = dict(MODES[mode])
    large = bool(options.pop("large", False))
    composer = Composer(Theme(GLASSES[size], large=large, **options), Catalogue.load(), typesetter, lambda: NOON)
    session = fullest()
    wrong = []
    tools = cast("Any", SimpleNamespace(tools=None))
    for state, build in MAINTENANCE_PAGES.items():
        if state.endswith(".devices"):
            continue
        page = build(session, tools)
        for language in ("zh", "en"):
            frame = Frame(number=1, language=language, large=large, place="示例大厅", machine="K0001", back=True)
            turn = 0
            while True:
                scene = composer.scene(frame, cast("Any", page), turn)
                wrong += [f"{state} {language}: {each}" for each in problems(scene)]
                turn += 1
                if turn >= scene.turns:
                    break
    assert wrong == [], "\n".join(wrong)


def test_what_the_pages_say_travels_over_the_link() -> None:
    session, tools = fullest(), cast("Any", None)
    for state, build in MAINTENANCE_PAGES.items():
        if not state.endswith(".devices"):
            page = build(session, tools)
            assert msgspec.json.decode(msgspec.json.encode(page), type=type(page)) == page
