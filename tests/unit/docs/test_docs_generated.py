"""Each page that a generator in docs/ writes says what the code says now."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("generator", sorted(DOCS.glob("generate_*.py")), ids=lambda path: path.stem)
def test_the_page_is_current(generator: Path) -> None:
    spec = importlib.util.spec_from_file_location(generator.stem, generator)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = DOCS / f"{generator.stem.removeprefix('generate_')}.md"
    assert page.read_text(encoding="utf-8") == module.page(), f"{page.name} is out of date: make docs"
