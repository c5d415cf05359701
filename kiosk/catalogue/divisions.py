"""The names of administrative divisions (``divisions.toml``), by which a person knows their birthplace."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from kiosk.located_toml import read
from kiosk.validation import validate

FILE = Path(__file__).with_name("divisions.toml")


class _File(RootModel[dict[Annotated[str, Field(pattern=r"^[0-9]{6}$")], Annotated[str, Field(min_length=1)]]]):
    pass


@cache
def load(file: Path = FILE) -> Mapping[str, str]:
    """Six digits of GB/T 2260 -> name. Raises MistakesError naming file, line and field."""
    return validate(read(file), _File).root


def name_of(code: str) -> str:
    """The name of a division; the code itself where the file does not have it."""
    return load().get(code, code)
