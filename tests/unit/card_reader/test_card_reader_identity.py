"""Card numbers, the iReadCardBas line, and what may be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from card_examples import IDENTITY, ISSUER

from devices.card_reader.social_security_card.identity import (
    CardVersion,
    bas_line,
    card_number_check,
    card_number_is_consistent,
    card_version,
    chip_date,
    historical_bytes,
    mask,
)


@pytest.mark.parametrize(("body", "check"), [("D2143569", "X"), ("X0000001", "9")])
def test_the_page_s_card_numbers(body: str, check: str) -> None:
    assert card_number_check(body) == check
    assert card_number_is_consistent(body + check)


@pytest.mark.parametrize("number", ["X00000018", "X0000001", "x00000019", "", "张00000019"])
def test_an_inconsistent_number(number: str) -> None:
    assert not card_number_is_consistent(number)


def test_the_line_of_hall_middleware() -> None:
    assert bas_line(IDENTITY, terminal_device="DEMO0001") == (
        "639900|440524188001010014|X00000019|639900D15600000500BF7C7A00000000|张三|00814E43238697639900BF7C7A|3.00|"
        "20240101|20340101|000000000000|DEMO0001|"
    )


def test_a_blank_card_has_nothing_between_the_bars() -> None:
    blank = replace(IDENTITY, issuer=replace(ISSUER, card_number=""), social_security_number="", name="")
    assert blank.blank
    assert bas_line(blank).split("|")[:6] == [
        "639900",
        "",
        "",
        "639900D15600000500BF7C7A00000000",
        "",
        "00814E43238697639900BF7C7A",
    ]


def test_nobody_is_shown() -> None:
    assert repr(IDENTITY) == "CardIdentity(639900, version '3.00', 440***********0014, **)"
    assert "X00000019" not in repr(ISSUER)
    assert "00BF7C7A" not in repr(ISSUER)


@pytest.mark.parametrize(
    ("atr", "historical"),
    [
        ("3B6D000000814A444686605199000001AC", "00814A444686605199000001AC"),
        ("3B00", ""),
        ("3B", ""),
        # TD1 announces T=1: its bytes come before the historical ones, and TCK after them.
        ("3B8301AABBCC10", "AABBCC"),
        ("3B93118101AABBCC10", "AABBCC"),
    ],
)
def test_historical_bytes(atr: str, historical: str) -> None:
    assert historical_bytes(bytes.fromhex(atr)).hex().upper() == historical


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.00", CardVersion.V3),
        ("2.0", CardVersion.V2),
        ("1.00", CardVersion.V1),
        ("", CardVersion.V1),
        ("4.00", None),
        ("?", None),
    ],
)
def test_versions_count_by_three_characters(text: str, version: CardVersion | None) -> None:
    assert card_version(text) is version


def test_dates_on_the_chip() -> None:
    assert chip_date("20240229") == date(2024, 2, 29)
    assert (chip_date(""), chip_date("20240230"), chip_date("2024022")) == (None, None, None)


def test_masks() -> None:
    assert mask("440524188001010014", 3, 4) == "440***********0014"
    assert mask("1234", 3, 4) == "****"
