"""SELECT, and READ and UPDATE of records and transparent files (A2, A5)."""

from __future__ import annotations

from devices.card_reader.simulator.bank import PROCESSING_OPTIONS
from devices.card_reader.simulator.files import BinaryFile, Directory, ElementaryFile, RecordFile, RecordKind
from devices.card_reader.simulator.layout import APPLICATION_PREFIX
from devices.card_reader.simulator.state import CardState, Command, Refusal, Session

_BY_TAG, _BY_NUMBER, _ALL = 0b000, 0b100, 0b101


def select(card: CardState, command: Command) -> bytes:
    """The FCI of a directory; nothing for an EF."""
    if command.p2 not in (0x00, 0x0C):
        raise Refusal(0x6A86)
    if command.p1 == 0x04:
        found = _by_name(card, command.data)
    elif command.p1 in (0x00, 0x01, 0x02):
        if len(command.data) not in (0, 2):
            raise Refusal(0x6700)
        identifier = int.from_bytes(command.data, "big") if command.data else 0x3F00
        file = card.session.directory.files.get(identifier)
        if file is not None:
            card.session.file = file
            return b""
        found = _by_identifier(card, identifier)
    else:
        raise Refusal(0x6A86)
    if found is None:
        raise Refusal(0x6A82)
    _enter(card, found)
    return found.fci


def _by_name(card: CardState, name: bytes) -> Directory | None:
    if not name:
        return card.trees[0]
    return next((directory for directory in card.directories() if directory.name == name), None)


def _by_identifier(card: CardState, identifier: int) -> Directory | None:
    candidates = [
        card.trees[0],
        card.session.directory,
        *card.session.directory.directories,
        *card.trees[0].directories,
    ]
    return next((directory for directory in candidates if directory.identifier == identifier), None)


def _enter(card: CardState, directory: Directory) -> None:
    """Make it current. Rights last inside the social environment, and end when it is selected anew or left."""
    if directory.environment == "social":
        if card.blocked == "application":
            raise Refusal(0x6985)
        if card.blocked == "for-ever":
            raise Refusal(0x9303)
    if directory.name.startswith(APPLICATION_PREFIX) and card.session.directory.environment == "social":
        card.session.directory, card.session.file = directory, None
    else:
        card.session = Session(directory)


def _file(card: CardState, sfi: int) -> ElementaryFile:
    file = card.session.directory.by_short_identifier(sfi) if sfi else card.session.file
    if file is None:
        raise Refusal(0x6A82 if sfi else 0x6986)
    card.session.file = file
    return file


def _record_file(card: CardState, command: Command) -> tuple[RecordFile, int]:
    file = _file(card, command.p2 >> 3)
    if not isinstance(file, RecordFile):
        raise Refusal(0x6981)
    return file, command.p2 & 0b111


def _index(file: RecordFile, mode: int, p1: int) -> int:
    if mode == _BY_TAG:
        index = file.by_tag(p1)
    elif mode in (_BY_NUMBER, _ALL):
        index = p1 - 1 if 1 <= p1 <= len(file.records) else None
    else:
        raise Refusal(0x6A86)
    if index is None:
        raise Refusal(0x6A83)
    return index


def read_record(card: CardState, command: Command) -> bytes:
    """One record, or from one to the end. A wrong Le is answered with 6Cxx."""
    file, mode = _record_file(card, command)
    if not card.permits(file.read):
        raise Refusal(0x6982)
    index = _index(file, mode, command.p1)
    data = b"".join(file.records[index:]) if mode == _ALL else file.records[index]
    if len(data) > 256:
        raise Refusal(0x6700)
    if command.le != len(data):
        raise Refusal(0x6C00 | (len(data) & 0xFF))
    return data


def _authorised_data(card: CardState, command: Command, file: ElementaryFile) -> bytes:
    """The data to write: under MAC with class 04, else on the strength of an external authentication."""
    if command.cla == 0x04:
        if not file.write:
            raise Refusal(0x6982)
        return card.open_message(command, file.update_key)
    if not card.permits(file.write):
        raise Refusal(0x6982)
    return command.data


def update_record(card: CardState, command: Command) -> bytes:
    """Overwrite one record; in a cyclic file, add one and lose the oldest."""
    file, mode = _record_file(card, command)
    data = _authorised_data(card, command, file)
    if file.kind is RecordKind.CYCLIC:
        if len(data) != file.size:
            raise Refusal(0x6700)
        file.records = [data, *file.records][: file.maximum]
    else:
        index = _index(file, mode, command.p1)
        if file.kind is RecordKind.VARIABLE:
            if len(data) < 2 or data[0] != file.records[index][0]:
                raise Refusal(0x6A80)
            if data[1] != len(data) - 2:
                raise Refusal(0x6A85)
            if len(data) > len(file.records[index]):
                raise Refusal(0x6A84)
        elif len(data) != file.size:
            raise Refusal(0x6700)
        file.records[index] = data
    card.changed = True
    return b""


def _binary_file(card: CardState, command: Command) -> tuple[BinaryFile, int]:
    """The file and the offset: by short identifier in P1, or the current file with a 15-bit offset."""
    by_sfi = bool(command.p1 & 0x80)
    file = _file(card, command.p1 & 0x1F if by_sfi else 0)
    if not isinstance(file, BinaryFile):
        raise Refusal(0x6981)
    return file, command.p2 if by_sfi else command.p1 << 8 | command.p2


def read_binary(card: CardState, command: Command) -> bytes:
    """From an offset. More than there is: 6Cxx."""
    file, offset = _binary_file(card, command)
    if not card.permits(file.read):
        raise Refusal(0x6982)
    if offset >= len(file.content):
        raise Refusal(0x6B00)
    wanted, there = command.le or 256, len(file.content) - offset
    if wanted > there:
        raise Refusal(0x6C00 | (there & 0xFF))
    return bytes(file.content[offset : offset + wanted])


def update_binary(card: CardState, command: Command) -> bytes:
    """At an offset; the file does not grow."""
    file, offset = _binary_file(card, command)
    data = _authorised_data(card, command, file)
    if offset + len(data) > len(file.content):
        raise Refusal(0x6B00)
    file.content[offset : offset + len(data)] = data
    card.changed = True
    return b""


def get_processing_options(card: CardState, command: Command) -> bytes:
    """GPO, on the bank side only."""
    if card.session.directory.environment != "bank":
        raise Refusal(0x6985)
    if command.p1 or command.p2:
        raise Refusal(0x6A86)
    return PROCESSING_OPTIONS
