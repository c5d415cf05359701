"""``kiosk config``: check a configuration file, show an example, show the rules of a day."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.catalogue.policy import NoRulesError
from kiosk.catalogue.policy import load as load_pack
from kiosk.cli import fail
from kiosk.clock import SystemClock
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


@app.command()
def policy(
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The day; usually today.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Six digits; usually that of the configuration.")] = None,
    file: Annotated[Path | None, typer.Option(help="A policy pack to look at before it is put to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the rules of a day, each with the date it began to hold and where it is written."""
    when = day.date() if day else SystemClock().today()
    try:
        if region is None:
            settings = load()
            region, file = settings.kiosk.region, file or settings.policy.region_file
        pack = load_pack(region, file)
        pack.at(when)
    except (MistakesError, NoRulesError) as error:
        fail(str(error))
    rules = pack.in_force(when)
    if as_json:
        told = {
            key: {"value": rule.value, "valid_from": rule.valid_from.isoformat(), "source": rule.source}
            for key, rule in rules.items()
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{pack.region.name_zh} {pack.region.name_en} ({pack.region.code}), {when}")
    for key, rule in rules.items():
        typer.echo(f"{key} = {json.dumps(rule.value, ensure_ascii=False)}   (from {rule.valid_from}; {rule.source})")
