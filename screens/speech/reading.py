"""Written text as it is read aloud: money, years, numbers of cards and papers, masked places.

Chinese numbers are written out: the voice would read 10000 as "ten thousand" is read in English, ten and a thousand.
"""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")

_MONEY = re.compile(r"(-?)[￥¥]([\d,]+)\.(\d\d)")
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?=\s*年)")
_MASKED = re.compile(r"[A-Za-z\d]*(?:\*+[A-Za-z\d]*)+")
_RUNS = re.compile(r"\*+|[A-Za-z\d]+")
_MARK = re.compile(r"(?<![A-Za-z\d.,])(?:[A-Za-z]{1,2}\d[A-Za-z\d]*|\d[A-Za-z\d]{4,}|0\d+)(?![A-Za-z\d])")
"""A number that names something: read one by one. Letters and digits, five digits and more, or a nought in front."""
_TAIL = re.compile(r"(?<=尾号)(\s*)(\d+)")
_BOTH = re.compile(r"(?<![第\d])(?<!第 )2(?=\s*[个次张位天遍种页])")
_RARE = re.compile("[\u3400-\u4dbf\U00020000-\U0003ffff]")
"""Characters that the voice does not know."""
_NUMBER = re.compile(r"\d+")
_PAUSES = re.compile(r"\s*(?:[·\n|—]|——|→)\s*")
_QUOTES = re.compile('[“”‘’"「」《》]')


def chinese_number(value: int) -> str:
    """``1005`` as ``一千零五``; not below 0, below ten thousand times a million million."""
    if value == 0:
        return _DIGITS[0]
    groups: list[int] = []
    rest = value
    while rest:
        rest, group = divmod(rest, 10_000)
        groups.append(group)
    text = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            continue
        gap = text and (group < 1000 or (place + 1 < len(groups) and groups[place + 1] == 0))
        text += ("零" if gap else "") + _thousand(group) + _GROUPS[place]
    return text.removeprefix("一") if text.startswith("一十") else text


def _thousand(value: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def one_by_one(language: str, text: str) -> str:
    """Each letter and digit by itself."""
    if language == "zh":
        return "".join(_DIGITS[int(sign)] if sign.isdigit() else f" {sign} " for sign in text).strip()
    return " ".join(text)


def aloud(language: str, text: str) -> str:
    """``text`` of the screen as it is said in ``language``, ``zh`` or any other, which is read as English."""
    text = _QUOTES.sub("", _PAUSES.sub("，" if language == "zh" else ", ", text.strip()))
    text = _RARE.sub("，生僻字，" if language == "zh" else ", rare character, ", text)
    text = _MONEY.sub(lambda found: _money(language, found), text)
    if language == "zh":
        text = _YEAR.sub(lambda found: one_by_one("zh", found[1]), text)
        text = _TAIL.sub(lambda found: found[1] + one_by_one("zh", found[2]), text)
        text = _BOTH.sub("两", text)
    text = _MASKED.sub(lambda found: _masked(language, found[0]), text)
    text = _MARK.sub(lambda found: one_by_one(language, found[0]), text)
    if language == "zh":
        text = _NUMBER.sub(lambda found: chinese_number(int(found[0])), text)
        text = re.sub(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])", "", text)
        return re.sub("，{2,}", "，", text).strip("，")
    return re.sub(r"(, ?)+,", ",", re.sub(r" {2,}", " ", text).replace(" ,", ",")).strip(", ")


def _money(language: str, found: re.Match[str]) -> str:
    minus, yuan, fen = bool(found[1]), int(found[2].replace(",", "")), int(found[3])
    if language != "zh":
        return f"{'minus ' if minus else ''}{yuan:,}{f'.{fen:02d}' if fen else ''} yuan"
    tens, ones = divmod(fen, 10)
    text = f"{chinese_number(yuan)}元" if yuan or not fen else ""
    text += f"{_DIGITS[tens]}角" if tens else "零" if yuan and ones else ""
    return ("负" if minus else "") + text + (f"{_DIGITS[ones]}分" if ones else "")


def _masked(language: str, text: str) -> str:
    """Digits beside stars name something, however few they are."""
    return "".join(
        _stars(language, len(run)) if run.startswith("*") else one_by_one(language, run) for run in _RUNS.findall(text)
    )


def _stars(language: str, count: int) -> str:
    if language == "zh":
        return "星号" if count == 1 else f"，{chinese_number(count) if count != 2 else '两'}个星号，"
    return " star " if count == 1 else f", {count} stars, "
