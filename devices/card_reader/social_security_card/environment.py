"""EF05, who issued the card, and EF06, whose it is (A3, A4). The examples are the page's synthetic card."""

from __future__ import annotations

from typing import ClassVar

from devices.card_reader.social_security_card.codecs import Digits, Opaque, Text
from devices.card_reader.social_security_card.declaration import (
    Application,
    CardFile,
    Item,
    Organisation,
    ReadAccess,
)

UPDATE_KEY = 0x04
"""UKSSSE."""


class IssuerFile(CardFile):
    """EF05."""

    application = Application.ENVIRONMENT
    identifier = 0xEF05
    title = "发卡机构数据"
    read = ReadAccess.FREE
    update_key = UPDATE_KEY
    items = (
        Item(
            0x01,
            "card_identifier",
            "卡识别码",
            Opaque(0x10),
            (("639900D15600000500BF7C7A48FB4966", bytes.fromhex("639900D15600000500BF7C7A48FB4966")),),
        ),
        Item(0x02, "card_class", "卡类别", Text(0x01), (("33", "3"), ("00", ""), ("FF", ""))),
        Item(
            0x03,
            "version",
            "规范版本",
            Text(0x04),
            (("332E3030", "3.00"), ("322E3000", "2.0"), ("00000000", ""), ("FFFFFFFF", "")),
        ),
        Item(
            0x04,
            "initialiser",
            "初始化机构编号",
            Digits(0x0C),
            (("915600000263990063990001", "915600000263990063990001"),),
        ),
        Item(0x05, "issue_date", "发卡日期", Digits(0x04), (("20240101", "20240101"), ("FFFFFFFF", ""))),
        Item(0x06, "valid_until", "卡有效期", Digits(0x04), (("20340101", "20340101"), ("00000000", ""))),
        Item(0x07, "card_number", "卡号", Text(0x09), (("583030303030303139", "X00000019"), ("FF" * 9, ""))),
    )
    vectors: ClassVar = (
        (
            (
                "0110639900D15600000500BF7C7A00000000 020133 0304332E3030 040C915600000263990063990001"
                "050420240101 060420340101 0709583030303030303139"
            ),
            {
                "card_identifier": bytes.fromhex("639900D15600000500BF7C7A00000000"),
                "card_class": "3",
                "version": "3.00",
                "initialiser": "915600000263990063990001",
                "issue_date": "20240101",
                "valid_until": "20340101",
                "card_number": "X00000019",
            },
        ),
    )


class HolderFile(CardFile):
    """EF06. 1.0 cards have no name extension, so their record numbers differ: read by tag."""

    application = Application.ENVIRONMENT
    identifier = 0xEF06
    title = "持卡人基本数据"
    read = ReadAccess.FREE_BEFORE_3
    update_key = UPDATE_KEY
    items = (
        Item(
            0x08,
            "social_security_number",
            "社会保障号码",
            Text(0x12),
            (("343430353234313838303031303130303134", "440524188001010014"),),
        ),
        # The name's two records are joined before they are decoded: a character may stand across them.
        Item(0x09, "name", "姓名", Opaque(0x1E), (("D5C5C8FD" + "00" * 26, bytes.fromhex("D5C5C8FD" + "00" * 26)),)),
        Item(0x4E, "name_extension", "姓名扩展", Opaque(0x14), (("00" * 20, bytes(20)),)),
        Item(0x0A, "sex", "性别", Text(0x01), (("31", "1"), ("39", "9"))),
        Item(0x0B, "nation", "民族", Digits(0x01), (("01", "01"), ("99", "99"))),
        Item(0x0C, "birthplace", "出生地", Digits(0x03), (("440524", "440524"),)),
        Item(0x0D, "birth_date", "出生日期", Digits(0x04), (("18800101", "18800101"),)),
    )
    vectors: ClassVar = (
        (
            (
                f"0812343430353234313838303031303130303134 091ED5C5C8FD{'00' * 26} 4E14{'00' * 20}"
                " 0A0131 0B0101 0C03440524 0D0418800101"
            ),
            {
                "social_security_number": "440524188001010014",
                "name": bytes.fromhex("D5C5C8FD" + "00" * 26),
                "name_extension": bytes(20),
                "sex": "1",
                "nation": "01",
                "birthplace": "440524",
                "birth_date": "18800101",
            },
        ),
    )


class FingerprintFile(CardFile):
    """EF07, 0x300 bytes."""

    application = Application.ENVIRONMENT
    identifier = 0xEF07
    title = "指纹数据"
    organisation = Organisation.TRANSPARENT
    read = ReadAccess.KEY
    update_key = UPDATE_KEY


class PhotoFile(CardFile):
    """EF08, 0x1000 bytes, a bitmap or JPEG of 26 x 32 mm; 2.0 and 3.0 cards."""

    application = Application.ENVIRONMENT
    identifier = 0xEF08
    title = "照片数据"
    organisation = Organisation.TRANSPARENT
    read = ReadAccess.KEY
    update_key = UPDATE_KEY
