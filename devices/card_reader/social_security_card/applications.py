"""DF01 to DF04 (A3, A4): the files whose records the page lists, and the places of the others.

The page gives tag, format and length of these items and not their names, so they are named by their tag.
Update keys differ from file to file (81, 82, …: this numbering is an inference, as the page says only "DF keys 8x").
"""

from __future__ import annotations

from typing import ClassVar

from devices.card_reader.social_security_card.codecs import Codec, Digits, Joined, Number, Opaque, Text
from devices.card_reader.social_security_card.declaration import (
    Application,
    CardFile,
    Item,
    Organisation,
    ReadAccess,
)


def _items(title: str, *declared: tuple[int, Codec]) -> tuple[Item, ...]:
    return tuple(Item(tag, f"item_{tag:02x}", f"{title} {tag:02X}", codec) for tag, codec in declared)


class HouseholdFile(CardFile):
    """DF01 EF05."""

    application = Application.PUBLIC
    identifier = 0xEF05
    title = "户籍信息"
    update_key = 0x81
    items = _items(title, (0x20, Text(0x02)), (0x21, Text(0x50)), (0x0E, Digits(0x03)))
    vectors: ClassVar = (
        (
            "20023130 2150" + "B2E2CAD4C2B7" + "00" * 74 + "0E03990101",
            {"item_20": "10", "item_21": "测试路", "item_0e": "990101"},
        ),
    )


class ResidenceFile(CardFile):
    """DF01 EF06."""

    application = Application.PUBLIC
    identifier = 0xEF06
    title = "常住地信息"
    update_key = 0x82
    items = _items(
        title, (0x23, Text(0x50)), (0x24, Digits(0x03)), (0x28, Text(0x0F)), (0x2C, Text(0x32)), (0x2D, Text(0x0F))
    )
    vectors: ClassVar = (("2403990101", {"item_24": "990101"}),)


class PersonalStateFile(CardFile):
    """DF01 EF07."""

    application = Application.PUBLIC
    identifier = 0xEF07
    title = "个人状况"
    update_key = 0x83
    items = _items(title, (0x29, Text(0x01)))
    vectors: ClassVar = (("290131", {"item_29": "1"}),)


class MarriageFile(CardFile):
    """DF01 EF08."""

    application = Application.PUBLIC
    identifier = 0xEF08
    title = "婚姻状况"
    update_key = 0x84
    items = _items(title, (0x2B, Text(0x01)))
    vectors: ClassVar = (("2B0132", {"item_2b": "2"}),)


class EmployerFile(CardFile):
    """DF01 EF09."""

    application = Application.PUBLIC
    identifier = 0xEF09
    title = "身份与单位"
    update_key = 0x85
    items = _items(title, (0x2E, Text(0x46)), (0x30, Text(0x09)), (0x32, Text(0x02)))
    vectors: ClassVar = (("3009" + "393930303030303031" + "32023131", {"item_30": "990000001", "item_32": "11"}),)


class NationalityFile(CardFile):
    """DF01 EF0A."""

    application = Application.PUBLIC
    identifier = 0xEF0A
    title = "国籍与政治面貌"
    update_key = 0x86
    items = _items(title, (0x37, Text(0x03)), (0x38, Text(0x02)), (0x39, Digits(0x04)))
    vectors: ClassVar = (
        ("3703313536 38023133 390419990101", {"item_37": "156", "item_38": "13", "item_39": "19990101"}),
    )


class EducationFile(CardFile):
    """DF01 EF15. Record 40 is a BER-TLV of 57, 58, 59."""

    application = Application.PUBLIC
    identifier = 0xEF15
    title = "学历信息"
    update_key = 0x87
    items = _items(title, (0x2A, Digits(0x01)))
    vectors: ClassVar = (("2A0120", {"item_2a": "20"}),)


class PensionFile(CardFile):
    """DF03 EF07."""

    application = Application.INSURANCE
    identifier = 0xEF07
    title = "养老保险"
    update_key = 0x83
    items = _items(
        title,
        (0x70, Text(0x03)),
        (0x71, Digits(0x03)),
        (0x6E, Digits(0x04)),
        (0x6C, Digits(0x04)),
        (0x6F, Digits(0x04)),
        (0x73, Digits(0x04)),
    )
    vectors: ClassVar = (
        ("7003313130 7103990101 730420240131", {"item_70": "110", "item_71": "990101", "item_73": "20240131"}),
    )


