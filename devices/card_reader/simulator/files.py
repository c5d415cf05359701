"""The card's file system: directories, record files, transparent files, and who may read and write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

PIN: Literal["PIN"] = "PIN"
Requirement = int | Literal["PIN"]
"""The holder's PIN, or the id of a key proven by EXTERNAL AUTHENTICATE."""
Access = tuple[frozenset[Requirement], ...]
"""Alternatives, each a set of requirements that must all be met. No alternative: never."""

ALWAYS: Access = (frozenset(),)
NEVER: Access = ()


def any_of(*requirements: Requirement) -> Access:
    """One of them is enough."""
    return tuple(frozenset({requirement}) for requirement in requirements)


def all_of(*requirements: Requirement) -> Access:
    """All of them together."""
    return (frozenset(requirements),)


class RecordKind(StrEnum):
    """How a record file is organised."""

    VARIABLE = "variable"
    FIXED = "fixed"
    CYCLIC = "cyclic"


@dataclass(slots=True)
class RecordFile:
    """``records``: whole records; in a VARIABLE file each is tag, length, value. In a CYCLIC one the newest is first.

    ``size``: the record length of FIXED and CYCLIC files. ``update_key``: whose MAC a protected update carries.
    """

    identifier: int
    kind: RecordKind
    read: Access
    write: Access
    update_key: int
    records: list[bytes] = field(default_factory=list)
    size: int = 0
    maximum: int = 0

    def by_tag(self, tag: int) -> int | None:
        """Index of the first record with that identifier."""
        for index, record in enumerate(self.records):
            if record and record[0] == tag:
                return index
        return None


@dataclass(slots=True)
class BinaryFile:
    """A transparent file."""

    identifier: int
    read: Access
    write: Access
    update_key: int
    content: bytearray = field(default_factory=bytearray)


ElementaryFile = RecordFile | BinaryFile


@dataclass(slots=True)
class Directory:
    """A DF. ``name``: its application identifier. ``fci``: what SELECT answers.

    ``environment``: ``social`` or ``bank``: a firewall stands between the two (A9).
    """

    identifier: int
    name: bytes
    fci: bytes
    environment: str
    files: dict[int, ElementaryFile] = field(default_factory=dict)
    directories: list[Directory] = field(default_factory=list)

    def by_short_identifier(self, sfi: int) -> ElementaryFile | None:
        """EF by its 5-bit short identifier, which is the low part of its file identifier."""
        for file in self.files.values():
            if file.identifier & 0x1F == sfi:
                return file
        return None

    def walk(self) -> Iterator[Directory]:
        """This directory and all below it."""
        yield self
        for directory in self.directories:
            yield from directory.walk()


def tlv(tag: int, *parts: bytes) -> bytes:
    """BER-TLV with a length of up to 255."""
    value = b"".join(parts)
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((0x81, len(value)))
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + length + value
