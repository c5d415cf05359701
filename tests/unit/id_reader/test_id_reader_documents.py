"""The four layouts, by an encoder that writes each field at its offset on the page."""

from __future__ import annotations

import traceback
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.id_reader.contract import (
    CitizenCard,
    ForeignerCard2017,
    ForeignerCard2023,
    IdCard,
    ResidencePermit,
    Sex,
)
from devices.id_reader.documents import CardDataError, decode_address, decode_card
from devices.id_reader.numbers import NumberFault, Validity

PHOTO = bytes(1024)


def block(mark: str, *fields: tuple[int, int, str]) -> bytes:
    """A text block: spaces, the mark at 248, and each (offset, length, text)."""
    made = bytearray(b"\x20\x00" * 128)
    made[248:250] = mark.encode("utf-16-le")
    for offset, length, text in fields:
        raw = text.encode("utf-16-le")
        assert len(raw) <= length
        made[offset : offset + len(raw)] = raw
    return bytes(made)


B6 = block(
    " ",
    (0, 30, "张三"),
    (30, 2, "1"),
    (32, 4, "01"),
    (36, 16, "18800101"),
    (52, 70, "示例省示例市示例路1号"),
    (122, 36, "440524188001010014"),
    (158, 30, "示例市公安局"),
    (188, 16, "20200101"),
    (204, 16, "长期"),
)


def test_the_block_of_the_page() -> None:
    assert B6[:64].hex().upper().startswith("205F094E" + "2000" * 13 + "3100" + "30003100" + "3100380038003000")
    card = decode_card(B6, PHOTO)
    assert card == CitizenCard(
        name="张三",
        sex=Sex.MALE,
        nation_code="01",
        birth_date=date(1880, 1, 1),
        address="示例省示例市示例路1号",
        number="440524188001010014",
        authority="示例市公安局",
        valid_from=date(2020, 1, 1),
        valid_until=None,
        photo=PHOTO,
    )
    assert isinstance(card, CitizenCard)
    assert card.nation == "汉"
    assert card.number_fault() is None
    assert card.age(date(2026, 11, 22)) == 146
    assert card.validity(date(2026, 11, 22)) == Validity.VALID


# Names with characters beyond the basic plane take two units each.
names = st.text(st.sampled_from("张王李赵欧阳娜㐀䶮𠮷𬭎·"), min_size=1, max_size=7)
letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=10)
texts = st.text(st.sampled_from("示例省市区路号甲乙丙1234567890"), min_size=1, max_size=35)
short = st.text(st.sampled_from("示例市公安局"), min_size=1, max_size=15)
digits = st.text("0123456789", min_size=18, max_size=18)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
until = st.none() | days
sexes = st.sampled_from(Sex)


def ymd(day: date | None) -> str:
    return "长期" if day is None else f"{day.year:04d}{day.month:02d}{day.day:02d}"


@given(names, sexes, days, texts, digits, short, days, until)
def test_citizens_round_trip(
    name: str, sex: Sex, birth: date, address: str, number: str, authority: str, first: date, last: date | None
) -> None:
    made = block(
        " ", (0, 30, name), (30, 2, sex.value), (32, 4, "25"), (36, 16, ymd(birth)), (52, 70, address),
        (122, 36, number), (158, 30, authority), (188, 16, ymd(first)), (204, 16, ymd(last)),
    )  # fmt: skip
    card = decode_card(made, PHOTO, b"f" * 1024)
    assert card == CitizenCard(
        name=name, sex=sex, nation_code="25", birth_date=birth, address=address, number=number, authority=authority,
        valid_from=first, valid_until=last, photo=PHOTO, fingerprint=b"f" * 1024,
    )  # fmt: skip


@given(names, sexes, days, texts, digits, short, days, until)
def test_permits_round_trip(
    name: str, sex: Sex, birth: date, address: str, number: str, authority: str, first: date, last: date | None
) -> None:
    made = block(
        "J", (0, 30, name), (30, 2, sex.value), (36, 16, ymd(birth)), (52, 70, address), (122, 36, number),
        (158, 30, authority), (188, 16, ymd(first)), (204, 16, ymd(last)), (220, 18, "H99999999"), (238, 4, "02"),
    )  # fmt: skip
    assert decode_card(made, PHOTO) == ResidencePermit(
        name=name, sex=sex, birth_date=birth, address=address, number=number, authority=authority,
        valid_from=first, valid_until=last, pass_number="H99999999", issue_count="02", photo=PHOTO,
    )  # fmt: skip


@given(letters, letters, sexes, st.just("") | names, days, days, until)
def test_foreigners_2017_round_trip(
    family: str, given_name: str, sex: Sex, chinese: str, birth: date, first: date, last: date | None
) -> None:
    english = f"{family}, {given_name}"
    made = block(
        "I", (0, 120, english), (120, 2, sex.value), (122, 30, "UTO310180022915"), (152, 6, "UTO"),
        (158, 30, chinese), (188, 16, ymd(first)), (204, 16, ymd(last)), (220, 16, ymd(birth)), (236, 4, "01"),
        (240, 8, "9900"),
    )  # fmt: skip
    assert decode_card(made, PHOTO) == ForeignerCard2017(
        name=chinese or english, english_name=english, chinese_name=chinese, sex=sex, number="UTO310180022915",
        nationality="UTO", birth_date=birth, valid_from=first, valid_until=last, version="01",
        authority_code="9900", photo=PHOTO,
    )  # fmt: skip


