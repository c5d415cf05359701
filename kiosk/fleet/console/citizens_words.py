"""What a citizen was told, for those who look on: a business that was refused says why by the key of that sentence."""

from __future__ import annotations

import string
from functools import cache

from screens.locale.catalogue import Catalogue, MissingWords

_BLANK = "…"


@cache
def _catalogue() -> Catalogue:
    return Catalogue.load()


def of(language: str, key: str) -> str:
    """The sentence of ``key`` with its places left blank; ``key`` itself where this version has no words for it."""
    try:
        text = _catalogue().message(language, key).forms[-1]
    except MissingWords:
        return key
    pieces = string.Formatter().parse(text)
    return "".join(f"{before}{'' if place is None else _BLANK}" for before, place, _, _ in pieces)
