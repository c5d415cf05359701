"""What was on the glass while an incident ran: every view in its order, and how a test puts it into words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from kiosk_side import NOTHING_AROUND

from screens.film import Still
from statemachines.views import MakingCard, Say, Show, same_to_touch


class Shown:
    """To be given each view and its state. Views that look as the one before are one view; they are numbered from 1,
    as the runtimes of several lives each begin afresh."""

    def __init__(self) -> None:
        self.stills: list[Still] = []

    def __call__(self, state: str, show: Show) -> None:
        if state in NOTHING_AROUND:
            return
        if self.stills and self.stills[-1].state == state and same_to_touch(self.stills[-1].show, show):
            return
        frame = msgspec.structs.replace(show.frame, number=len(self.stills) + 1)
        self.stills.append(Still(state, Show(frame, show.page)))

    @property
    def told(self) -> list[str]:
        """State, page, the keys of its words, the part of the machine that is lit, and how far along it is."""
        return [_told(still) for still in self.stills]


def _told(still: Still) -> str:
    frame, page = still.show.frame, still.show.page
    parts = [still.state, type(page).__name__]
    if isinstance(page, MakingCard):
        parts += [f"{page.at}/{len(page.steps)}", *_words(page.note)]
    else:
        parts += _words(page)
    if frame.lit:
        parts.append(f"[{frame.lit}]")
    if frame.step:
        parts.append("({}/{})".format(*frame.step))
    return " ".join(parts)


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Say):
        yield value.key
        yield from _words(tuple(value.args.values()))
    elif isinstance(value, msgspec.Struct):
        for each in value.__struct_fields__:
            yield from _words(getattr(value, each))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _words(each)
