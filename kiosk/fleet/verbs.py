"""What a kiosk can be told to do from afar, and what each needs before it is done. Data; both ends read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kiosk.fleet.messages import Fact


@dataclass(frozen=True, slots=True)
class Argument:
    """``kind``: str, int or bool. ``choices`` None: any (a device's name, checked by the kiosk)."""

    kind: type[str] | type[int] | type[bool]
    required: bool = True
    choices: tuple[str, ...] | None = None
    least: int = 0
    most: int = 2**31


@dataclass(frozen=True, slots=True)
class Verb:
    """``second_person``: another than the one who issued it must have approved. ``no_citizen``: waits until nobody is
    served. ``minutes``: how long it is good for, unless said otherwise."""

    name: str
    second_person: bool = False
    no_citizen: bool = True
    minutes: int = 10
    arguments: Mapping[str, Argument] = field(default_factory=dict)


_VERBS = (
    Verb("test_device", arguments={"device": Argument(str)}),
    Verb("page_attendant", no_citizen=False),
    Verb("restart_device", arguments={"device": Argument(str)}),
    Verb("restart_application"),
    Verb("restart_machine", second_person=True),
    Verb("take_out_of_service", minutes=60, arguments={"reason": Argument(str, required=False)}),
    Verb("put_into_service", minutes=60),
    Verb(
        "send_logs",
        second_person=True,
        no_citizen=False,
        arguments={"lines": Argument(int, required=False, least=1, most=20_000)},
    ),
    Verb(
        "search_journal",
        no_citizen=False,
        arguments={name: Argument(str, required=False) for name in ("business", "serial", "day", "step")},
    ),
    Verb("sync_policy", second_person=True, minutes=60, arguments={"digest": Argument(str)}),
)

VERBS: Mapping[str, Verb] = MappingProxyType({verb.name: verb for verb in _VERBS})
"""Every verb by its name."""


def wrong_arguments(verb: Verb, arguments: Mapping[str, Fact]) -> str:
    """What is wrong with the arguments, in a few words; empty if nothing."""
    for name in arguments:
        if name not in verb.arguments:
            return f"{name}: no such argument"
    for name, argument in verb.arguments.items():
        if name not in arguments:
            if argument.required:
                return f"{name}: is missing"
            continue
        value = arguments[name]
        if type(value) is not argument.kind:
            return f"{name}: must be {argument.kind.__name__}"
        if argument.choices is not None and value not in argument.choices:
            return f"{name}: must be one of {', '.join(argument.choices)}"
        if isinstance(value, int) and not argument.least <= value <= argument.most:
            return f"{name}: must be from {argument.least} to {argument.most}"
    return ""
