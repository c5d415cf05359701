"""``kiosk controller``: charts, devices, host and record, until it is told to end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail


def controller(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration. Default: KIOSK_CONFIG or /etc/kiosk.")
    ] = None,
) -> None:
    """Run the controller: charts, devices, host and record. The screens connect to it by themselves.

    SIGTERM or Ctrl-C ends it, a citizen's card back first. SIGUSR1 calls for maintenance, and ends it again. One line
    on standard output says that it is listening.
    """
    from kiosk import forgetful

    forgetful.ensure()
    import asyncio

    from kiosk import config as configuration
    from kiosk import logs
    from kiosk.controller import Controller
    from kiosk.health.service_manager import ServiceManager
    from kiosk.journal.errors import JournalError
    from kiosk.located_toml import MistakesError

    try:
        settings = configuration.load(config)
    except MistakesError as error:
        fail(str(error))
    logs.configure(
        "controller",
        settings.log.directory,
        level=settings.log.level,
        console=settings.log.console,
        max_bytes=settings.log.megabytes * 1_000_000,
        keep=settings.log.keep,
    )

    manager = ServiceManager()
    signs: list[asyncio.Task[None]] = []

    def listening() -> None:
        manager.ready()
        signs.append(asyncio.get_running_loop().create_task(manager.keep_alive(), name="service-manager"))
        typer.echo(f"listening on {settings.link.socket}")
        sys.stdout.flush()

    try:
        asyncio.run(Controller(settings, on_listening=listening).run())
    except (OSError, JournalError) as error:
        fail(f"controller: {error}")
