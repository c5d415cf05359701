"""The PIN pad class: two ways to enter a PIN, plain keys for moving about, keys and their check values.

The card's *own* PIN has to go to the card in clear (card specification, VERIFY) and is entered with
:meth:`PinPad.enter_clear`. A *bank* PIN is entered with :meth:`PinPad.enter_pin_block` and exists outside the pad only
as an encrypted block.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from devices.contract import Cancellation, Device, Status
from devices.pin_pad.secret import SecretDigits, SecretWiped

__all__ = [
    "BatteryState",
    "BlockFormat",
    "EntryCancelled",
    "EntryTimedOut",
    "Key",
    "KeyAlgorithm",
    "KeyCheckValue",
    "KeyKind",
    "KeyPress",
    "KeyState",
    "KeyStatus",
    "KeyUse",
    "KeysState",
    "PinBlock",
    "PinPad",
    "PinPadInformation",
    "PinPadStatus",
    "SecretDigits",
    "SecretWiped",
]


class EntryCancelled(Exception):
    """The person pressed the cancel key. The digits have been zeroed and the pad's input is off."""


class EntryTimedOut(Exception):
    """No key came within the time allowed. The digits have been zeroed and the pad's input is off."""


class KeyKind(StrEnum):
    """What a key press did, as far as a screen may know."""

    DIGIT = "digit"
    CLEAR = "clear"
    REFUSED = "refused"
    """No effect: enter before the PIN is long enough, or one digit too many."""
    ENTER = "enter"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class KeyPress:
    """``count``: how many digits are in after this press. Never which."""

    kind: KeyKind
    count: int


class Key(StrEnum):
    """A key when plain keys are read (menus, tactile navigation), never during PIN entry."""

    DIGIT_0 = "0"
    DIGIT_1 = "1"
    DIGIT_2 = "2"
    DIGIT_3 = "3"
    DIGIT_4 = "4"
    DIGIT_5 = "5"
    DIGIT_6 = "6"
    DIGIT_7 = "7"
    DIGIT_8 = "8"
    DIGIT_9 = "9"
    DOUBLE_ZERO = "00"
    POINT = "."
    CLEAR = "clear"
    CANCEL = "cancel"
    ENTER = "enter"
    F1 = "F1"
    F2 = "F2"
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"
    F6 = "F6"
    F7 = "F7"
    F8 = "F8"


class BlockFormat(StrEnum):
    """PIN block formats: ISO 9564-1 formats 0 to 4, the older two, and the Chinese 16-byte SM4 block."""

    ISO_0 = "iso-0"
    ISO_1 = "iso-1"
    ISO_2 = "iso-2"
    ISO_3 = "iso-3"
    ISO_4 = "iso-4"
    IBM_3624 = "ibm-3624"
    ASCII = "ascii"
    SM4 = "sm4"


@dataclass(frozen=True, slots=True, repr=False)
class PinBlock:
    """An encrypted PIN block: 8 bytes, or 16 for SM4 and ISO-4. ``key_index`` is the working key in the pad."""

    block: bytes
    format: BlockFormat
    key_index: int

    def __repr__(self) -> str:
        return f"<PinBlock {self.format} {len(self.block)} bytes under key {self.key_index:02X}>"


class KeyUse(StrEnum):
    """What a key in the pad is for."""

    MASTER = "master"
    PIN = "pin"
    MAC = "mac"
    DATA = "data"


class KeyAlgorithm(StrEnum):
    """What a key is a key of. TDES keys are 8, 16 or 24 bytes, SM4 keys 16."""

    TDES = "tdes"
    SM4 = "sm4"


@dataclass(frozen=True, slots=True)
class KeyCheckValue:
    """The first bytes of the key's encryption of zeros; not secret. At least 3 bytes are compared."""

    value: bytes

    def matches(self, expected: KeyCheckValue) -> bool:
        """Whether the shorter one is the beginning of the longer, 3 bytes at least. Constant time."""
        length = min(len(self.value), len(expected.value))
        return length >= 3 and hmac.compare_digest(self.value[:length], expected.value[:length])

    def __str__(self) -> str:
        return self.value.hex().upper()


