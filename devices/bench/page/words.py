"""The page's words in one language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from devices.simulation import FaultSwitch

Language = Literal["zh", "en"]

_FOLDER = Path(__file__).parent

_OWN_NAMES = {"chip-contact": "card-printer-contact"}
"""What the only device of a class is called, where it is not the class."""

_SAME_FAULTS = {"chip-contact": "card-reader"}
"""Device classes whose faults go by another class's words."""


@cache
def _document(name: str) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


class Words:
    """``words("pad.pin", typed=3)``. A key that is not in ``words.toml`` is a KeyError."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    @property
    def other(self) -> Language:
        """The language this is not."""
        return "en" if self.language == "zh" else "zh"

    def __call__(self, key: str, **filled: object) -> str:
        section, _, name = key.partition(".")
        return str(_document("words.toml")[section][name][self.language]).format(**filled)

    def device(self, device_class: str, name: str) -> str:
        """What a device is called; its own name when it is not named after its class, or the class is new."""
        known = _document("words.toml")["devices"].get(device_class)
        if known is None:
            return name.replace("-", " ").capitalize()
        usual = _OWN_NAMES.get(device_class, device_class)
        return str(known[self.language]) + ("" if name == usual else f" ({name})")

    def hand(self, action: str, label: str) -> str:
        """What a device's action is called; ``label`` is the simulator's own."""
        known = _document("words.toml")["hand"].get(action)
        return label if known is None else str(known[self.language])

    def in_order(self, actions: Mapping[str, str]) -> list[tuple[str, str]]:
        """Actions in the order in which people do them; new ones last."""
        order = list(_document("words.toml")["hand"])
        return sorted(actions.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order))

    def fault(self, device_class: str, switch: FaultSwitch) -> str:
        """A fault's name."""
        known = self._fault(device_class, switch.name)
        return str(known[self.language]) if known else switch.name.replace("_", " ").capitalize()

    def fault_help(self, device_class: str, switch: FaultSwitch) -> str:
        """What it does, in one sentence."""
        known = self._fault(device_class, switch.name)
        return str(known["help"]) if known and self.language == "zh" else switch.help

    def for_engineers(self, device_class: str, switch: FaultSwitch) -> bool:
        """Whether it speaks of the protocol."""
        known = self._fault(device_class, switch.name)
        return bool(known.get("engineer")) if known else isinstance(switch.default, str)

    def refusal(self, why: str) -> str:
        """The bench's reason why something is not possible, as a sentence; its own English one when it is new."""
        _, _, bare = why.rpartition(": ")
        known = _document("words.toml")["refusal"].get(bare)
        said = str(known[self.language]) if known else why
        return self("refused.failed", why=said) + ("。" if self.language == "zh" else ".")

    def _fault(self, device_class: str, name: str) -> Mapping[str, Any]:
        document = _document("fault_words.toml")
        device_class = _SAME_FAULTS.get(device_class, device_class)
        found: Mapping[str, Any] = document.get(device_class, {}).get(name) or document["line"].get(name, {})
        return found
