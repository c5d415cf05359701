"""The SZZT ZT588 and ZT598 PIN pads over serial or ``socket://`` (pin-pad.md, D1).

Opening, and every way out of an entry, switches the pad's input off (``5032``). Its answer comes after every key the
pad has sent, and keys before an answer are dropped, so no press is left for the next person.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from devices.contract import Cancellation, DeviceError, DeviceState
from devices.pin_pad import key_loading, models
from devices.pin_pad.authorisation import authorise
from devices.pin_pad.commands import INPUT_OFF, PLAIN_INPUT_ON, SOUND_ON, Commands, RefusedByPad
from devices.pin_pad.contract import (
    BlockFormat,
    EntryCancelled,
    EntryTimedOut,
    Key,
    KeyAlgorithm,
    KeyCheckValue,
    KeyKind,
    KeyPress,
    KeysState,
    KeyState,
    KeyStatus,
    KeyUse,
    PinBlock,
    PinPadInformation,
    PinPadStatus,
    SecretDigits,
)
from devices.pin_pad.entry import ClearEntry, MaskedEntry
from devices.pin_pad.information import read_information
from devices.pin_pad.models import MODELS, ClearKey, Quirks, StartShape
from devices.pin_pad.rtn import Rtn
from devices.pin_pad.serial_line import LineBroken, SerialLine
from devices.pin_pad.wire import Counters

SHORTEST_BANK_PIN = 4
LONGEST_BANK_PIN = 12


class Zt598PinPad:
    """One pad; see :class:`devices.pin_pad.contract.PinPad`.

    ``model`` is a key of :data:`devices.pin_pad.models.MODELS`, or ``quirks`` gives a variant. ``clear_key``: what the
    clear key takes back. ``required_keys``: TDES indexes, and ``required_sm4_keys``: SM4 indexes, without which this
    kiosk's pad is not ready. ``uid``: 16 bytes, where the pad wants a key authorised before a PIN block or a
    check value is computed; None: it does not. ``reply_timeout``: seconds. ``attempts``: misses after which it is gone.
    """

    def __init__(
        self,
        at: str,
        *,
        model: str = "zt598",
        quirks: Quirks | None = None,
        baud: int = 9600,
        clear_key: ClearKey | str = ClearKey.ALL,
        required_keys: Sequence[int] = (),
        required_sm4_keys: Sequence[int] = (),
        uid: bytes | None = None,
        reply_timeout: float = 1.0,
        attempts: int = 3,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if quirks is None and model not in MODELS:
            raise ValueError(f"no PIN pad model {model!r}; there are: {', '.join(sorted(MODELS))}")
        if uid is not None and len(uid) != 16:
            raise ValueError(f"uid: 16 bytes, not {len(uid)}")
        self._quirks = quirks or MODELS[model]
        self._clear_key = ClearKey(clear_key)
        self._required = [(KeyAlgorithm.TDES, index) for index in required_keys]
        self._required += [(KeyAlgorithm.SM4, index) for index in required_sm4_keys]
        self._uid = uid
        self._clock = clock
        self._line = SerialLine(
            at,
            baud=baud,
            hardware_flow=self._quirks.hardware_flow,
            reply_timeout=reply_timeout,
            attempts=attempts,
            clock=clock,
            pause=pause,
        )
        self._commands = Commands(self._line)
        self._keys: KeysState | None = KeysState.UNKNOWN if self._required else None

    @property
    def formats(self) -> frozenset[BlockFormat]:
        """ASCII, IBM 3624, ISO-0 to ISO-3; with SM4 where the model has it. ISO-4 has no place in this protocol."""
        return frozenset(models.FORMAT_CHARACTERS) | ({BlockFormat.SM4} if self._quirks.sm4 else set())

    @property
    def counters(self) -> Counters:
        """Frames, keys, damage on the line since it was last opened."""
        return self._line.counters

    def counts(self) -> Mapping[str, int]:
        """``retries``: commands sent again."""
        return {"retries": self._line.retries}

    # -- Device --------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Connect; input off; look for the required keys."""
        self._line.close()
        self._commands.ask(INPUT_OFF)
        self._look_for_keys()

    def close(self) -> None:
        """Switch the pad's input off and let go of the line."""
        if self._line.is_open:
            self._commands.input_off()
        self._line.close()

    def status(self) -> PinPadStatus:
        """One short exchange; a pad that does not answer is offline, an address that cannot be opened has no device."""
        try:
            self._commands.ask(INPUT_OFF)
            if self._keys is KeysState.UNKNOWN:
                self._look_for_keys()
        except DeviceError as error:
            return PinPadStatus(_state(error.code), error.code, self._commands.battery, self._keys)
        missing = "pin_pad.key_missing" if self._keys is KeysState.NOT_INITIALIZED else None
        return PinPadStatus(DeviceState.ONLINE, missing, self._commands.battery, self._keys)

    def information(self) -> PinPadInformation:
        """Command 3."""
        return read_information(self._commands.ask("3"))

    def beep(self) -> None:
        """Sound on, one tone."""
        self._commands.ask(SOUND_ON)
        self._commands.ask(self._quirks.beep)

    def stop(self) -> None:
        """Input off; raises DeviceError when the pad cannot be reached."""
        self._commands.ask(INPUT_OFF)

    # -- entry ---------------------------------------------------------------------------------------------------------

    def enter_clear(
        self,
        cancellation: Cancellation,
        *,
        minimum: int = 6,
        maximum: int = 6,
        timeout: float,
        on_key: Callable[[KeyPress], None],
    ) -> SecretDigits:
        """The card's own PIN: plain input, digits counted here."""
        if not 0 < minimum <= maximum:
            raise ValueError(f"lengths {minimum} to {maximum} make no PIN")
        entry = ClearEntry(minimum, maximum, self._clear_key)
        try:
            with self._entering(cancellation, timeout, maximum):
                self._commands.ask_now(PLAIN_INPUT_ON)
                self._follow(entry, cancellation, timeout, on_key)
            return entry.digits()
        finally:
            entry.wipe()

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
        """A bank PIN: masked input, the block computed in the pad."""
        if not SHORTEST_BANK_PIN <= minimum <= maximum <= LONGEST_BANK_PIN:
            raise ValueError(f"a bank PIN has 4 to 12 digits, not {minimum} to {maximum}")
        pan = self._pan_text(block_format, pan12)
        if block_format not in self.formats:
            raise DeviceError("pin_pad.unsupported", f"PIN block {block_format}")
        with self._entering(cancellation, timeout, maximum):
            for setting in (f"54{minimum:02X}", f"55{maximum:02X}", SOUND_ON, f"53{models.MASK:02X}"):
                self._commands.ask_now(setting)
            if self._quirks.start is StartShape.SESSION:
                start, read = (
                    f"60001{self._quirks.clear_key_digits[self._clear_key]}",
                    self._read(key_index, block_format),
                )
                read += pan
            else:
                character = models.FORMAT_CHARACTERS[block_format]
                start, read = f"6{key_index:02X}{character}{self._quirks.hint}{maximum:02d}{pan}", "7"
            self._commands.ask_now(start)
            self._follow(MaskedEntry(minimum, maximum, self._clear_key), cancellation, timeout, on_key)
            if block_format in models.PADDED:
                self._commands.ask_now(f"53{self._quirks.block_pad:02X}")
            if self._uid is not None and block_format is not BlockFormat.SM4:
                authorise(self._commands.ask_now, self._uid, key_index)
            return self._block(read, block_format, key_index)

    def read_key(self, cancellation: Cancellation, timeout: float) -> Key:
        """One plain key; bytes that are no key of the table are passed over."""
        with self._entering(cancellation, timeout, 1):
            self._commands.ask_now(PLAIN_INPUT_ON)
            for code in self._key_codes(cancellation, timeout):
                if code in models.KEYS:
                    return models.KEYS[code]
        raise EntryTimedOut

    @contextmanager
    def _entering(self, cancellation: Cancellation, timeout: float, presses: int) -> Iterator[None]:
        """Around every entry: input off before and after, the pad's own time limit behind ours."""
        cancellation.check()
        # The pad's limit only ends an entry whose host has died: as long as the slowest entry we would allow.
        seconds = min(255, math.ceil(timeout) * (presses + 2))
        try:
            self._commands.ask(INPUT_OFF)
            self._commands.ask_now(f"52{seconds:02X}")
            yield
        except LineBroken as broken:
            self._commands.ask(INPUT_OFF)
            raise DeviceError("pin_pad.interrupted", "the line broke during an entry and is back") from broken
        except BaseException:
            self._commands.input_off()
            raise
        else:
            self._commands.input_off()

    def _follow(
        self,
        entry: ClearEntry | MaskedEntry,
        cancellation: Cancellation,
        timeout: float,
        on_key: Callable[[KeyPress], None],
    ) -> None:
        """Take keys until enter. Raises EntryCancelled, EntryTimedOut, OperationCancelled."""
        # No key code in a local of this frame: a failing ``on_key`` would carry it in its traceback.
        for press in map(entry.take, self._key_codes(cancellation, timeout)):
            if press is None:
                continue
            on_key(press)
            if press.kind is KeyKind.CANCEL:
                raise EntryCancelled
            if press.kind is KeyKind.ENTER:
                return

    def _key_codes(self, cancellation: Cancellation, timeout: float) -> Iterator[int]:
        until = self._clock() + timeout
        while True:
            cancellation.check()
            code = self._line.next_key()
            if code == models.PAD_TIMED_OUT:
                raise EntryTimedOut
            if code is not None:
                until = self._clock() + timeout
                yield code
            elif self._clock() >= until:
                raise EntryTimedOut

    def _read(self, key_index: int, block_format: BlockFormat) -> str:
        if block_format is BlockFormat.SM4:
            return f"o{key_index:02X}0"
        return f"7{key_index:02X}{models.FORMAT_CHARACTERS[block_format]}"

    @staticmethod
    def _pan_text(block_format: BlockFormat, pan12: str | None) -> str:
        if block_format is BlockFormat.ISO_1:
            return ""
        if pan12 is None or len(pan12) != 12 or not (pan12.isascii() and pan12.isdecimal()):
            raise ValueError("pan12: the twelve digits left of the check digit")
        return pan12

    def _block(self, read: str, block_format: BlockFormat, key_index: int) -> PinBlock:
        try:
            data = self._commands.ask_now(read)
        except RefusedByPad as refused:
            if refused.rtn == Rtn.INPUT_TIMED_OUT:
                raise EntryTimedOut from refused
            if refused.rtn == Rtn.GENERAL:
                raise DeviceError("pin_pad.no_pin", "the pad holds no PIN") from refused
            raise
        size = 16 if block_format is BlockFormat.SM4 else 8
        if len(data) != 4 + 2 * size:
            raise DeviceError("pin_pad.unexpected_answer", f"a PIN block of {len(data)} characters")
        return PinBlock(_from_hex(data[4:]), block_format, key_index)

    # -- keys ----------------------------------------------------------------------------------------------------------

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
        """Commands 1, 2, b and c; the check value from the answer, or asked for where the model gives none."""
        command = key_loading.load(self._quirks, index, use, under_master, value, algorithm)
        data = self._commands.ask(command)
        if self._required:
            self._keys = KeysState.UNKNOWN
        got = _check_value(data) if data else self.key_status(index, algorithm).check_value
        if got is None:
            raise DeviceError("pin_pad.key_missing", f"key {index:02X} was loaded and is not there")
        if expected is not None and not got.matches(expected):
            self._commands.ask(key_loading.erase(index, algorithm))
            raise DeviceError("pin_pad.key_check_failed", f"key {index:02X}: check value {got}, expected {expected}")
        return got

    def key_status(self, index: int, algorithm: KeyAlgorithm = KeyAlgorithm.TDES) -> KeyStatus:
        """Zeros encrypted under the key: commands 9 and d."""
        try:
            if self._uid is not None and algorithm is KeyAlgorithm.TDES:
                authorise(self._commands.ask, self._uid, index)
            data = self._commands.ask(key_loading.check(self._quirks, index, algorithm))
        except RefusedByPad as refused:
            if refused.rtn == Rtn.KEY_MISSING:
                return KeyStatus(index, algorithm, KeyState.MISSING)
            if refused.rtn in (Rtn.NO_FITTING_KEY, Rtn.AUTHORISATION):
                return KeyStatus(index, algorithm, KeyState.UNKNOWN)
            raise
        return KeyStatus(index, algorithm, KeyState.PRESENT, _check_value(data))

    def _look_for_keys(self) -> None:
        if not self._required:
            return
        states = {self.key_status(index, algorithm).state for algorithm, index in self._required}
        if KeyState.MISSING in states:
            self._keys = KeysState.NOT_INITIALIZED
        else:
            self._keys = KeysState.UNKNOWN if KeyState.UNKNOWN in states else KeysState.INITIALIZED


class Zt588PinPad(Zt598PinPad):
    """The ZT588 by its own name; options as of :class:`Zt598PinPad`."""

    def __init__(self, at: str, **options: Any) -> None:
        super().__init__(at, model="zt588", **options)


def _state(code: str) -> DeviceState:
    if code == "pin_pad.disconnected":
        return DeviceState.NO_DEVICE
    if code in ("pin_pad.no_answer", "pin_pad.line_noise"):
        return DeviceState.OFFLINE
    return DeviceState.FRAUD_ATTEMPT if code == "pin_pad.tampered" else DeviceState.HARDWARE_ERROR


def _check_value(data: bytes) -> KeyCheckValue:
    """The first eight bytes of an answer; three at least."""
    value = _from_hex(data)[:8]
    if len(value) < 3:
        raise DeviceError("pin_pad.unexpected_answer", f"a check value of {len(value)} bytes")
    return KeyCheckValue(value)


def _from_hex(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError as error:
        raise DeviceError("pin_pad.unexpected_answer", "hexadecimal characters were expected") from error
