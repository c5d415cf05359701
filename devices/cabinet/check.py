"""What every cabinet must do; nothing in it needs a card or a sheet."""

from __future__ import annotations

from enum import StrEnum

from devices.cabinet.contract import Cabinet, DoorState
from devices.conformance import Check, NotApplicable, Suite, Trial, expect
from devices.conformance_common import common_checks

CabinetTrial = Trial[Cabinet]


class DoorStep(StrEnum):
    """What a person does to the doors."""

    OPEN_VAULT = "Open the door before the cards."
    SHUT_VAULT = "Shut the door before the cards."
    OPEN_SERVICE = "Open the door before the paper."
    SHUT_SERVICE = "Shut the door before the paper."


def ready(trial: CabinetTrial) -> None:
    """Open it."""
    trial.device.open()


def _door(trial: CabinetTrial, name: str, to_open: DoorStep, to_shut: DoorStep) -> None:
    def state() -> DoorState | None:
        found: DoorState | None = getattr(trial.device.status(), name)
        return found

    if state() is None:
        raise NotApplicable(f"no contact is wired to the {name} door")
    expect(state() is DoorState.CLOSED, f"the {name} door is shut, and the status says {state()}")
    trial.person.do(to_open)
    trial.until(lambda: state() is DoorState.OPEN, f"the status did not say that the {name} door is open")
    expect(trial.device.status().fault is not None, f"the open {name} door is no fault")
    trial.person.do(to_shut)
    trial.until(lambda: state() is DoorState.CLOSED, f"the status did not say that the {name} door is shut")


def _vault(trial: CabinetTrial) -> None:
    _door(trial, "vault", DoorStep.OPEN_VAULT, DoorStep.SHUT_VAULT)


def _service(trial: CabinetTrial) -> None:
    _door(trial, "service", DoorStep.OPEN_SERVICE, DoorStep.SHUT_SERVICE)


def _temperature(trial: CabinetTrial) -> None:
    degrees = trial.device.status().temperature
    if degrees is None:
        raise NotApplicable("no temperature is measured")
    expect(-30 <= degrees <= 90, f"{degrees} degrees are no temperature of a cabinet that works")


SUITE: Suite[Cabinet] = Suite(
    (
        *common_checks(Cabinet),
        Check(
            "vault",
            "The door before the cards is seen to open and shut.",
            _vault,
            (DoorStep.OPEN_VAULT, DoorStep.SHUT_VAULT),
        ),
        Check(
            "service",
            "The door before the paper is seen to open and shut.",
            _service,
            (DoorStep.OPEN_SERVICE, DoorStep.SHUT_SERVICE),
        ),
        Check("temperature", "The temperature is one that can be.", _temperature),
    ),
    ready,
)
