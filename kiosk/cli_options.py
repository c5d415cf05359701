"""``--option name=value``: values that drivers and simulators take by name."""

from __future__ import annotations

import json
from collections.abc import Iterable

import typer


def parse_options(words: Iterable[str]) -> dict[str, object]:
    """By name, hyphens in it being underscores; a value that is JSON (true, 3, 0.5) is that, any other is text.

    Raises typer.BadParameter.
    """
    options: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"--option {word}: must be NAME=VALUE")
        options[name.replace("-", "_")] = plain_value(value)
    return options


def plain_value(text: str) -> object:
    """JSON if it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text
