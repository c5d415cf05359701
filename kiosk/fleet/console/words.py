"""The console's words in one language, and times as people read them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from kiosk.clock import KIOSK_ZONE

Language = Literal["zh", "en"]

FILE = Path(__file__).with_name("words.toml")
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


@cache
def document() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """``words.toml``."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


class Words:
    """``words("kiosk.left", left=3)``. A key that is not in ``words.toml`` is a KeyError."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    @property
    def other(self) -> Language:
        """The language this is not."""
        return "en" if self.language == "zh" else "zh"

    def __call__(self, key: str, **filled: object) -> str:
        section, _, name = key.partition(".")
        return document()[section][name][self.language].format(**filled)

    def of(self, section: str, word: str) -> str:
        """A word of the wire as people say it; itself if it is new."""
        known = document()[section].get(word)
        return word if known is None else known[self.language]

    def said(self, who: str, what: str, aside: str = "") -> str:
        """Somebody and what is told of them, with the language's own signs."""
        colon, opened, closed = ("：", "（", "）") if self.language == "zh" else (": ", " (", ")")
        return f"{who}{colon if what else ''}{what}{f'{opened}{aside}{closed}' if aside else ''}"

    def all(self, names: Sequence[str]) -> str:
        """Several of them, one after the other."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def supply(self, name: str) -> str:
        """What a supply is called."""
        kind, _, bank = name.partition(".")
        return self.of("supply", kind).format(bank=bank)

    def unit(self, name: str) -> str:
        """A place for cards in a machine; the hoppers have a number."""
        kind, _, number = name.partition("-")
        if kind == "hopper" and number:
            return self.of("unit", kind).format(number=number)
        return self.of("unit", name)

    def part(self, device: str) -> str:
        """A device, or what runs out: alerts are about either."""
        if device not in document()["device"] and device.partition(".")[0] in document()["supply"]:
            return self.supply(device)
        return self.of("device", device)

    def place(self, kiosk: str, device: str) -> str:
        """What an alert is about."""
        scope, _, name = device.partition(":")
        if not kiosk:
            kind = {"line": "kiosk.line", "site": "kiosk.place"}.get(scope)
            return self("report.fleet") if kind is None else f"{self(kind)} {name}"
        return kiosk if device in ("", "kiosk", "service") else f"{kiosk} · {self.part(device)}"

    def ago(self, at: int | None, now: int) -> str:
        """How long ago, roughly."""
        if at is None:
            return "–"
        gone = max(0, now - at)
        if gone < MINUTE:
            return self("ago.now")
        name, count = _rough(gone)
        return self(f"ago.{name}", count=count)

    def span(self, milliseconds: int) -> str:
        """How long, roughly."""
        name, count = _rough(max(0, milliseconds))
        return self(f"ago.span_{name}", count=count)

    def length(self, milliseconds: int) -> str:
        """How long, exactly enough to tell a short outage from none."""
        if milliseconds < MINUTE:
            return self("ago.span_seconds", count=max(0, milliseconds) // 1000)
        if milliseconds < HOUR:
            return self("ago.span_minutes", count=milliseconds // MINUTE)
        return f"{milliseconds / HOUR:,.1f} {self('report.hours')}"

    def ahead(self, milliseconds: int) -> str:
        """By how much a clock is ahead, or slow; seconds only below a minute."""
        if abs(milliseconds) < SECOND:
            return self("clock.right")
        hours, minutes = divmod(abs(milliseconds) // MINUTE, 60)
        if abs(milliseconds) < MINUTE:
            span = self("ago.span_seconds", count=abs(milliseconds) // SECOND)
        elif hours >= 48:
            span = self("ago.span_days", count=hours // 24)
        else:
            parts = {"span_hours": hours, "span_minutes": minutes}
            span = " ".join(self(f"ago.{name}", count=count) for name, count in parts.items() if count)
        return self("clock.ahead" if milliseconds > 0 else "clock.slow", span=span)

    def share(self, share: float | None) -> str:
        """A percentage with two decimals, rounded down: only what was never down is 100 %."""
        return "–" if share is None else f"{int(share * 10_000 + 1e-6) / 100:.2f} %"

    def day(self, day: str | None) -> str:
        """``2026年11月22日``, ``22 November 2026``."""
        if not day:
            return "–"
        found = date.fromisoformat(day)
        if self.language == "zh":
            return f"{found.year}年{found.month}月{found.day}日"
        return f"{found.day} {found:%B} {found.year}"


def moment(at: int, now: int) -> str:
    """The time of day, with the day if it is another one; in the kiosks' zone."""
    found, today = (datetime.fromtimestamp(each / 1000, KIOSK_ZONE) for each in (at, now))
    return f"{found:%H:%M:%S}" if found.date() == today.date() else f"{found:%m-%d %H:%M}"


def day_of(at: int) -> str:
    """The day in the kiosks' zone, ``2026-11-22``."""
    return datetime.fromtimestamp(at / 1000, KIOSK_ZONE).date().isoformat()


def _rough(milliseconds: int) -> tuple[str, int]:
    if milliseconds < HOUR:
        return "minutes", milliseconds // MINUTE
    if milliseconds < 2 * DAY:
        return "hours", milliseconds // HOUR
    return "days", milliseconds // DAY
