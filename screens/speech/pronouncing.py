"""Which voice says which part of a text, and how Chinese characters with two readings are read."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

READINGS = Path(__file__).with_name("readings.toml")


class Speaker(NamedTuple):
    """A voice of espeak-ng, and how fast it speaks, in words a minute: 175 is its usual speed."""

    voice: str
    speed: int


SPEAKERS = MappingProxyType({"zh": Speaker("cmn-latn-pinyin", 130), "en": Speaker("en", 150)})
"""Of the two Mandarin voices that Debian 12 has (1.51), ``cmn`` reads its own pinyin as English. Both speak slowly:
they are listened to by old people, in a hall."""

_LATIN = re.compile(r"[A-Za-z]+(?:[\s'.-]+[A-Za-z]+)*")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@cache
def readings() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern that finds the words of ``readings.toml``, the longest first, and their pinyin."""
    table: dict[str, str] = tomllib.loads(READINGS.read_text("utf-8"))["readings"]
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), table


def spoken_by(language: str, text: str) -> list[tuple[Speaker, str]]:
    """``text`` in parts, each with the voice that can say it: an English word in a Chinese sentence, a Chinese name in
    an English one."""
    own, other = ("zh", "en") if language == "zh" else ("en", "zh")
    strange = _LATIN if own == "zh" else _HAN
    parts: list[tuple[str, str]] = []
    end = 0
    for found in strange.finditer(text):
        parts += [(own, text[end : found.start()]), (other, found[0])]
        end = found.end()
    parts.append((own, text[end:]))
    return [(SPEAKERS[which], _pinyin(part) if which == "zh" else part) for which, part in parts if _audible(part)]


def _audible(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _pinyin(text: str) -> str:
    pattern, table = readings()
    return pattern.sub(lambda found: f" {table[found[0]]} ", text)