@given(st.text("ABC DEF", min_size=1, max_size=46), sexes, st.just("") | names, days, days, until)
def test_foreigners_2023_round_trip(
    english: str, sex: Sex, chinese: str, birth: date, first: date, last: date | None
) -> None:
    english = english.strip() or "A"
    made = block(
        "Y", (0, 30, chinese), (30, 2, sex.value), (32, 4, "01"), (36, 16, ymd(birth)), (52, 70, english[:35]),
        (122, 36, "931586198001010028"), (188, 16, ymd(first)), (204, 16, ymd(last)), (220, 22, english[35:]),
        (242, 6, "UTO"), (250, 6, "017"),
    )  # fmt: skip
    assert decode_card(made, PHOTO) == ForeignerCard2023(
        name=chinese or english, english_name=english, chinese_name=chinese, sex=sex, number="931586198001010028",
        nationality="UTO", birth_date=birth, valid_from=first, valid_until=last, renewal_count="01", link="017",
        photo=PHOTO,
    )  # fmt: skip


def test_a_2023_card_knows_the_number_it_replaced() -> None:
    made = block(
        "Y", (30, 2, "2"), (36, 16, "19800101"), (52, 70, "SPECIMEN, ANN"), (122, 36, "931586198001010028"),
        (188, 16, "20231201"), (204, 16, "20331201"), (242, 6, "UTO"), (250, 6, "017"),
    )  # fmt: skip
    card = decode_card(made, PHOTO)
    assert isinstance(card, ForeignerCard2023)
    assert card.number_fault() is None
    assert card.previous_number is not None
    assert card.previous_number[:14] == "UTO31018001017"


def test_an_english_name_fills_both_of_its_places() -> None:
    name = "ABCDEFGHIJ KLMNOPQRSTUVWXYZABCDEFG HIJKLMNOPQZ"
    assert len(name) == 46
    made = block(
        "Y", (30, 2, "2"), (36, 16, "19800101"), (52, 70, name[:35]), (220, 22, name[35:]),
        (188, 16, "20231201"), (204, 16, "20331201"),
    )  # fmt: skip
    assert decode_card(made, PHOTO).name == name


def changed(offset: int, length: int, text: str) -> bytes:
    raw = text.encode("utf-16-le").ljust(length, b"\x20")
    return B6[:offset] + raw + B6[offset + length :]


BROKEN: dict[str, Any] = {
    "birth_date": changed(36, 16, "19901301"),
    "valid_from": changed(188, 16, "2020-1-1"),
    "valid_until": changed(204, 16, "长期有效"[:3]),
    "sex": changed(30, 2, "7"),
    "name": B6[:2] + b"\x00\xd8" + B6[4:],  # half of a surrogate pair
}


@pytest.mark.parametrize("field", BROKEN)
def test_a_field_out_of_form_is_named_and_not_quoted(field: str) -> None:
    with pytest.raises(CardDataError, match=f"field {field} ") as caught:
        decode_card(BROKEN[field], PHOTO)
    assert caught.value.__context__ is None  # the first error would hold what stood on the card
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args)
    assert not [secret for secret in ("张三", "4405", "1990130", "示例") if secret in told]


def test_other_blocks_are_refused() -> None:
    with pytest.raises(CardDataError, match="255 bytes"):
        decode_card(B6[:255], PHOTO)
    with pytest.raises(CardDataError, match="type mark"):
        decode_card(B6[:248] + "Z".encode("utf-16-le") + B6[250:], PHOTO)


def test_a_card_does_not_show_its_holder() -> None:
    card = decode_card(B6, PHOTO)
    assert repr(card) == str(card) == f"{card}" == "CitizenCard(number=440***********0014)"
    assert repr([card]) == "[CitizenCard(number=440***********0014)]"


def test_a_card_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        decode_card(B6, PHOTO).name = "李四"  # type: ignore[misc]


def test_a_number_that_contradicts_the_card_is_noticed() -> None:
    card = decode_card(changed(36, 16, "18800102"), PHOTO)
    assert card.number_fault() == NumberFault.BIRTH_DATE


def test_there_is_no_card_beside_the_four_kinds() -> None:
    with pytest.raises(TypeError, match="abstract"):
        IdCard(
            name="", sex=Sex.UNKNOWN, birth_date=date(2000, 1, 1), number="", valid_from=date(2000, 1, 1),
            valid_until=None, photo=b"",
        )  # type: ignore[abstract] # fmt: skip


def test_the_appended_address() -> None:
    assert decode_address("示例省新址2号".encode("utf-16-le") + b"\x20\x00" * 9) == "示例省新址2号"
    with pytest.raises(CardDataError, match="not text"):
        decode_address(b"\x00")
