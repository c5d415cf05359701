"""How businesses went, by service and step by step: how long each step takes, how many left there (F99)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from kiosk.fleet.console import citizens_words, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.pages import in_order, page_of_step
from kiosk.fleet.console.words import Words
from kiosk.fleet.desk.shapes_reports import BusinessReport, BusinessRow

HEADS = ("service", "result_done", "result_refused", "result_abandoned", "result_failed", "left_at")


def draw(desk: Desk, report: BusinessReport, unfolded: set[str]) -> None:
    """The services as a table, then what is known of each one's steps. ``unfolded``: services whose steps are shown,
    kept from one drawing to the next."""
    words = desk.words
    pieces.title(words("report.business"))
    if not report.services:
        pieces.nothing(words("frame.nothing"))
        return
    _table([words(f"report.{name}") for name in HEADS], [_line(words, row) for row in report.services])
    if not any(row.seconds for row in report.services):
        return
    pieces.title(words("report.steps"), words("report.steps_hint"))
    for row in report.services:
        if row.seconds or row.left_at:
            _folded(words, row, unfolded)


def _folded(words: Words, row: BusinessRow, unfolded: set[str]) -> None:
    def turned(event: ValueChangeEventArguments[bool]) -> None:
        (unfolded.add if event.value else unfolded.discard)(row.service)

    with ui.expansion(words.of("service", row.service), value=row.service in unfolded, on_value_change=turned) as made:
        made.classes("wide").props(f'data-testid="of-{row.service}"')
        _steps(words, row)


def _line(words: Words, row: BusinessRow) -> list[str]:
    left = next(iter(row.left_at), "")
    counts = (row.done, row.refused, row.abandoned, row.failed)
    return [words.of("service", row.service), *map(str, counts), _step(words, left) if left else "–"]


def _steps(words: Words, row: BusinessRow) -> None:
    heads = [words(f"report.{name}") for name in ("step", "seconds", "left_here")]
    steps = in_order({*row.seconds, *row.left_at})
    took = {step: f"{seconds:.1f}" for step, seconds in row.seconds.items()}
    _table(heads, [[_step(words, each), took.get(each, "–"), str(row.left_at.get(each, 0))] for each in steps])
    if row.refused_for:
        heads = [words("report.refused_for"), words("report.times")]
        _table(
            heads,
            [[citizens_words.of(words.language, reason), str(count)] for reason, count in row.refused_for.items()],
        )


def _step(words: Words, step: str) -> str:
    """The page that people have before them, and the step's own name: several steps may show one page."""
    page = page_of_step(step)
    return words.said(words.of("page", page), "", step) if page else step


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    with ui.element("div").classes("sideways"), ui.element("table"):
        with ui.element("thead"), ui.element("tr"):
            for head in heads:
                with ui.element("th"):
                    ui.label(head)
        with ui.element("tbody"):
            for line in lines:
                with ui.element("tr"):
                    for text in line:
                        with ui.element("td"):
                            ui.label(text)
