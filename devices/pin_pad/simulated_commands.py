"""The commands of the simulated pad, one function each (pin-pad.md, D1).

A function gets the pad and the command's text after its first character, and returns the data of the answer (RTN 60),
or raises Refused with the RTN: E8 wrong length, E9 not hexadecimal, EB no such parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from devices.pin_pad import pin_block
from devices.pin_pad import simulated_key_commands as key_commands
from devices.pin_pad.simulated_keypad import FACTORY_TABLE
from devices.pin_pad.simulated_keys import PIN, Refused, StoredKey, ecb
from devices.pin_pad.simulated_text import from_hex, index_of, to_hex

if TYPE_CHECKING:
    from devices.pin_pad.simulator import Zt598Simulator

TRACK = b"00"


def run(pad: Zt598Simulator, text: bytes) -> bytes:
    """Do a command."""
    command = COMMANDS.get(text[:1])
    if command is None or (text[:1] in SM4_COMMANDS and pad.model == "zt588"):
        raise Refused(0xEF)
    return command(pad, text[1:])


def information(pad: Zt598Simulator, text: bytes) -> bytes:
    """3: user 50, key codes 48, settings 20, function 8, model 6, hardware 3, software 3, date 4, serial 4."""
    if text:
        if len(text) > 50:
            raise Refused(0xE8)
        pad.user = text.decode("ascii", "replace").ljust(50)
        return b""
    keypad = pad.keypad
    flags = (not pad.keys.has_master) | (keypad.mode != "off") << 1 | keypad.sound << 2
    settings = bytes(
        [flags, 0, keypad.seconds, keypad.mask, keypad.minimum, keypad.maximum, 0x33, 0x37, pad.beep_time, 0]
    )
    about = "00000000" + pad.model.upper().ljust(6) + "1.0" + "2.3" + "2401" + "0001"
    return pad.user.encode() + to_hex(keypad.table) + to_hex(settings) + about.encode()


def key_codes(pad: Zt598Simulator, text: bytes) -> bytes:
    """4: 24 codes; 02 cannot be one."""
    table = from_hex(text)
    if len(table) != 24:
        raise Refused(0xE8)
    if 0x02 in table:
        raise Refused(0xE9)
    pad.keypad.table = table
    return b""


def settings(pad: Zt598Simulator, text: bytes) -> bytes:
    """5: a group digit and a hexadecimal value."""
    if len(text) != 3:
        raise Refused(0xE8)
    group, value = chr(text[0]), from_hex(text[1:])[0]
    keypad = pad.keypad
    if group == "0":
        _control(pad, value)
    elif group == "2":
        keypad.seconds = value
    elif group == "3":
        keypad.mask = value
    elif group in "45":
        if value > 12:
            raise Refused(0xEB)
        setattr(keypad, {"4": "minimum", "5": "maximum"}[group], value)
    elif group == "8":
        pad.beep_time = value
    elif group == "A" and value in (0x21, 0x22):
        keypad.clears_all = value == 0x22
    elif not (group == "6" and (value in (0x30, 0x37) or 0x48 <= value <= 0x4F)):
        raise Refused(0xEB)
    return b""


def _control(pad: Zt598Simulator, value: int) -> None:
    keypad = pad.keypad
    if value in (0x30, 0x31):
        keypad.off()
        pad.forget_session()
    if value == 0x31:
        pad.keys.clear()
        pad.user = " " * 50
        pad.uid = bytes(16)
        keypad.table = FACTORY_TABLE
        keypad.seconds, keypad.mask, keypad.minimum, keypad.maximum = 60, 0x2A, 4, 12
    elif value == 0x32:
        keypad.off()
    elif value == 0x33:
        keypad.plain()
    elif value in (0x34, 0x35):
        keypad.sound = value == 0x35
    elif value == 0x3D:
        keypad.beeps += 1
    elif value != 0x30:
        raise Refused(0xEB)


def start_pin(pad: Zt598Simulator, text: bytes) -> bytes:
    """6. ZT598: ``00011`` or ``00012``. ZT588: key2 format hint length2 PAN."""
    if pad.keypad.minimum > pad.keypad.maximum:
        raise Refused(0xEB)
    if pad.model == "zt598":
        if text not in (b"00011", b"00012"):
            raise Refused(0xEB if len(text) == 5 else 0xE8)
        pad.keypad.clears_all = text.endswith(b"2")
        pad.keypad.pin()
        return b""
    if len(text) < 6 or not text[4:6].isdigit():
        raise Refused(0xE8)
    pad.keys.get("tdes", index_of(text), PIN)
    _check_pan(text[2:3], text[6:])
    length = int(text[4:6])
    if not 4 <= length <= 12:
        raise Refused(0xEB)
    pad.block_request = text[:3] + text[6:]
    pad.keypad.pin(length)
    return b""


def _check_pan(character: bytes, pan: bytes) -> None:
    if len(pan) != (0 if character == b"!" else 12):
        raise Refused(0xE8)
    if pan and not pan.isdigit():
        raise Refused(0xE9)


def read_block(pad: Zt598Simulator, text: bytes) -> bytes:
    """7. ZT598: key2 format PAN12. ZT588: nothing. -> track 2, length 2, 16 hexadecimal."""
    if pad.model == "zt588":
        if text:
            raise Refused(0xE8)
        text = pad.block_request
    if len(text) < 3:
        raise Refused(0xE8 if pad.model == "zt598" else 0xEF)
    character, pan = text[2:3], text[3:]
    make = FORMATS.get(character)
    if make is None:
        raise Refused(0xEB)
    _check_pan(character, pan)
    key = pad.keys.get("tdes", index_of(text), PIN)
    key_commands.check_authorised(pad, index_of(text))
    try:
        block = make(pad, pan.decode())
    except ValueError:
        raise Refused(0xE9) from None
    return _sealed(pad, key, block)


def read_sm4_block(pad: Zt598Simulator, text: bytes) -> bytes:
    """O: key2 ``0`` PAN12 -> track 2, length 2, 32 hexadecimal."""
    if len(text) != 15:
        raise Refused(0xE8)
    if text[2:3] != b"0":
        raise Refused(0xEB)
    if not text[3:].isdigit():
        raise Refused(0xE9)
    key = pad.keys.get("sm4", index_of(text), PIN)
    return _sealed(pad, key, pin_block.sm4_block(_pin(pad), text[3:].decode()))


def _pin(pad: Zt598Simulator) -> list[int]:
    if pad.keypad.timed_out:
        raise Refused(0xEE)
    digits = list(pad.keypad.pin_digits())
    if not digits:
        raise Refused(0xEF)
    return digits


def _sealed(pad: Zt598Simulator, key: StoredKey, block: bytearray) -> bytes:
    sealed = ecb(key.kind, key.value, block)
    block[:] = bytes(len(block))
    pad.keypad.off()
    pad.authorised = None
    return TRACK + f"{2 * len(sealed):02d}".encode() + to_hex(sealed)


FORMATS: dict[bytes, Callable[[Zt598Simulator, str], bytearray]] = {
    b"@": lambda pad, _: pin_block.ascii_block(_pin(pad), pad.keypad.mask),
    b" ": lambda pad, pan: pin_block.iso_0(_pin(pad), pan),
    b"!": lambda pad, _: pin_block.iso_1(_pin(pad), pad.random.randint),
    b'"': lambda pad, _: pin_block.iso_2(_pin(pad)),
    b"#": lambda pad, pan: pin_block.iso_3(_pin(pad), pan, pad.random.randint),
    b"0": lambda pad, _: pin_block.ibm_3624(_pin(pad), pad.keypad.mask),
}

COMMANDS: dict[bytes, Callable[[Zt598Simulator, bytes], bytes]] = {
    b"1": key_commands.load_clear,
    b"2": key_commands.load_encrypted,
    b"3": information,
    b"4": key_codes,
    b"5": settings,
    b"6": start_pin,
    b"7": read_block,
    b"8": key_commands.mac,
    b"9": key_commands.crypt,
    b":": key_commands.authorise,
    b"b": key_commands.load_sm4_master,
    b"c": key_commands.load_sm4_working,
    b"d": key_commands.sm4_crypt,
    b"e": key_commands.sm4_mac,
    b"n": key_commands.erase_sm4,
    b"o": read_sm4_block,
}
SM4_COMMANDS = frozenset(b"bcden"[at : at + 1] for at in range(5)) | {b"o"}
