"""``kiosk host``: the sandbox host, until it is told to end."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import fail
from kiosk.cli_places import PEOPLE, state_folder

if TYPE_CHECKING:
    from kiosk.host.sandbox.server import Addresses


def host(
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keeps its records and test certificates. Default: kiosk/host in XDG_STATE_HOME."
        ),
    ] = None,
    people: Annotated[
        Path | None, typer.Option(metavar="FILE", help="People it must know, as TOML. Default: the demonstration's.")
    ] = None,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where kiosks call; port 0: any.")
    ] = "127.0.0.1:8443",
    control: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where faults are switched and documents checked; port 0: any.")
    ] = "127.0.0.1:8444",
    kiosk_id: Annotated[
        str, typer.Option(help="The kiosk that the client certificate is made out to.")
    ] = "KIOSK-TEST-01",
    size: Annotated[int, typer.Option(min=1, help="How many people there are in a new set of records.")] = 10_000,
    seed: Annotated[int | None, typer.Option(help="Which people; the same seed makes the same ones.")] = None,
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When its clock begins, such as 2026-11-22T09:00:00+08:00. Default: now."),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="No TLS: to look at /docs in a browser, not for a kiosk.")
    ] = False,
) -> None:
    """Run the sandbox host: synthetic people and their records, for a kiosk to ask.

    When it is up, one line of JSON on standard output says where kiosks call (`business`), where it is steered
    (`control`) and which certificates a kiosk uses (`tls`: `ca`, `certificate`, `key`). Ctrl-C or SIGTERM ends it.
    """
    from kiosk import logs
    from kiosk.host.sandbox.certificates import make_certificates
    from kiosk.host.sandbox.reference import DataError
    from kiosk.host.sandbox.server import DEFAULT_SEED, ServerError, serve

    start = None if now is None else _instant(now)
    logs.configure("host")
    folder = (state or state_folder("host")).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        certificates = None if plain else make_certificates(folder / "tls", kiosk_id=kiosk_id)

        def announce(addresses: Addresses) -> None:
            tls = None if certificates is None else {n: str(p) for n, p in asdict(certificates.kiosk).items()}
            typer.echo(json.dumps({"business": addresses.business, "control": addresses.control, "tls": tls}))
            sys.stdout.flush()

        serve(
            folder / "host.sqlite",
            people=people or PEOPLE,
            listen=listen,
            control=control,
            tls=None if certificates is None else certificates.server,
            seed=DEFAULT_SEED if seed is None else seed,
            size=size,
            start=start,
            ready=announce,
        )
    except (ServerError, DataError, OSError) as error:
        fail(f"host: {error}")


def _instant(text: str) -> datetime:
    """Exit code 2 for what is no moment."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--now: {text!r} is no time such as 2026-11-22T09:00:00+08:00", code=2)
    if found.tzinfo is None:
        fail(f"--now: {text!r} says no zone, such as +08:00 at its end", code=2)
    return found
