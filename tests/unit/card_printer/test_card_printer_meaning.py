"""What each status bit means for issuing: fault, position, stores, ribbon, cleaning. The flags, not a summary."""

from __future__ import annotations

import pytest

from devices import fault_catalogue
from devices.card_printer.contract import CardPosition, CleaningState, CoverState, HeadTemperature, RibbonState
from devices.card_printer.evolis import meaning
from devices.card_printer.evolis.faults import BLOCKING, NOTICES
from devices.card_printer.evolis.flags import (
    Alert,
    Error,
    Extension1,
    Extension2,
    Extension3,
    Flags,
    Information,
    Word,
)
from devices.card_printer.evolis.meaning import Fitting, RibbonData
from devices.contract import DeviceState, MediaState, StorageLevel

FITTED = Fitting(hoppers=2, holding_slot=True, ribbon="YMCKO")
GOOD = RibbonData("YMCKO", "R5F208E100", 200, 120)


def told(*bits: Word, data: RibbonData = GOOD, fitting: Fitting = FITTED) -> meaning.CardPrinterStatus:
    return meaning.status(Flags.of(*bits), data, 900, fitting)


def test_nothing_stands() -> None:
    status = told()
    assert status.ready
    assert (status.device, status.fault, status.media) == (DeviceState.ONLINE, None, MediaState.NOT_PRESENT)
    assert [(unit.name, unit.kind.value, unit.level.value, unit.count) for unit in status.storage] == [
        ("hopper-1", "dispense", "ok", None),
        ("hopper-2", "dispense", "ok", None),
        ("reject-box", "retain", "ok", None),
        ("holding-slot", "park", "empty", 0),
    ]
    assert status.ribbon is not None
    assert (status.ribbon.state, status.ribbon.left, status.ribbon.matches) == (RibbonState.OK, 120, True)
    assert status.cleaning is not None
    assert (status.cleaning.state, status.cleaning.cards_left) == (CleaningState.NOT_DUE, 900)


ROWS = [
    (bit, code, True) for code, words in BLOCKING for word in words for bit in type(word) if bit in word and bit.value
] + [(bit, code, False) for code, words in NOTICES for word in words for bit in type(word) if bit in word]


@pytest.mark.parametrize(("bit", "code", "stops"), ROWS, ids=[f"{type(b).__name__}.{b.name}" for b, _, _ in ROWS])
def test_each_bit_is_told_by_its_entry(bit: Word, code: str, stops: bool) -> None:
    status = told(bit)
    assert status.fault == code
    assert (status.fault in status.blocking) is stops
    assert status.ready is not stops
    assert fault_catalogue.find(str(status.fault)).loses == ({fault_catalogue.Capability.ISSUE} if stops else set())


@pytest.mark.parametrize(
    "bit",
    [
        Information.RIBBON_LOW,
        Information.UNKNOWN_RIBBON,
        Information.CLEANING,
        Information.CLEANING_MANDATORY,
        Information.BUSY,
        Alert.POWER_SUPPLY,
        Error.NO_OPTION,
        Extension1.FEEDER_NEAR_EMPTY,
    ],
)
def test_what_the_summary_state_calls_ready_is_seen(bit: Word) -> None:
    """Page A4, the trap: the maker's state says READY for each of these."""
    status = told(bit, fitting=Fitting(ribbon="YMCKO"))
    assert status != told(fitting=Fitting(ribbon="YMCKO"))


@pytest.mark.parametrize(
    ("bits", "where", "media"),
    [
        ((), CardPosition.NONE, MediaState.NOT_PRESENT),
        ((Information.CARD_PRINT,), CardPosition.IN_PATH, MediaState.PRESENT),
        ((Information.CARD_FEEDER,), CardPosition.IN_PATH, MediaState.PRESENT),
        ((Information.CARD_FLIP,), CardPosition.IN_PATH, MediaState.PRESENT),
        ((Information.CARD_EJECT,), CardPosition.IN_PATH, MediaState.PRESENT),
        ((Information.CARD_SMART,), CardPosition.AT_CONTACT, MediaState.PRESENT),
        ((Information.CARD_SMART | Information.ENCODING_RUNNING,), CardPosition.AT_CONTACT, MediaState.PRESENT),
        ((Information.CARD_SMART | Information.CARD_PRINT,), CardPosition.IN_PATH, MediaState.PRESENT),
        ((Extension3.BEZEL_CARD_OUTSIDE,), CardPosition.AT_BEZEL, MediaState.PRESENT),
        ((Extension3.BEZEL_CARD_EJECT,), CardPosition.AT_BEZEL, MediaState.PRESENT),
        ((Alert.CARD_ON_EJECT,), CardPosition.AT_BEZEL, MediaState.PRESENT),
        ((Extension3.BEZEL_CARD_RE_INSERT,), CardPosition.IN_PATH, MediaState.PRESENT),
        ((Extension3.BEZEL_CARD_OUTSIDE, Information.CARD_PRINT), CardPosition.UNKNOWN, MediaState.UNKNOWN),
        ((Error.MECHANICAL, Information.CARD_PRINT), CardPosition.JAMMED, MediaState.JAMMED),
    ],
)
def test_where_a_card_is(bits: tuple[Word, ...], where: CardPosition, media: MediaState) -> None:
    status = told(*bits)
    assert (status.position, status.media) == (where, media)
    assert status.ready is (where is CardPosition.NONE)


