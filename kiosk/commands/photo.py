"""``kiosk photo``: hold a picture file against the photo rule, or cut a photo out of a camera's picture."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import fail

if TYPE_CHECKING:
    from kiosk.photo.report import PhotoReport
    from kiosk.photo.rule import PhotoRule


def photo(
    file: Annotated[Path, typer.Argument(help="A finished photo; with --take, a camera's picture.")],
    take: Annotated[
        Path | None,
        typer.Option("--take", metavar="OUT.jpg", help="Cut the photo out of the picture and write it here."),
    ] = None,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="OUT.png", help="Write the picture with its faults drawn on it.")
    ] = None,
    region: Annotated[str, typer.Option(help="Whose rule; default: the country's.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Say what is wrong with a photo, with the numbers measured; exit code 1 when something is.

    Nothing is sent anywhere, and nothing written but what you name.
    """
    from PIL import Image

    from kiosk.photo import taken
    from kiosk.photo.drawn import drawn
    from kiosk.photo.measure import NotAPicture, measure, opened

    rule = _rule(region)
    try:
        content = file.read_bytes()
        picture: Image.Image = opened(content)
        if take is None:
            report = measure(content, rule=rule)
        else:
            made = taken.take(picture.convert("RGB"), rule=rule)
            picture, report = made.image, made.report
            if made.file is not None:
                take.write_bytes(made.file)
        if draw is not None:
            drawn(picture, report.faults).save(draw)
    except NotAPicture as error:
        fail(f"{file}: no picture, or a damaged one ({error})")
    except OSError as error:
        fail(f"{error.filename or file}: {error.strerror}")
    _print(report, as_json)
    if not report.good:
        raise typer.Exit(1)


def _rule(region: str) -> PhotoRule:
    from kiosk.catalogue.policy import NoRulesError, load
    from kiosk.clock import KIOSK_ZONE
    from kiosk.located_toml import MistakesError
    from kiosk.photo.rule import NATIONAL

    if not region:
        return NATIONAL
    try:
        return load(region).at(datetime.now(KIOSK_ZONE).date()).photo
    except (MistakesError, NoRulesError) as error:
        fail(str(error))


def _print(report: PhotoReport, as_json: bool) -> None:
    from screens.locale.catalogue import Catalogue

    measured = {name: value for name, value in asdict(report.measured).items() if value is not None}
    if as_json:
        faults = [{"fault": each.fault, "found": each.found, "allowed": each.allowed} for each in report.faults]
        typer.echo(json.dumps({"good": report.good, "faults": faults, "measured": measured}, ensure_ascii=False))
        return
    words = Catalogue.load()
    for name, value in measured.items():
        typer.echo(f"{name}: {value:g}")
    for each in report.faults:
        numbers = f" ({each.found}; {each.allowed})" if each.allowed else ""
        typer.echo(f"{each.fault}{numbers}\n    {words.say('zh', each.key)}\n    {words.say('en', each.key)}")
    typer.echo("good" if report.good else f"faults: {len(report.faults)}")
