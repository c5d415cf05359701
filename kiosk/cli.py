"""``kiosk``: the command line.

Only the command that is asked for is imported; the others are known by their line in :data:`COMMANDS`.
Exit codes: 0 done, 1 it did not work and why was printed, 2 wrong usage, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

import typer

COMMANDS: dict[str, str] = {
    "demo": "Three citizens come by: the whole kiosk on simulated devices, unattended.",
    "run": "Run the kiosk: controller and screens, on the devices of the configuration.",
    "controller": "Run the controller alone.",
    "screens": "Run the touchscreen alone.",
    "host": "Run the sandbox host.",
    "bench": "Run the simulated world: devices on real transports, people with cards, an HTTP API.",
    "device": "Do one thing with one device by hand.",
    "simulate": "Run one simulated device alone.",
    "config": "Check or explain the configuration file.",
    "doctor": "What this machine has and lacks, each with the remedy.",
    "journal": "Read the durable record.",
}
"""Every command with its line in ``kiosk --help``, in that order. Each is a module of :mod:`kiosk.commands`."""

HELP = "The self-service kiosk for the social security card. `kiosk COMMAND --help` says more about a command."
CONTEXT = {"help_option_names": ["--help", "-h"]}


def fail(words: str, *, code: int = 1) -> NoReturn:
    """Print on standard error what went wrong, in plain words, and end with ``code``."""
    typer.echo(words, err=True)
    raise typer.Exit(code)


def _absent(name: str) -> Callable[[], None]:
    def command() -> None:
        fail(f"kiosk {name}: this installation does not have that command.")

    return command


def _load(name: str) -> typer.Typer | Callable[..., Any]:
    where = f"{__package__}.commands.{name}"
    try:
        module = import_module(where)
    except ModuleNotFoundError as error:
        if error.name != where:
            raise
        return _absent(name)
    found: typer.Typer | Callable[..., Any] = getattr(module, "app", None) or getattr(module, name)
    return found


def build(wanted: str | None) -> typer.Typer:
    """The application with the command ``wanted`` whole and of every other only its name and its line of help."""
    app = typer.Typer(
        name="kiosk", help=HELP, no_args_is_help=True, add_completion=False, context_settings=CONTEXT,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    app.callback(help=HELP)(lambda: None)
    for name, line in COMMANDS.items():
        found = _load(name) if name == wanted else _absent(name)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, short_help=line)
        else:
            app.command(name, short_help=line, help=found.__doc__ or line, context_settings=CONTEXT)(found)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the ``kiosk`` program; ends the process with the command's exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    wanted = next((word for word in words if not word.startswith("-")), None)
    build(wanted)(words, prog_name="kiosk")


if __name__ == "__main__":
    main()
