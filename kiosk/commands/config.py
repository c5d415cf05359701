"""``kiosk config``: check a configuration file, show an example, show the rules of a day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail
from kiosk.config import config_file, load, option_mistakes
from kiosk.config_example import example
from kiosk.located_toml import MistakesError

app = typer.Typer(
    help="Check or explain the configuration.",
    no_args_is_help=True,
    invoke_without_command=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def config(
    context: typer.Context,
    print_example: Annotated[
        bool, typer.Option("--print-example", help="Print a configuration file with every field explained.")
    ] = False,
) -> None:
    """Check or explain the configuration."""
    if print_example:
        typer.echo(example(), nl=False)
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="The file; usually the one this machine uses.")] = None,
) -> None:
    """Say what is wrong in a configuration file: every mistake with its line, and what is allowed."""
    file = config_file(file)
    try:
        settings = load(file)
        if mistakes := option_mistakes(settings, file):
            raise MistakesError(mistakes)
    except MistakesError as error:
        count = len(error.mistakes)
        fail(f"{error}\n\n{count} mistake{'s' if count > 1 else ''}.")
    devices = ", ".join(f"{name} ({device.model})" for name, device in settings.devices.items()) or "none"
    typer.echo(f"{file}: no mistakes. Kiosk {settings.kiosk.id} in region {settings.kiosk.region}; devices: {devices}.")
