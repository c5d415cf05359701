"""What the first byte of a reply means, and which fault it is (pin-pad.md, D1)."""

from __future__ import annotations

from enum import IntEnum

_SUCCESS = frozenset([*range(0x60, 0xA0), 0xA0, 0xA1, 0xA3, 0xAB, *range(0xB0, 0xB8)])


class Rtn(IntEnum):
    """The error codes. The page gives D0-DE as "SM/RSA/tamper" and F1-FF as "hardware";
    DF, EA and F0 are not on it."""

    SM2_ENCRYPT = 0xD0
    SM2_DECRYPT = 0xD1
    SM2_SIGN = 0xD2
    SM2_VERIFY = 0xD3
    SM2_KEY_EXCHANGE = 0xD4
    SM2_KEY_EXCHANGE_VERIFY = 0xD5
    SM_CHIP_FAILED = 0xD6
    SM_CHIP_SILENT = 0xD7
    SM4_KEY_INVALID = 0xD8
    SECURITY_D9 = 0xD9
    RSA_KEYS_NOT_INITIALISED = 0xDA
    RSA_KEYS_ALREADY_INITIALISED = 0xDB
    COMMAND_MAC = 0xDC
    TAMPERED = 0xDD
    SM_CHIP_MISSING = 0xDE

    LOW_BATTERY = 0xE0
    NO_INITIAL_MASTER_KEY = 0xE1
    NO_TERMINAL_MASTER_KEY = 0xE2
    KEY_LENGTH = 0xE3
    KEY_MISSING = 0xE4
    NO_FITTING_KEY = 0xE5
    KEY_PARITY = 0xE6
    KEY_INVALID = 0xE7
    COMMAND_LENGTH = 0xE8
    BAD_DATA = 0xE9
    BAD_PARAMETER = 0xEB
    AUTHORISATION = 0xEC
    AUTHORISATION_LOCKED = 0xED
    INPUT_TIMED_OUT = 0xEE
    GENERAL = 0xEF

    HARDWARE_F1 = 0xF1
    HARDWARE_F2 = 0xF2
    HARDWARE_F3 = 0xF3
    HARDWARE_F4 = 0xF4
    HARDWARE_F5 = 0xF5
    HARDWARE_F6 = 0xF6
    HARDWARE_F7 = 0xF7
    HARDWARE_F8 = 0xF8
    HARDWARE_F9 = 0xF9
    HARDWARE_FA = 0xFA
    HARDWARE_FB = 0xFB
    HARDWARE_FC = 0xFC
    HARDWARE_FD = 0xFD
    HARDWARE_FE = 0xFE
    REMOVED_FROM_MOUNT = 0xFF


_FAULTS: dict[Rtn, str] = {
    Rtn.TAMPERED: "pin_pad.tampered",
    Rtn.REMOVED_FROM_MOUNT: "pin_pad.tampered",
    Rtn.LOW_BATTERY: "pin_pad.low_battery",
    Rtn.NO_INITIAL_MASTER_KEY: "pin_pad.key_missing",
    Rtn.NO_TERMINAL_MASTER_KEY: "pin_pad.key_missing",
    Rtn.KEY_MISSING: "pin_pad.key_missing",
    Rtn.NO_FITTING_KEY: "pin_pad.key_missing",
    Rtn.KEY_LENGTH: "pin_pad.key_rejected",
    Rtn.KEY_PARITY: "pin_pad.key_rejected",
    Rtn.KEY_INVALID: "pin_pad.key_rejected",
    Rtn.SM4_KEY_INVALID: "pin_pad.key_rejected",
    Rtn.COMMAND_LENGTH: "pin_pad.command_rejected",
    Rtn.BAD_DATA: "pin_pad.command_rejected",
    Rtn.BAD_PARAMETER: "pin_pad.command_rejected",
    Rtn.AUTHORISATION: "pin_pad.authorisation_failed",
    Rtn.AUTHORISATION_LOCKED: "pin_pad.authorisation_locked",
    Rtn.INPUT_TIMED_OUT: "pin_pad.input_timed_out",
    Rtn.GENERAL: "pin_pad.failed",
}


def succeeded(code: int) -> bool:
    """Whether this RTN says that the command was done."""
    return code in _SUCCESS


def fault(code: int) -> str:
    """The entry of ``faults.toml`` for an RTN that is not a success; an undocumented one is an unexpected answer."""
    try:
        rtn = Rtn(code)
    except ValueError:
        return "pin_pad.unexpected_answer"
    if rtn in _FAULTS:
        return _FAULTS[rtn]
    return "pin_pad.security_module" if rtn < 0xE0 else "pin_pad.hardware_error"
