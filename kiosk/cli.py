"""``kiosk``: the command line.

Only the command that is asked for is imported; the others are known by their line in :data:`COMMANDS`.
Exit codes: 0 done, 1 it did not work and why was printed, 2 wrong usage, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import NoReturn

import typer

COMMANDS: dict[str, str] = {
    "demo": "Four citizens come by: the whole kiosk on simulated devices, unattended.",
    "run": "Run the kiosk: controller and screens, on the devices of the configuration.",
    "controller": "Run the controller alone.",
    "screens": "Run the touchscreen alone.",
    "host": "Run the sandbox host.",
    "bench": "Run the simulated world: devices on real transports, people with cards, an HTTP API.",
    "device": "Do one thing with one device by hand.",
    "simulate": "Run one simulated device alone.",
    "photo": "Hold a picture against the photo rule.",
    "config": "Check or explain the configuration file.",
    "doctor": "What this machine has and lacks, each with the remedy.",
    "journal": "Read the durable record.",
    "fleet": "The fleet that watches over kiosks: run it, join it, simulate one.",
    "reconcile": "A day's issues by kiosk, host and payer, and where they differ.",
    "stock": "The ledger of pre-made cards: show, receive, load.",
    "staff": "Who works at this machine: add, list, remove.",
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


def _load(name: str) -> ModuleType | None:
    where = f"{__package__}.commands.{name}"
    try:
        return import_module(where)
    except ModuleNotFoundError as error:
        if error.name != where:
            raise
        return None


def build(words: Sequence[str]) -> typer.Typer:
    """The application for a command line: the command it names is whole; of every other it has only the name and the
    line of help. The end of a command's help is worked out only when help is asked for."""
    wanted = next((word for word in words if not word.startswith("-")), None)
    helping = any(word in CONTEXT["help_option_names"] for word in words)
    app = typer.Typer(
        name="kiosk", help=HELP, no_args_is_help=True, add_completion=False, context_settings=CONTEXT,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    app.callback(help=HELP)(lambda: None)
    for name, line in COMMANDS.items():
        module = _load(name) if name == wanted else None
        if module is not None and hasattr(module, "app"):
            app.add_typer(module.app, name=name, short_help=line)
            continue
        found = _absent(name) if module is None else getattr(module, name)
        epilogue = getattr(module, "epilogue", None)
        end = epilogue() if helping and epilogue is not None else []
        context = CONTEXT | getattr(module, "CONTEXT", {})
        app.command(
            name, short_help=line, help=found.__doc__ or line, epilog="\n\n".join(end), context_settings=context
        )(found)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the ``kiosk`` program; ends the process with the command's exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    build(words)(words, prog_name="kiosk")


if __name__ == "__main__":
    main()
