"""The facts of what a kiosk tells or answers, and of alerts, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from devices import fault_catalogue
from devices.card_printer.contract import CardPosition
from devices.contract import DeviceState, StorageLevel
from kiosk.fleet.alerts import rules
from kiosk.fleet.console.pages import page_of
from kiosk.fleet.console.words import Words, day_of, document
from kiosk.fleet.facts import Counted, Door, Failure, Stuck, Tested, Unsettled, Whose
from kiosk.fleet.messages import EventName
from kiosk.fleet.orders import Refusal
from kiosk.host.payer.reconciliation import Difference
from kiosk.journal.searching import Mistake
from kiosk.record_stock import Blocked

VOCABULARIES: Mapping[str, Mapping[str, type[StrEnum] | None]] = MappingProxyType(
    {
        "door": {"door": Door},
        "what": {"stuck": Stuck},
        "step": {"unsettled": Unsettled},
        "kind": {"difference": Difference, "advice": None},
        "whose": {"whose": Whose},
        "by": {"counted": Counted},
        "reason": {"refusal": Refusal, "failure": Failure, "search": Mistake, "blocked": Blocked},
        "tested": {"tested": Tested},
        "position": {"position": CardPosition},
        "state": {"state": DeviceState},
        "level": {"level": StorageLevel},
        "verb": {"command": None},
        "remedy": {"command": None},
        "device": {"device": None},
        "which": {"device": None},
    }
)
"""By the fact's name, the sections of ``words.toml`` that have its words, with the words that it may have; None: they
are no enum, and a test knows them."""

SECOND, KILOBYTE, THOUSANDTHS, YEAR_2100 = 1000, 1024, 1000, 4_102_444_800_000


def in_words(words: Words, facts: Mapping[str, object], of: str = "") -> list[str]:
    """Each in words, in the order given; one that says nothing to people is left out. ``of``: the event."""
    return [said for name, value in facts.items() if (said := _said(words, name, value, of))]


def why(words: Words, reason: str) -> str:
    """A reason; of a device's fault, what is to be done about it."""
    for section in VOCABULARIES["reason"]:
        if reason in document()[section]:
            return words.of(section, reason)
    if reason in fault_catalogue.load():
        return rules.rule(reason).remedy.in_language(words.language)
    return reason


def _said(words: Words, name: str, value: object, of: str) -> str:
    if isinstance(value, list | dict):  # told beside it
        return ""
    if isinstance(value, bool):
        key = f"{name}_{'yes' if value else 'no'}"
        return words(f"fact.{key}") if key in document()["fact"] else ""
    text = _value(words, name, value, of)
    return words(f"fact.{name}", value=text) if name in document()["fact"] else f"{name} {text}"


def _value(words: Words, name: str, value: object, of: str) -> str:
    text = str(value)
    if isinstance(value, int):
        return _number(words, name, value, of)
    if name in ("reason", "fault"):
        return why(words, text)
    if name == "where":
        page = page_of(text)
        return words.of("page", page) if page else words.of("device", text)
    if name == "place":
        return words.unit(f"hopper-{text}" if text.isdecimal() else text)
    if name == "detail":  # what is wrong with an argument begins with its name
        return words.of("command", text.partition(":")[0])
    if name == "supply" and text.partition(".")[0] in document()["supply"]:
        return words.supply(text)
    if name == "empty_on":
        return words.day(text) if _is_day(text) else text
    for section in VOCABULARIES.get(name, ()):
        if text in document()[section]:
            return words.of(section, text)
    return text


def _is_day(text: str) -> bool:
    """Any kiosk may say anything in a fact."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(words: Words, name: str, value: int, of: str) -> str:
    if name == "milliseconds" and of == EventName.CLOCK_WRONG:
        return words.ahead(value)
    if name == "milliseconds":
        return f"{value} ms" if 0 <= value < SECOND else words.length(value)
    if name == "ahead":
        return words.ahead(value)
    if name == "until" and 0 <= value <= YEAR_2100:
        return words.day(day_of(value))
    if name == "a_day":
        return f"{value / THOUSANDTHS:g}"
    if name == "bytes":
        return f"{max(1, round(value / KILOBYTE)):,} kB"
    return f"{value:,}"
