"""Breaking text into lines, as Chinese and English are set: pure, given a way to measure.

Chinese may break anywhere, except that closing marks never begin a line and opening marks never end one; Latin words,
numbers and amounts are never broken, unless one alone is wider than the line.
"""

from __future__ import annotations

from collections.abc import Callable

Measure = Callable[[str], float]

_NO_START = frozenset("，。、；：？！”’）》」』】…—·%℃,.;:?!)]}")
_NO_END = frozenset("“‘（《「『【([{￥")


_UNITS = frozenset("年月日号个次秒元张位天楼%")
"""Stay with the number before them."""

_TOGETHER = (
    "社会保障卡",
    "居民身份证",
    "身份证",
    "社保卡",
    "证件",
    "密码",
    "键盘",
    "感应区",
    "工作人员",
    "个人账户",
    "缴费记录",
)
"""Words that read badly when broken."""


def _wide(character: str) -> bool:
    code = ord(character)
    return code >= 0x2E80 and not 0xFF10 <= code <= 0xFF5A and character != "￥"


def pieces(text: str) -> list[str]:
    """``text`` cut where a line may end. A piece keeps the space behind it."""
    cut: list[str] = []
    place = 0
    while place < len(text):
        word = next((word for word in _TOGETHER if text.startswith(word, place)), text[place])
        if cut and not _may_break(cut[-1][-1], word[0]):
            cut[-1] += word
        else:
            cut.append(word)
        place += len(word)
    return cut


def _may_break(before: str, after: str) -> bool:
    if after in _NO_START or before in _NO_END or after == " ":
        return False
    if before.isdigit() and after in _UNITS:
        return False
    return before == " " or _wide(before) or _wide(after)


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """Lines of ``text`` no wider than ``width``; ``\\n`` always ends one. A piece wider than that is broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in pieces(paragraph):
            if line and measure((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            while not line and measure(piece.rstrip()) > width and len(piece.rstrip()) > 1:
                fitting = next(n for n in range(len(piece) - 1, 0, -1) if n == 1 or measure(piece[:n]) <= width)
                lines.append(piece[:fitting])
                piece = piece[fitting:]
            line += piece
        lines.append(line.rstrip())
    return lines


def balanced(text: str, width: float, measure: Measure) -> list[str]:
    """As :func:`break_lines`, but with lines as even as they can be in the same number of lines: for questions."""
    best = break_lines(text, width, measure)
    if len(best) < 2:
        return best
    widest = max((measure(piece.rstrip()) for line in text.split("\n") for piece in pieces(line)), default=0)
    low, high = max(width / 2, widest), width  # narrower, a word would be broken to even the lines
    while high - low > width / 64:
        middle = (low + high) / 2
        tried = break_lines(text, middle, measure)
        if len(tried) <= len(best) and all(measure(line) <= middle for line in tried):
            best, high = tried, middle
        else:
            low = middle
    return best
