"""The kiosk's chart as a whole: nothing unreachable, nothing without a way home, every failure answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kiosk.activities as activities
from statemachines import views
from statemachines.chart import Chart, On, Plan, Position, State, plan
from statemachines.check import ALWAYS, problems
from statemachines.diagram import charts_within, mermaid
from statemachines.kiosk import kiosk_chart
from statemachines.timing import DELAYS, Delay, Kind, with_overrides

ROOT = Path(__file__).parents[3]
HOME = "in_service.attract"
ENDS = ("stopping", "stopped")


@pytest.fixture(scope="module")
def whole() -> Plan:
    return plan(kiosk_chart(activities))


def test_nothing_is_wrong_with_the_chart_as_a_whole(whole: Plan) -> None:
    assert problems(whole, home=HOME, ends=ENDS, delays=DELAYS) == []


def test_every_state_has_a_page_that_is_the_one_it_declares(whole: Plan) -> None:
    from kiosk.pages.build import PAGES

    assert set(PAGES) == set(whole.leaves)


def _tiny(**changes: object) -> Plan:
    async def work(_: object) -> Literal["good", "bad"]:
        return "good"

    always = tuple(On(event, "*", None) for event in ALWAYS)
    home = State("home", screen=views.Farewell, timeout="rest")
    busy = State("busy", screen=views.Farewell, activity=work, timeout="chip", durable=True, restart="look")
    transitions = (
        On("go", "home", "busy"),
        *(On(event, "busy", "home") for event in ("good", "bad", "failed", "late")),
        *always,
    )
    parts = {"busy": busy, "transitions": transitions} | changes
    return plan(Chart("tiny", (home, parts["busy"]), parts["transitions"]))  # type: ignore[arg-type]


def _busy(**changes: object) -> State:
    return replace(_tiny().leaves["busy"], **changes)  # type: ignore[arg-type]


def _without(event: str) -> tuple[On, ...]:
    return tuple(On(e.event, e.source, e.dest) for e in _tiny().edges if e.event != event or e.source == "home")


def test_a_sound_chart_has_no_problems() -> None:
    assert problems(_tiny(), home="home", ends=(), delays=DELAYS) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"busy": _busy(screen=None)}, "busy shows no page"),
        ({"busy": _busy(timeout=None)}, "busy has no time-out"),
        ({"busy": _busy(timeout="sometime")}, "busy has the time-out sometime, which is not in timing.py"),
        ({"busy": _busy(timeout="person")}, "busy has no answer to silence"),
        ({"busy": _busy(restart="")}, "busy is durable and has no rule for restart"),
        ({"busy": _busy(activity=None)}, "busy is durable and does nothing"),
        ({"transitions": _without("bad")}, "busy has no answer to its activity's bad"),
        ({"transitions": _without("failed")}, "busy has an activity and no answer to failed"),
        ({"transitions": _without("late")}, "busy has no answer to late"),
        ({"transitions": _without("stop")}, "busy has no answer to stop"),
        ({"transitions": tuple(t for t in _without("") if t.event != "go")}, "busy can never be reached"),
        (
            {"transitions": (*_without(""), On("good", "busy", "busy"))},
            "busy: good to busy comes after an edge that always holds",
        ),
    ],
)
def test_each_planted_mistake_is_found(changes: dict[str, object], found: str) -> None:
    assert found in problems(_tiny(**changes), home="home", ends=(), delays=DELAYS)


def test_a_state_without_a_way_home_is_found() -> None:
    trap = tuple(On(e.event, e.source, "busy" if e.dest == "home" else e.dest) for e in _tiny().edges)
    assert "busy has no way home to home" in problems(_tiny(transitions=trap), home="home", ends=(), delays=DELAYS)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_happens_the_chart_is_somewhere_and_the_way_out_stays_open(data: st.DataObject) -> None:
    here = Position(kiosk_chart(activities))
    for _ in range(data.draw(st.integers(0, 60))):
        edges = list(here.plan.edges_from(here.state))
        edge = data.draw(st.sampled_from(edges))
        value = edge.when.words.split(" or ")[0] if edge.when else ""
        here.tell(edge.event, value)
        assert here.state in here.plan.leaves
    if here.state.startswith("in_service.session") and here.leaf.timeout:
        assert here.knows("stop")


def test_every_delay_has_a_reason_and_persons_are_warned() -> None:
    assert all(len(delay.reason) > 20 for delay in DELAYS.values())
    assert all(delay.grace > 0 for delay in DELAYS.values() if delay.kind is Kind.PERSON)


def test_delays_can_be_overridden_by_name_only_and_stay_positive() -> None:
    changed = with_overrides({"person": 3})
    assert changed["person"] == Delay(Kind.PERSON, 3, DELAYS["person"].reason, grace=3)
    assert changed["chip"] == DELAYS["chip"]
    with pytest.raises(ValueError, match="no delay 'persom'"):
        with_overrides({"persom": 3})
    with pytest.raises(ValueError, match="above 0"):
        with_overrides({"person": 0})


def test_the_diagrams_in_the_documentation_are_those_of_the_charts() -> None:
    page = (ROOT / "docs" / "charts.md").read_text(encoding="utf-8")
    for chart in charts_within(kiosk_chart(activities)):
        assert mermaid(chart) in page
