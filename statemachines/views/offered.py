"""Whether a touch says something that its page offers: what comes over the link is believed no further than that."""

from __future__ import annotations

from statemachines.views.issuing import EnterDigits
from statemachines.views.page import Page
from statemachines.views.pages import Amount, AskPrint, Identify, Maintenance, Menu, Months, Years


def is_offered(page: Page, intent: str, value: str) -> bool:
    """``choose`` must name something that can be chosen there, ``enter`` a number as long as is asked for. Of other
    intents the chart knows whether they are answered."""
    if intent == "choose":
        return value in _choices(page)
    if intent == "enter" and isinstance(page, EnterDigits):
        return value.isascii() and value.isdigit() and page.shortest <= len(value) <= page.longest
    return True


def _choices(page: Page) -> frozenset[str]:
    match page:
        case Menu() | AskPrint() | Maintenance():
            choices = page.choices
        case Identify():
            choices = page.ways
        case Amount():
            choices = page.more
        case Years():
            return frozenset(str(line.year) for line in page.years)
        case Months():
            turns = (("earlier", page.earlier), ("later", page.later))
            return frozenset(name for name, there in turns if there)
        case _:
            return frozenset()
    return frozenset(choice.id for choice in choices if choice.why_not is None)
