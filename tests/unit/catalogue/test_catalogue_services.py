"""What is offered, to whom, and why not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from devices.fault_catalogue import Capability
from kiosk.catalogue.services import SERVICES_FILE, Shown, load
from kiosk.located_toml import MistakesError, Place
from statemachines.session import QUERIES
from statemachines.views import Say

ALL = frozenset(Capability)
REPOSITORY = Path(__file__).parents[3]


def test_the_services_are_those_of_the_charts() -> None:
    assert {service.id for service in load()} == {*QUERIES, "change_pin", "issue_card", "collect_card"}


def test_a_query_takes_one_factor_and_a_change_of_the_card_two() -> None:
    changes = ("change_pin", "issue_card", "collect_card")
    assert {service.id: service.factors for service in load()} == dict.fromkeys(QUERIES, 1) | dict.fromkeys(changes, 2)


@pytest.mark.parametrize(
    ("service", "means", "lost", "why_not"),
    [
        ("pension", "card", set(), None),
        ("pension", "id_card", {Capability.PRINT, Capability.PIN, Capability.IDENTIFY_CARD}, None),
        ("pension", "card", {Capability.QUERY}, "why_not.no_host"),
        ("change_pin", "id_card", set(), "why_not.needs_card"),
        ("change_pin", "card", {Capability.QUERY, Capability.PRINT}, None),
        ("change_pin", "card", {Capability.PIN}, "why_not.no_keypad"),
        ("change_pin", "card", {Capability.PIN, Capability.IDENTIFY_CARD}, "why_not.card_reader"),
        ("issue_card", "id_card", set(), None),
        ("issue_card", "card", {Capability.ISSUE}, "why_not.no_issue"),
        ("issue_card", "id_card", {Capability.ISSUE, Capability.QUERY}, "why_not.no_host"),
        ("issue_card", "id_card", {Capability.PIN, Capability.PRINT, Capability.PAY}, None),
        ("collect_card", "id_card", {Capability.ISSUE}, None),
        ("collect_card", "card", {Capability.QUERY}, "why_not.no_host"),
    ],
)
def test_why_not(service: str, means: str, lost: set[Capability], why_not: str | None) -> None:
    (found,) = [each for each in load() if each.id == service]
    assert found.why_not(means, ALL - lost) == (Say(why_not) if why_not else None)


def test_cards_are_offered_where_they_are_made_and_fetched_where_one_waits() -> None:
    shown = {service.id: service.shown for service in load() if service.shown is not Shown.ALWAYS}
    assert shown == {"collect_card": Shown.CARD_WAITS, "issue_card": Shown.ISSUING}


def test_titles_notes_and_icons_exist() -> None:
    words = (REPOSITORY / "screens/locale/zh.po").read_text(encoding="utf-8")
    icons = tomllib.loads((REPOSITORY / "screens/widgets/icons.toml").read_text(encoding="utf-8"))
    for service in load():
        assert f'msgid "{service.title}"' in words
        assert f'msgid "{service.note}"' in words
        assert service.icon in icons


def test_mistakes_are_placed(tmp_path: Path) -> None:
    file = tmp_path / "services.toml"
    text = SERVICES_FILE.read_text(encoding="utf-8")
    file.write_text(text.replace('id = "pension"', 'id = "medical_account"'), encoding="utf-8")
    with pytest.raises(MistakesError) as raised:
        load(file)
    (mistake,) = raised.value.mistakes
    line = text[: text.index('id = "pension"')].count("\n") + 1
    assert (mistake.field, mistake.place, mistake.found) == (
        "service[4].id",
        Place(line, 6),
        '"medical_account" again',
    )
    file.write_text(text.replace('needs = ["query"]', 'needs = ["qery"]', 1), encoding="utf-8")
    with pytest.raises(MistakesError) as raised:
        load(file)
    (mistake,) = raised.value.mistakes
    assert (mistake.field, mistake.found, mistake.suggestion) == ("service[1].needs[1]", '"qery"', '"query"')


def test_what_is_planned_is_not_offered(tmp_path: Path) -> None:
    file = tmp_path / "services.toml"
    text = SERVICES_FILE.read_text(encoding="utf-8")
    file.write_text(text.replace('state = "offered"', 'state = "planned"', 1), encoding="utf-8")
    assert [service.id for service in load(file)] == [service.id for service in load()][1:]
