"""Each fault of the card readers, provoked on a simulated reader or card and told by the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from motorised_desk import CARD, Desk
from provocation import faults_of, provoke

from devices.bench.pcscd import PcscService
from devices.card_reader.apdu import CommandApdu
from devices.card_reader.pcsc import PcscCardReader
from devices.card_reader.simulator import CardReaderSimulator
from devices.card_reader.simulator.hsm import TestKeyHsm
from devices.card_reader.social_security_card import protection
from devices.card_reader.social_security_card.environment import HolderFile
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import Cancellation, MediaState

SELECT_ROOT = CommandApdu(0x00, 0xA4, 0x00, 0x00, bytes.fromhex("3F00"))

Act = Callable[[Desk], Any]


def until_present(reader: Any) -> Any:
    """The reader, when it has told of the card."""
    arrived = Cancellation()

    def on_media(media: MediaState) -> None:
        if media is MediaState.PRESENT:
            arrived.cancel()

    reader.watch(arrived, on_media)
    return reader


def inside(desk: Desk, **card: Any) -> Any:
    """The reader, with a card inside and at rest."""
    desk.insert(**card)
    return until_present(desk.reader)


def status_with(fault: str, value: Any = True) -> Act:
    def act(desk: Desk) -> Any:
        desk.fault(fault, value)
        return desk.reader.status()

    return act


def giving_back_with(fault: str, value: Any = True) -> Act:
    def act(desk: Desk) -> Any:
        reader = inside(desk)
        desk.fault(fault, value)
        return reader.release()

    return act


def retaining_with(fault: str) -> Act:
    def act(desk: Desk) -> Any:
        reader = inside(desk)
        reader.release()
        desk.fault(fault)
        return reader.retain()

    return act


def reading_with(words: str, **card: Any) -> Act:
    """A card whose chip answers instructions with these status words."""

    def act(desk: Desk) -> Any:
        session = SocialSecurityCard(inside(desk, **card).connect())
        desk.fault("status_word", words)
        return session.read_identity()

    return act


def chip_with(fault: str) -> Act:
    def act(desk: Desk) -> Any:
        chip = inside(desk).connect()
        desk.fault(fault)
        return chip.transmit(SELECT_ROOT)

    return act


def removed(desk: Desk) -> Any:
    reader = inside(desk)
    chip = reader.connect()
    reader.release()
    return chip.transmit(SELECT_ROOT)


def update(desk: Desk) -> Any:
    card = SocialSecurityCard(inside(desk).connect())
    return protection.update_item(card, TestKeyHsm(), HolderFile, HolderFile.item("sex"), "2")


def worn(desk: Desk) -> Any:
    desk.fault("worn_out")
    return update(desk)


def forgetful(desk: Desk) -> Any:
    """A chip that says it has written and has not."""
    inside(desk)
    desk.fault("status_word", "DC=9000")
    card = SocialSecurityCard(desk.reader.connect())
    return protection.update_item(card, TestKeyHsm(), HolderFile, HolderFile.item("sex"), "2")


class ForeignHsm(TestKeyHsm):
    """Of a region whose keys are others."""

    def mutual(self, *arguments: Any) -> Any:
        answer = super().mutual(*arguments)
        return type(answer)(bytes(8), answer.external_cryptogram)


def other_region(desk: Desk) -> Any:
    return SocialSecurityCard(inside(desk, version="3.0").connect()).read_identity(ForeignHsm())


def without_rights(desk: Desk) -> Any:
    return SocialSecurityCard(inside(desk, version="3.0").connect()).read_identity()


def data_of_no_known_form(desk: Desk) -> Any:
    """READ RECORD is accepted and brings nothing."""
    return reading_with("B2=9000")(desk)


PROVOKED_BY: dict[str, Act] = {
    "absent": status_with("absent"),
    "no_card": lambda desk: desk.reader.connect(),
    "removed": removed,
    "mute": chip_with("mute"),
    "garbled": chip_with("short_answer"),
    "no_answer": status_with("silent"),
    "line_noise": status_with("wrong_bcc", 1000),
    "unexpected_answer": giving_back_with("strange_status"),
    "cannot_execute": giving_back_with("refuses"),
    "jammed": giving_back_with("jam"),
    "held_at_gate": retaining_with("held"),
    "abnormal_card": giving_back_with("wrong_size", "short"),
    "bin_full": retaining_with("bin_full"),
    "supply_voltage": giving_back_with("low_voltage"),
    "power_lost": giving_back_with("power_lost"),
    "not_social_security_card": reading_with("A4=6A82"),
    "bad_data": data_of_no_known_form,
    "card_blocked": reading_with("*=6A81"),
    "application_blocked": reading_with("A4=6985"),
    "card_not_genuine": other_region,
    "authentication_failed": reading_with("B2=6983"),
    "access_denied": without_rights,
    "chip_worn": worn,
    "write_not_verified": forgetful,
    "refused": reading_with("B2=6F00"),
}

OF_THE_SERVICE = ("busy", "service_down")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk("crt310", f"pty:{tmp_path}/card-reader")
    desk.reader.open()
    yield desk
    desk.leave()


@pytest.mark.parametrize("name", [name for name in faults_of("card_reader") if name not in OF_THE_SERVICE])
def test_provoked(desk: Desk, name: str) -> None:
    provoke("card_reader", name, PROVOKED_BY, desk)


# -- what only PC/SC has -----------------------------------------------------------------------------------------------


def of_another_program(reader: PcscCardReader, slot: CardReaderSimulator) -> Any:
    slot.insert(CARD)
    chip = until_present(reader).connect()
    other = PcscCardReader(f"pcsc:{reader._wanted}")
    other.open()
    try:
        return other.connect()
    finally:
        chip.close()


def without_the_service(reader: PcscCardReader, slot: CardReaderSimulator) -> Any:
    slot.set_fault("absent", True)
    try:
        return reader.status()
    finally:
        slot.set_fault("absent", False)


@pytest.mark.pcsc
@pytest.mark.parametrize("name", OF_THE_SERVICE)
def test_provoked_through_pcscd(pcsc_service: PcscService, name: str) -> None:
    with CardReaderSimulator(pcsc_service.readers[0].address, service=pcsc_service) as slot:
        reader = PcscCardReader(f"pcsc:{pcsc_service.readers[0].name}")
        reader.open()
        table = {"busy": of_another_program, "service_down": without_the_service}
        provoke("card_reader", name, table, reader, slot)
        reader.close()
