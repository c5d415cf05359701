"""``kiosk device cabinet --at URL status | watch [SECONDS] | check``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from devices import conformance_verb
from devices.cabinet.check import SUITE
from devices.cabinet.contract import Cabinet, CabinetStatus
from devices.contract import Cancellation, counts_of
from devices.verbs import Verb

Tell = Callable[[str], None]

WATCH_EVERY = 0.5
WATCH_SECONDS = 60.0


def _told(status: CabinetStatus) -> dict[str, object]:
    return {
        "device": status.device.value,
        "fault": status.fault,
        "vault": None if status.vault is None else status.vault.value,
        "service": None if status.service is None else status.service.value,
        "tamper": None if status.tamper is None else status.tamper.value,
        "power": None if status.power is None else status.power.value,
        "temperature": status.temperature,
    }


def _status(cabinet: Cabinet, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    if words:
        raise ValueError(f"takes no words, was given {words[0]!r}")
    return _told(cabinet.status())


def _watch(cabinet: Cabinet, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    seconds = float(words[0]) if words else WATCH_SECONDS
    before: CabinetStatus | None = None
    changes = -1
    for _ in range(max(1, round(seconds / WATCH_EVERY))):
        status = cabinet.status()
        if status != before:
            changes += 1
            tell(", ".join(f"{name} {value}" for name, value in _told(status).items() if value is not None))
        before = status
        if cancellation.wait(WATCH_EVERY):
            break
    return {"changes": changes, **counts_of(cabinet)}


VERBS: dict[str, Verb] = {
    "status": Verb("Doors, tamper contact, power and temperature.", _status),
    "watch": Verb("Tell every change for a minute, or for so many seconds.", _watch, "SECONDS"),
    "check": conformance_verb.verb(SUITE),
}
