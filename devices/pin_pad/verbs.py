"""``kiosk device pin-pad --at URL VERB``, VERB: status, info, enter, pin-block, key, load-key, key-status, beep, stop,
check.

No verb prints a PIN: ``enter`` tells how many digits there were and zeroes them. A key's value is read from a file, so
that it stays out of the shell's history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from devices import conformance_verb
from devices.contract import Cancellation, OperationCancelled
from devices.pin_pad.check import SUITE
from devices.pin_pad.contract import (
    BlockFormat,
    EntryCancelled,
    EntryTimedOut,
    KeyAlgorithm,
    KeyCheckValue,
    KeyPress,
    KeyUse,
    PinPad,
)
from devices.pin_pad.secret import wipe
from devices.verbs import Verb

Tell = Callable[[str], None]

SECONDS = 30.0
"""How long a verb waits for each key: time to walk from the keyboard to the pad."""


def _lengths(word: str) -> tuple[int, int]:
    low, _, high = word.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal()):
        raise ValueError(f"{word!r}: a length such as 6, or two such as 4-12")
    return int(low), int(high or low)


def _index(word: str) -> int:
    try:
        index = int(word, 16)
    except ValueError:
        index = -1
    if not 0 <= index <= 0xFF:
        raise ValueError(f"{word!r}: a key index, two hexadecimal digits")
    return index


def _count(words: Sequence[str], least: int, most: int) -> None:
    if not least <= len(words) <= most:
        raise ValueError(f"takes {least if least == most else f'{least} to {most}'} words, was given {len(words)}")


def _press_teller(tell: Tell) -> Callable[[KeyPress], None]:
    return lambda press: tell(f"{press.kind} {press.count}")


def _status(pad: PinPad, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 0, 0)
    return asdict(pad.status())


def _info(pad: PinPad, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 0, 0)
    return {**asdict(pad.information()), "formats": sorted(pad.formats)}


def _outcome(run: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
    try:
        return run()
    except EntryCancelled:
        return {"outcome": "cancelled"}
    except EntryTimedOut:
        return {"outcome": "timed out"}
    except OperationCancelled:
        return {"outcome": "interrupted"}


def _enter(pad: PinPad, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 0, 1)
    minimum, maximum = _lengths(words[0] if words else "6")

    def run() -> Mapping[str, object]:
        tell("type on the pad, then enter")
        with pad.enter_clear(
            cancellation, minimum=minimum, maximum=maximum, timeout=SECONDS, on_key=_press_teller(tell)
        ) as digits:
            return {"outcome": "entered", "digits": len(digits)}

    return _outcome(run)


def _pin_block(pad: PinPad, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 2, 4)
    index, block_format = _index(words[0]), BlockFormat(words[1])
    rest = list(words[2:])
    pan12 = None if block_format is BlockFormat.ISO_1 or not rest else rest.pop(0)
    minimum, maximum = _lengths(rest[0] if rest else "6")

    def run() -> Mapping[str, object]:
        tell("type on the pad, then enter")
        block = pad.enter_pin_block(
            cancellation,
            key_index=index,
            pan12=pan12,
            block_format=block_format,
            minimum=minimum,
            maximum=maximum,
            timeout=SECONDS,
            on_key=_press_teller(tell),
        )
        return {"outcome": "entered", "format": block.format, "block": block.block.hex().upper()}

    return _outcome(run)


def _key(pad: PinPad, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 0, 0)
    tell("press a key on the pad")
    return _outcome(lambda: {"outcome": "pressed", "key": str(pad.read_key(cancellation, SECONDS))})


def _load_key(pad: PinPad, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 4, 6)
    index, use, algorithm = _index(words[0]), KeyUse(words[1]), KeyAlgorithm(words[2])
    master = None if len(words) < 5 or words[4] == "clear" else _index(words[4])
    expected = KeyCheckValue(bytes.fromhex(words[5])) if len(words) > 5 else None
    try:
        value = bytearray.fromhex(Path(words[3]).read_text(encoding="ascii"))
    except ValueError:
        raise ValueError(f"{words[3]}: the key in hexadecimal digits, and nothing else") from None
    except OSError as error:
        raise ValueError(f"{words[3]}: {error.strerror}") from None
    try:
        got = pad.load_key(index, use, master, value, algorithm=algorithm, expected=expected)
    finally:
        wipe(value)
    return {"index": f"{index:02X}", "check_value": str(got), "compared": expected is not None}


def _key_status(pad: PinPad, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 1, 2)
    status = pad.key_status(_index(words[0]), KeyAlgorithm(words[1] if len(words) > 1 else "tdes"))
    check_value = None if status.check_value is None else str(status.check_value)
    return {
        "index": f"{status.index:02X}",
        "algorithm": status.algorithm,
        "state": status.state,
        "check_value": check_value,
    }


def _beep(pad: PinPad, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 0, 0)
    pad.beep()
    return {"outcome": "sounded"}


def _stop(pad: PinPad, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    _count(words, 0, 0)
    pad.stop()
    return {"outcome": "input off"}


VERBS: dict[str, Verb] = {
    "status": Verb("Whether it is there, its battery, its keys.", _status),
    "info": Verb("Model, versions, serial number, PIN block formats.", _info),
    "enter": Verb("Enter a PIN in clear; tells how many digits and forgets them.", _enter, "[LENGTH or MIN-MAX]"),
    "pin-block": Verb("Enter a bank PIN; prints the encrypted block.", _pin_block, "KEY FORMAT [PAN12] [MIN-MAX]"),
    "key": Verb("Wait for one key and name it.", _key),
    "load-key": Verb(
        "Load a key from a file; prints its check value.",
        _load_key,
        "INDEX master|pin|mac|data tdes|sm4 FILE [MASTER|clear] [CHECK-VALUE]",
    ),
    "key-status": Verb("Whether a key is there, and its check value.", _key_status, "INDEX [tdes|sm4]"),
    "beep": Verb("Sound the pad once.", _beep),
    "stop": Verb("Switch the pad's input off.", _stop),
    "check": conformance_verb.verb(SUITE),
}
