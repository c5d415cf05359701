"""Each fault that only a dispenser has, provoked on the simulated CRT-591 and told by the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from crt591_desk import Desk, brisk, desk
from provocation import faults_of, provoke

from devices.card_printer.crt591.faults import OF_CODE
from devices.contract import DeviceState, StorageKind

Act = Callable[[Desk], Any]


def feeding_with(fault: str, value: Any = True) -> Act:
    def act(there: Desk) -> Any:
        there.fault(fault, value)
        return there.printer.feed("hopper-1")

    return act


def rejecting_with(fault: str, value: Any = True) -> Act:
    def act(there: Desk) -> Any:
        there.printer.feed("hopper-1")
        there.fault(fault, value)
        return there.printer.reject()

    return act


def opening_with(fault: str, value: Any) -> Act:
    def act(there: Desk) -> Any:
        there.fault(fault, value)
        return there.printer.open()

    return act


def asking_through_noise(there: Desk) -> Any:
    there.fault("nak", 1000)
    return there.printer.status()


def at_the_end_of_the_counter(there: Desk) -> Any:
    there.printer.feed("hopper-1")
    there.line.call(lambda: setattr(there.device.motor, "count", 999))
    return there.printer.reject()


PROVOKED_BY: dict[str, Act] = {
    "line_noise": asking_through_noise,
    "wrong_model": opening_with("firmware", "CRT-591-V1.00"),
    "restarted": feeding_with("motion_error", "B0"),
    "contacts_stuck": rejecting_with("motion_error", "05"),
    "sensor": feeding_with("motion_error", "12"),
    "wrong_size": feeding_with("motion_error", "13"),
    "moved_by_hand": rejecting_with("motion_error", "45"),
    "bin_blocked": rejecting_with("jam_bin"),
    "counter_overflow": at_the_end_of_the_counter,
    "motor": feeding_with("motion_error", "51"),
}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    brisk(monkeypatch)
    with desk(tmp_path) as one:
        yield one


@pytest.mark.parametrize("name", faults_of("card_dispenser"))
def test_provoked(there: Desk, name: str) -> None:
    provoke("card_dispenser", name, PROVOKED_BY, there)


SHARED: dict[str, Act] = {
    "hopper_empty": feeding_with("states", "?0?"),
    "hopper_low": lambda there: (there.fault("states", "?1?"), there.printer.status())[1],
    "reject_box_full": rejecting_with("bin_full"),
    "feed_failed": feeding_with("misfeed"),
    "jam_feed": feeding_with("jam_feed"),
    "jam_contact": lambda there: _stuck_on_its_way_to_the_contact(there),
    "no_answer": lambda there: (there.fault("silent"), there.printer.status())[1],
    "absent": lambda there: (there.fault("absent"), there.printer.status())[1],
    "unsupported": feeding_with("motion_error", "03"),
    "unexpected_answer": feeding_with("motion_error", "zz"),
    "no_card": lambda there: there.printer.present(),
    "card_inside": lambda there: (there.printer.feed("hopper-1"), there.printer.feed("hopper-1")),
    "position_unknown": lambda there: (there.fault("stuck_sensor", 4), there.printer.status())[1],
    "held_at_bezel": lambda there: _held(there),
}


def _stuck_on_its_way_to_the_contact(there: Desk) -> Any:
    there.printer.feed("hopper-1")
    there.fault("power_cut", True)
    there.fault("power_cut", False)
    there.fault("says_43")
    there.fault("jam_contact")
    return there.printer.to_contact()


def _held(there: Desk) -> Any:
    there.printer.feed("hopper-1")
    there.printer.present()
    there.fault("held_at_gate")
    return there.printer.retract(StorageKind.RETAIN)


@pytest.mark.parametrize("name", SHARED)
def test_what_it_shares_with_a_printer(there: Desk, name: str) -> None:
    provoke("card_printer", name, SHARED, there)


@pytest.mark.parametrize("code", OF_CODE)
def test_every_error_code_of_the_page_has_its_entry(there: Desk, code: str) -> None:
    there.fault("motion_error", code)
    assert there.fails(lambda: there.printer.feed("hopper-1")) == OF_CODE[code]
    assert there.seen()["hoppers"][0]["cards"] == 8


@pytest.mark.parametrize("code", ["12", "51", "05"])
def test_what_a_motion_told_of_stands_until_it_is_cleared(there: Desk, code: str) -> None:
    there.fault("motion_error", code)
    there.fails(lambda: there.printer.feed("hopper-1"))
    there.fault("motion_error", "")
    status = there.printer.status()
    assert (status.device, status.ready, status.fault) == (DeviceState.HARDWARE_ERROR, False, OF_CODE[code])
    there.printer.clear()
    assert there.printer.status().ready