@pytest.mark.parametrize(
    ("bit", "code"),
    [
        (Information.CARD_FEEDER, "jam_feed"),
        (Information.CARD_HOPPER, "jam_feed"),
        (Information.CARD_SMART, "jam_contact"),
        (Information.CARD_PRINT, "jam_print"),
        (Information.CARD_FLIP, "jam_print"),
        (Information.CARD_EJECT, "jam_exit"),
        (Extension3.BEZEL_CARD_EJECT, "jam_exit"),
        (Information.SLEEP_MODE, "jammed"),
    ],
)
def test_a_jam_has_a_place(bit: Word, code: str) -> None:
    assert told(Error.MECHANICAL, bit).fault == f"card_printer.{code}"


@pytest.mark.parametrize(
    ("data", "state", "matches", "code"),
    [
        (RibbonData("YMCKO", None, 200, 120), RibbonState.OK, True, None),
        (RibbonData("ymcko ", None, 200, 120), RibbonState.OK, True, None),
        (RibbonData("K", None, 1000, 900), RibbonState.UNSUITABLE, False, "ribbon_wrong"),
        (RibbonData("YMCKO", None, 200, 2), RibbonState.OK, True, None),
        (RibbonData("YMCKO", None, 200, 1), RibbonState.LOW, True, "ribbon_nearly_spent"),
        (RibbonData("YMCKO", None, 200, 0), RibbonState.OUT, True, "ribbon_out"),
        (RibbonData(), RibbonState.OK, None, None),
    ],
)
def test_the_ribbon(data: RibbonData, state: RibbonState, matches: bool | None, code: str | None) -> None:
    status = told(data=data)
    assert status.ribbon is not None
    assert (status.ribbon.state, status.ribbon.matches) == (state, matches)
    assert status.fault == (f"card_printer.{code}" if code else None)
    assert status.ready is (code is None)


def test_a_missing_ribbon_has_no_kind() -> None:
    ribbon = told(Alert.NO_RIBBON).ribbon
    assert ribbon == meaning.Ribbon(RibbonState.MISSING)


@pytest.mark.parametrize(
    ("bits", "levels", "fault"),
    [
        ((Extension1.FEEDER1_EMPTY,), ["empty", "ok"], "hopper_low"),
        ((Extension1.FEEDER2_NEAR_EMPTY,), ["ok", "low"], "hopper_low"),
        ((Extension1.FEEDER1_EMPTY | Extension1.FEEDER2_EMPTY, Alert.FEEDER_EMPTY), ["empty", "empty"], "hopper_empty"),
        ((Extension1.FEEDER3_EMPTY,), ["ok", "ok"], None),
    ],
)
def test_hoppers(bits: tuple[Word, ...], levels: list[str], fault: str | None) -> None:
    status = told(*bits)
    assert [unit.level.value for unit in status.storage[:2]] == levels
    assert status.fault == (f"card_printer.{fault}" if fault else None)
    assert status.ready is (fault != "hopper_empty")


def test_one_hopper_is_told_by_the_feeder_as_a_whole() -> None:
    alone = Fitting()
    assert told(Alert.FEEDER_EMPTY, fitting=alone).storage[0].level is StorageLevel.EMPTY
    assert told(Extension1.FEEDER_NEAR_EMPTY, fitting=alone).storage[0].level is StorageLevel.LOW


def test_the_holding_slot_and_the_reject_box() -> None:
    status = told(Extension2.CARD_REAR, Extension3.REJECTBOX1_FULL)
    assert [(unit.name, unit.level.value, unit.count) for unit in status.storage[2:]] == [
        ("reject-box", "full", None),
        ("holding-slot", "full", 1),
    ]
    assert status.blocking == ("card_printer.reject_box_full",)


def test_cover_cleaning_and_device() -> None:
    assert told(Alert.COVER_OPEN).cover is CoverState.OPEN
    assert told(Alert.COVER_OPEN).device is DeviceState.USER_ERROR
    assert told(Error.HARDWARE).device is DeviceState.HARDWARE_ERROR
    assert told(Information.BUSY).device is DeviceState.DEVICE_BUSY
    assert told(Information.RESET).device is DeviceState.STARTING
    assert told(Information.CLEANING_RUNNING).cleaning == meaning.Cleaning(CleaningState.RUNNING, 900)
    assert told(Information.CLEANING_MANDATORY).cleaning == meaning.Cleaning(CleaningState.REQUIRED, 900)
    assert told(Information.CLEANING).cleaning == meaning.Cleaning(CleaningState.DUE, 900)


def test_a_printer_that_cannot_be_asked_is_all_unknown() -> None:
    status = meaning.silent_status("card_printer.absent", DeviceState.NO_DEVICE, FITTED)
    assert not status.ready
    assert not status.answered
    assert {unit.level for unit in status.storage} == {StorageLevel.UNKNOWN}
    assert (status.media, status.position, status.cover) == (
        MediaState.UNKNOWN,
        CardPosition.UNKNOWN,
        CoverState.UNKNOWN,
    )


@pytest.mark.parametrize("bit", [Alert.COOLING, Error.HEAD_TEMP])
def test_a_head_that_cools_is_hot(bit: Word) -> None:
    assert told().head is HeadTemperature.NORMAL
    assert told(bit).head is HeadTemperature.HIGH
