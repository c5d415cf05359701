"""What every command of the far end begins with: settings, store and keys, and errors in plain words."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import fail
from kiosk.cli_places import state_folder

if TYPE_CHECKING:
    from kiosk.fleet.app import Fleet
    from kiosk.fleet.settings import FleetServerSettings

Config = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Settings of the fleet, as TOML. Without it: all on this machine.")
]
Directory = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Without settings: where everything is kept. Default: the user's.")
]


def settings_of(config: Path | None, directory: Path | None) -> FleetServerSettings:
    """Those of the file, or the defaults."""
    from kiosk.fleet.settings import load
    from kiosk.located_toml import MistakesError

    try:
        return load(config, directory or state_folder("fleet"))
    except MistakesError as error:
        fail(str(error))


def opened(config: Path | None, directory: Path | None) -> Fleet:
    """The store and the keys, with nothing running."""
    from kiosk.fleet.app import Fleet

    return Fleet(settings_of(config, directory), ())


@contextlib.contextmanager
def usable() -> Iterator[None]:
    """A fleet that cannot be used as it is ends the command with why."""
    from sqlalchemy.exc import SQLAlchemyError

    from kiosk.fleet.broker import BrokerError
    from kiosk.fleet.contact_secrets import SecretError
    from kiosk.fleet.store.database import DatabaseError

    try:
        yield
    except (BrokerError, DatabaseError, SecretError, OSError) as error:
        fail(f"fleet: {error}")
    except SQLAlchemyError as error:
        fail(f"fleet: the database cannot be used: {type(error).__name__}")


def me() -> str:
    """Who types, for the audit trail."""
    return f"{getpass.getuser()} (this machine)"
