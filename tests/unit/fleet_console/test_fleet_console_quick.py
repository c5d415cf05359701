"""What makes the console cheap changes nothing of what it says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
from nicegui.helpers import functions

from kiosk.fleet.console.quick import expects_arguments


class Handlers:
    def none(self) -> None: ...

    def one(self, event: object) -> None: ...

    def may(self, event: object = None, *rest: object, **named: object) -> None: ...

    @staticmethod
    def alone(event: object) -> None: ...

    def __call__(self, event: object) -> None: ...


@functools.wraps(Handlers.alone)
def wrapped(*_: object) -> None: ...


def with_default(value: int) -> Callable[..., Any]:
    return lambda event=value: event


CASES = (
    Handlers().none, Handlers().one, Handlers().may, Handlers.one, Handlers.none, Handlers.alone, Handlers(),
    lambda: None, lambda event: event, with_default(1), with_default(2), wrapped,
    functools.partial(Handlers.alone, 1), functools.partial(Handlers.alone), print, Handlers,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_nicegui_s_own(case: Callable[..., Any]) -> None:
    for _ in range(2):
        assert expects_arguments(case) == functions.expects_arguments(case)