class ParticipationVoucherFile(CardFile):
    """DF03 EF19; its record layout is not public."""

    application = Application.INSURANCE
    identifier = 0xEF19
    title = "参保凭证"
    organisation = Organisation.FIXED
    update_key = 0x88
    record = Joined((("content", Opaque(0x20)),))
    vectors: ClassVar = (("FF" * 32, {"content": b"\xff" * 32}),)


class MedicalBaseFile(CardFile):
    """DF04 EF05."""

    application = Application.MEDICAL
    identifier = 0xEF05
    title = "医保基本信息"
    update_key = 0x81
    items = _items(
        title,
        (0x81, Text(0x08)),
        (0x84, Digits(0x03)),
        (0x87, Text(0x11)),
        (0x8C, Digits(0x01)),
        (0x80, Digits(0x04)),
        (0x8B, Text(0x1D)),
        (0x8A, Text(0x0F)),
        (0x83, Text(0x09)),
        (0x86, Text(0x09)),
        (0x89, Text(0x09)),
        (0x8F, Text(0x01)),
    )
    vectors: ClassVar = (
        (
            "8403990101 8C0111 800420240131 8F0131",
            {"item_84": "990101", "item_8c": "11", "item_80": "20240131", "item_8f": "1"},
        ),
    )


class MedicalOfflineFile(CardFile):
    """DF04 EF06: the PIN and the key."""

    application = Application.MEDICAL
    identifier = 0xEF06
    title = "临时脱网结算"
    read = ReadAccess.PIN_AND_KEY
    update_key = 0x82
    items = _items(title, (0x90, Text(0x01)), (0x92, Digits(0x04)), (0x93, Text(0x02)))
    vectors: ClassVar = (("900130 920420240131 93023031", {"item_90": "0", "item_92": "20240131", "item_93": "01"}),)


class MedicalTransactionFile(CardFile):
    """DF04 EF08, 0x1C bytes a record, at least 30 of them; never written by a terminal. Amounts in fen."""

    application = Application.MEDICAL
    identifier = 0xEF08
    title = "交易明细"
    organisation = Organisation.CYCLIC
    read = ReadAccess.PIN
    update_key = 0x83
    record = Joined(
        (
            ("sequence", Number(2)),
            ("kind", Text(1)),
            ("terminal", Digits(6)),
            ("time", Digits(7)),
            ("account", Number(4)),
            ("self_pay", Number(4)),
            ("pooled", Number(4)),
        )
    )
    vectors: ClassVar = (
        (
            "0001 31 990101000001 20240131093000 000004D2 00000064 00002710",
            {
                "sequence": 1,
                "kind": "1",
                "terminal": "990101000001",
                "time": "20240131093000",
                "account": 1234,
                "self_pay": 100,
                "pooled": 10000,
            },
        ),
    )


def _place(
    application: Application,
    identifier: int,
    title: str,
    update_key: int,
    organisation: Organisation = Organisation.VARIABLE,
) -> type[CardFile]:
    """A file whose records the page does not list: it can be found and read as bytes."""
    return type(
        f"{application.name.title()}{identifier:04X}",
        (CardFile,),
        {
            "__doc__": f"{title}.",
            "application": application,
            "identifier": identifier,
            "title": title,
            "update_key": update_key,
            "organisation": organisation,
        },
    )


UNLISTED: tuple[type[CardFile], ...] = (
    *(_place(Application.PUBLIC, 0xEF00 + n, "保留", 0x88, Organisation.TRANSPARENT) for n in range(0x16, 0x1B)),
    _place(Application.EMPLOYMENT, 0xEF05, "就业 05", 0x81),
    _place(Application.EMPLOYMENT, 0xEF06, "就业 06", 0x82),
    _place(Application.EMPLOYMENT, 0xEF07, "就业 07", 0x83, Organisation.CYCLIC),
    _place(Application.EMPLOYMENT, 0xEF09, "就业 09", 0x84),
    _place(Application.EMPLOYMENT, 0xEF15, "就业 15", 0x85),
    _place(Application.EMPLOYMENT, 0xEF16, "就业 16", 0x86, Organisation.CYCLIC),
    _place(Application.INSURANCE, 0xEF05, "失业保险", 0x81),
    _place(Application.INSURANCE, 0xEF06, "劳动能力鉴定", 0x82),
    _place(Application.INSURANCE, 0xEF15, "工伤保险", 0x84),
    _place(Application.INSURANCE, 0xEF16, "生育保险", 0x85),
    _place(Application.INSURANCE, 0xEF17, "工伤认定", 0x86),
    _place(Application.INSURANCE, 0xEF18, "供养亲属", 0x87),
    _place(Application.MEDICAL, 0xEF15, "特殊结算", 0x84, Organisation.CYCLIC),
)
"""Files that the page places and does not describe."""
