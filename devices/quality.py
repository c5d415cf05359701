"""How good each driver is, by the rules of ``quality.toml``: done and what proves it, exempt and why, or to do.

::

    [rules]
    golden-frames = "The codec is held to the golden frames of the protocol page."

    [driver.id-reader.sam-v]
    limits = ["The photo is handed on as it is: no open decoder of its format is known."]
    [driver.id-reader.sam-v.rules]
    golden-frames = { done = ["unit/id_reader/test_id_reader_wire.py::test_commands_are_those_of_the_page"] }
    hardware = { todo = "Never met a real reader." }

What is done names the tests that prove it: pytest node ids from ``tests/`` on, ``*`` for any text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

SCALE = Path(__file__).with_name("quality.toml")


class QualityError(ValueError):
    """The scale cannot be used; the message names file, driver and rule."""


class Standing(StrEnum):
    """How a driver stands to a rule."""

    DONE = "done"
    EXEMPT = "exempt"
    TODO = "todo"


@dataclass(frozen=True, slots=True)
class Answer:
    """``proofs``: node ids of tests, where done. ``why``: the reason, where not."""

    standing: Standing
    proofs: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Driver:
    """One model of the registry. ``answers``: to every rule, by its name. ``limits``: what a buyer must know."""

    device_class: str
    model: str
    limits: tuple[str, ...]
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Scale:
    """``rules``: name and sentence, in order."""

    rules: Mapping[str, str]
    drivers: tuple[Driver, ...]


def load(path: Path = SCALE) -> Scale:
    """The scale. Raises QualityError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise QualityError(f"{path}: {error}") from error
    rules: dict[str, str] = document.get("rules", {})
    drivers = [
        _driver(rules, device_class, model, entry, f"{path}: driver.{device_class}.{model}")
        for device_class, models in document.get("driver", {}).items()
        for model, entry in models.items()
    ]
    return Scale(rules, tuple(drivers))


def _driver(rules: Mapping[str, str], device_class: str, model: str, entry: Mapping[str, Any], where: str) -> Driver:
    given: Mapping[str, Any] = entry.get("rules", {})
    if missing := [rule for rule in rules if rule not in given]:
        raise QualityError(f"{where}: {missing[0]} is not answered")
    if unknown := [rule for rule in given if rule not in rules]:
        raise QualityError(f"{where}: there is no rule {unknown[0]!r}")
    answers = {rule: _answer(given[rule], f"{where}: {rule}") for rule in rules}
    return Driver(device_class, model, tuple(entry.get("limits", ())), answers)


def _answer(given: object, where: str) -> Answer:
    if not isinstance(given, dict) or len(given) != 1 or next(iter(given)) not in tuple(Standing):
        raise QualityError(f"{where}: must be one of {', '.join(Standing)}")
    standing, value = next(iter(given.items()))
    if standing == Standing.DONE:
        if not isinstance(value, list) or not value or not all(isinstance(proof, str) for proof in value):
            raise QualityError(f"{where}: done names the tests that prove it")
        return Answer(Standing.DONE, tuple(f"tests/{proof}" for proof in value))
    if not isinstance(value, str) or not value.strip():
        raise QualityError(f"{where}: {standing} says why")
    return Answer(Standing(standing), why=value)


def proving(proof: str, node_ids: Iterable[str]) -> list[str]:
    """The tests that a proof names. A test with parameters is named without them, too."""
    wanted = re.compile(".*".join(map(re.escape, proof.split("*"))) + r"(\[.*\])?", re.DOTALL)
    return [node_id for node_id in node_ids if wanted.fullmatch(node_id)]
