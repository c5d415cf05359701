"""What of the chart's moves those far away are told of at once."""

from __future__ import annotations

from kiosk.health.standing import Standing

MOVES = [
    ("in_service.attract", True),
    ("in_service.checking", False),
    ("in_service.attract", False),
    ("in_service.session.notice", True),
    ("in_service.session.query.amount", False),
    ("in_service.session.farewell", False),
    ("in_service.checking", False),
    ("in_service.attract", True),
    ("in_service.checking", False),
    ("out_of_service", True),
    ("looking_again", False),
    ("out_of_service", False),
    ("looking_again", False),
    ("in_service.attract", True),
]


def test_a_citizen_who_comes_or_goes_and_service_that_ends_is_told_and_nothing_else() -> None:
    standing = Standing()
    assert [(state, standing.moved(state)) for state, _ in MOVES] == MOVES
    assert standing.moves == len(MOVES)
