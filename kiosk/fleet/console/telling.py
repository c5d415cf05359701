"""What a kiosk told, as a sentence of the time line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.fleet.alerts import rules
from kiosk.fleet.console.words import Words, document


def sentence(words: Words, kind: str, body: Mapping[str, Any]) -> str:
    """Empty for what a time line does not show."""
    if kind == "device_state":
        return _device(words, body)
    if kind == "capabilities":
        lost = body.get("lost") or {}
        if not lost:
            return words("told.all_works")
        return words("told.lost", what=_list(words, [words.of("capability", each) for each in lost]))
    if kind == "business_outcome":
        result = words.of("told", str(body.get("result")))
        step = body.get("step")
        return words.said(words.of("service", str(body.get("service"))), result, str(step or ""))
    if kind == "event":
        return _event(words, body)
    return ""


def _device(words: Words, body: Mapping[str, Any]) -> str:
    name = words.of("device", str(body.get("kind")))
    fault = body.get("fault")
    if fault:
        return words.said(name, rules.rule(str(fault)).words.in_language(words.language))
    return words.said(name, words.of("state", str(body.get("state"))))


def _event(words: Words, body: Mapping[str, Any]) -> str:
    name = str(body.get("event"))
    known = document()["event"].get(name)
    said = name if known is None else known[words.language]
    facts = body.get("facts") or {}
    shown = " · ".join(str(value) for value in facts.values() if not isinstance(value, bool))
    return words.said(said, "", shown)


def _list(words: Words, names: list[str]) -> str:
    return ("、" if words.language == "zh" else ", ").join(names)
