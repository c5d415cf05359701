"""Writes docs/charts.md from the charts: ``make docs``."""

from __future__ import annotations

from pathlib import Path

import kiosk.activities as activities
from statemachines.diagram import charts_within, mermaid
from statemachines.kiosk import kiosk_chart
from statemachines.timing import DELAYS, Kind

HEAD = """# The charts

Generated from `statemachines/` by `make docs`; a test holds this page to the code. An exit of a nested chart leads
where the state that holds the chart says. Events that a state only takes note of are not drawn.
"""


def page() -> str:
    """The page's text."""
    parts = [HEAD]
    for chart in charts_within(kiosk_chart(activities)):
        parts.append(f"## {chart.name.capitalize()}\n\n```mermaid\n{mermaid(chart)}\n```\n")
    rows = "\n".join(
        f"| {name} | {delay.kind.value} | {'' if delay.kind is Kind.REST else f'{delay.seconds:g}'} "
        f"| {f'{delay.grace:g}' if delay.grace else ''} | {delay.reason} |"
        for name, delay in DELAYS.items()
    )
    parts.append(f"## Delays\n\n| name | of a | seconds | warning | why |\n|---|---|---|---|---|\n{rows}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("charts.md").write_text(page(), encoding="utf-8")
