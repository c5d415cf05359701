"""``kiosk fleet kiosk set | list | retire``: what the fleet knows of a kiosk beyond what it says itself."""

from __future__ import annotations

from typing import Annotated

import typer

from kiosk.cli import CONTEXT, fail
from kiosk.commands.fleet_opening import Config, Directory, me, opened, usable

app = typer.Typer(
    no_args_is_help=True, context_settings=CONTEXT, help="Where each kiosk stands, and what it shares with others."
)

Kiosk = Annotated[str, typer.Argument(metavar="KIOSK", help="Its number, such as K0001.")]


@app.command("set")
def set_(
    number: Kiosk,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    site: Annotated[str | None, typer.Option(metavar="HALL", help="The hall it stands in.")] = None,
    line: Annotated[
        str | None, typer.Option(help="Its network line; kiosks that fall silent on one line are one alert.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="LATITUDE,LONGITUDE", help="In degrees.")] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOURS",
            help='Published hours, such as "1-5 08:30-12:00 13:30-17:30" (1: Monday); may be said again; "always".',
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    directory: Directory = None,
) -> None:
    """Describe KIOSK, also before it has joined. What is not given stays; an empty text takes it back."""
    from kiosk.fleet.desk.doing import KIOSK
    from kiosk.fleet.hours import HoursError, week
    from kiosk.fleet.store import kiosks

    if KIOSK.fullmatch(number) is None:
        fail("A kiosk's number is a capital letter, then 2 to 9 capital letters and digits.", code=2)
    texts = {"name": name, "site": site, "line": line}
    described: dict[str, object] = {word: text.strip() for word, text in texts.items() if text is not None}
    if at is not None:
        described["latitude"], described["longitude"] = _place(at)
    if hours:
        try:
            described["hours"] = None if hours == ["always"] else week(hours)
        except HoursError as error:
            fail(f"--hours {error}.", code=2)
    if not described:
        fail("Say what is to be set: --name, --site, --line, --at, --hours.", code=2)
    with usable():
        fleet = opened(config, directory)
        try:
            with fleet.engine.begin() as connection:
                kiosks.register(connection, fleet.service.now, me(), number, **described)
        except kiosks.KioskError as error:
            fail(f"{error}. Nothing was changed.")
    typer.echo(f"{number} is described: {', '.join(described)}.")


@app.command("list")
def list_all(config: Config = None, directory: Directory = None) -> None:
    """Every kiosk with its hall and line."""
    from kiosk.fleet.store import kiosks

    with usable():
        fleet = opened(config, directory)
        with fleet.service.reading.connect() as connection:
            found = kiosks.fleet(connection)
    for each in found:
        heard = "never heard of" if each.seen_at is None else "" if each.online else "offline"
        words = (f"{each.id:10}", f"{each.name or '-':20}", f"{each.site or '-':16}", f"{each.line or '-':16}", heard)
        typer.echo("  ".join(words).rstrip())


@app.command("retire")
def retire(number: Kiosk, config: Config = None, directory: Directory = None) -> None:
    """KIOSK is watched no more; what it has said is kept. `kiosk fleet revoke` keeps it from speaking."""
    from kiosk.fleet.store import kiosks

    with usable():
        fleet = opened(config, directory)
        try:
            with fleet.engine.begin() as connection:
                kiosks.retire(connection, fleet.service.now, me(), number)
        except kiosks.KioskError as error:
            fail(f"{error}.")
    typer.echo(f"{number} is watched no more.")


def _place(text: str) -> tuple[int | None, int | None]:
    """Millionths of a degree."""
    from kiosk.fleet import places

    if not text.strip():
        return None, None
    try:
        return places.coordinates(text)
    except places.PlaceError as error:
        fail(f"--at: {error}.", code=2)
