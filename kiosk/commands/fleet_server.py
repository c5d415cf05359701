"""``kiosk fleet run | init | account | enrol-code | revoke | policy``: the far end of the wire."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import CONTEXT, fail
from kiosk.commands.fleet_opening import Config, Directory, me, opened, settings_of, usable

if TYPE_CHECKING:
    from kiosk.fleet.app import Addresses, Fleet

account = typer.Typer(no_args_is_help=True, context_settings=CONTEXT, help="Who may sign in at the console.")


def add(app: typer.Typer) -> None:
    """Add the commands of the far end."""
    app.command()(run)
    app.command()(init)
    app.command("enrol-code")(enrol_code)
    app.command()(revoke)
    app.command()(policy)
    app.add_typer(account, name="account")


def run(
    config: Config = None,
    directory: Directory = None,
    part: Annotated[
        list[str] | None, typer.Option(help="Run only this part (may be said again). Default: all.", show_default=False)
    ] = None,
    simulate: Annotated[
        int, typer.Option(min=0, max=20_000, help="Also run so many simulated kiosks, with people to try it as.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Which simulated kiosks.")] = 1,
    console: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where console and API are; port 0: any.")
    ] = None,
) -> None:
    """Run the fleet: broker, ingest, alerts, commands, the office where kiosks join, API and console.

    Parts: broker, ingest, alerts, delivery, commands, office, console, api (alone; the console has it with it). Ctrl-C
    or SIGTERM ends it.
    """
    from kiosk import logs
    from kiosk.clock import SystemClock
    from kiosk.fleet.app import ALL, Fleet, Part
    from kiosk.fleet.beginning import demonstration_people, describe_simulated, first_administrator
    from kiosk.fleet.settings import listening
    from kiosk.fleet.simulate.fleet import SimulatedFleet

    logs.configure("fleet")
    settings = settings_of(config, directory)
    if console is not None:
        try:
            listening(console)
        except ValueError as error:
            fail(f"--console {console}: {error}", code=2)
        settings = settings.model_copy(update={"console": console})
    if simulate:
        settings = settings.model_copy(update={"broker_port": 0, "office": "127.0.0.1:0"})
    try:
        parts = frozenset(Part(each) for each in part) if part else ALL
    except ValueError as error:
        fail(f"{error}: there are {', '.join(Part)}", code=2)
    now = int(SystemClock().now().timestamp() * 1000)
    simulated = SimulatedFleet(simulate, now, seed=seed) if simulate else None
    with usable():
        fleet = Fleet(settings, parts, simulated=simulated)
        people: dict[str, str] = {}
        if simulated is not None:
            describe_simulated(fleet, simulated)
            people = demonstration_people(fleet.accounts, settings.directory)
        elif (password := first_administrator(fleet, "administrator")) is not None:
            people = {"administrator": password}

        def announce(addresses: Addresses) -> None:
            for line in _announced(addresses, people, simulate):
                typer.echo(line)
            sys.stdout.flush()

        _until_told(fleet, announce)


def init(config: Config = None, directory: Directory = None, name: str = "administrator") -> None:
    """Make keys, tables and the first administrator, whose password is shown once."""
    from kiosk.fleet.beginning import first_administrator

    with usable():
        fleet = opened(config, directory)
        password = first_administrator(fleet, name)
    if password is None:
        typer.echo("There are accounts already. Nothing was changed.")
    else:
        typer.echo(f"{name}: {password}   (shown only now)")


def enrol_code(kiosk: str, config: Config = None, directory: Directory = None) -> None:
    """A code with which KIOSK joins: good once, for an hour; to be read out to whoever stands there."""
    from kiosk.fleet.desk.doing import KIOSK
    from kiosk.fleet.store import audit, kiosks

    if KIOSK.fullmatch(kiosk) is None:
        fail("A kiosk's number is a capital letter, then 2 to 9 capital letters and digits.", code=2)
    with usable():
        fleet = opened(config, directory)
        with fleet.engine.begin() as connection:
            kiosks.readmit(connection, fleet.service.now, me(), kiosk)
            audit.append(connection, fleet.service.now, me(), audit.Action.ENROLMENT_CODE, f"kiosk:{kiosk}")
        typer.echo(fleet.office.new_code(kiosk, me()))


def revoke(kiosk: str, config: Config = None, directory: Directory = None) -> None:
    """Strike KIOSK off: the broker no longer lets it in."""
    from kiosk.fleet.store import audit

    with usable():
        fleet = opened(config, directory)
        if not fleet.office.revoke(kiosk, me()):
            fail(f"{kiosk} does not belong to the fleet.")
        with fleet.engine.begin() as connection:
            audit.append(connection, fleet.service.now, me(), audit.Action.ENROLMENT_REVOKE, f"kiosk:{kiosk}")
    typer.echo(f"{kiosk} is struck off.")


def policy(
    region: Annotated[str, typer.Argument(help="Six digits.")],
    file: Annotated[Path, typer.Argument(help="The pack, as TOML.")],
    config: Config = None,
    directory: Directory = None,
) -> None:
    """Keep a policy pack for kiosks to fetch; prints the digest for the command sync_policy."""
    from kiosk.located_toml import MistakesError

    with usable():
        try:
            digest = opened(config, directory).policies.add(region, file)
        except MistakesError as error:
            fail(f"{error}\nNothing was kept.")
    typer.echo(digest)


@account.command("add")
def account_add(
    name: str,
    role: Annotated[str, typer.Option(help="viewer, operator, engineer, administrator.")] = "viewer",
    config: Config = None,
    directory: Directory = None,
) -> None:
    """Let somebody in; the password is typed by the person, or read from standard input."""
    from kiosk.fleet.access.accounts import AccountError
    from kiosk.fleet.access.roles import Role
    from kiosk.fleet.store import audit

    if role not in tuple(Role):
        fail(f"A role is one of {', '.join(Role)}.", code=2)
    with usable():
        fleet = opened(config, directory)
        try:
            fleet.accounts.add(name, Role(role), _password())
        except AccountError as error:
            fail(f"{error}. Nothing was changed.")
        with fleet.engine.begin() as connection:
            audit.append(
                connection, fleet.service.now, me(), audit.Action.ACCOUNT_ADD, f"account:{name}", {"role": role}
            )
    typer.echo(f"{name} may sign in as {role}.")


@account.command("list")
def account_list(config: Config = None, directory: Directory = None) -> None:
    """Everybody, with their roles."""
    with usable():
        for each in opened(config, directory).accounts.all():
            typer.echo(f"{each.name:20} {each.role.value:14} {'closed' if each.disabled else ''}".rstrip())


@account.command("close")
def account_close(name: str, config: Config = None, directory: Directory = None) -> None:
    """Somebody may no longer sign in, and is signed out."""
    _change(name, config, directory, disabled=True)


@account.command("open")
def account_open(name: str, config: Config = None, directory: Directory = None) -> None:
    """Let somebody in again."""
    _change(name, config, directory, disabled=False)


def _change(name: str, config: Path | None, directory: Path | None, *, disabled: bool) -> None:
    from kiosk.fleet.access.accounts import AccountError
    from kiosk.fleet.store import audit

    with usable():
        fleet = opened(config, directory)
        try:
            fleet.accounts.set_disabled(name, disabled)
        except AccountError as error:
            fail(str(error))
        with fleet.engine.begin() as connection:
            action = audit.Action.ACCOUNT_CLOSE if disabled else audit.Action.ACCOUNT_OPEN
            audit.append(connection, fleet.service.now, me(), action, f"account:{name}")


def _announced(addresses: Addresses, people: dict[str, str], simulated: int) -> list[str]:
    lines = []
    if addresses.console:
        lines.append(f"Console: {addresses.console}")
    if addresses.office:
        lines.append(f"Kiosks join at {addresses.office}; broker {', '.join(addresses.brokers)}")
    lines += [f"Sign in as {name} with {password}" for name, password in people.items()]
    if simulated:
        lines.append(f"{simulated} simulated kiosks are reporting. Ctrl-C ends it.")
    return lines


def _until_told(fleet: Fleet, announce: Callable[[Addresses], None]) -> None:
    async def until_told() -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- within a running loop
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await fleet.run(announce)

    asyncio.run(until_told())


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password (typed by the person themselves): ")
    if password != getpass.getpass("Once more: "):
        fail("The two are not the same. Nothing was changed.")
    return password
