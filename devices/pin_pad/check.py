"""What every PIN pad must do. No key is loaded, and the digits typed are counted and never compared."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Any

from devices.conformance import Check, Failed, Suite, Trial, expect, expect_refused
from devices.conformance_common import common_checks
from devices.contract import Cancellation, DeviceError, OperationCancelled
from devices.pin_pad.contract import (
    BlockFormat,
    EntryCancelled,
    EntryTimedOut,
    Key,
    KeyKind,
    KeyPress,
    KeyState,
    PinPad,
    SecretDigits,
)

PadTrial = Trial[PinPad]


class Step(StrEnum):
    """What a person types."""

    PIN = "Type any six digits on the pad, then Enter."
    SHORT_THEN_LONG = "Type 1 2 3 Enter, then 4 5 6 Enter."
    CANCEL = "Type any three digits on the pad, then Cancel."
    ENTER = "Press Enter on the pad, and nothing else."


class Question(StrEnum):
    """What only a person can hear."""

    BEEP = "Did the pad beep once?"


def ready(trial: PadTrial) -> None:
    """Open it: its input is off."""
    trial.device.open()


def _enter(
    trial: PadTrial, heard: list[KeyPress], cancellation: Cancellation | None = None, timeout: float | None = None
) -> SecretDigits:
    return trial.device.enter_clear(
        cancellation or trial.cancellation,
        timeout=trial.patience if timeout is None else timeout,
        on_key=heard.append,
    )


def _pin(trial: PadTrial) -> None:
    heard: list[KeyPress] = []
    trial.person.do(Step.PIN)
    with _enter(trial, heard) as digits:
        expect(len(digits.digits) == 6, f"{len(digits.digits)} digits came, not 6")
        # Compared as bytes: a PIN is never a str.
        told = repr((vars(trial.device), digits, heard)).encode()
        expect(bytes(digits.digits) not in told, "a repr shows the digits")
        memory = digits.digits
    expect(not any(memory), "the digits are still in memory after they were closed")
    counts = [press.count for press in heard if press.kind is KeyKind.DIGIT]
    expect(counts[-6:] == [1, 2, 3, 4, 5, 6], "the presses were not counted one by one")
    expect(heard[-1] == KeyPress(KeyKind.ENTER, 6), "the last press told was not Enter after six digits")


def _lengths(trial: PadTrial) -> None:
    heard: list[KeyPress] = []
    trial.person.do(Step.SHORT_THEN_LONG)
    with _enter(trial, heard) as digits:
        expect(len(digits.digits) == 6, f"{len(digits.digits)} digits came, not 6")
    expect(KeyPress(KeyKind.REFUSED, 3) in heard, "Enter after three digits was not told as refused")


def _person_cancels(trial: PadTrial) -> None:
    heard: list[KeyPress] = []
    trial.person.do(Step.CANCEL)
    try:
        _enter(trial, heard).close()
    except EntryCancelled:
        expect(heard[-1].kind is KeyKind.CANCEL, "the last press told was not Cancel")
        return
    raise Failed("Cancel did not end the entry")


def _time_out(trial: PadTrial) -> None:
    begun = time.monotonic()
    try:
        _enter(trial, [], timeout=0.3).close()
    except EntryTimedOut:
        took = time.monotonic() - begun
        expect(0.3 <= took < 1.5, f"an entry of 0.3 s without a key took {took:.2f} s")
        return
    raise Failed("an entry without a key did not time out")


def _cancelled(trial: PadTrial) -> None:
    trial.lets_go(lambda cancellation: _enter(trial, [], cancellation))
    trial.lets_go(lambda cancellation: trial.device.read_key(cancellation, trial.patience))
    done = Cancellation()
    done.cancel()
    try:
        _enter(trial, [], done).close()
    except OperationCancelled:
        return
    raise Failed("an entry began whose wait had been cancelled before")


def _key(trial: PadTrial) -> None:
    trial.person.do(Step.ENTER)
    key = trial.device.read_key(trial.cancellation, trial.patience)
    expect(key is Key.ENTER, "Enter was read as another key")


def _arguments(trial: PadTrial) -> None:
    pad = trial.device

    def bank(
        minimum: int = 4,
        maximum: int = 6,
        pan12: str | None = "000000000000",
        block_format: BlockFormat = BlockFormat.ISO_0,
    ) -> object:
        return pad.enter_pin_block(
            Cancellation(),
            key_index=1,
            pan12=pan12,
            block_format=block_format,
            minimum=minimum,
            maximum=maximum,
            timeout=0.1,
            on_key=lambda _: None,
        )

    def clear(minimum: int, maximum: int) -> object:
        return pad.enter_clear(Cancellation(), minimum=minimum, maximum=maximum, timeout=0.1, on_key=lambda _: None)

    expect_refused(lambda: clear(0, 6), "a PIN of no digits")
    expect_refused(lambda: clear(7, 6), "a PIN of 7 to 6 digits")
    expect_refused(lambda: bank(minimum=3), "a bank PIN of three digits")
    expect_refused(lambda: bank(maximum=13), "a bank PIN of thirteen digits")
    expect_refused(lambda: bank(pan12="00000000000"), "a card number of eleven digits")
    expect_refused(lambda: bank(pan12=None), "an ISO-0 block without a card number")
    missing = [one for one in BlockFormat if one not in pad.formats]
    for one in missing:
        try:
            bank(block_format=one)
        except DeviceError as error:
            expect(error.code == "pin_pad.unsupported", f"{one} was refused as {error.code}")
        else:
            raise Failed(f"{one} is not among its formats and was taken")


def _key_status(trial: PadTrial) -> None:
    status = trial.device.key_status(1)
    expect(status.state in KeyState, "the state of a key is no word")
    expect((status.check_value is not None) == (status.state is KeyState.PRESENT), "a check value without its key")


def _beep(trial: PadTrial) -> None:
    trial.device.beep()
    trial.confirm(Question.BEEP)
    trial.device.stop()


CHECKS: tuple[Check[Any], ...] = (
    *common_checks(PinPad),
    Check("time-out", "An entry without a key ends by itself.", _time_out),
    Check("cancellation", "A cancelled entry ends at once; one cancelled before does not begin.", _cancelled),
    Check("arguments", "What no pad could take is refused; what this one cannot is unsupported.", _arguments),
    Check("key-status", "It tells whether a key is there (asked of index 1, which is not changed).", _key_status),
    Check("pin", "Six digits come through, counted one by one, shown nowhere, and zeroed.", _pin, (Step.PIN,)),
    Check("lengths", "Enter before the sixth digit is refused.", _lengths, (Step.SHORT_THEN_LONG,)),
    Check("person-cancels", "Cancel on the pad ends the entry.", _person_cancels, (Step.CANCEL,)),
    Check("plain-key", "A plain key is read by its name.", _key, (Step.ENTER,)),
    Check("beep", "It beeps.", _beep, (Question.BEEP,)),
)

SUITE: Suite[Any] = Suite(CHECKS, ready)
