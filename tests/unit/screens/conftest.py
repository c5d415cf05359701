"""What the tests of the screens share: fonts, words, a composer for any screen. No window is opened here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import screens.pages  # noqa: F401  -- fills the table of pages
from screens.fonts import Fonts
from screens.gallery import NOON
from screens.kivy_environment import cache_folder
from screens.layout import Composer
from screens.locale.catalogue import Catalogue
from screens.theme import Theme
from screens.typeset import Typesetter


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    """With the real fonts."""
    return Typesetter(Fonts.prepare(cache_folder() / "fonts"))


@pytest.fixture(scope="session")
def composer(typesetter: Typesetter) -> Callable[[Theme], Composer]:
    """Builds a composer for a theme."""
    catalogue = Catalogue.load()
    return lambda theme: Composer(theme, catalogue, typesetter, lambda: NOON)
