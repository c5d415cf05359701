"""The simulated pad's commands about keys and with keys, one function each (pin-pad.md, D1).

Shapes and errors as in :mod:`devices.pin_pad.simulated_commands`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.pin_pad.simulated_keys import DATA, MAC, MASTER, USES, Refused, cbc, check_value, ecb
from devices.pin_pad.simulated_text import from_hex, index_of, to_hex

if TYPE_CHECKING:
    from devices.pin_pad.simulator import Zt598Simulator

FAILURES_ALLOWED = 5


def _key_value(pad: Zt598Simulator, length: bytes, digits: bytes, text: bytes) -> bytes:
    value = from_hex(text)
    if length not in digits or len(length) != 1:
        raise Refused(0xEB)
    if len(value) != 8 * (digits.index(length) + 1):
        raise Refused(0xE3)
    return value


def load_clear(pad: Zt598Simulator, text: bytes) -> bytes:
    """1: idx(2) use(1) len(1) key -> KCV."""
    if len(text) < 4:
        raise Refused(0xE8)
    use = chr(text[2])
    if use not in USES:
        raise Refused(0xEB)
    lengths = b"012" if pad.model == "zt588" else b"123"
    value = _key_value(pad, text[3:4], lengths, text[4:])
    key = pad.keys.put("tdes", index_of(text), use, value, check_parity=bool(pad.faults["parity"]))
    return to_hex(check_value(key))


def load_encrypted(pad: Zt598Simulator, text: bytes) -> bytes:
    """2: master(2) key(2) use(1) len(1) key -> KCV; ``00 kk 00`` erases."""
    if len(text) < 6:
        raise Refused(0xE8)
    master, index, use = index_of(text), index_of(text[2:]), chr(text[4])
    if master == 0 and text[4:] == b"00":
        pad.keys.erase("tdes", index)
        return b""
    if use not in USES:
        raise Refused(0xEB)
    value = _key_value(pad, text[5:6], b"123", text[6:])
    parity = bool(pad.faults["parity"])
    return to_hex(check_value(pad.keys.put_encrypted("tdes", master, index, use, value, check_parity=parity)))


def check_authorised(pad: Zt598Simulator, index: int) -> None:
    """EC unless this key was authorised, where the pad wants that."""
    if pad.faults["authorisation"] and pad.authorised != index:
        raise Refused(0xEC)


def mac(pad: Zt598Simulator, text: bytes) -> bytes:
    """8: key2, ``2`` (X9.9: single DES) or ``A`` (CBC with the whole key), data as bytes -> 16 hexadecimal."""
    mode, data = text[2:3], text[3:]
    if not data or len(data) % 8:
        raise Refused(0xE8)
    if mode not in (b"2", b"A"):
        raise Refused(0xEB)
    key = pad.keys.get("tdes", index_of(text), MAC)
    check_authorised(pad, index_of(text))
    value = key.value[:8] if mode == b"2" else key.value
    return to_hex(cbc("tdes", value, data, bytes(8))[-8:])


def crypt(pad: Zt598Simulator, text: bytes) -> bytes:
    """9: key2 mode(``1`` ``2`` ``A`` ``B``) hex. One block of zeros may be encrypted under any key: its check value."""
    mode, data = text[2:3], from_hex(text[3:])
    if not data or len(data) % 8:
        raise Refused(0xE8)
    if mode not in (b"1", b"2", b"A", b"B"):
        raise Refused(0xEB)
    checking = mode == b"1" and data == bytes(8)
    key = pad.keys.get("tdes", index_of(text), *(() if checking else (DATA,)))
    check_authorised(pad, index_of(text))
    decrypt = mode in (b"A", b"B")
    if mode in (b"1", b"A"):
        return to_hex(ecb("tdes", key.value, data, decrypt=decrypt))
    return to_hex(cbc("tdes", key.value, data, bytes(8), decrypt=decrypt))


def authorise(pad: Zt598Simulator, text: bytes) -> bytes:
    """``:`` A0 challenge; key2; 80 set UID; 90 or 91 confirm. Each with 16 bytes; five failures lock (ED)."""
    step, value = text[:2], from_hex(text[2:])
    if len(value) != 16:
        raise Refused(0xE8)
    if pad.failures >= FAILURES_ALLOWED:
        raise Refused(0xED)
    if step == b"A0":
        pad.forget_session()
        pad.challenge = pad.random.randbytes(16)
        return to_hex(pad.challenge)
    if step == b"80":
        pad.uid = value
        return b""
    if step in (b"90", b"91"):
        return _confirm(pad, value)
    if pad.challenge is None or value != pad.challenge:
        raise Refused(0xEC)
    index = index_of(step)
    pad.proof = ecb("tdes", pad.keys.get("tdes", index).value, value)
    pad.candidate = index
    return to_hex(pad.proof)


def _confirm(pad: Zt598Simulator, value: bytes) -> bytes:
    proof, index = pad.proof, pad.candidate
    pad.forget_session()
    if proof is None or value != ecb("tdes", pad.uid, proof):
        pad.failures += 1
        raise Refused(0xEC)
    pad.failures = 0
    pad.authorised = index
    return b""


def load_sm4_master(pad: Zt598Simulator, text: bytes) -> bytes:
    """B: idx(2) key(32) -> KCV."""
    if len(text) != 34:
        raise Refused(0xE8)
    return to_hex(check_value(pad.keys.put("sm4", index_of(text), MASTER, from_hex(text[2:]))))


def load_sm4_working(pad: Zt598Simulator, text: bytes) -> bytes:
    """C: ``30`` master(2) key(2) value(32) -> KCV."""
    if len(text) != 38:
        raise Refused(0xE8)
    if text[:2] != b"30":
        raise Refused(0xEB)
    key = pad.keys.put_encrypted("sm4", index_of(text[2:]), index_of(text[4:]), "*", from_hex(text[6:]))
    return to_hex(check_value(key))


def sm4_crypt(pad: Zt598Simulator, text: bytes) -> bytes:
    """D: key2 31/32 (encrypt, decrypt) 41/42 (ECB, CBC) start(32) hex."""
    direction, mode, start, data = text[2:4], text[4:6], from_hex(text[6:38]), from_hex(text[38:])
    if len(start) != 16 or not data or len(data) % 16:
        raise Refused(0xE8)
    if direction not in (b"31", b"32") or mode not in (b"41", b"42"):
        raise Refused(0xEB)
    key = pad.keys.get("sm4", index_of(text))
    if key.is_master and any(data):
        raise Refused(0xE5)
    decrypt = direction == b"32"
    if mode == b"41":
        return to_hex(ecb("sm4", key.value, data, decrypt=decrypt))
    return to_hex(cbc("sm4", key.value, data, start, decrypt=decrypt))


def sm4_mac(pad: Zt598Simulator, text: bytes) -> bytes:
    """E: key2 start(32) 43 hex -> 32 hexadecimal."""
    start, mode, data = from_hex(text[2:34]), text[34:36], from_hex(text[36:])
    if len(start) != 16 or not data or len(data) % 16:
        raise Refused(0xE8)
    if mode != b"43":
        raise Refused(0xEB)
    return to_hex(cbc("sm4", pad.keys.get("sm4", index_of(text), MAC).value, data, start)[-16:])


def erase_sm4(pad: Zt598Simulator, text: bytes) -> bytes:
    """N: ``32`` 00 all, ``33`` key2 one."""
    if len(text) != 4:
        raise Refused(0xE8)
    if text[:2] == b"32":
        pad.keys.clear("sm4")
    elif text[:2] == b"33":
        pad.keys.erase("sm4", index_of(text[2:]))
    else:
        raise Refused(0xEB)
    return b""