class KeyState(StrEnum):
    """Whether a key is in the pad. Unknown: the pad refuses to say."""

    PRESENT = "present"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One key's place. ``check_value`` is None unless present."""

    index: int
    algorithm: KeyAlgorithm
    state: KeyState
    check_value: KeyCheckValue | None = None


class BatteryState(StrEnum):
    """XFS4IoT ``batteryStatus``, of the battery that keeps the keys."""

    OPERATIONAL = "operational"
    LOW = "low"
    UNKNOWN = "unknown"


class KeysState(StrEnum):
    """XFS4IoT key management ``keyState``: whether the keys this kiosk needs are loaded."""

    INITIALIZED = "initialized"
    NOT_INITIALIZED = "notInitialized"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PinPadStatus(Status):
    """``keys`` is None when no key is required of this pad."""

    battery: BatteryState | None = None
    keys: KeysState | None = None


@dataclass(frozen=True, slots=True)
class PinPadInformation:
    """What the pad says of itself; None where its model does not."""

    model: str | None = None
    hardware: str | None = None
    software: str | None = None
    produced: str | None = None
    serial: str | None = None
    user: str | None = None


class PinPad(Device, Protocol):
    """One PIN pad. Every call that enters digits leaves the pad's input off, whatever the way out.

    ``on_key`` is called in the driver's thread and must return at once. Errors: DeviceError ``pin_pad.*`` of
    faults.toml; :class:`devices.contract.OperationCancelled` when the cancellation was set; ValueError for arguments
    no pad could take.
    """

    @property
    def formats(self) -> frozenset[BlockFormat]:
        """The PIN block formats :meth:`enter_pin_block` takes on this model."""
        ...

    def status(self) -> PinPadStatus:
        """Ask the pad now. Never raises."""
        ...

    def information(self) -> PinPadInformation:
        """Model, versions and serial number."""
        ...

    def enter_clear(
        self,
        cancellation: Cancellation,
        *,
        minimum: int = 6,
        maximum: int = 6,
        timeout: float,
        on_key: Callable[[KeyPress], None],
    ) -> SecretDigits:
        """Enter the card's own PIN, ``minimum`` to ``maximum`` digits, ended by the enter key.

        ``timeout``: seconds without a key; it starts afresh at each key. The caller closes the result. Raises
        :class:`EntryCancelled` and :class:`EntryTimedOut`; on any exception the digits have been zeroed.
        """
        ...

    def enter_pin_block(
        self,
        cancellation: Cancellation,
        *,
        key_index: int,
        pan12: str | None,
        block_format: BlockFormat,
        minimum: int,
        maximum: int,
        timeout: float,
        on_key: Callable[[KeyPress], None],
    ) -> PinBlock:
        """Enter a bank PIN (4 to 12 digits), encrypted in the pad under its working key ``key_index``.

        ``pan12``: the twelve digits left of the card number's check digit; None where the format takes none (ISO-1).
        Raises as :meth:`enter_clear` does.
        """
        ...

    def read_key(self, cancellation: Cancellation, timeout: float) -> Key:
        """The next plain key, for menus. Raises :class:`EntryTimedOut` after ``timeout`` seconds without one."""
        ...

    def load_key(
        self,
        index: int,
        use: KeyUse,
        under_master: int | None,
        value: bytes | bytearray,
        *,
        algorithm: KeyAlgorithm = KeyAlgorithm.TDES,
        expected: KeyCheckValue | None = None,
    ) -> KeyCheckValue:
        """Load ``value``: clear when ``under_master`` is None, else encrypted (ECB) under that master key.

        With ``expected``, a key whose check value differs is erased again and ``pin_pad.key_check_failed`` raised.
        """
        ...

    def key_status(self, index: int, algorithm: KeyAlgorithm = KeyAlgorithm.TDES) -> KeyStatus:
        """Whether a key is there, and its check value."""
        ...

    def beep(self) -> None:
        """Sound the pad once."""
        ...

    def stop(self) -> None:
        """Switch the pad's input off and forget whatever was typed."""
        ...
