"""The language files: symbolic keys (``pin.tries_left``), one ``.po`` file a language, places as ``{name}``.

A message with a plural (``msgid_plural``) chooses its form by the argument ``count``. The words of device faults are
read from the fault table itself, so that a fault has one home: ``fault.<code>`` for the citizen, ``fault.<code>.staff``
for the staff.
"""

from __future__ import annotations

import gettext
import string
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

HERE = Path(__file__).parent
FAULTS = HERE.parent.parent / "devices" / "faults.toml"
LANGUAGES = ("zh", "en")


class WordsError(LookupError):
    """Base of what can be wrong with words: a bug in the language files or in who asks, never the citizen's doing."""


class MissingWords(WordsError):
    """No language file has this key in this language."""

    def __init__(self, language: str, key: str) -> None:
        super().__init__(f"no words for {key!r} in {language!r}")
        self.language = language
        self.key = key


class MissingArgument(WordsError):
    """The words have a place that was given no value. Values are never in the message."""

    def __init__(self, language: str, key: str, place: str) -> None:
        super().__init__(f"{key!r} in {language!r} has a place {{{place}}} and was given no value for it")
        self.place = place


def places(text: str) -> frozenset[str]:
    """The names of the places in ``text``: ``{"count"}`` for "{count} tries left"."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@dataclass(frozen=True, slots=True)
class Message:
    """The words of one key: one form, or one for each plural form of the language."""

    forms: tuple[str, ...]

    @property
    def plural(self) -> bool:
        """Whether the form depends on ``count``."""
        return len(self.forms) > 1

    @property
    def places(self) -> frozenset[str]:
        """Every place in any form."""
        return frozenset().union(*(places(form) for form in self.forms))


class Catalogue:
    """All words in all languages, in memory. Build with :meth:`load`."""

    def __init__(self, messages: dict[str, dict[str, Message]], plurals: dict[str, Callable[[int], int]]) -> None:
        self._messages = messages
        self._plurals = plurals

    @classmethod
    def load(cls, folder: Path = HERE, faults: Path | None = FAULTS) -> Catalogue:
        """Read every ``.po`` file in ``folder``, and the citizens' and staff's words of ``faults``.

        Raises WordsError for a message without text, ValueError for a file that is not well-formed.
        """
        messages: dict[str, dict[str, Message]] = {}
        plurals: dict[str, Callable[[int], int]] = {}
        for path in sorted(folder.glob("*.po")):
            language = path.stem
            with path.open("rb") as file:
                catalog = read_po(file, locale=language, abort_invalid=True)
            plurals[language] = gettext.c2py(catalog.plural_expr)
            messages[language] = _messages(catalog, language)
        if faults is not None:
            for language, words in _fault_words(faults).items():
                messages.setdefault(language, {}).update(words)
        return cls(messages, plurals)

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages there are, Chinese first."""
        return tuple(
            sorted(self._plurals, key=lambda language: (language not in LANGUAGES, language != "zh", language))
        )

    def keys(self, language: str) -> frozenset[str]:
        """Every key that has words in ``language``."""
        return frozenset(self._messages.get(language, {}))

    def message(self, language: str, key: str) -> Message:
        """The words of ``key`` before anything is put into their places. Raises MissingWords."""
        try:
            return self._messages[language][key]
        except KeyError:
            raise MissingWords(language, key) from None

    def say(self, language: str, key: str, **args: str | int) -> str:
        """The words of ``key`` with ``args`` in their places. ``count`` (an int) also chooses the plural.

        Raises MissingWords, MissingArgument.
        """
        message = self.message(language, key)
        text = message.forms[0]
        if message.plural:
            count = args.get("count")
            if not isinstance(count, int):
                raise MissingArgument(language, key, "count")
            text = message.forms[self._plurals[language](count)]
        try:
            return text.format_map(args)
        except KeyError as missing:
            raise MissingArgument(language, key, str(missing.args[0])) from None


def _messages(catalog: Catalog, language: str) -> dict[str, Message]:
    messages: dict[str, Message] = {}
    for entry in catalog:
        if not entry.id:
            continue  # the header
        key = entry.id if isinstance(entry.id, str) else entry.id[0]
        forms = tuple(entry.string) if isinstance(entry.string, tuple | list) else (entry.string or "",)
        if not all(forms):
            raise MissingWords(language, key)
        messages[key] = Message(forms)
    return messages


def _fault_words(path: Path) -> dict[str, dict[str, Message]]:
    """``{language: {key: Message}}`` of a fault table: tables ``[class.fault]`` with ``citizen`` and ``staff``."""
    words: dict[str, dict[str, Message]] = {}
    for device, faults in tomllib.loads(path.read_text("utf-8")).items():
        for fault, entry in faults.items():
            for reader, suffix in (("citizen", ""), ("staff", ".staff")):
                for language, text in entry.get(reader, {}).items():
                    words.setdefault(language, {})[f"fault.{device}.{fault}{suffix}"] = Message((text,))
    return words
