"""The texts of the commands about keys (pin-pad.md, D1, commands 1, 2, 9, b, c, d)."""

from __future__ import annotations

from devices.contract import DeviceError
from devices.pin_pad.contract import KeyAlgorithm, KeyUse
from devices.pin_pad.models import USE_DIGITS, Quirks

_TDES_LENGTHS = (8, 16, 24)
_SM4_LENGTH = 16


def load(
    quirks: Quirks,
    index: int,
    use: KeyUse,
    under_master: int | None,
    value: bytes | bytearray,
    algorithm: KeyAlgorithm,
) -> str:
    """The command that loads a key. Raises ValueError for a length no such key has, DeviceError for no such command."""
    _check_index(index)
    if under_master is not None:
        _check_index(under_master)
    if algorithm is KeyAlgorithm.SM4:
        return _load_sm4(quirks, index, use, under_master, value)
    if len(value) not in _TDES_LENGTHS:
        raise ValueError(f"a TDES key has 8, 16 or 24 bytes, not {len(value)}")
    step = _TDES_LENGTHS.index(len(value))
    if under_master is None:
        return f"1{index:02X}{USE_DIGITS[use]}{quirks.clear_key_lengths[step]}{value.hex().upper()}"
    return f"2{under_master:02X}{index:02X}{USE_DIGITS[use]}{quirks.working_key_lengths[step]}{value.hex().upper()}"


def _load_sm4(quirks: Quirks, index: int, use: KeyUse, under_master: int | None, value: bytes | bytearray) -> str:
    if not quirks.sm4:
        raise DeviceError("pin_pad.unsupported", "SM4 keys")
    if len(value) != _SM4_LENGTH:
        raise ValueError(f"an SM4 key has 16 bytes, not {len(value)}")
    if under_master is None:
        if use is not KeyUse.MASTER:
            raise DeviceError("pin_pad.unsupported", "a clear SM4 working key")
        return f"b{index:02X}{value.hex().upper()}"
    return f"{quirks.sm4_working}{under_master:02X}{index:02X}{value.hex().upper()}"


def erase(index: int, algorithm: KeyAlgorithm) -> str:
    """The command that takes one key out."""
    _check_index(index)
    return f"n33{index:02X}" if algorithm is KeyAlgorithm.SM4 else f"200{index:02X}00"


def check(quirks: Quirks, index: int, algorithm: KeyAlgorithm) -> str:
    """The command whose answer begins with the check value: zeros encrypted, ECB."""
    _check_index(index)
    if algorithm is KeyAlgorithm.TDES:
        return f"9{index:02X}1{'0' * 16}"
    if not quirks.sm4:
        raise DeviceError("pin_pad.unsupported", "SM4 keys")
    return f"d{index:02X}3141{'0' * 32}{'0' * 32}"


def _check_index(index: int) -> None:
    if not 0 <= index <= 0xFF:
        raise ValueError(f"a key index is 0 to 255, not {index}")
