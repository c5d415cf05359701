"""What a file of the card is: its place, its organisation, its items with their codecs and test vectors.

A class a file. ``vectors`` on the class are whole files or records in hexadecimal and what they mean; one test walks
:data:`every_file` and holds each class to its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, ClassVar

from devices.card_reader.social_security_card.codecs import BadData, Codec


class Application(Enum):
    """A directory: its SELECT name (A2)."""

    ENVIRONMENT = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")
    """SSSE, ``sx1.sh.社会保障``."""
    PUBLIC = bytes.fromhex("D15600000500")
    """DF01 公共."""
    EMPLOYMENT = bytes.fromhex("D15600000501")
    """DF02 就业."""
    INSURANCE = bytes.fromhex("D15600000502")
    """DF03 社会保险 1."""
    MEDICAL = bytes.fromhex("D15600000503")
    """DF04 社会保险 2, 医疗保险."""


class Organisation(StrEnum):
    """How a file is built."""

    VARIABLE = "variable"
    """Records of tag, length, value."""
    FIXED = "fixed"
    CYCLIC = "cyclic"
    """The newest is record 1."""
    TRANSPARENT = "transparent"


class ReadAccess(StrEnum):
    """What must come before reading (A3)."""

    FREE = "free"
    FREE_BEFORE_3 = "free on 1.0 and 2.0 cards, external authentication on 3.0"
    PIN = "PIN"
    PIN_OR_KEY = "PIN or external authentication"
    PIN_AND_KEY = "PIN and external authentication"
    KEY = "external authentication"


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a VARIABLE file. ``title``: the specification's word, or where it stands when the page names none.

    ``vectors``: pairs of the value in hexadecimal and its meaning.
    """

    tag: int
    name: str
    title: str
    codec: Codec
    vectors: tuple[tuple[str, Any], ...] = ()

    @property
    def length(self) -> int:
        """Of the value, without tag and length."""
        return self.codec.length

    def decode_record(self, record: bytes) -> Any:
        """From a whole record. Raises BadData."""
        if len(record) < 2 or record[0] != self.tag or record[1] != len(record) - 2:
            raise BadData(f"record {self.tag:02X} does not begin with its tag and length")
        return self.codec.decode(record[2:])

    def encode_record(self, value: Any) -> bytes:
        """The whole record."""
        return bytes((self.tag, self.length)) + self.codec.encode(value)


every_file: list[type[CardFile]] = []
"""All files declared, in the order of declaration."""


class CardFile:
    """An EF. Subclasses declare and do not override."""

    application: ClassVar[Application]
    identifier: ClassVar[int]
    title: ClassVar[str]
    organisation: ClassVar[Organisation] = Organisation.VARIABLE
    read: ClassVar[ReadAccess] = ReadAccess.PIN_OR_KEY
    update_key: ClassVar[int]
    items: ClassVar[tuple[Item, ...]] = ()
    record: ClassVar[Codec | None] = None
    """The codec of one record of a FIXED or CYCLIC file, where its layout is known."""
    vectors: ClassVar[tuple[tuple[str, dict[str, Any]], ...]] = ()

    def __init_subclass__(cls) -> None:
        every_file.append(cls)

    @classmethod
    def short_identifier(cls) -> int:
        """SFI."""
        return cls.identifier & 0x1F

    @classmethod
    def item(cls, name: str) -> Item:
        """By name. Raises KeyError."""
        for item in cls.items:
            if item.name == name:
                return item
        raise KeyError(f"{cls.__name__} has no {name}")

    @classmethod
    def decode(cls, content: bytes) -> dict[str, Any]:
        """A whole VARIABLE file, or one record of another. Records not declared are passed over. Raises BadData."""
        if cls.organisation is not Organisation.VARIABLE:
            if cls.record is None:
                raise BadData(f"the layout of {cls.__name__} is not known")
            values: dict[str, Any] = cls.record.decode(content)
            return values
        by_tag = {item.tag: item for item in cls.items}
        return {
            by_tag[record[0]].name: by_tag[record[0]].decode_record(record)
            for record in split_records(content)
            if record[0] in by_tag
        }

    @classmethod
    def encode(cls, values: dict[str, Any]) -> bytes:
        """The other way: the items that are given, in the file's order."""
        if cls.organisation is not Organisation.VARIABLE:
            if cls.record is None:
                raise ValueError(f"the layout of {cls.__name__} is not known")
            return cls.record.encode(values)
        return b"".join(item.encode_record(values[item.name]) for item in cls.items if item.name in values)


def split_records(content: bytes) -> Iterator[bytes]:
    """The records of a VARIABLE file's content. Raises BadData when it ends inside one."""
    while content:
        end = 2 + content[1] if len(content) >= 2 else len(content) + 1
        if end > len(content):
            raise BadData("the file ends inside a record")
        yield content[:end]
        content = content[end:]
