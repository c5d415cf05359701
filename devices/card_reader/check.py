"""What every card reader must do, with a motor or without; any card with a chip will do, and nothing is written to it.

No card is retained: that can only be checked with a card that may be lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from devices.card_reader.apdu import CommandApdu
from devices.card_reader.contract import Ability, CardReader, Chip
from devices.card_reader.motorised import Light, lit, motorised, retaining
from devices.conformance import LET_GO_SECONDS, Check, NotApplicable, Suite, Trial, expect, expect_fault
from devices.conformance_common import common_checks
from devices.contract import Cancellation, DeviceError, DeviceState, MediaState

CardTrial = Trial[CardReader]

SELECT_ROOT = CommandApdu(0x00, 0xA4, 0x00, 0x00, bytes.fromhex("3F00"))
"""Any card answers it with some status word, and none counts it against its holder."""


class Step(StrEnum):
    """What a person does at the slot."""

    INSERT = "Put a card with a chip into the slot."
    TAKE = "Take the card out of the slot."


def _is(trial: CardTrial, media: MediaState) -> bool:
    return trial.device.status().media is media


def _inserted(trial: CardTrial) -> None:
    trial.person.do(Step.INSERT)
    trial.until(lambda: _is(trial, MediaState.PRESENT), "no card was noticed")


def _given_back(trial: CardTrial) -> None:
    trial.device.release()
    trial.person.do(Step.TAKE)
    trial.until(lambda: _is(trial, MediaState.NOT_PRESENT), "the card was not seen to go")


def ready(trial: CardTrial) -> None:
    """Open it, and have a card taken that was left in it."""
    trial.device.open()
    if not _is(trial, MediaState.NOT_PRESENT):
        _given_back(trial)


def _empty(trial: CardTrial) -> None:
    expect(_is(trial, MediaState.NOT_PRESENT), "with no card in it, the status does not say so")
    expect_fault(trial.device.connect, "card_reader.no_card")
    trial.device.release()


def _abilities(trial: CardTrial) -> None:
    reader = trial.device
    expect(isinstance(reader.abilities, frozenset), "its abilities are no frozenset")
    expect(all(isinstance(one, Ability) for one in reader.abilities), "one of its abilities has no name of the house")
    if (motor := motorised(reader)) is not None:
        expect(motor.retract() is False, "with no card in it, it drew one in")
        motor.set_entry(True)
    if (keeper := retaining(reader)) is not None:
        expect(keeper.retain() is False, "with no card in it, it retained one")
    if (lamp := lit(reader)) is not None:
        for light in (Light.ON, Light.BLINKING, Light.OFF):
            lamp.lights(light)


class _Watch:
    """A watch on a thread of its own, and what it has told so far."""

    def __init__(self, reader: CardReader) -> None:
        self.seen: list[MediaState] = []
        self._cancellation = Cancellation()
        arguments = (self._cancellation, self.seen.append)
        self._thread = threading.Thread(target=reader.watch, args=arguments, name="check-watch", daemon=True)
        self._thread.start()

    def has_told(self, media: MediaState) -> bool:
        """Whether this is the last that it told."""
        return self.seen[-1:] == [media]

    def end(self) -> float:
        """Cancel it; how long it took to end, in seconds (up to three)."""
        begun = time.monotonic()
        self._cancellation.cancel()
        self._thread.join(3)
        return time.monotonic() - begun


@contextmanager
def _watching(trial: CardTrial) -> Iterator[_Watch]:
    watch = _Watch(trial.device)
    try:
        yield watch
    finally:
        watch.end()


def _watched(trial: CardTrial) -> None:
    with _watching(trial) as watch:
        trial.until(lambda: watch.has_told(MediaState.NOT_PRESENT), "the watch did not tell at once what is there")
        trial.person.do(Step.INSERT)
        trial.until(lambda: watch.has_told(MediaState.PRESENT), "the watch did not tell of the card")
        trial.device.release()
        trial.person.do(Step.TAKE)
        trial.until(lambda: watch.has_told(MediaState.NOT_PRESENT), "the watch did not tell that the card has gone")
        told = [media for media in watch.seen if media is not MediaState.ENTERING]
        wanted = [MediaState.NOT_PRESENT, MediaState.PRESENT, MediaState.NOT_PRESENT]
        expect(told == wanted, f"the watch told {', '.join(told)}, not each change once")


def _cancelled(trial: CardTrial) -> None:
    with _watching(trial) as watch:
        trial.until(lambda: bool(watch.seen), "the watch did not tell at once what is there")
        took = watch.end()
        expect(took <= LET_GO_SECONDS, f"a cancelled watch took {took:.2f} s to end, not {LET_GO_SECONDS} s at most")


def _answers(chip: Chip) -> None:
    expect(chip.atr[:1] in (b"\x3b", b"\x3f"), "the answer to reset begins with neither 3B nor 3F")
    expect(0x6000 <= chip.transmit(SELECT_ROOT).sw <= 0x9FFF, "the answer to SELECT is no status word")


def _chip(trial: CardTrial) -> None:
    reader = trial.device
    _inserted(trial)
    first = reader.connect()
    _answers(first)
    expect(_is(trial, MediaState.PRESENT), "with its chip connected, the card is not present")
    second = reader.connect()
    expect_fault(lambda: first.transmit(SELECT_ROOT), "card_reader.removed")
    _answers(second)
    second.close()
    second.close()
    expect(_is(trial, MediaState.PRESENT), "with its chip let go of, the card is not present")
    last = reader.connect()
    _given_back(trial)
    expect_fault(lambda: last.transmit(SELECT_ROOT), "card_reader.removed")
    expect_fault(reader.connect, "card_reader.no_card")


def _pulled(trial: CardTrial) -> None:
    if motorised(trial.device) is not None:
        raise NotApplicable("this reader holds the card while its chip is connected")
    _inserted(trial)
    chip = trial.device.connect()
    trial.person.do(Step.TAKE)

    def has_gone() -> bool:
        try:
            chip.transmit(SELECT_ROOT)
        except DeviceError as error:
            expect(error.code == "card_reader.removed", f"a card that was pulled is told as {error.code}")
            return True
        return False

    trial.until(has_gone, "the chip still answered")
    expect(trial.device.status().device is DeviceState.ONLINE, "without its card the reader is not online")


def _offered_again(trial: CardTrial) -> None:
    motor = motorised(trial.device)
    if motor is None:
        raise NotApplicable("this reader has no motor")
    _inserted(trial)
    motor.release()
    expect(_is(trial, MediaState.PRESENT), "a card that waits to be taken is not present")
    expect(motor.retract() is True, "a card that was not taken was not drawn in again")
    _answers(motor.connect())
    _given_back(trial)


_BOTH = (Step.INSERT, Step.TAKE)

CHECKS: tuple[Check[Any], ...] = (
    *common_checks(CardReader),
    Check("empty", "With no card in it, it says so: status, connecting, giving back.", _empty),
    Check("abilities", "What it says it can do has its methods, which are harmless without a card.", _abilities),
    Check("cancellation", "A cancelled watch ends at once.", _cancelled),
    Check("watch", "A watch tells what is there, and each change once.", _watched, _BOTH),
    Check("chip", "A chip answers, for one connection at a time, until the card is given back.", _chip, _BOTH),
    Check("pulled", "A card pulled out from under its chip is told as removed.", _pulled, _BOTH),
    Check("offered-again", "A card that was not taken is drawn in, and offered again.", _offered_again, _BOTH),
)

SUITE: Suite[Any] = Suite(CHECKS, ready)
