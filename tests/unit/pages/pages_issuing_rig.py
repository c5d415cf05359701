"""What the tests of issuing's pages share: every value on a page, and its words."""

from __future__ import annotations

from typing import Any

from screens.locale.catalogue import Catalogue
from screens.locale.formats import Words
from statemachines.views import (
    Choice,
    Day,
    Fen,
    Menu,
    Number,
    Page,
    Row,
    Say,
    Value,
    Verbatim,
)

FULL = ("王秀兰", "990101195603120022", "13900000022", "幸福路3号")


class _Nothing:
    """Activities that a chart can be laid out with and that do nothing."""

    def __getattr__(self, name: str) -> Any:
        async def nothing(stage: object) -> str:
            return ""

        return nothing


ISSUING = (
    *(f"in_service.session.{part}." for part in ("applying", "making", "handing_over", "collecting")),
    *(f"in_service.session.{state}" for state in ("printing_issue_slip", "take_issue_slip", "issue_ended")),
    "recovering.",
)

CATALOGUE = Catalogue.load()


def spoken(value: object) -> list[Value]:
    """Every value on a page, however deep."""
    if isinstance(value, Say | Verbatim | Fen | Day | Number):
        return [value]
    if isinstance(value, tuple):
        return [found for each in value for found in spoken(each)]
    if isinstance(value, Page | Row | Choice):
        return [found for name in value.__struct_fields__ for found in spoken(getattr(value, name))]
    return []


def texts(page: Page, language: str = "zh") -> str:
    words = Words(CATALOGUE, language)
    return "\n".join(words.write(value) for value in spoken(page))


def why_not(menu: Menu) -> dict[str, Say | None]:
    return {choice.id: choice.why_not for choice in menu.choices}
