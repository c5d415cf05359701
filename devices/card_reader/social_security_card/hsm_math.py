"""The terminal side's constructions under the card's keys (A6), for an HSM or its stand-in. Pure; holds no key.

Keys are 16 bytes. Where the page is silent (marked *inferred*) a real HSM decides: the 3DES authentication data, what a
MAC covers, and the card's own factor.
"""

from __future__ import annotations

import warnings

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from devices.card_reader.social_security_card.authentication import Algorithm
from devices.card_reader.social_security_card.pin import pack, wipe


def _encrypt(algorithm: Algorithm, key: bytes, data: bytes) -> bytes:
    """ECB. A key of 8 bytes is single DES."""
    if algorithm is Algorithm.SM4:
        cipher = Cipher(SM4(key), modes.ECB())  # noqa: S305 -- the card's own construction
    elif algorithm is Algorithm.TRIPLE_DES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the algorithm's age is known
            whole = key + key + key if len(key) == 8 else key + key[:8]
            cipher = Cipher(TripleDES(whole), modes.ECB())  # noqa: S305
    else:
        raise ValueError("SSF33 is not public")
    encryptor = cipher.encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _block(algorithm: Algorithm) -> int:
    return 16 if algorithm is Algorithm.SM4 else 8


def _padded(algorithm: Algorithm, message: bytes) -> bytes:
    message += b"\x80"
    return message + bytes(-len(message) % _block(algorithm))


def province_factor(region: str) -> bytes:
    """Level 1, from the six digits of a region."""
    return f"{region[:2]}0000sh".encode("ascii")


def city_factor(region: str) -> bytes:
    """Level 2; regions of province 33 count four digits."""
    return f"{region[:4]}00sx".encode("ascii") if region.startswith("33") else f"{region}sx".encode("ascii")


def card_factor(card_identifier: bytes) -> bytes:
    """The card's own: serial and authentication code, the last eight bytes of its identifier. *Inferred.*"""
    return card_identifier[8:16]


def diversify(algorithm: Algorithm, key: bytes, factor: bytes) -> bytes:
    """The key one level below: E(factor ‖ NOT factor), in one SM4 block or two 3DES blocks."""
    return _encrypt(algorithm, key, factor + bytes(byte ^ 0xFF for byte in factor))


def card_key(algorithm: Algorithm, master: bytes, card_identifier: bytes) -> bytes:
    """From the national master key to the card's key."""
    region = card_identifier[:3].hex()
    key = diversify(algorithm, master, province_factor(region))
    key = diversify(algorithm, key, city_factor(region))
    return diversify(algorithm, key, card_factor(card_identifier))


def session_key(algorithm: Algorithm, key: bytes, factor: bytes) -> bytes:
    """``factor``: the card's random of 8 bytes, or of 4 filled with 00. Eight bytes of key with 3DES, 16 with SM4."""
    factor = factor.ljust(8, b"\0")
    return _encrypt(algorithm, key, factor.ljust(_block(algorithm), b"\0"))


def authentication_data(algorithm: Algorithm, key: bytes, factor: bytes, raw: bytes) -> bytes:
    """Eight bytes that prove ``key`` for internal and external authentication. The 3DES form is *inferred*."""
    session = session_key(algorithm, key, factor)
    out = _encrypt(algorithm, session, raw.ljust(_block(algorithm), b"\0"))
    if algorithm is Algorithm.TRIPLE_DES:
        return out
    return bytes(left ^ right for left, right in zip(out[:8], out[8:], strict=True))


def command_mac(algorithm: Algorithm, key: bytes, factor: bytes, header: bytes, data: bytes) -> bytes:
    """Four bytes over header (CLA INS P1 P2 Lc) and data (*inferred*): CBC from zero; SM4's four lanes are XORed."""
    session = session_key(algorithm, key, factor)
    size = _block(algorithm)
    chained = bytes(size)
    message = _padded(algorithm, header + data)
    for at in range(0, len(message), size):
        block = bytes(a ^ b for a, b in zip(chained, message[at : at + size], strict=True))
        chained = _encrypt(algorithm, session, block)
    if algorithm is Algorithm.TRIPLE_DES:
        return chained[:4]
    return bytes(a ^ b ^ c ^ d for a, b, c, d in zip(*(chained[at : at + 4] for at in range(0, 16, 4)), strict=True))


def pin_block(algorithm: Algorithm, key: bytes, factor: bytes, header: bytes, pin: bytearray) -> bytes:
    """A new PIN (ASCII digits): LD ‖ packed ‖ 80 00… enciphered, then the command's MAC."""
    packed = pack(pin)
    try:
        plain = _padded(algorithm, bytes((len(packed),)) + packed)
    finally:
        wipe(packed)
    cipher = _encrypt(algorithm, session_key(algorithm, key, factor), plain)
    return cipher + command_mac(algorithm, key, factor, header, cipher)
