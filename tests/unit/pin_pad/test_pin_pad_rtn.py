"""Every answer code, and every fault in words."""

from __future__ import annotations

from devices import fault_catalogue
from devices.pin_pad.rtn import Rtn, fault, succeeded

SUCCESS = {*range(0x60, 0xA0), 0xA0, 0xA1, 0xA3, 0xAB, *range(0xB0, 0xB8)}
UNDOCUMENTED = {0xEA}


def test_success_is_what_the_page_says() -> None:
    assert {code for code in range(256) if succeeded(code)} == SUCCESS


def test_every_documented_error_is_a_member() -> None:
    documented = {*range(0xD0, 0xDF), *range(0xE0, 0xF0), *range(0xF1, 0x100)} - UNDOCUMENTED
    assert {int(rtn) for rtn in Rtn} == documented


def test_every_other_code_has_a_fault_in_the_catalogue() -> None:
    for code in range(256):
        if not succeeded(code):
            assert fault_catalogue.find(fault(code)).code.startswith("pin_pad.")


def test_faults_by_code() -> None:
    assert [fault(code) for code in (0xE0, 0xE4, 0xE6, 0xE8, 0xEC, 0xED, 0xEE, 0xEF)] == [
        "pin_pad.low_battery",
        "pin_pad.key_missing",
        "pin_pad.key_rejected",
        "pin_pad.command_rejected",
        "pin_pad.authorisation_failed",
        "pin_pad.authorisation_locked",
        "pin_pad.input_timed_out",
        "pin_pad.failed",
    ]
    assert [fault(code) for code in (0xD0, 0xDD, 0xF1, 0xFF, 0xEA, 0x12)] == [
        "pin_pad.security_module",
        "pin_pad.tampered",
        "pin_pad.hardware_error",
        "pin_pad.tampered",
        "pin_pad.unexpected_answer",
        "pin_pad.unexpected_answer",
    ]
