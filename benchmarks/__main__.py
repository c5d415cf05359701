"""``make bench``: measure, print the table, write ``out/bench.json``. ``python -m benchmarks NAME ...``: some of it;
a name's beginning will do: ``python -m benchmarks fleet``."""

from __future__ import annotations

import json
import logging
import platform
import sys
from importlib import import_module
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks.figure import Figure

PARTS = (
    "id_reader",
    "receipt_printer",
    "journal",
    "recovery",
    "chip",
    "card_faces",
    "whole_issue",
    "in_service",
    "fleet_ingest",
    "fleet_zabbix",
    "fleet_console",
    "fleet_agent",
)
OUT = Path("out/bench.json")


def main(names: list[str]) -> int:
    """Run the parts named, or all. The exit code is 0 also when a target is missed: docs/performance.md says why."""
    unknown = [name for name in names if not any(part.startswith(name) for part in PARTS)]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are: {', '.join(PARTS)}\n")
        return 2
    wanted = [part for part in PARTS if not names or any(part.startswith(name) for name in names)]
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    console = Console()
    figures: list[Figure] = []
    for name in wanted:
        with console.status(f"measuring {name.replace('_', ' ')}"):
            figures += import_module(f"benchmarks.{name}").measure()
    console.print(_table(figures))
    for each in figures:
        if each.note:
            console.print(f"[dim]{each.name}: {each.note}[/dim]")
    aimed = [each for each in figures if each.target is not None]
    missed = [each.name for each in aimed if not each.met]
    console.print(f"{len(aimed) - len(missed)} of {len(aimed)} targets are met")
    for name in missed:
        console.print(f"[red]missed:[/red] {name}")
    OUT.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    OUT.write_text(json.dumps({**machine, "figures": [each.as_json() for each in figures]}, indent=2) + "\n")
    console.print(f"written to {OUT}")
    return 0


def _table(figures: list[Figure]) -> Table:
    table = Table("figure", "measured", "target", "", "beside it", "ratio", title="Benchmarks")
    for each in figures:
        beside = (
            f"{each.beside} {_number(each.beside_value)} {each.unit}" if each.beside_value is not None else each.beside
        )
        ratio = "" if each.ratio is None else f"{each.ratio:.3f}"
        target, met = "", ""
        if each.target is not None:
            target = f"{'>=' if each.at_least else '<='} {_number(each.target)}"
            met = "[green]met[/green]" if each.met else "[red]missed[/red]"
        measured = f"{_number(each.value)} {each.unit}"
        table.add_row(each.name, measured, target, met, beside, ratio)
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
