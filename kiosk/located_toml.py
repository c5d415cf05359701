"""TOML files of which every value knows its line and column, and the mistakes found in them.

The standard library reads the values; the scanner here finds where each stood. :mod:`kiosk.validation` checks them
against a model.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Location = tuple[str | int, ...]
"""Keys and list indices from the top of the file: ``("rule", 0, "value")``."""


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong. ``where``: file, or the environment variable. Texts are for the person who wrote the file."""

    where: str
    place: Place | None
    field: str
    found: str
    allowed: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f":{self.place.line}:{self.place.column}" if self.place else ""
        field = f" {self.field}:" if self.field else ""
        suggestion = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{self.where}{place}:{field} found {self.found}; allowed: {self.allowed}{suggestion}"


class MistakesError(ValueError):
    """A file that cannot be used. ``mistakes`` has at least one entry; the message lists them, one a line."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file as read. ``keys``: where each key or list item begins; ``values``: where its value begins."""

    file: str
    data: dict[str, Any]
    keys: Mapping[Location, Place]
    values: Mapping[Location, Place]

    def place(self, location: Location, *, of_key: bool = False) -> Place | None:
        """Where ``location`` stands, or the nearest thing around it; None for an empty file."""
        for length in range(len(location), 0, -1):
            around = location[:length]
            found = (self.keys if of_key or length < len(location) else self.values).get(around)
            if found is not None:
                return found
        return None


def read(path: Path) -> Document:
    """Read a file. Raises MistakesError for one that is missing, not UTF-8, or not TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MistakesError([Mistake(str(path), None, "", "no such file", "a TOML file that can be read")]) from None
    except UnicodeDecodeError as error:
        raise MistakesError([Mistake(str(path), None, "", f"byte {error.start} is not UTF-8", "UTF-8 text")]) from None
    except OSError as error:
        raise MistakesError([Mistake(str(path), None, "", error.strerror or "an error", "a readable file")]) from None
    return parse(text, str(path))


def parse(text: str, file: str) -> Document:
    """As :func:`read`, from text; ``file`` is what messages call it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MistakesError([_syntax_mistake(str(error), text, file)]) from None
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.scan()
    return Document(file, data, scanner.keys, scanner.values)


def _syntax_mistake(message: str, text: str, file: str) -> Mistake:
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if not found:
        return Mistake(file, None, "", message, "TOML")
    lines = text.count("\n") + 1
    place = Place(int(found[2]), int(found[3])) if found[2] else Place(lines, len(text) - text.rfind("\n"))
    return Mistake(file, place, "", f"{found[1][0].lower()}{found[1][1:]}", "TOML")


class _Scanner:
    """Walks text that is known to be valid TOML and notes where things stand."""

    _BARE = re.compile(r"[A-Za-z0-9_-]+")
    _SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
    _BLANK = re.compile(r"[ \t]*")
    _STRINGS = re.compile(
        r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
    )
    _PLAIN = re.compile(r"[^,\]}#\n]+")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._lists: dict[Location, int] = {}
        self.keys: dict[Location, Place] = {}
        self.values: dict[Location, Place] = {}

    def scan(self) -> None:
        table: Location = ()
        while self._skip(self._SPACE) < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._assignment(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _here(self) -> Place:
        line = self._line(self._at)
        return Place(line, self._at - self._starts[line - 1] + 1)

    def _line(self, position: int) -> int:
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= position else (low, middle)
        return low + 1

    def _header(self) -> Location:
        place = self._here()
        repeated = self._text.startswith("[[", self._at)
        self._at += 2 if repeated else 1
        path: Location = ()
        for key in self._key():
            path = self._entered((*path, key))
            self.keys.setdefault(path, place)
        if repeated:
            path = path[:-1] if isinstance(path[-1], int) else path
            self._lists[path] = self._lists.get(path, -1) + 1
            path = (*path, self._lists[path])
        self.keys[path] = place
        self.values[path] = place
        self._at += 2 if repeated else 1
        return path

    def _entered(self, path: Location) -> Location:
        return (*path, self._lists[path]) if path in self._lists else path

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip(self._BLANK)
            start = self._at
            if self._text[self._at] in "\"'":
                self._skip(self._STRINGS)
                parts.append(next(iter(tomllib.loads(f"{self._text[start : self._at]} = 0"))))
            else:
                self._skip(self._BARE)
                parts.append(self._text[start : self._at])
            self._skip(self._BLANK)
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _assignment(self, table: Location) -> None:
        place = self._here()
        path = table
        for key in self._key():
            path = (*path, key)
            self.keys.setdefault(path, place)
        self._at += 1  # the equals sign
        self._skip(self._BLANK)
        self._value(path)

    def _value(self, path: Location) -> None:
        self.values.setdefault(path, self._here())
        match self._text[self._at]:
            case "[":
                self._sequence(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._skip(self._STRINGS)
            case _:
                self._skip(self._PLAIN)

    def _sequence(self, path: Location) -> None:
        self._at += 1
        index = 0
        while self._text[self._skip(self._SPACE)] != "]":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self.keys[(*path, index)] = self._here()
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: Location) -> None:
        self._at += 1
        while self._text[self._skip(self._SPACE)] != "}":
            if self._text[self._at] == ",":
                self._at += 1
            else:
                self._assignment(path)
        self._at += 1
