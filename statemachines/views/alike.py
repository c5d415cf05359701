"""When two views are the same to a finger: a live picture may run under it without the touch growing stale."""

from __future__ import annotations

import msgspec

from statemachines.views.issuing import Photo
from statemachines.views.messages import Show
from statemachines.views.page import Page


def still(page: Page) -> Page:
    """``page`` without its live picture; every other page as it is."""
    return msgspec.structs.replace(page, picture=b"") if isinstance(page, Photo) and page.stage == "aim" else page


def alike(one: Page, other: Page) -> bool:
    """Whether the pages differ in nothing but a live picture: what can be touched on both means the same."""
    return type(one) is type(other) and still(one) == still(other)


def same_to_touch(one: Show, other: Show) -> bool:
    """Whether the views differ in nothing but their numbers and a live picture."""
    return msgspec.structs.replace(one.frame, number=other.frame.number) == other.frame and alike(one.page, other.page)
