"""``kiosk bench``: the simulated world, until it is told to end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kiosk.cli import fail
from kiosk.cli_places import PEOPLE, STOCK, state_folder


def bench(
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keeps the world. Default: kiosk/bench in XDG_STATE_HOME.")
    ] = None,
    wallet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The people, as TOML. Default: those of the demonstration.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The devices, as TOML. Default: one of each class.")
    ] = None,
    stock: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Pre-made cards for the card printer. Default: those of the demonstration."),
    ] = None,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where the API is; port 0: any.")] = "127.0.0.1:0",
    ready: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there, too, where everything is (see below).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Makes noise on the lines repeatable.")] = 0,
) -> None:
    """Run the simulated world: devices on real transports, people with cards in their wallets, an HTTP API.

    When it is up, one line of JSON on standard output says where everything is: the API (`bench`), each device's
    address (`devices`, `at`) and what a process that opens them needs in its environment (`env`). The same stands in
    `ready.json` in the state folder. The API explains itself under `/docs`. Ctrl-C or SIGTERM ends it; the world stays
    as it is for the next time.
    """
    from devices.bench.server import BenchError, Settings, run
    from kiosk import logs

    logs.configure("bench")
    try:
        where = state or state_folder("bench")
        run(Settings(where, wallet or PEOPLE, config, stock or STOCK, listen, ready, seed), _announce)
    except BenchError as error:
        fail(f"bench: {error}")


def _announce(ready: dict[str, Any]) -> None:
    typer.echo(json.dumps(ready, ensure_ascii=False))
    sys.stdout.flush()
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.table import Table

        table = Table("device", "class", "model", "at", title=f"API {ready['bench']}/docs")
        for name, device in ready["devices"].items():
            table.add_row(name, device["class"], device["model"], device["at"])
        Console(stderr=True).print(table)
