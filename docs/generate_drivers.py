"""Writes docs/drivers.md from devices/quality.toml: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from devices import quality
from devices.quality import Driver, Standing

HEAD = """# The drivers

Generated from `devices/quality.toml` by `make docs`; a test holds this page to the file, every model of the registry to
an answer, and everything called done to tests that are there. How one is written:
[writing-a-driver.md](writing-a-driver.md).
"""

SIGNS = {Standing.DONE: "✓", Standing.EXEMPT: "–", Standing.TODO: "to do"}


def _section(driver: Driver) -> str:
    lines = [f"## {driver.device_class} {driver.model}\n"]
    lines += [f"* Limit: {limit}" for limit in driver.limits]
    for standing in (Standing.TODO, Standing.EXEMPT):
        word = {Standing.TODO: "To do", Standing.EXEMPT: "Exempt"}[standing]
        answers = [(rule, answer) for rule, answer in driver.answers.items() if answer.standing is standing]
        lines += [f"* {word}: *{rule}*. {answer.why}" for rule, answer in answers]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page's text."""
    scale = quality.load()
    rules = "\n".join(f"* *{rule}*: {sentence}" for rule, sentence in scale.rules.items())
    heading = " | ".join(f"{driver.device_class}<br>{driver.model}" for driver in scale.drivers)
    rows = "\n".join(
        f"| {rule} | {' | '.join(SIGNS[driver.answers[rule].standing] for driver in scale.drivers)} |"
        for rule in scale.rules
    )
    table = f"| rule | {heading} |\n|---|{':---:|' * len(scale.drivers)}\n{rows}\n"
    key = "✓ done, and named tests prove it · – has no meaning here · to do: not yet, and why below\n"
    parts = [HEAD, f"## The rules\n\n{rules}\n", f"## The table\n\n{table}\n{key}"]
    return "\n".join(parts + [_section(driver) for driver in scale.drivers])


if __name__ == "__main__":
    Path(__file__).with_name("drivers.md").write_text(page(), encoding="utf-8")
