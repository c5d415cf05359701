"""What every reader of resident ID cards must do; any card will do for it, and nothing of the card is told."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Any

from devices.conformance import Check, Failed, NotApplicable, Suite, Trial, expect, expect_fault, expect_untold
from devices.conformance_common import common_checks
from devices.contract import Cancellation, DeviceError, MediaState
from devices.id_reader.contract import CitizenCard, IdCard, IdReader, ResidencePermit

IdTrial = Trial[IdReader]

PHOTO_BYTES = 1024


class Step(StrEnum):
    """What a person does at the reader."""

    LAY = "Lay a resident ID card on the reader, and leave it there."
    LIFT = "Lift the card off the reader."


def ready(trial: IdTrial) -> None:
    """Open it, and have a card lifted that was left lying."""
    trial.device.open()
    if trial.device.is_card_present() is True:
        trial.person.do(Step.LIFT)
        trial.until(lambda: trial.device.is_card_present() is not True, "the card was not seen to go")


def _lay(trial: IdTrial) -> None:
    trial.person.do(Step.LAY)
    found = trial.device.wait_for_card(trial.cancellation, trial.patience)
    expect(found, f"no card was noticed within {trial.patience:g} s")


def _empty(trial: IdTrial) -> None:
    reader = trial.device
    media = reader.status().media
    expect(media in (MediaState.NOT_PRESENT, MediaState.UNKNOWN), f"with no card on it, media is {media}")
    present = reader.is_card_present()
    expect(present is not True, "with no card on it, a card is present")
    expect(reader.wait_for_removal(Cancellation(), 1) is (None if present is None else True), "no card is not removed")
    expect_fault(reader.read, "id_reader.no_card")
    expect_fault(reader.read_address, "id_reader.no_card")


def _time_out(trial: IdTrial) -> None:
    begun = time.monotonic()
    expect(trial.device.wait_for_card(Cancellation(), 0.3) is False, "a card was found where none lies")
    took = time.monotonic() - begun
    expect(0.3 <= took < 0.8, f"a wait of 0.3 s took {took:.2f} s")


def _cancelled(trial: IdTrial) -> None:
    trial.lets_go(lambda cancellation: trial.device.wait_for_card(cancellation, None))
    expect(trial.device.wait_for_card(Cancellation(), 0) is False, "after a cancelled wait it is fit for no other")


def _card(trial: IdTrial) -> None:
    reader = trial.device
    _lay(trial)
    for _ in range(2):
        expect(reader.status().media is MediaState.PRESENT, "the card lies there, and the status does not say so")
    card = reader.read()
    expect(card.number_fault() is None, f"the number was read with a fault: {card.number_fault()}")
    expect(bool(card.name), "no name was read")
    expect(len(card.photo) == PHOTO_BYTES, f"the photo has {len(card.photo)} bytes")
    expect(card.valid_from.year > 2000, "the card was issued before such cards existed")
    expect(reader.read() == card, "read twice, the same card says two things")
    expect(isinstance(reader.read_address(), str), "the appended address is no text")


def _secrets(card: IdCard) -> list[str]:
    born = card.birth_date
    told = [card.name, card.number, born.isoformat(), f"{born:%Y%m%d}", repr(born)]
    return [*told, card.address] if isinstance(card, CitizenCard | ResidencePermit) else told


def _untold(trial: IdTrial) -> None:
    reader = trial.device
    _lay(trial)
    card = reader.read()
    secrets = _secrets(card)
    for where, told in (
        ("the card's repr", card),
        ("the status", reader.status()),
        ("the reader's repr", reader),
        ("what the reader keeps", vars(reader)),
    ):
        expect_untold(secrets, told, where)


def _removal(trial: IdTrial) -> None:
    reader = trial.device
    _lay(trial)
    reader.read()
    if reader.is_card_present() is None:
        expect(reader.wait_for_removal(Cancellation(), None) is None, "what it cannot tell, it tells")
        trial.person.do(Step.LIFT)
        raise NotApplicable("this reader cannot tell whether a card that was read still lies there")
    expect(reader.wait_for_removal(Cancellation(), 0.3) is False, "the card lies there and is said to be removed")
    trial.lets_go(lambda cancellation: reader.wait_for_removal(cancellation, None))
    trial.person.do(Step.LIFT)
    gone = reader.wait_for_removal(trial.cancellation, trial.patience)
    expect(gone is True, f"the card was not seen to go within {trial.patience:g} s")
    expect(reader.is_card_present() is False, "the card has gone and is still present")
    expect(reader.status().media is MediaState.NOT_PRESENT, "the card has gone and the status does not say so")


def _next_holder(trial: IdTrial) -> None:
    reader = trial.device
    _lay(trial)
    reader.read()
    found = reader.wait_for_card(Cancellation(), 0.3)
    expect(found is False, "a card that was read and still lies there was taken for the next one")


def _too_early(trial: IdTrial) -> None:
    _lay(trial)
    trial.person.do(Step.LIFT)
    deadline = time.monotonic() + trial.patience
    while time.monotonic() < deadline:
        trial.cancellation.check()
        try:
            trial.device.read()
        except DeviceError as error:
            told = error.code in ("id_reader.removed_early", "id_reader.no_card")
            if not told and error.code == "id_reader.read_failed":
                told = trial.device.is_card_present() is None  # a reader that cannot tell cannot tell why
            expect(told, f"a card that has gone is told as {error.code}")
            return
    raise Failed(f"the card was still read {trial.patience:g} s after it was to be lifted")


_BOTH = (Step.LAY, Step.LIFT)

CHECKS: tuple[Check[Any], ...] = (
    *common_checks(IdReader),
    Check("empty", "With no card on it, it says so: status, presence, removal, reading.", _empty),
    Check("time-out", "A wait for a card ends when its time is up, with no card.", _time_out),
    Check("cancellation", "A cancelled wait for a card ends at once, and the next one works.", _cancelled),
    Check("card", "A card is noticed, read whole, read alike twice, and its number is sound.", _card, _BOTH),
    Check("untold", "No repr shows a name, a number, a birth date or an address.", _untold, _BOTH),
    Check("removal", "Waiting for the card's removal times out, is cancelled, and sees it go.", _removal, _BOTH),
    Check("next-holder", "A card that was read is not taken for the next holder's.", _next_holder, _BOTH),
    Check("too-early", "A card lifted before its reading ends in removed_early or no_card.", _too_early, _BOTH),
)

SUITE: Suite[Any] = Suite(CHECKS, ready)
