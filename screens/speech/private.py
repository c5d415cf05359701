"""What is nobody else's business, when others can hear it (EN 301 549, 5.1.3.9; ADA 707.4, 707.5.1).

On a loudspeaker only what is the same for everyone is said: sentences of the language files as they stand there, and
those with nothing in their places but counts, or words of the same kind. Everything else, whatever it is, is only on
the screen.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from screens.locale.catalogue import Catalogue, Message, places
from screens.speech.pieces import Piece
from screens.widgets.node import Saying

COUNTING = frozenset(
    {
        "ask_print.length",
        "enter_digits.count",
        "enter_digits.of",
        "frame.page",
        "frame.step",
        "months.title",
        "pay.left",
        "photo.tries_left",
        "pin.tries_left",
        "print.contributions_of",
        "print.sheets_good",
        "take_new_card.left",
        "working.at_most",
        "working.querying_scheme",
        "working.seconds_passed",
        "years.title",
    }
)
"""Sentences that may be said with a count or a word of the language files in their places."""

OF_THE_HALL = frozenset({"advice.at_device", "where.nearest_machine"})
"""Sentences that may be said whatever is in their places: it is about the hall, not about a person."""

_COUNT = re.compile(r"\d{1,4}")

PUBLIC_PAGES = ("Maintenance", "OutOfService", "Attract", "Starting")
"""Pages with nothing of a person on them."""


ON_SCREEN = Piece(())
"""Something that is not said here."""


def is_public(catalogue: Catalogue, language: str, said: Saying) -> bool:
    """Whether anyone in the hall may hear it."""
    if said.personal:
        return False
    constant, patterns = _public(catalogue, language)
    if said.text in constant:
        return True
    for pattern, free in patterns:
        found = pattern.fullmatch(said.text)
        if found and (free or all(_COUNT.fullmatch(value) or value in constant for value in found.groups())):
            return True
    return False


def for_everyone(catalogue: Catalogue, language: str, page: str, found: list[Piece]) -> list[Piece]:
    """``found`` without what is personal; :data:`ON_SCREEN` stands where something was left out, once for all that is
    beside it. What can be touched is left out whole when its name is personal."""
    if page in PUBLIC_PAGES:
        return found
    read: list[Piece] = []
    touch: list[Piece] = []
    unnamed = False
    for piece in found:
        public = [is_public(catalogue, language, part) for part in piece.parts]
        parts = tuple(part for part, heard in zip(piece.parts, public, strict=True) if heard)
        if piece.where and public[0]:
            touch.append(replace(piece, parts=parts))
        elif piece.where:
            unnamed = True
        elif all(public):
            read.append(piece)
        else:
            if read and read[-1] is ON_SCREEN:
                read.pop()  # label after label, and then once that all of it is on the screen
            read += [replace(piece, parts=parts)] if parts else []
            if read or piece.headline or parts:  # a greeting is not missed
                read.append(ON_SCREEN)
    if unnamed and ON_SCREEN not in read:
        read.append(ON_SCREEN)
    return read + touch


@lru_cache
def _public(catalogue: Catalogue, language: str) -> tuple[frozenset[str], list[tuple[re.Pattern[str], bool]]]:
    constant: set[str] = set()
    patterns: list[tuple[re.Pattern[str], bool]] = []
    for key in catalogue.keys(language):
        message = catalogue.message(language, key)
        if not message.places:
            constant.update(message.forms)
        elif key in COUNTING or key in OF_THE_HALL or key.startswith("speech."):
            patterns += [(pattern, key in OF_THE_HALL) for pattern in _patterns(message)]
    return frozenset(constant), patterns


def _patterns(message: Message) -> list[re.Pattern[str]]:
    found = []
    for form in message.forms:
        pattern = re.escape(form)
        for name in places(form):
            pattern = pattern.replace(re.escape(f"{{{name}}}"), "(.+)")
        found.append(re.compile(pattern, re.DOTALL))
    return found
