"""A simulator is written from the protocol page: it shares no module of its class with the driver it is to try.

The class's contract is no part of a protocol: its plain types may be used by both.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices import registry

ROOT = Path(__file__).parents[2]

SHARED = {"devices.id_reader.masking"}
"""How a holder is named in a repr and in a scene: no part of any protocol."""

MODELS = [
    (device_class, model)
    for device_class, models in registry.CLASSES.items()
    for model, entry in models.items()
    if entry.simulator
]


def source(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((one for one in candidates if one.is_file()), None)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_behind(module: str, within: str) -> set[str]:
    """The module and all that it imports, directly or not, within a package."""
    found: set[str] = set()
    left = [module]
    while left:
        one = left.pop()
        path = source(one)
        if one in found or not one.startswith(within) or path is None:
            continue
        found.add(one)
        left += imported(path)
    return found


@pytest.mark.parametrize(("device_class", "model"), MODELS, ids=lambda word: word)
def test_shares_nothing(device_class: str, model: str) -> None:
    entry = registry.model(device_class, model)
    within = f"devices.{device_class.replace('-', '_')}."
    driver, simulator = (modules_behind(where.partition(":")[0], within) for where in (entry.driver, entry.simulator))
    assert driver
    assert simulator
    assert driver & simulator <= SHARED | {f"{within}contract"}
