"""A simulated device worked by words: ``lay {"kind": …}``, ``press 5``, ``fault noise 0.1``, ``scene``."""

from __future__ import annotations

import json

from devices.bench.errors import WrongValue
from devices.bench.station import Station
from devices.simulation import FaultValue

_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def help_lines(station: Station) -> list[str]:
    """Every line that :func:`do` understands here."""
    actions = station.simulator.actions()
    return [
        *(f"{f'{name} {_arguments(station, name)}'.strip()}: {label}" for name, label in actions.items()),
        "fault NAME [VALUE]: set a fault; without a value, switch it on",
        *(f"    {switch.name} ({json.dumps(station.rest[switch.name])}): {switch.help}" for switch in station.switches),
        "scene: what one sees of it",
        "faults: every fault and its value",
    ]


def _arguments(station: Station, action: str) -> str:
    return " ".join(name.upper() for name in station.parameters(action))


def do(station: Station, line: str) -> str:
    """Do what a line says and return what there is to tell. Raises NoSuchThing, WrongValue, CannotDo.

    An action's arguments are a JSON object by name, or JSON values or words in order; a sole argument that is an
    object may be given as such.
    """
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if word == "scene":
        return json.dumps(station.snapshot().scene, ensure_ascii=False)
    if word == "faults":
        return json.dumps(station.snapshot().faults, ensure_ascii=False)
    if word == "help":
        return "\n".join(help_lines(station))
    if word == "fault":
        name, _, value = rest.partition(" ")
        station.set_fault(name, _fault_value(station, name, value.strip()))
        return ""
    arguments = _action_arguments(station, word, rest) if word in station.simulator.actions() else {}
    answer = station.act(word, arguments)
    return json.dumps(answer, ensure_ascii=False) if isinstance(answer, dict | list | str | int | float) else ""


def _fault_value(station: Station, name: str, text: str) -> FaultValue:
    rest = station.rest.get(name)
    if isinstance(rest, bool):
        if text and text not in _SWITCH:
            raise WrongValue(f"{name}: on or off, not {text!r}")
        return _SWITCH[text] if text else True
    if isinstance(rest, int | float):
        try:
            return type(rest)(text)
        except ValueError:
            raise WrongValue(f"{name}: a number, not {text!r}") from None
    return text


def _action_arguments(station: Station, action: str, text: str) -> dict[str, object]:
    parameters = station.parameters(action)
    if not text:
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return dict(value) if set(value) <= set(parameters) else {next(iter(parameters), "value"): value}
    words = [text] if len(parameters) == 1 else text.split(None, len(parameters) - 1)
    if len(words) > len(parameters):
        raise WrongValue(f"{action} takes {len(parameters)} words")
    return {
        name: word if kind.startswith("str") else _value(word)
        for (name, kind), word in zip(parameters.items(), words, strict=False)
    }


def _value(word: str) -> object:
    try:
        return json.loads(word)
    except ValueError:
        return word
