"""Every declared file is held to its own vectors, and every item to its."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_reader.social_security_card.applications import UNLISTED, MedicalTransactionFile
from devices.card_reader.social_security_card.codecs import BadData, Digits, Number, Text
from devices.card_reader.social_security_card.declaration import CardFile, Organisation, every_file, split_records
from devices.card_reader.social_security_card.environment import HolderFile, IssuerFile


def files_with_vectors() -> list[object]:
    return [
        pytest.param(file, vector, meaning, id=f"{file.__name__}-{number}")
        for file in every_file
        for number, (vector, meaning) in enumerate(file.vectors)
    ]


def item_vectors() -> list[object]:
    return [
        pytest.param(item.codec, vector, meaning, id=f"{file.__name__}-{item.name}-{vector[:8]}")
        for file in every_file
        for item in file.items
        for vector, meaning in item.vectors
    ]


@pytest.mark.parametrize(("file", "vector", "meaning"), files_with_vectors())
def test_a_file_means_what_it_declares(file: type[CardFile], vector: str, meaning: dict[str, object]) -> None:
    content = bytes.fromhex(vector)
    assert file.decode(content) == meaning
    assert file.encode(meaning) == content


@pytest.mark.parametrize(("codec", "vector", "meaning"), item_vectors())
def test_an_item_means_what_it_declares(codec: Text, vector: str, meaning: object) -> None:
    data = bytes.fromhex(vector)
    assert len(data) == codec.length
    assert codec.decode(data) == meaning
    assert codec.decode(codec.encode(meaning)) == meaning  # type: ignore[arg-type]


def test_every_described_file_has_vectors() -> None:
    described = [file for file in every_file if file.items or file.record]
    assert [file.__name__ for file in described if not file.vectors] == []
    assert all(not file.items for file in UNLISTED)


def test_the_sizes_that_the_page_computes() -> None:
    assert sum(item.length + 2 for item in IssuerFile.items) == 0x40
    assert sum(item.length + 2 for item in HolderFile.items) == 0x5B
    assert MedicalTransactionFile.record is not None
    assert MedicalTransactionFile.record.length == 0x1C


def test_files_are_where_they_are_once_only() -> None:
    places = [(file.application, file.identifier) for file in every_file]
    assert len(set(places)) == len(places)


@given(st.integers(1, 20).flatmap(lambda n: st.tuples(st.just(n), st.text("0123456789", max_size=2 * n))))
def test_digits_come_back(case: tuple[int, str]) -> None:
    length, digits = case
    data = Digits(length).encode(digits)
    assert len(data) == length
    assert Digits(length).decode(data) == ("" if not digits.strip("0") and len(digits) == 2 * length else digits)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=15))
def test_chinese_names_come_back(name: str) -> None:
    assert Text(30).decode(Text(30).encode(name)) == name


@given(st.integers(0, 2**32 - 1))
def test_numbers_come_back(value: int) -> None:
    assert Number(4).decode(Number(4).encode(value)) == value


def test_what_is_no_value_is_told_without_showing_it() -> None:
    with pytest.raises(BadData, match=r"^2 bytes of packed digits hold something else$"):
        Digits(2).decode(b"\x1a\x00")
    with pytest.raises(BadData, match=r"^2 bytes of text are not GBK$"):
        Text(2).decode(b"\xd5\x01")
    with pytest.raises(ValueError, match="do not fit"):
        Text(2).encode("张三")
    with pytest.raises(ValueError, match="does not fit"):
        Number(1).encode(256)
    with pytest.raises(BadData, match="ends inside a record"):
        list(split_records(bytes.fromhex("0110AABB")))


def test_a_file_of_unknown_layout_says_so() -> None:
    cyclic = next(file for file in UNLISTED if file.organisation is Organisation.CYCLIC)
    with pytest.raises(BadData, match="is not known"):
        cyclic.decode(b"\x00")
