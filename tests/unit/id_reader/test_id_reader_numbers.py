"""Check digits, ages and validity against the standards' own examples."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.id_reader.nations import NATIONS
from devices.id_reader.numbers import (
    NumberFault,
    Validity,
    age,
    check_character,
    check_digit_731,
    citizen_number_fault,
    foreigner_2017_number_fault,
    foreigner_2023_number_fault,
    permit_number_fault,
    previous_foreigner_number,
    validity,
)


def iso_7064_mod_11_2(digits: str) -> str:
    """The recursive form of the standard, where the code under test uses the weights of GB 11643."""
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


@pytest.mark.parametrize(
    ("first17", "check"), [("11010519491231002", "X"), ("44052418800101001", "4"), ("93158619800101002", "8")]
)
def test_the_published_vectors(first17: str, check: str) -> None:
    assert check_character(first17) == check
    assert iso_7064_mod_11_2(first17) == check


@given(st.text("0123456789", min_size=17, max_size=17))
def test_weights_and_recursion_agree(first17: str) -> None:
    assert check_character(first17) == iso_7064_mod_11_2(first17)


@pytest.mark.parametrize("wrong", ["", "1234567890123456", "1101051949123100²", "１1010519491231002"])
def test_a_check_character_needs_17_plain_digits(wrong: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        check_character(wrong)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010519491231002X", None),
        ("440524188001010014", None),
        ("11010519491231002x", NumberFault.CHARACTERS),
        ("110105194912310021", NumberFault.CHECK_DIGIT),
        ("11010519491331002X", NumberFault.BIRTH_DATE),
        ("110105190002290021", NumberFault.BIRTH_DATE),
        ("1101051949123100²X", NumberFault.CHARACTERS),
        ("11010519491231002", NumberFault.LENGTH),
        ("", NumberFault.LENGTH),
    ],
)
def test_citizens_numbers(number: str, fault: NumberFault | None) -> None:
    assert citizen_number_fault(number) == fault


def test_the_number_must_say_the_same_birthday_as_the_card() -> None:
    assert citizen_number_fault("11010519491231002X", date(1949, 12, 31)) is None
    assert citizen_number_fault("11010519491231002X", date(1949, 12, 30)) == NumberFault.BIRTH_DATE


days = st.dates(date(1900, 1, 1), date(2026, 12, 31))


@given(days, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_is_noticed(birth: date, sequence: int, where: int, by: int) -> None:
    first17 = f"990101{birth:%Y%m%d}{sequence:03d}"
    number = first17 + iso_7064_mod_11_2(first17)
    assert citizen_number_fault(number, birth) is None
    wrong = number[:where] + str((int(number[where]) + by) % 10) + number[where + 1 :]
    assert citizen_number_fault(wrong) in (NumberFault.CHECK_DIGIT, NumberFault.BIRTH_DATE)


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_permits_begin_with_their_region(prefix: str) -> None:
    first17 = prefix + "19900131" + "001"
    number = first17 + iso_7064_mod_11_2(first17)
    assert permit_number_fault(number, date(1990, 1, 31)) is None
    assert permit_number_fault("440524188001010014") == NumberFault.PREFIX
    assert permit_number_fault(number[:-1] + ("1" if number[-1] != "1" else "2")) == NumberFault.CHECK_DIGIT


def test_foreigners_2023() -> None:
    assert foreigner_2023_number_fault("931586198001010028", date(1980, 1, 1)) is None
    assert foreigner_2023_number_fault("931586198001010029") == NumberFault.CHECK_DIGIT
    assert foreigner_2023_number_fault("831586198001010028") == NumberFault.PREFIX
    assert foreigner_2023_number_fault("931586198013010028") == NumberFault.BIRTH_DATE


def test_the_731_check_digit_by_hand() -> None:
    # U=30 T=29 O=24: 30*7 + 29*3 + 24*1 + 3*7 + 1*3 = 345
    assert check_digit_731("UTO31") == "5"
    with pytest.raises(ValueError, match="digits and capitals"):
        check_digit_731("uto")


def test_foreigners_2017() -> None:
    first14 = "UTO" + "3101" + "800229" + "1"
    number = first14 + check_digit_731(first14)
    assert foreigner_2017_number_fault(number, date(1980, 2, 29)) is None
    assert foreigner_2017_number_fault(number, date(1980, 2, 28)) == NumberFault.BIRTH_DATE
    assert foreigner_2017_number_fault(first14 + str((int(number[14]) + 1) % 10)) == NumberFault.CHECK_DIGIT
    assert foreigner_2017_number_fault("123" + number[3:]) == NumberFault.CHARACTERS
    assert foreigner_2017_number_fault(number[:-1]) == NumberFault.LENGTH


def test_the_number_before_2023_is_rebuilt_from_the_link() -> None:
    old = previous_foreigner_number("931586198001010028", "UTO", date(1980, 1, 1), "017")
    assert old is not None
    assert old[:14] == "UTO" + "31" + "01" + "800101" + "7"
    assert foreigner_2017_number_fault(old, date(1980, 1, 1)) is None
    assert previous_foreigner_number("931586198001010028", "UTO", date(1980, 1, 1), "") is None
    assert previous_foreigner_number("931586198001010029", "UTO", date(1980, 1, 1), "017") is None


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        (date(2010, 11, 22), date(2026, 11, 21), 15),
        (date(2010, 11, 22), date(2026, 11, 22), 16),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 2, 29), date(2023, 2, 27), 14),
        (date(2008, 2, 29), date(2023, 2, 28), 15),
        (date(1896, 2, 29), date(1900, 2, 28), 4),
        (date(2026, 11, 22), date(2026, 11, 22), 0),
    ],
)
def test_age(birth: date, on: date, years: int) -> None:
    assert age(birth, on) == years


@given(days, st.integers(0, 45000))
def test_age_grows_by_one_a_year_and_never_falls(birth: date, later: int) -> None:
    on = birth + timedelta(later)
    assert age(birth, on) <= age(birth, on + timedelta(1)) <= age(birth, on) + 1
    assert 365.25 * age(birth, on) - 2 <= later < 365.25 * (age(birth, on) + 1) + 2


def test_a_document_is_good_on_its_first_and_last_day() -> None:
    first, last = date(2020, 1, 1), date(2030, 1, 1)
    assert validity(first, last, first - timedelta(1)) == Validity.NOT_YET_VALID
    assert validity(first, last, first) == Validity.VALID
    assert validity(first, last, last) == Validity.VALID
    assert validity(first, last, last + timedelta(1)) == Validity.EXPIRED
    assert validity(first, None, date(9999, 12, 31)) == Validity.VALID


def test_the_nations_that_copied_tables_get_wrong() -> None:
    assert len(NATIONS) == 58
    assert len(set(NATIONS.values())) == 58
    assert [NATIONS[code] for code in ("01", "24", "25", "26", "36", "46", "56", "97", "98")] == [
        "汉", "拉祜", "水", "东乡", "毛南", "德昂", "基诺", "其他", "外国血统中国籍",
    ]  # fmt: skip
