"""The validity chain: who is stopped, who is only warned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from card_examples import ISSUER

from devices.card_reader.social_security_card.identity import IssuerData
from devices.card_reader.social_security_card.validity import Blacklist, Finding, Outcome, Verdict, check

TODAY = date(2026, 11, 22)
NOBODY = Blacklist()


def findings(issuer: IssuerData, blacklist: Blacklist = NOBODY) -> list[tuple[Finding, bool]]:
    return [(verdict.finding, verdict.stops) for verdict in check(issuer, today=TODAY, blacklisted=blacklist)]


def test_a_card_in_order() -> None:
    assert findings(ISSUER) == []


@pytest.mark.parametrize(
    ("change", "finding", "stops"),
    [
        ({"card_identifier": bytes.fromhex("639900D15600000600BF7C7A00000000")}, Finding.ISSUER_UNKNOWN, True),
        ({"initialiser": "915700000263990063990001"}, Finding.ISSUER_UNKNOWN, True),
        ({"card_class": "7"}, Finding.TYPE, True),
        ({"version_text": "4.00"}, Finding.VERSION, True),
        ({"issue_date": "20261123"}, Finding.NOT_YET_VALID, True),
        ({"card_number": ""}, Finding.BLANK, True),
        ({"card_number": "X00000018"}, Finding.NUMBER_INCONSISTENT, False),
        ({"valid_until": "20991399"}, Finding.VALIDITY_UNREADABLE, False),
        ({"valid_until": "20261121"}, Finding.EXPIRED, False),
    ],
)
def test_one_thing_wrong(change: dict[str, object], finding: Finding, stops: bool) -> None:
    assert findings(replace(ISSUER, **change)) == [(finding, stops)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"valid_until": "20261122"},
        {"valid_until": ""},
        {"issue_date": "20261122"},
        {"version_text": ""},
        {"card_class": ""},
    ],
)
def test_nothing_wrong_at_the_edge(change: dict[str, str]) -> None:
    assert findings(replace(ISSUER, **change)) == []  # type: ignore[arg-type]


def test_an_expired_bank_side_never_stops_social_security_business() -> None:
    verdicts = check(replace(ISSUER, valid_until="20250101"), today=TODAY, blacklisted=NOBODY)
    assert verdicts == (Verdict(Finding.EXPIRED, Outcome.WARN),)


def test_the_chain_goes_on_after_a_stop_and_keeps_its_order() -> None:
    worst = replace(ISSUER, initialiser="", card_class="9", version_text="9.00", valid_until="20200101", card_number="")
    listed = Blacklist(cards=frozenset({"639900d15600000500bf7c7a00000000"}))
    assert [finding for finding, _ in findings(worst, listed)] == [
        Finding.ISSUER_UNKNOWN,
        Finding.BLACKLISTED,
        Finding.TYPE,
        Finding.VERSION,
        Finding.EXPIRED,
        Finding.BLANK,
    ]


@pytest.mark.parametrize(
    ("first", "last", "listed"),
    [
        ("639900D15600000500BF7C7A00000000", "639900D15600000500BF7C7AFFFFFFFF", True),
        ("639900D15600000500BF7C0000000000", "639900D15600000500BF7CFF00000000", True),
        ("639900D15600000500BF7C7B00000000", "639900D15600000500BF7CFF00000000", False),
        ("639900D15600000500BF7C0000000000", "639900D15600000500BF7C7900000000", False),
    ],
)
def test_a_blacklisted_range_does_not_look_at_authentication_codes(first: str, last: str, listed: bool) -> None:
    assert Blacklist(ranges=((first, last),))(ISSUER) is listed


def test_a_kiosk_may_serve_some_regions_and_know_some_initialisers_only() -> None:
    def outcome(**known: frozenset[str]) -> list[Finding]:
        return [verdict.finding for verdict in check(ISSUER, today=TODAY, blacklisted=NOBODY, **known)]

    assert outcome(regions=frozenset({"639900"}), initialisers=frozenset({ISSUER.initialiser})) == []
    assert outcome(regions=frozenset({"990100"})) == [Finding.ISSUER_UNKNOWN]
    assert outcome(initialisers=frozenset({"915600000299010099010001"})) == [Finding.ISSUER_UNKNOWN]
