"""``kiosk fleet contact add | list | pause | resume | test | remove``: who hears of alerts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kiosk.cli import CONTEXT, fail
from kiosk.commands.fleet_opening import Config, Directory, me, opened, usable

if TYPE_CHECKING:
    from sqlalchemy import Connection

R = TypeVar("R")

app = typer.Typer(no_args_is_help=True, context_settings=CONTEXT, help="Who hears of alerts.")


@app.command("add")
def add(
    name: str,
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="A letter box.")] = "",
    webhook: Annotated[str, typer.Option(metavar="URL", help="Another system; what it is sent is signed.")] = "",
    language: Annotated[str, typer.Option(help="Of letters: zh or en.")] = "zh",
    level: Annotated[int, typer.Option(help="0: at once; 1: once it was escalated; and so on.")] = 0,
    least: Annotated[str, typer.Option(help="From which severity: notice, warning, critical.")] = "warning",
    site: Annotated[str, typer.Option(metavar="HALL", help="Of this hall only.")] = "",
    quiet: Annotated[
        str, typer.Option(metavar="HH:MM-HH:MM", help="Only what is critical is sent then; it may run over midnight.")
    ] = "",
    config: Config = None,
    directory: Directory = None,
) -> None:
    """Tell NAME of alerts, by e-mail or webhook. The secret of a webhook is shown once."""
    from kiosk.fleet import hours
    from kiosk.fleet.alerts import contacts
    from kiosk.fleet.store import kiosks

    if bool(email) == bool(webhook):
        fail("Give either --email or --webhook.", code=2)
    try:
        quiet_from, quiet_until = hours.quiet(quiet) if quiet else (None, None)
    except hours.HoursError as error:
        fail(f"--quiet {error}.", code=2)
    channel = contacts.EMAIL if email else contacts.WEBHOOK
    new = contacts.Contact(
        name, channel, email or webhook, language, level, least, site, quiet_from=quiet_from, quiet_until=quiet_until
    )
    with usable():
        fleet = opened(config, directory)
        try:
            with fleet.engine.begin() as connection:
                number, secret = contacts.add(connection, fleet.service.now, me(), new, fleet.contact_secrets)
                nowhere = bool(site) and all(each.site != site for each in kiosks.fleet(connection))
        except contacts.ContactError as error:
            fail(f"{error}. Nothing was changed.")
    typer.echo(f"{number}: {name} is told.")
    if secret:
        typer.echo(f"Secret for X-Fleet-Signature: {secret}   (shown only now)")
    if nowhere:
        typer.echo(f"No kiosk stands in {site} yet.")
    if email and fleet.settings.mail is None:
        typer.echo("The settings name no mail server yet ([mail]); until then nothing is sent.")


@app.command("list")
def list_all(config: Config = None, directory: Directory = None) -> None:
    """Everybody who is told, those told first first."""
    from kiosk.fleet import hours
    from kiosk.fleet.alerts import contacts

    with usable():
        fleet = opened(config, directory)
        with fleet.service.reading.connect() as connection:
            found = contacts.everybody(connection)
            at_once = contacts.somebody_at_once(connection)
    for each in found:
        span = (each.quiet_from, each.quiet_until or 0)
        quiet = "" if span[0] is None else f"quiet {hours.clock(span[0])}-{hours.clock(span[1])}"
        words = (
            f"{each.id:>4}", f"{each.name:20}", f"{each.channel:7}", each.address, f"level {each.level}",
            f"from {each.least}", each.language, each.site, quiet, "" if each.paused_at is None else "paused",
        )  # fmt: skip
        typer.echo("  ".join(each for each in words if each))
    if not at_once:
        typer.echo("Nobody is told of every hall's alerts at once (level 0).")


Number = Annotated[int, typer.Argument(help="As `list` shows it.")]


@app.command("pause")
def pause(number: Number, config: Config = None, directory: Directory = None) -> None:
    """Tell them nothing for now, not even what is on its way."""
    from kiosk.fleet.alerts import contacts

    changed = _change(contacts.pause, number, config, directory)
    typer.echo(f"{changed.name} ({changed.address}) is told nothing until resumed.")


@app.command("resume")
def resume(number: Number, config: Config = None, directory: Directory = None) -> None:
    """Tell them again of what is new."""
    from kiosk.fleet.alerts import contacts

    changed = _change(contacts.resume, number, config, directory)
    typer.echo(f"{changed.name} ({changed.address}) is told again.")


@app.command("test")
def try_out(number: Number, config: Config = None, directory: Directory = None) -> None:
    """Send a message that only shows that it arrives; the running fleet sends it."""
    from kiosk.fleet.alerts import contacts

    _change(contacts.try_out, number, config, directory)
    typer.echo("A test message is on its way; the console shows how it went.")


@app.command("remove")
def remove(
    number: Number,
    config: Config = None,
    directory: Directory = None,
) -> None:
    """Tell them no more, not even what is on its way."""
    from kiosk.fleet.alerts import contacts

    gone = _change(contacts.remove, number, config, directory)
    typer.echo(f"{gone.name} ({gone.address}) is told no more.")


def _change(
    change: Callable[[Connection, int, str, int], R], number: int, config: Path | None, directory: Path | None
) -> R:
    from kiosk.fleet.alerts import contacts

    with usable():
        fleet = opened(config, directory)
        try:
            with fleet.engine.begin() as connection:
                return change(connection, fleet.service.now, me(), number)
        except contacts.ContactError as error:
            fail(f"{error}.")
