"""What the tests of the screens share: fonts, words, a composer for any screen. A window only for who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from screens_by_hand_kiosk import HEIGHT, WIDTH, Kiosk

import screens.pages  # noqa: F401  -- fills the table of pages
from screens.fonts import Fonts
from screens.gallery import NOON
from screens.kivy_environment import cache_folder
from screens.layout import Composer
from screens.locale.catalogue import Catalogue
from screens.speech.aids import SpeechAid
from screens.theme import Theme
from screens.typeset import Typesetter
from screens.virtual_display import virtual_display


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    """With the real fonts."""
    return Typesetter(Fonts.prepare(cache_folder() / "fonts"))


@pytest.fixture(scope="session")
def composer(typesetter: Typesetter) -> Callable[[Theme], Composer]:
    """Builds a composer for a theme; with speech on, Help has the most to show."""
    catalogue = Catalogue.load()
    return lambda theme: Composer(theme, catalogue, typesetter, lambda: NOON, SpeechAid(on=True))


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with virtual_display(WIDTH, HEIGHT) as name:
        yield name


@pytest.fixture
def kiosk(tmp_path: Path, display: str) -> Iterator[Kiosk]:
    started = Kiosk(tmp_path / "s", display)
    yield started
    started.stop()
