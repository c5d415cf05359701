"""``kiosk run``: the whole kiosk on simulated devices, to play with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail


def run(
    state: Annotated[Path, typer.Option(metavar="DIR", help="Where everything lies.")] = Path("out/run"),
    size: Annotated[str, typer.Option(help="Pixels of the screen.")] = "1080x1920",
) -> None:
    """Run the whole kiosk on simulated devices until Ctrl-C.

    With a display it opens a window there, else it draws on a virtual one. The bench's address is printed: its API puts
    cards in and takes them out, presses keys, tears off paper and switches faults.
    """
    import asyncio
    import os
    import signal

    from kiosk.demo.child import ChildError
    from kiosk.demo.stand import Stand

    try:
        width, height = (int(part) for part in size.split("x"))
    except ValueError:
        fail(f"run: --size {size!r} is not like 1080x1920", code=2)

    async def stand_there() -> None:
        stand = Stand(state, size=(width, height), display=os.environ.get("DISPLAY") or None, tell=typer.echo)
        async with stand:
            ended = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, ended.set)
            typer.echo(
                f"running on display {stand.display}; devices and people: {stand.bench_url}/docs; Ctrl-C ends it"
            )
            await ended.wait()
            typer.echo("ending")

    try:
        asyncio.run(stand_there())
    except ChildError as error:
        fail(f"run: {error}")
