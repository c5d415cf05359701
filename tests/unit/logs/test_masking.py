"""The masking rules: what is shown, what never is."""

from __future__ import annotations

import hashlib
import re
import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.masking import (
    Privacy,
    keep_ends,
    looks_personal,
    mask_address,
    mask_bank_number,
    mask_card_number,
    mask_identity_number,
    mask_name,
    mask_phone_number,
    mask_text,
)

OBSERVED = Privacy.OBSERVED


def test_an_identity_number_shows_three_and_four() -> None:
    assert mask_identity_number("990101195603120022") == "990***********0022"


def test_an_identity_number_with_someone_behind_shows_one_and_one() -> None:
    assert mask_identity_number("990101195603120022", OBSERVED) == "9****************2"


def test_a_bank_number_shows_the_last_four() -> None:
    assert mask_bank_number("6299990000000000012") == "***************0012"
    assert mask_bank_number("6299990000000000012", OBSERVED) == "***************0012"


def test_a_phone_number_shows_three_and_four() -> None:
    assert mask_phone_number("13912340022") == "139****0022"
    assert mask_phone_number("13912340022", OBSERVED) == "*********22"


def test_a_card_number_shows_the_last_four() -> None:
    assert mask_card_number("X00000019") == "*****0019"
    assert mask_card_number("X00000019", OBSERVED) == "*******19"


@pytest.mark.parametrize(
    ("name", "normal", "observed"),
    [
        ("王秀兰", "*秀兰", "**兰"),
        ("李明", "*明", "*明"),
        ("丽", "*", "*"),
        ("欧阳建国", "*阳建国", "***国"),
        ("𠮷田", "*田", "*田"),
        ("SMITH JOHN PAUL", "***** JOHN PAUL", "***** **** ***L"),
        ("MADONNA", "******A", "******A"),
        ("", "", ""),
    ],
)
def test_a_name_hides_its_first_character(name: str, normal: str, observed: str) -> None:
    assert mask_name(name) == normal
    assert mask_name(name, OBSERVED) == observed


def test_an_address_shows_province_and_city() -> None:
    assert mask_address("示例省示例市新华区幸福路3号") == "示例省示例市********"
    assert mask_address("示例省", OBSERVED) == "***"


@given(st.text(max_size=40), st.integers(0, 10), st.integers(0, 10))
def test_keep_ends_keeps_the_length_and_never_shows_all(text: str, first: int, last: int) -> None:
    masked = keep_ends(text, first, last)
    assert len(masked) == len(text)
    hidden = sum(1 for shown, real in zip(masked, text, strict=True) if shown == "*" or shown != real)
    assert hidden >= (1 if text else 0)


identity_numbers = st.builds(
    lambda region, year, month, day, serial, check: f"99{region:04d}{year}{month:02d}{day:02d}{serial:03d}{check}",
    st.integers(0, 9999),
    st.integers(1900, 2026),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 999),
    st.sampled_from("0123456789Xx"),
)
around = st.text(alphabet=string.ascii_letters + " .,:;='\"()[]{}<>/\\|-_王李号码是\n", max_size=15)


@given(around, identity_numbers, around)
def test_no_identity_number_survives_in_text(before: str, number: str, after: str) -> None:
    masked = mask_text(before + number + after)
    assert number not in masked
    assert mask_identity_number(number) in masked


@given(
    st.text(alphabet=string.printable, max_size=20), identity_numbers, st.text(alphabet=string.printable, max_size=20)
)
def test_not_even_with_digits_and_dots_around_it(before: str, number: str, after: str) -> None:
    assert number not in mask_text(before + number + after)


@given(around, st.from_regex(r"[1-9][0-9]{15,18}", fullmatch=True), around)
def test_no_bank_number_survives_in_text(before: str, number: str, after: str) -> None:
    masked = mask_text(before + number + after)
    assert number not in masked
    assert not re.search(r"(?<!\d\.)(?<!\d)\d{12,}", masked)


@given(around, st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), around)
def test_no_phone_number_survives_in_text(before: str, number: str, after: str) -> None:
    assert number not in mask_text(before + number + after)


@given(st.text(max_size=200) | st.text(alphabet="0123456789 -.Xx:AaFf", max_size=80))
def test_masked_text_stays_as_it_is(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once) == once
    assert not looks_personal(once)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("holder 990101195603120022.", "holder 990***********0022."),
        ("holder 990101-19560312-0022", "holder 990***********0022"),
        ("step 3.990101195603120022", "step 3.990***********0022"),
        ("old 990101560312002", "old 990********2002"),
        ("PAN 6299 9900 0000 0000 012", "PAN ***************0012"),
        ("call +86 139 1234 0022", "call +86 139****0022"),
        ("EF05 990100D1560000050A00000148FB4966", "EF05 " + "*" * 28 + "4966"),
        ("ef05 990100d1560000050a00000148fb4966", "ef05 " + "*" * 28 + "4966"),
        ("not of this century: D19561122000045", "not of this century: D**********0045"),
        ("D990101195603120022", "D990***********0022"),
        ("card X00000019 read", "card *****0019 read"),
        ("foreigner ABC990101123456", "foreigner ABC********3456"),
        ("pass H12345678", "pass H12**5678"),
        ("> 00 20 00 00 03 26 03 17", "> 0020000003<withheld>"),
        ("> 0020000003260317", "> 0020000003<withheld>"),
    ],
)
def test_what_is_found_in_text(text: str, masked: str) -> None:
    assert mask_text(text) == masked


def test_a_number_spelt_in_hexadecimal_is_found() -> None:
    trace = b"\x00\x0299010119560312002210".hex()
    assert mask_text(f"record {trace}") == "record <22 bytes>"


@pytest.mark.parametrize(
    "text",
    [
        "20261122-K0001-0042-7",
        "document D20261122000045.",
        "2026-11-22T09:00:00.123456+08:00",
        "took 0.12345678901234567 s",
        "listening on 127.0.0.1:35963",
        "reader Virtual PCD 00 00",
        "region 990100, version 2.00",
        str(uuid.UUID(int=0x1234567890ABCDEF1234567890ABCDEF)),
        uuid.UUID(int=0x9901011956031200221234567890ABCD).hex,
        hashlib.sha256(b"entry").hexdigest(),
    ],
)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert mask_text(text) == text
