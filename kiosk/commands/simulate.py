"""``kiosk simulate``: one simulated device alone, for a driver or anybody's client to be pointed at."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import fail
from kiosk.cli_options import parse_options

if TYPE_CHECKING:
    from devices.bench.station import Station


def epilogue() -> list[str]:
    """The end of ``kiosk simulate --help``: classes and models."""
    from devices import registry

    return [
        f"{name}   models: {', '.join(models)}; listens on {models[registry.default_model(name)].line}"
        for name, models in registry.CLASSES.items()
    ]


def simulate(
    device_class: Annotated[str, typer.Argument(metavar="CLASS", help="Device class, such as id-reader.")],
    model: Annotated[str, typer.Option(help="Default: the first model of the class.")] = "",
    listen: Annotated[
        str,
        typer.Option(
            metavar="URL", help="pty:, pty:/path/to/link, tcp://host:port; card readers: vpcd: or vpcd://host:port."
        ),
    ] = "",
    baud: Annotated[int, typer.Option(help="Pace the line like a UART of this many bits a second; 0: do not.")] = 0,
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="An option of the simulator; may be repeated.")
    ] = None,
) -> None:
    """Run one simulated device alone until Ctrl-C.

    Its address for a driver is the first line printed; lines NAME=VALUE after it belong into the driver's environment.
    Then each line read from standard input is something done to it: `lay {"kind": ...}`, `press 5`, `fault noise 0.1`,
    `scene`; `help` lists what this device knows. The end of standard input does not end it.

    A card reader on `vpcd:` gets a pcscd of its own; on `vpcd://127.0.0.1:35963` it is a card in the virtual reader of
    the pcscd that this machine runs.
    """
    from devices.bench import layout, rig
    from devices.bench.layout import LayoutError

    entry = {
        "class": device_class,
        "model": model,
        "listen": listen,
        "baud": baud,
        "options": parse_options(option or ()),
    }
    try:
        stands = layout.read([{name: value for name, value in entry.items() if value}])
    except LayoutError as error:
        raise typer.BadParameter(str(error)) from error

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with tempfile.TemporaryDirectory(prefix="simulate-") as folder:
        try:
            with rig.rigged(stands, Path(folder), {}, 0) as rigged:
                station = rigged.stations[0]
                typer.echo(station.transport.start())
                for name, value in rigged.environment.items():
                    typer.echo(f"{name}={value}")
                sys.stdout.flush()
                reader = threading.Thread(target=_obey, args=(station,), name="hands", daemon=True)
                reader.start()
                ended.wait()
                station.transport.stop()
        except (LayoutError, rig.RigError, OSError, ValueError) as error:
            fail(f"simulate: {error}")


def _obey(station: Station) -> None:
    from devices.bench import by_hand
    from devices.bench.errors import CannotDo, NoSuchThing, WrongValue

    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            answer = by_hand.do(station, line)
        except (CannotDo, NoSuchThing, WrongValue) as error:
            typer.echo(f"{error} (help lists what there is)", err=True)
            continue
        typer.echo(answer or "done")
        sys.stdout.flush()
