"""``kiosk demo``: four citizens come by, unattended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the report goes.")] = Path("out/demo"),
) -> None:
    """Run the whole kiosk on simulated devices while four citizens come by.

    Far away, a fleet watches it all. Leaves `index.html`, a page of every screen and receipt, of the card that was made
    and of the fleet's console, and `summary.json` in the folder. Exit code 0 when all were served as they should be,
    nothing reported a fault but what was meant to, and the far end has every message.
    """
    import asyncio
    import time

    import httpx
    from rich.console import Console

    from devices.bench.client import BenchRefused, BenchTimeout
    from kiosk.demo.child import ChildError
    from kiosk.demo.far_end import FarEndError
    from kiosk.demo.glass import GlassError
    from kiosk.demo.made_card import NoTrace
    from kiosk.demo.show import show
    from kiosk.journal.errors import JournalError

    expected = ChildError, FarEndError, GlassError, BenchRefused, BenchTimeout, NoTrace, JournalError, httpx.HTTPError
    console = Console(stderr=True, highlight=False)
    begun = time.monotonic()

    with console.status("starting") as status:

        def tell(words: str) -> None:
            console.print(f"[dim]{time.monotonic() - begun:6.1f} s[/dim]  {words}", soft_wrap=True)
            status.update(words)

        try:
            day = asyncio.run(show(out, tell=tell))
        except (*expected, OSError) as error:
            fail(f"demo: {error}")
    for each in day.faults:
        console.print(f"[red]fault:[/red] {each}")
    console.print(f"{len(day.visits)} citizens served. Look at {out / 'index.html'}")
    if day.faults:
        raise typer.Exit(1)
