"""What a kiosk told, as a sentence of the time line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.fleet.alerts import rules
from kiosk.fleet.console import citizens_words
from kiosk.fleet.console.facts import in_words
from kiosk.fleet.console.pages import page_of_step
from kiosk.fleet.console.words import Words, document
from kiosk.fleet.desk.shapes import Moment

TOGETHER = 5_000
"""Milliseconds within which devices that come up are told in one sentence."""


def news(words: Words, moments: Sequence[Moment], not_fitted: frozenset[str] = frozenset()) -> list[tuple[Moment, str]]:
    """Each moment that is news with its sentence, in the order given, the newest first. What a device or the capability
    view says again is none; devices that come up one after another are one. What a kiosk cannot do for want of a
    part in ``not_fitted`` is not lost."""
    told: list[tuple[Moment, str]] = []
    known: dict[str, object] = {}
    up: list[str] = []

    def flush() -> None:
        if len(up) > 1:
            told[-1] = (told[-1][0], words("kiosk.online_again", what=words.all(up)))
        up.clear()

    for each in reversed([_of_parts(moment, not_fitted) for moment in moments]):
        of, says = _says(each)
        if of and known.get(of) == says:
            continue
        known[of] = says
        text = sentence(words, each.kind, each.body)
        if not text:
            continue
        if each.kind != "device_state" or not _well(each.body):
            flush()
            told.append((each, text))
            continue
        if up and told[-1][0].happened_at + TOGETHER >= each.happened_at:
            told.pop()
        else:
            flush()
        up.append(words.of("device", str(each.body.get("kind"))))
        told.append((each, text))
    flush()
    return told[::-1]


def _of_parts(moment: Moment, not_fitted: frozenset[str]) -> Moment:
    lost = moment.body.get("lost") or {}
    if moment.kind != "capabilities" or not_fitted.isdisjoint(lost.values()):
        return moment
    left = {able: part for able, part in lost.items() if part not in not_fitted}
    return moment.model_copy(update={"body": {**moment.body, "lost": left}})


def _says(moment: Moment) -> tuple[str, object]:
    """Of what a moment tells, and what; empty of what may be said any number of times."""
    body = moment.body
    if moment.kind == "device_state":
        return f"device {body.get('device')}", (body.get("state"), body.get("fault"))
    if moment.kind == "capabilities":
        return "capabilities", body.get("lost") or {}
    return "", None


def _well(body: Mapping[str, Any]) -> bool:
    return body.get("state") == "online" and not body.get("fault")


def sentence(words: Words, kind: str, body: Mapping[str, Any]) -> str:
    """Empty for what a time line does not show."""
    if kind == "device_state":
        return _device(words, body)
    if kind == "capabilities":
        lost = body.get("lost") or {}
        if not lost:
            return words("told.all_works")
        return words("told.lost", what=words.all([words.of("capability", each) for each in lost]))
    if kind == "business_outcome":
        result = words.of("told", str(body.get("result")))
        return words.said(words.of("service", str(body.get("service"))), result, _why(words, body))
    if kind == "event":
        return _event(words, body)
    return ""


def _why(words: Words, body: Mapping[str, Any]) -> str:
    """What the citizen was told; else where it ended."""
    reason = body.get("reason")
    return citizens_words.of(words.language, str(reason)).rstrip("。.") if reason else _step(words, body.get("step"))


def _step(words: Words, step: object) -> str:
    """Where it ended, as the page that was shown."""
    page = page_of_step(str(step or ""))
    return words.of("page", page) if page else str(step or "")


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
    return words.said(said, "", " · ".join(in_words(words, facts, name)))
