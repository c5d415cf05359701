"""``kiosk screens``: the touchscreen, as the configuration has it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail


def screens(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration. Default: KIOSK_CONFIG or /etc/kiosk.")
    ] = None,
) -> None:
    """Run the touchscreen. It connects to the controller, and comes back by itself when either is restarted."""
    from kiosk import config as configuration
    from kiosk import forgetful
    from kiosk.located_toml import MistakesError

    try:
        settings = configuration.load(config)
    except MistakesError as error:
        fail(str(error))
    screen = settings.screen
    words = [
        *("--socket", str(settings.link.socket)),
        *("--size", f"{screen.width}x{screen.height}"),
        *("--diagonal", str(screen.diagonal_inch)),
    ]
    if not screen.full_screen:
        words.append("--cursor")
    if settings.speech.output:
        words += ["--speech", settings.speech.output, "--sound-device", settings.speech.device]
    # In place of this process: the screens need nothing of the configuration's machinery in their memory.
    environment = {**os.environ, **forgetful.ENVIRONMENT}
    os.execve(sys.executable, [sys.executable, "-m", "screens", *words], environment)  # noqa: S606 -- our own program
