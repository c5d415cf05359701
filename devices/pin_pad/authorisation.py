"""Proving to the pad that a key may be used (pin-pad.md, D1, command ``:``).

The page names the steps; the arithmetic is what the known source does: the pad's challenge goes back to it under the
key, and what it makes of that is encrypted under the UID (two-key TDES, ECB) and confirmed.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from devices.contract import DeviceError


def authorise(ask: Callable[[str], bytes], uid: bytes, key_index: int) -> None:
    """Run the three steps. ``ask`` sends a command text and returns the data of its answer.

    Raises DeviceError ``pin_pad.authorisation_failed`` or ``_locked`` as the pad answers.
    """
    challenge = _sixteen(ask(f":A0{uid.hex().upper()}"))
    answer = _sixteen(ask(f":{key_index:02X}{challenge.hex().upper()}"))
    encryptor = Cipher(TripleDES(uid + uid[:8]), modes.ECB()).encryptor()  # noqa: S305 -- the pad's own protocol
    ask(f":90{(encryptor.update(answer) + encryptor.finalize()).hex().upper()}")


def _sixteen(data: bytes) -> bytes:
    try:
        value = bytes.fromhex(data.decode("ascii"))
    except ValueError:
        value = b""
    if len(value) != 16:
        raise DeviceError("pin_pad.unexpected_answer", f"a challenge of {len(data)} characters")
    return value
