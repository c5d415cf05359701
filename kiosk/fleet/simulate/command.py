"""``kiosk fleet simulate``: simulated kiosks on a broker."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail


def simulate(
    kiosks: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 200,
    broker: Annotated[str, typer.Option(help="Where the broker is.")] = "tls://127.0.0.1:4222",
    pki: Annotated[Path, typer.Option(help="The fleet's folder of certificates.")] = Path("out/fleet/pki"),
    seed: Annotated[int, typer.Option(help="The same seed gives the same fleet.")] = 1,
    on_a_line: Annotated[int, typer.Option(min=1, help="Kiosks that share a network line and a hall.")] = 10,
) -> None:
    """Kiosks that report as real ones do: business, faults, lines that are cut, wrong clocks. Ends with Ctrl-C.

    The service ``simulator`` must be allowed at the broker.
    """
    from kiosk.clock import SystemClock
    from kiosk.fleet.connection import connect
    from kiosk.fleet.pki import FleetPki
    from kiosk.fleet.simulate.fleet import SimulatedFleet

    if not (pki / "members.pem").is_file():
        fail(f"{pki}: no fleet's certificates are here; --pki names the folder of one that has been started.")

    async def run() -> None:
        clock = SystemClock()
        now = int(clock.now().timestamp() * 1000)
        fleet = SimulatedFleet(kiosks, now, seed=seed, on_a_line=on_a_line)
        client = await connect([broker], FleetPki.at(pki).service("simulator"), name="simulator")
        typer.echo(f"{kiosks} kiosks are reporting to {broker}.")
        try:
            await fleet.run(client, clock)
        finally:
            await client.close()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
