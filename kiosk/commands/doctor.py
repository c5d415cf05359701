"""``kiosk doctor``: what this machine has and lacks, each with the remedy."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.doctor import software
from kiosk.doctor.findings import Finding, State

if TYPE_CHECKING:
    from kiosk.config import Settings

PORTS = {"host": 8443}
"""Ports that commands take when they are not told otherwise."""


def doctor(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration; usually the one this machine uses.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what this machine has and lacks to be a kiosk, each with the remedy.

    Exit code 0: nothing that is needed is missing; 1: something is.
    """
    found = list(examine(config))
    wrong = sum(finding.state is State.MISSING for finding in found)
    if as_json:
        typer.echo(json.dumps({"fine": wrong == 0, "findings": [asdict(each) for each in found]}, ensure_ascii=False))
    else:
        typer.echo(table(found))
        lacking = {0: "Nothing that is needed is missing.", 1: "One thing that is needed is missing."}
        typer.echo(f"\n{lacking.get(wrong, f'{wrong} things that are needed are missing.')}")
    raise typer.Exit(1 if wrong else 0)


def examine(config: Path | None) -> Iterator[Finding]:
    """Look at everything; ``config``: a configuration that was asked for, and so must exist."""
    yield software.python()
    packages = software.python_packages()
    yield packages
    yield from software.debian_packages()
    if packages.state is State.FINE:  # the rest is written with them
        yield from _of_the_machine(config)


def _of_the_machine(config: Path | None) -> Iterator[Finding]:
    from kiosk.config import config_file
    from kiosk.doctor import foundations, installation, machine

    asked_for = config is not None or bool(os.environ.get("KIOSK_CONFIG"))
    settings, configuration = installation.configuration(config_file(config), asked_for=asked_for)
    fitted = settings.devices if settings else {}
    yield from foundations.chinese_fonts()
    yield from foundations.pcsc(reader_fitted=not fitted.keys().isdisjoint(("card_reader", "card_printer")))
    yield machine.display()
    yield machine.graphics()
    yield from machine.serial_ports(
        {name: device.at for name, device in fitted.items() if device.at.startswith("/dev/")}
    )
    yield machine.clock()
    yield from machine.ports(PORTS)
    yield from configuration
    if settings:
        yield from _of_the_installation(settings)


def _of_the_installation(settings: Settings) -> Iterator[Finding]:
    from kiosk.doctor import installation, machine, people, sound

    yield from installation.rules(settings)
    yield from machine.state_folder(settings.kiosk.state_directory)
    yield installation.journal(settings.journal_file)
    certificates = list(installation.certificates(settings))
    yield from certificates
    if all(finding.state is not State.MISSING for finding in certificates):
        yield installation.host_answers(settings)
        yield from installation.payer_answers(settings)
    yield from sound.speech(settings.speech)
    yield from installation.issuing(settings)
    yield from people.staff(settings)
    yield from installation.devices(settings)


def table(found: list[Finding]) -> str:
    """One line a finding, its remedy below it."""
    width = max(len(finding.what) for finding in found)
    lines = []
    for finding in found:
        lines.append(f"{finding.state.value:<8} {finding.what:<{width}}  {finding.found}")
        if finding.remedy:
            lines.append(f"{'':<8} {'':<{width}}  -> {finding.remedy}")
    return "\n".join(lines)
