"""What a new PIN may not be. All PINs here are made up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.catalogue.pin_rules import PinRule, broken_rule, is_initial

BIRTH_DATE = date(1956, 3, 12)
NUMBER = "990101195603120022"
INITIAL = b"123456"


def judged(pin: str, number: str | None = NUMBER, birth_date: date | None = BIRTH_DATE) -> str | None:
    return broken_rule(bytearray(pin.encode()), initial=INITIAL, birth_date=birth_date, identity_number=number)


@pytest.mark.parametrize(
    ("pin", "rule"),
    [
        ("123456", "initial"),
        ("111111", "repeated"),
        ("000000", "repeated"),
        ("234567", "sequence"),
        ("987654", "sequence"),
        ("567890", "sequence"),
        ("890123", "sequence"),
        ("098765", "sequence"),
        ("123321", "sequence"),
        ("250052", "sequence"),
        ("121212", "sequence"),
        ("123123", "sequence"),
        ("738738", "sequence"),
        ("112233", "sequence"),
        ("775511", "sequence"),
        ("111222", "sequence"),
        ("560312", "birthday"),  # YYMMDD
        ("031256", "birthday"),  # MMDDYY
        ("120356", "birthday"),  # DDMMYY
        ("561203", "birthday"),  # YYDDMM
        ("195603", "birthday"),  # YYYYMM
        ("956031", "birthday"),  # inside YYYYMMDD
        ("031956", "birthday"),  # MMYYYY, inside DDMMYYYY
        ("121956", "birthday"),  # DDYYYY
        ("195631", "birthday"),  # YYYYMD, without zeros
        ("213065", "birthday"),  # YYMMDD backwards
        ("990101", "number"),
        ("120022", "number"),
        ("101195", "number"),
        ("220021", "number"),  # backwards
        ("260317", None),
        ("482905", None),
        ("135790", None),
    ],
)
def test_the_rule_that_a_pin_breaks(pin: str, rule: str | None) -> None:
    assert judged(pin) == rule


def test_short_dates_without_zeros() -> None:
    assert judged("197485", number=None, birth_date=date(1974, 8, 5)) == "birthday"
    assert judged("581974", number=None, birth_date=date(1974, 8, 5)) == "birthday"


def test_what_is_not_known_forbids_nothing() -> None:
    assert judged("560312", number=None, birth_date=None) is None
    assert judged("990101", number=None) is None
    assert judged("560312", birth_date=None) == "number"


def test_a_region_chooses_its_rules() -> None:
    pin = bytearray(b"123321")
    chosen = {"initial": INITIAL, "birth_date": BIRTH_DATE, "identity_number": NUMBER}
    assert broken_rule(pin, **chosen, forbidden=[PinRule.INITIAL, PinRule.REPEATED]) is None  # type: ignore[arg-type]
    assert broken_rule(pin, **chosen, forbidden=[PinRule.SEQUENCE]) is PinRule.SEQUENCE  # type: ignore[arg-type]


def test_only_digits_are_judged_and_the_message_tells_none() -> None:
    for pin in (b"12a456", b"123", b""):
        with pytest.raises(ValueError, match=r"^a PIN is four digits or more$"):
            broken_rule(bytearray(pin), initial=INITIAL, birth_date=None, identity_number=None)


def test_the_initial_pin_is_known() -> None:
    assert is_initial(bytearray(b"123456"), INITIAL)
    assert not is_initial(bytearray(b"1234567"), INITIAL)
    assert not is_initial(bytearray(b"123457"), INITIAL)


pins = st.from_regex(r"[0-9]{6}", fullmatch=True)
dates = st.dates(date(1900, 1, 1), date(2026, 11, 22))


@given(pins, dates, st.from_regex(r"99[0-9]{15}[0-9X]", fullmatch=True))
def test_the_digits_stay_as_they_were_and_the_answer_tells_none(pin: str, birth_date: date, number: str) -> None:
    buffer = bytearray(pin.encode())
    answer = broken_rule(buffer, initial=INITIAL, birth_date=birth_date, identity_number=number)
    assert buffer == pin.encode()
    assert answer in (None, *PinRule)


@given(dates, st.sampled_from(["%y%m%d", "%d%m%y", "%m%d%y", "%y%d%m", "%Y%m", "%m%Y"]))
def test_no_form_of_any_birth_date_passes(birth_date: date, form: str) -> None:
    pin = birth_date.strftime(form)
    assert judged(pin, number=None, birth_date=birth_date) is not None


@given(st.from_regex(r"99[0-9]{15}[0-9X]", fullmatch=True), st.integers(0, 11))
def test_no_part_of_any_number_passes(number: str, start: int) -> None:
    assert judged(number[start : start + 6], number=number, birth_date=None) is not None


@given(pins)
def test_what_passes_is_irregular(pin: str) -> None:
    if judged(pin, number=None, birth_date=None) is None:
        assert len(set(pin)) > 1
        assert pin != pin[::-1]
        assert pin[:3] != pin[3:]
        assert pin[:2] * 3 != pin
        assert pin not in "01234567890123456789"
        assert pin not in "98765432109876543210"


def test_enough_is_left_to_choose_from() -> None:
    allowed = sum(judged(f"{number:06d}") is None for number in range(0, 1_000_000, 97))
    assert allowed / (1_000_000 // 97) > 0.98
