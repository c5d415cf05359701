"""The key store of the simulated pad and what it computes with keys (pin-pad.md, D1 and D4). Test keys only.

Errors are the page's RTN codes, raised as :class:`Refused`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, algorithms, modes

Kind = Literal["tdes", "sm4"]

MASTER = "2"
INITIAL_MASTER = "1"
PIN = "3"
MAC = "5"
DATA = "6"
USES = frozenset("12356789")


class Refused(Exception):
    """The pad answers with this RTN."""

    def __init__(self, rtn: int) -> None:
        super().__init__(f"{rtn:02X}")
        self.rtn = rtn


@dataclass(frozen=True, slots=True, repr=False)
class StoredKey:
    """``use`` is the digit of commands 1 and 2; ``*`` for SM4 working keys, which carry none."""

    kind: Kind
    use: str
    value: bytes

    @property
    def is_master(self) -> bool:
        return self.use in (INITIAL_MASTER, MASTER)

    @property
    def block(self) -> int:
        return 16 if self.kind == "sm4" else 8


def _cipher(kind: Kind, key: bytes) -> BlockCipherAlgorithm:
    if kind == "sm4":
        return algorithms.SM4(key)
    return TripleDES({8: key * 3, 16: key + key[:8], 24: key}[len(key)])


def ecb(kind: Kind, key: bytes, data: bytes | bytearray, *, decrypt: bool = False) -> bytes:
    """ECB, no padding."""
    cipher = Cipher(_cipher(kind, key), modes.ECB())  # noqa: S305 -- what the pad does
    step = cipher.decryptor() if decrypt else cipher.encryptor()
    return step.update(data) + step.finalize()


def cbc(kind: Kind, key: bytes, data: bytes, start: bytes, *, decrypt: bool = False) -> bytes:
    """CBC, no padding."""
    cipher = Cipher(_cipher(kind, key), modes.CBC(start))
    step = cipher.decryptor() if decrypt else cipher.encryptor()
    return step.update(data) + step.finalize()


def check_value(key: StoredKey) -> bytes:
    """Eight bytes: the beginning of zeros encrypted."""
    return ecb(key.kind, key.value, bytes(key.block))[:8]


class KeyStore:
    """TDES and SM4 keys have places of their own under the same indexes."""

    def __init__(self) -> None:
        self._keys: dict[tuple[Kind, int], StoredKey] = {}

    def put(self, kind: Kind, index: int, use: str, value: bytes, *, check_parity: bool = False) -> StoredKey:
        """Store a clear key. E3 wrong length, E6 parity, E7 all zeros (D8 for SM4)."""
        if len(value) not in ((16,) if kind == "sm4" else (8, 16, 24)):
            raise Refused(0xE3)
        if not any(value):
            raise Refused(0xD8 if kind == "sm4" else 0xE7)
        if check_parity and kind == "tdes" and any(byte.bit_count() % 2 == 0 for byte in value):
            raise Refused(0xE6)
        key = StoredKey(kind, use, value)
        self._keys[kind, index] = key
        return key

    def put_encrypted(
        self, kind: Kind, master: int, index: int, use: str, value: bytes, *, check_parity: bool = False
    ) -> StoredKey:
        """Store a key that came under a master key. E1 no master key at all, E2 none there."""
        if not any(key.is_master and key.kind == kind for key in self._keys.values()):
            raise Refused(0xE1)
        under = self._keys.get((kind, master))
        if under is None or not under.is_master:
            raise Refused(0xE2)
        if len(value) % under.block:
            raise Refused(0xE3)
        clear = ecb(kind, under.value, value, decrypt=True)
        return self.put(kind, index, use, clear, check_parity=check_parity)

    def get(self, kind: Kind, index: int, *uses: str) -> StoredKey:
        """E4 nothing there, E5 a key for another use (or of the other algorithm)."""
        key = self._keys.get((kind, index))
        if key is None:
            other: Kind = "tdes" if kind == "sm4" else "sm4"
            raise Refused(0xE5 if (other, index) in self._keys else 0xE4)
        if uses and key.use not in (*uses, "*"):
            raise Refused(0xE5)
        return key

    def erase(self, kind: Kind, index: int) -> None:
        """E4 when there was none."""
        if self._keys.pop((kind, index), None) is None:
            raise Refused(0xE4)

    def clear(self, kind: Kind | None = None) -> None:
        """Erase all keys (of one algorithm)."""
        self._keys = {at: key for at, key in self._keys.items() if kind is not None and at[0] != kind}

    @property
    def has_master(self) -> bool:
        """Whether any master key is there."""
        return any(key.is_master for key in self._keys.values())

    def places(self) -> list[str]:
        """``tdes 00``, ``sm4 20`` and so on, for the scene."""
        return sorted(f"{kind} {index:02X}" for kind, index in self._keys)

    def save(self) -> list[dict[str, str]]:
        """As JSON values."""
        return [
            {"kind": kind, "index": f"{index:02X}", "use": key.use, "value": key.value.hex()}
            for (kind, index), key in sorted(self._keys.items())
        ]

    def restore(self, saved: list[dict[str, str]]) -> None:
        """Take up what :meth:`save` gave."""
        self._keys = {}
        for entry in saved:
            kind: Kind = "sm4" if entry["kind"] == "sm4" else "tdes"
            self._keys[kind, int(entry["index"], 16)] = StoredKey(kind, entry["use"], bytes.fromhex(entry["value"]))
