"""The HSM's part of card authentication, under the published test keys (``devices/card_reader/test_keys.toml``).

Protocol page of the card, A6 and A8. A real HSM keeps its keys to itself; this one exists so that the simulated card
and the sandbox agree. Its mathematics are written from the page and shared with no card.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

import devices

TEST_KEYS = Path(devices.__file__).parent / "card_reader" / "test_keys.toml"
TRIPLE_DES, SM4_ALGORITHM = "01", "03"
INTERNAL_KEY = 0x00


class HsmError(Exception):
    """The HSM cannot answer: an unknown algorithm or key id, or a value of the wrong length."""


@dataclass(frozen=True, slots=True, repr=False)
class Authentication:
    """One request; lengths in bytes: identifier 16, factors and randoms 8. ``algorithm``: "01" 3DES, "03" SM4."""

    algorithm: str
    identifier: bytes
    internal_factor: bytes
    internal_random: bytes
    external_factor: bytes
    external_random: bytes
    key_id: int

    def __post_init__(self) -> None:
        eights = (self.internal_factor, self.internal_random, self.external_factor, self.external_random)
        if len(self.identifier) != 16 or any(len(value) != 8 for value in eights):
            raise HsmError("identifier: 16 bytes; factors and randoms: 8 bytes")


class Hsm:
    """Master keys by algorithm and key id. Raises OSError or tomllib.TOMLDecodeError when the key file is not one."""

    def __init__(self, key_file: Path = TEST_KEYS) -> None:
        tables = tomllib.loads(key_file.read_text(encoding="utf-8"))
        self._masters = {
            (table["algorithm"], int(name, 16)): bytes.fromhex(value)
            for table in tables.values()
            for name, value in table.items()
            if name != "algorithm"
        }

    def authenticate(self, request: Authentication) -> tuple[bytes, bytes]:
        """(what a genuine card answers to INTERNAL AUTHENTICATE, what it accepts in EXTERNAL AUTHENTICATE), 8 bytes
        each. Raises HsmError."""
        internal = self._card_key(request.algorithm, request.identifier, INTERNAL_KEY)
        external = self._card_key(request.algorithm, request.identifier, request.key_id)
        return (
            _answer(request.algorithm, internal, request.internal_factor, request.internal_random),
            _answer(request.algorithm, external, request.external_factor, request.external_random),
        )

    def external(self, algorithm: str, identifier: bytes, key_id: int, factor: bytes, random: bytes) -> bytes:
        """What a card accepts in EXTERNAL AUTHENTICATE, 8 bytes. Raises HsmError."""
        if len(identifier) != 16 or len(factor) != 8 or len(random) != 8:
            raise HsmError("identifier: 16 bytes; factor and random: 8 bytes")
        return _answer(algorithm, self._card_key(algorithm, identifier, key_id), factor, random)

    def command_mac(
        self, algorithm: str, identifier: bytes, key_id: int, factor: bytes, header: bytes, data: bytes
    ) -> bytes:
        """Four bytes over header (CLA INS P1 P2 Lc) and data, under the session key of the card's last random.

        Raises HsmError.
        """
        if len(identifier) != 16 or len(factor) != 8 or len(header) != 5:
            raise HsmError("identifier: 16 bytes; factor: 8 bytes; header: 5 bytes")
        key = self._card_key(algorithm, identifier, key_id)
        sm4 = algorithm == SM4_ALGORITHM
        session = _sm4(key, factor + bytes(8)) if sm4 else _triple_des(key, factor)
        size = 16 if sm4 else 8
        message = header + data + b"\x80"
        message += bytes(-len(message) % size)
        block = bytes(size)
        for at in range(0, len(message), size):
            mixed = bytes(left ^ right for left, right in zip(block, message[at : at + size], strict=True))
            block = _sm4(session, mixed) if sm4 else _triple_des(session, mixed)
        if not sm4:
            return block[:4]
        return bytes(a ^ b ^ c ^ d for a, b, c, d in zip(block[:4], block[4:8], block[8:12], block[12:], strict=True))

    def _card_key(self, algorithm: str, identifier: bytes, key_id: int) -> bytes:
        master = self._masters.get((algorithm, key_id))
        if master is None:
            raise HsmError(f"no key {key_id:02X} for algorithm {algorithm}")
        city = identifier[:3].hex()
        province_factor = f"{city[:2]}0000sh".encode("ascii")
        city_factor = (f"{city[:4]}00sx" if city.startswith("33") else f"{city}sx").encode("ascii")
        key = master
        for factor in (province_factor, city_factor, identifier[8:]):
            key = diversify(algorithm, key, factor)
        return key


def diversify(algorithm: str, key: bytes, factor: bytes) -> bytes:
    """A key of 16 bytes out of a key and an 8-byte factor."""
    inverse = bytes(byte ^ 0xFF for byte in factor)
    if algorithm == SM4_ALGORITHM:
        return _sm4(key, factor + inverse)
    return _triple_des(key, factor) + _triple_des(key, inverse)


def _answer(algorithm: str, key: bytes, factor: bytes, random: bytes) -> bytes:
    if algorithm == SM4_ALGORITHM:
        whole = _sm4(_sm4(key, factor + bytes(8)), random + bytes(8))
        return bytes(left ^ right for left, right in zip(whole[:8], whole[8:], strict=True))
    return _triple_des(_triple_des(key, factor), random)


def _sm4(key: bytes, blocks: bytes) -> bytes:
    encryptor = Cipher(SM4(key), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(blocks) + encryptor.finalize()


def _triple_des(key: bytes, blocks: bytes) -> bytes:
    """Two-key 3DES with 16 bytes, plain DES with 8."""
    whole = key * 3 if len(key) == 8 else key + key[:8]
    encryptor = Cipher(TripleDES(whole), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(blocks) + encryptor.finalize()
