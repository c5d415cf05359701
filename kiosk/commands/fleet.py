"""``kiosk fleet``: this machine's place in a fleet, and the fleet itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import CONTEXT, fail
from kiosk.commands import fleet_contacts, fleet_kiosks, fleet_server
from kiosk.fleet.simulate.command import simulate

app = typer.Typer(no_args_is_help=True, context_settings=CONTEXT)


fleet_server.add(app)
app.add_typer(fleet_contacts.app, name="contact")
app.add_typer(fleet_kiosks.app, name="kiosk")
app.command()(simulate)


@app.callback()
def fleet() -> None:
    """The fleet that watches over kiosks from afar."""


@app.command()
def enrol(
    code: Annotated[
        str, typer.Option(prompt="Code from the operator", help="The code, as it was read out; good once, for an hour.")
    ],
    config: Annotated[Path | None, typer.Option(help="The configuration file.", show_default=False)] = None,
) -> None:
    """Make this kiosk a member of the fleet in its configuration: fetch a certificate with a code."""
    from kiosk.config import load
    from kiosk.health.membership import Office, OfficeError
    from kiosk.located_toml import MistakesError

    try:
        settings = load(config)
    except MistakesError as error:
        fail(str(error))
    if settings.fleet is None:
        fail("The configuration names no fleet: add the section [fleet] with office_url.")
    office = Office(settings.fleet.office_url, settings.fleet.office_authority_file)
    try:
        membership = office.enrol(settings.fleet.directory, settings.kiosk.id, code)
    except OfficeError as error:
        fail(f"Not enrolled: {error}")
    finally:
        office.close()
    typer.echo(f"{membership.kiosk} is a member now; its certificate is good until {membership.until:%Y-%m-%d}.")
