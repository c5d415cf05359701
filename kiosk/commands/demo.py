"""``kiosk demo``: three citizens come by, unattended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the report goes.")] = Path("out/demo"),
) -> None:
    """Run the whole kiosk on simulated devices while three citizens come by.

    Leaves `index.html`, a page of every screen and receipt, and `summary.json` in the folder. Exit code 0 when all
    three were served as they should be and nothing reported a fault.
    """
    import asyncio
    import time

    from rich.console import Console

    from devices.bench.client import BenchRefused, BenchTimeout
    from kiosk.demo.child import ChildError
    from kiosk.demo.glass import GlassError
    from kiosk.demo.show import faults, show

    console = Console(stderr=True, highlight=False)
    begun = time.monotonic()

    with console.status("starting") as status:

        def tell(words: str) -> None:
            console.print(f"[dim]{time.monotonic() - begun:6.1f} s[/dim]  {words}", soft_wrap=True)
            status.update(words)

        try:
            visits = asyncio.run(show(out, tell=tell))
        except (ChildError, GlassError, BenchRefused, BenchTimeout, OSError) as error:
            fail(f"demo: {error}")
    found = faults(out / "stand" / "logs" / "controller.log")
    for each in found:
        console.print(f"[red]fault:[/red] {each}")
    console.print(f"{len(visits)} citizens served. Look at {out / 'index.html'}")
    if found:
        raise typer.Exit(1)
