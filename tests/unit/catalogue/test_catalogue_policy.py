"""Rules by date, and packs that name their mistakes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.catalogue.pin_rules import PinRule
from kiosk.catalogue.policy import REGIONS, RULE_KEYS, NoRulesError, Policy, load
from kiosk.catalogue.rules import Reason
from kiosk.clock import KIOSK_ZONE, ManualClock
from kiosk.located_toml import MistakesError
from kiosk.masking import looks_personal
from statemachines.views import Say, Verbatim

PACK = REGIONS / "990100.toml"
TEXT = PACK.read_text(encoding="utf-8")


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def mistakes(tmp_path: Path, text: str) -> list[tuple[int | None, str, str, str]]:
    file = tmp_path / "region.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MistakesError) as raised:
        load("990100", file)
    assert all(each.where == str(file) for each in raised.value.mistakes)
    return [(each.place and each.place.line, each.field, each.found, each.suggestion) for each in raised.value.mistakes]  # type: ignore[misc]


def test_a_rule_holds_until_the_next_of_its_key() -> None:
    pack = load("990100")
    assert pack.at(date(2024, 9, 30)).fees[Reason.LOST] == 2000
    assert pack.at(date(2024, 10, 1)).fees[Reason.LOST] == 0
    assert pack.in_force(date(2024, 9, 30))["fee.rules"].valid_from == date(2024, 1, 1)
    assert pack.in_force(date(2026, 1, 1))["fee.rules"].valid_from == date(2024, 10, 1)


def test_before_the_pack_begins_there_are_no_rules() -> None:
    with pytest.raises(NoRulesError, match="begin on 2024-01-01, not by 2023-12-31"):
        load("990100").at(date(2023, 12, 31))


def test_today_changes_at_midnight_in_the_kiosks_zone() -> None:
    clock = ManualClock(datetime(2024, 9, 30, 15, 59, tzinfo=UTC))
    policy = Policy(load("990100"), clock.today)
    assert policy.rules.fees[Reason.LOST] == 2000
    clock.advance(60)
    assert policy.rules.fees[Reason.LOST] == 0


def test_what_the_kiosk_asks_of_it() -> None:
    policy = Policy(load("990100"), lambda: date(2026, 11, 22))
    assert policy.initial_pin == b"123456"
    assert policy.is_initial_pin(bytearray(b"123456"))
    assert not policy.is_initial_pin(bytearray(b"123465"))
    assert policy.forbidden_pins == tuple(PinRule)
    assert policy.accepted_issuers == {"990100", "990200", "990300"}
    assert policy.offices[0] == Say(
        "where.place", {"place": Verbatim("示例市社保服务大厅，新华区幸福路1号，周一至周五 08:30-17:30")}
    )
    assert policy.other_machines == (
        Say("where.nearest_machine", {"place": Verbatim("示例银行解放路支行，新华区解放路8号，每天 08:00-20:00")}),
    )
    assert policy.rules.hotline == "12333"
    assert (policy.rules.query_factors, policy.rules.change_factors) == (1, 2)


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-20T08:29", False),
        ("2026-11-20T08:30", True),
        ("2026-11-20T17:29", True),
        ("2026-11-20T17:30", False),
        ("2026-11-21T11:59", True),
        ("2026-11-22T10:00", False),
    ],
)
def test_opening_hours(local: str, is_open: bool) -> None:
    hours = Policy(load("990100"), lambda: date(2026, 11, 22)).rules.hours
    instant = datetime.fromisoformat(local).replace(tzinfo=KIOSK_ZONE).astimezone(UTC)
    assert hours.open_at(instant) is is_open


def test_a_place_that_never_closes(tmp_path: Path) -> None:
    text = TEXT.replace('sunday = "closed"', 'sunday = "00:00-24:00"')
    file = tmp_path / "region.toml"
    file.write_text(text, encoding="utf-8")
    hours = load("990100", file).at(date(2026, 11, 22)).hours
    start = datetime(2026, 11, 22, tzinfo=KIOSK_ZONE)
    assert hours.open_at(start)
    assert hours.open_at(start + timedelta(hours=23, minutes=59, seconds=59))


def number(key: str) -> int:
    """Which entry of the example region's file is the first with this key, counted from 1."""
    return [rule.key for rule in load("990100").rule].index(key) + 1


def test_every_mistake_is_named_with_line_and_field(tmp_path: Path) -> None:
    text = TEXT
    for right, wrong in (
        ('"pin.max_tries"\nvalue = 6', '"pin.max_tries"\nvalue = 60'),
        ("lost = 2000", "lsot = 2000"),
        ('key = "sla.days"', 'key = "sal.days"'),
        ('monday = "08:30-17:30"', 'monday = "8-17"'),
        ('"sequence"', '"seqence"'),
        ('code = "990100"', 'code = "990200"'),
        ("valid_from = 2024-10-01", "valid_from = 2024-01-01"),
    ):
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    assert mistakes(tmp_path, text) == [
        (line_of(text, 'code = "990200"'), "region.code", '"990200"', ""),
        (line_of(text, "value = 60"), f"rule[{number('pin.max_tries')}].value", "60", ""),
        (line_of(text, '"seqence"'), f"rule[{number('pin.forbidden')}].value[3]", '"seqence"', '"sequence"'),
        (line_of(text, "lsot"), f"rule[{number('fee.rules')}].value.lsot", '"lsot"', '"lost"'),
        (
            line_of(text, "lsot") + 7,
            f"rule[{number('fee.rules') + 1}].valid_from",
            "fee.rules from 2024-01-01 again",
            "",
        ),
        (line_of(text, "sal.days"), f"rule[{number('sla.days')}].key", 'unknown rule "sal.days"', '"sla.days"'),
        (line_of(text, '"8-17"'), f"rule[{number('hours.open')}].value.monday", '"8-17"', ""),
        (None, "rule", "no sla.days on that day", ""),
    ]


def test_a_field_that_is_none_is_named(tmp_path: Path) -> None:
    text = TEXT.replace('address = "新华区幸福路1号"', 'adress = "新华区幸福路1号"')
    line = line_of(text, "adress")
    assert mistakes(tmp_path, text) == [
        (line - 2, "office[1].address", "nothing, and it is required", ""),
        (line, "office[1].adress", "unknown key 'adress'", '"address"'),
    ]


def test_a_region_without_a_pack() -> None:
    with pytest.raises(MistakesError, match=r"990999\.toml: found no such file") as raised:
        load("990999")
    assert raised.value.mistakes[0].place is None


def test_every_rule_of_the_example_region_has_a_source_and_nobodys_data() -> None:
    pack = load("990100")
    assert set(pack.in_force(date(2026, 11, 22))) == set(RULE_KEYS)
    assert all(rule.source for rule in pack.rule)
    assert not looks_personal(TEXT)
