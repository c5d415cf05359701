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

    The address of the bench's page is printed: cards, keys, paper, and every fault as a switch. With a display the
    kiosk's screen is a window there; without one it is on the page, to be touched with the mouse.
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
            typer.echo(f"{_where(windowed=bool(os.environ.get('DISPLAY')))} {stand.bench_url}/")
            typer.echo(f"The same for programs: {stand.bench_url}/docs. Ctrl-C ends everything.")
            await ended.wait()
            typer.echo("ending")
            await stand.take_cards_back()

    try:
        asyncio.run(stand_there())
    except ChildError as error:
        fail(f"run: {error}")


def _where(*, windowed: bool) -> str:
    if windowed:
        return "The kiosk is the window on your screen; its people, cards and faults are here:"
    return "Open this in a browser; the kiosk's screen, its people, cards and faults are all there:"
