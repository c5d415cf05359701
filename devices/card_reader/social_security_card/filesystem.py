"""The card's directories and files: selected, opened, read. What :class:`SocialSecurityCard` stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from devices.card_reader.apdu import CommandApdu, ResponseApdu, StatusWord
from devices.card_reader.contract import Chip
from devices.card_reader.social_security_card import tlv
from devices.card_reader.social_security_card.authentication import Algorithm
from devices.card_reader.social_security_card.codecs import BadData
from devices.card_reader.social_security_card.declaration import Application, CardFile, Item, Organisation
from devices.card_reader.social_security_card.refusal import CardRefused, accepted
from devices.contract import DeviceError

R = TypeVar("R")
_BY_TAG, _BY_NUMBER = 0b000, 0b100


class CardFiles:
    """Reading by file and record, over a chip. Keeps account of which directory is current."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self._algorithm: Algorithm | None = None
        self._application: Application | None = None

    def select(self, application: Application = Application.ENVIRONMENT) -> None:
        """Make a directory current. The environment's own selection ends all rights won before."""
        if application is not Application.ENVIRONMENT and self._application is None:
            self.select()
        response = self.send(0x00, 0xA4, 0x04, 0x00, application.value, le=0)
        if application is not Application.ENVIRONMENT:
            accepted(response, f"SELECT {application.name}")
            self._application = application
            return
        if response.status in (StatusWord.FILE_NOT_FOUND, StatusWord.INSTRUCTION_NOT_SUPPORTED):
            raise CardRefused("card_reader.not_social_security_card", response.sw, "SELECT SSSE")
        if response.status is StatusWord.CONDITIONS_NOT_SATISFIED:
            raise CardRefused("card_reader.application_blocked", response.sw, "SELECT SSSE")
        self._algorithm = _algorithm(accepted(response, "SELECT SSSE"))
        self._application = application

    def enter(self, application: Application) -> None:
        """Select a directory unless it is current."""
        if self._application is not application:
            self.select(application)

    @property
    def algorithm(self) -> Algorithm:
        """The card's own choice; selects the environment when that has not been done."""
        if self._algorithm is None:
            self.select()
        if self._algorithm is None:
            raise DeviceError("card_reader.bad_data", "the SSSE names no algorithm")
        return self._algorithm

    def read_item(self, file: type[CardFile], item: Item) -> bytes | None:
        """A record by its tag from the file that is current: the value's bytes; None when there is no such record."""
        response = self.send(0x00, 0xB2, item.tag, _BY_TAG, le=item.length + 2)
        if response.status is StatusWord.RECORD_NOT_FOUND:
            return None
        record = accepted(response, f"READ RECORD {file.__name__} {item.tag:02X}")
        if len(record) < 2 or record[0] != item.tag or record[1] != len(record) - 2:
            raise DeviceError("card_reader.bad_data", f"{file.__name__} record {item.tag:02X}")
        return record[2:]

    def open_file(self, file: type[CardFile]) -> None:
        """Select an EF, and its directory when that is not the current one."""
        self.enter(file.application)
        accepted(self.send(0x00, 0xA4, 0x02, 0x00, file.identifier.to_bytes(2, "big")), f"SELECT {file.__name__}")

    def read_items(self, file: type[CardFile]) -> dict[str, Any]:
        """All declared items of a VARIABLE file that the card has, by name."""
        self.open_file(file)
        return self.values_of(file, (item.name for item in file.items))

    def values_of(self, file: type[CardFile], names: Iterable[str]) -> dict[str, Any]:
        """The named items that the current file has, decoded."""
        values = {}
        for name in names:
            item = file.item(name)
            value = self.read_item(file, item)
            if value is not None:
                values[name] = self.decoded(f"{file.__name__} {name}", item.codec.decode, value)
        return values

    @staticmethod
    def decoded(what: str, decode: Callable[[bytes], R], data: bytes) -> R:
        """A value; what cannot be decoded is a DeviceError ``card_reader.bad_data``."""
        try:
            return decode(data)
        except BadData as problem:
            raise DeviceError("card_reader.bad_data", f"{what}: {problem}") from None

    def read_records(self, application: Application, short_identifier: int) -> tuple[bytes, ...]:
        """All records of a file by number, whole; empty when it has none."""
        self.enter(application)
        records: list[bytes] = []
        while len(records) < 255:
            number = len(records) + 1
            response = self.send(0x00, 0xB2, number, short_identifier << 3 | _BY_NUMBER, le=0)
            if response.status is StatusWord.RECORD_NOT_FOUND:
                break
            records.append(accepted(response, f"READ RECORD {number} of {application.name} {short_identifier:02X}"))
        return tuple(records)

    def read_transparent(self, file: type[CardFile]) -> bytes:
        """A transparent file's whole content."""
        if file.organisation is not Organisation.TRANSPARENT:
            raise ValueError(f"{file.__name__} is not transparent")
        self.open_file(file)
        content = b""
        while True:
            offset = len(content)
            response = self.send(0x00, 0xB0, offset >> 8, offset & 0xFF, le=0)
            if response.status is StatusWord.OFFSET_OUTSIDE and content:
                return content
            piece = accepted(response, f"READ BINARY {file.__name__}")
            content += piece
            if len(piece) < 256:
                return content

    def forget_selection(self) -> None:
        """Another environment has been entered: select anew before the next command."""
        self._application = None

    def be_selected(self) -> None:
        """Select the environment unless a directory of it is current."""
        if self._application is None:
            self.select()

    def send(
        self, cla: int, ins: int, p1: int, p2: int, data: bytes | bytearray = b"", le: int | None = None
    ) -> ResponseApdu:
        """One command to the chip."""
        return self.chip.transmit(CommandApdu(cla, ins, p1, p2, data, le))


def _algorithm(fci: bytes) -> Algorithm:
    """The algorithm id: 86 inside 9F0C of the proprietary template. Cards without one are 3DES cards."""
    try:
        found = tlv.find(fci, 0x86)
        return Algorithm(found[0]) if found else Algorithm.TRIPLE_DES
    except (ValueError, IndexError):
        raise DeviceError("card_reader.bad_data", "the SSSE's answer to SELECT") from None
