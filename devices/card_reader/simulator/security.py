"""The card's cryptography (A6, "External-auth data construction"), for 3DES (algorithm 01) and SM4 (algorithm 03).

Where the page is silent, this card does as follows, and a real one may differ: with 3DES the authentication data is one
DES block under the session key; a command's MAC covers header, Lc and data; a card's own diversification factor is the
last eight bytes of its identifier.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

ALGORITHM_3DES = 0x01
ALGORITHM_SM4 = 0x03

Block = Callable[[bytes], bytes]


def _ecb(algorithm: TripleDES | SM4, *, decrypt: bool = False) -> Block:
    def run(data: bytes) -> bytes:
        cipher = Cipher(algorithm, modes.ECB())  # noqa: S305 -- the card's own constructions
        step = cipher.decryptor() if decrypt else cipher.encryptor()
        return step.update(data) + step.finalize()

    return run


def _triple_des(key: bytes) -> TripleDES:
    """``key`` of 8 (single DES) or 16 bytes (two keys)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TripleDES(key * 3 if len(key) == 8 else key + key[:8])


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _pad(message: bytes, size: int) -> bytes:
    padded = message + b"\x80"
    return padded + bytes(-len(padded) % size)


class CardCipher:
    """One algorithm's constructions."""

    def __init__(self, algorithm: int) -> None:
        if algorithm not in (ALGORITHM_3DES, ALGORITHM_SM4):
            raise ValueError(f"this card has algorithms 01 (3DES) and 03 (SM4), not {algorithm:02X}")
        self.algorithm = algorithm
        self.sm4 = algorithm == ALGORITHM_SM4
        self.block_size = 16 if self.sm4 else 8

    def _encryptor(self, key: bytes) -> Block:
        return _ecb(SM4(key) if self.sm4 else _triple_des(key))

    def derive(self, key: bytes, factor: bytes) -> bytes:
        """The 16-byte key one level below, for a factor of 8 bytes."""
        inverted = bytes(b ^ 0xFF for b in factor)
        return self._encryptor(key)(factor + inverted)

    def card_key(self, master: bytes, identifier: bytes) -> bytes:
        """From the national master key by province, city and card."""
        region = identifier[:3].hex()
        province = region[:2].encode() + b"0000sh"
        city = region[:4].encode() + b"00sx" if region.startswith("33") else region.encode() + b"sx"
        key = master
        for factor in (province, city, identifier[8:16]):
            key = self.derive(key, factor)
        return key

    def session_key(self, key: bytes, factor: bytes) -> bytes:
        """For a random of 4, 8 or 16 bytes; 8 bytes of key with 3DES, 16 with SM4."""
        factor = factor[:8].ljust(8, b"\0")
        return self._encryptor(key)(factor + bytes(8) if self.sm4 else factor)

    def authentication(self, session: bytes, raw: bytes) -> bytes:
        """The 8 bytes that prove the session key."""
        if not self.sm4:
            return self._encryptor(session)(raw)
        out = self._encryptor(session)(raw + bytes(8))
        return _xor(out[:8], out[8:])

    def mac(self, session: bytes, message: bytes) -> bytes:
        """Four bytes over a message."""
        encrypt = self._encryptor(session)
        state = bytes(self.block_size)
        padded = _pad(message, self.block_size)
        for at in range(0, len(padded), self.block_size):
            state = encrypt(_xor(state, padded[at : at + self.block_size]))
        if not self.sm4:
            return state[:4]
        return _xor(_xor(state[:4], state[4:8]), _xor(state[8:12], state[12:]))

    def decipher(self, session: bytes, secret: bytes) -> bytes | None:
        """What ``LD ‖ data ‖ 80 00…`` held; None when it is not that."""
        if not secret or len(secret) % self.block_size:
            return None
        plain = _ecb(SM4(session) if self.sm4 else _triple_des(session), decrypt=True)(secret)
        length = plain[0]
        data, rest = plain[1 : 1 + length], plain[1 + length :]
        if len(data) != length or (rest and rest != b"\x80".ljust(len(rest), b"\0")):
            return None
        return data
