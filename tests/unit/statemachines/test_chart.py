"""Our use of transitions: nesting, exits, guards, staying, and refusing what a state does not know."""

from __future__ import annotations

import pytest

from statemachines.chart import Chart, ChartError, Exit, InvalidEventError, On, Position, State, chosen

INNER = Chart(
    "inner",
    (State("first"), State("second")),
    (
        On("go", "first", "second"),
        On("again", "second", "second"),
        On("finish", "second", Exit("done")),
        On("pick", "first", "second", when=chosen("two"), keep="picked"),
        On("pick", "first", Exit("given_up"), when=chosen("none")),
    ),
)
OUTER = Chart(
    "outer",
    (State("idle"), State("busy", chart=INNER, exits={"done": "over", "given_up": "idle"}), State("over")),
    (
        On("start", "idle", "busy"),
        On("stop", "*", "over"),
        On("note", "*", None),
        On("back", "over", "idle"),
    ),
)


def position(*events: str) -> Position:
    here = Position(OUTER)
    for event in events:
        here.tell(event)
    return here


def test_entering_a_nested_chart_is_entering_its_first_state() -> None:
    assert position("start").state == "busy.first"


def test_an_exit_leads_where_the_holder_says() -> None:
    assert position("start", "go", "finish").state == "over"


def test_an_event_of_the_surrounding_chart_is_known_inside() -> None:
    assert position("start", "go", "stop").state == "over"


def test_staying_enters_nothing_and_going_to_oneself_enters_again() -> None:
    here = position("start", "go")
    entered = here.entry
    assert here.tell("note").dest is None
    assert here.entry == entered
    here.tell("again")
    assert (here.state, here.entry) == ("busy.second", entered + 1)


def test_guards_look_at_the_value() -> None:
    here = position("start")
    assert not here.knows("pick", "three")
    edge = here.tell("pick", "two")
    assert (here.state, edge.keep) == ("busy.second", "picked")
    elsewhere = position("start")
    elsewhere.tell("pick", "none")
    assert elsewhere.state == "idle"


@pytest.mark.parametrize(("event", "value"), [("finish", ""), ("unheard_of", ""), ("pick", "three")])
def test_an_event_that_is_not_known_here_is_refused_loudly_and_moves_nothing(event: str, value: str) -> None:
    here = position("start")
    with pytest.raises(InvalidEventError, match=f"{event}.* in busy.first"):
        here.tell(event, value)
    assert (here.state, here.entry) == ("busy.first", 1)


def test_an_exit_that_leads_nowhere_is_found_when_the_chart_is_built() -> None:
    with pytest.raises(ChartError, match="exits"):
        Position(Chart("outer", (State("busy", chart=INNER, exits={"done": "busy"}),), ()))


def test_a_transition_to_a_state_that_is_not_there_is_found_when_the_chart_is_built() -> None:
    with pytest.raises(ChartError, match="leads to 'nowhere'"):
        Position(Chart("one", (State("here"),), (On("go", "here", "nowhere"),)))
    with pytest.raises(ChartError, match="comes from 'nowhere'"):
        Position(Chart("one", (State("here"),), (On("go", "nowhere", "here"),)))


def test_two_states_of_one_name_are_found_when_the_chart_is_built() -> None:
    with pytest.raises(ChartError, match="same name"):
        Position(Chart("one", (State("here"), State("here")), ()))
