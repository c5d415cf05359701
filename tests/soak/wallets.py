"""The people of the soak: those of the demonstration, and some of the host's who bring nothing but their ID card."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kiosk.cli_places import PEOPLE
from kiosk.config_example import toml

BANKS = ("example_bank", "sample_bank", "rural_bank")
"""In the order of their hoppers."""


def write(path: Path, others: Iterable[Mapping[str, Any]]) -> list[str]:
    """A wallet for the bench. ``others``: as the host's control side describes people. Returns the keys of all."""
    text = PEOPLE.read_text(encoding="utf-8")
    keys = [each["key"] for each in tomllib.loads(text)["person"]]
    for nth, each in enumerate(others):
        number = str(each["number"])
        keys.append(f"other_{nth}")
        person = {
            "key": keys[-1],
            "note": "with the ID card only",
            "name": each["id_card_name"],
            "sex": "male" if int(number[16]) % 2 else "female",
            "nation": "01",
            "birth_date": each["birth_date"],
            "birthplace": number[:6],
            "number": number,
            "address": f"示例省示例市测试路{nth + 1}号",
            "authority": "示例市公安局",
            "id_valid_from": "2020-01-01",
            "id_valid_until": each["id_valid_until"] or "长期",
        }
        text += "\n[[person]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in person.items())
    path.write_text(text, encoding="utf-8")
    return keys


def known(path: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The PINs that owners know, by card; and identity numbers by key."""
    people = tomllib.loads(path.read_text(encoding="utf-8"))["person"]
    pins = {f"{each['key']}/social": [each["card"]["pin"]] for each in people if "card" in each}
    return pins, {each["key"]: each["number"] for each in people}
