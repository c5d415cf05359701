"""``kiosk reconcile``: one day by kiosk, host and payer. Nothing here changes anything."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import fail
from kiosk.clock import SystemClock
from kiosk.config import Settings, load
from kiosk.controller import sides
from kiosk.host.payer.http import HttpPayer
from kiosk.host.payer.reconciliation import Reconciliation
from kiosk.host.port import HostError
from kiosk.journal.business_number import parse
from kiosk.journal.database import Database
from kiosk.journal.errors import JournalError
from kiosk.journal.issues import IssueRecord, Issues
from kiosk.journal.store import entries_of
from kiosk.reconciling import compared, issues_of, shown, was_bound


def reconcile(
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day, by the kiosk's zone. Default: yesterday.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="The kiosk's configuration; usually what KIOSK_CONFIG names.")
    ] = None,
) -> None:
    """Hold a day's issues of this kiosk against the host's and the payer's lines; each difference by name.

    Exit code 0: nothing unexplained. 1: a person must look into something, or one of the three could not be asked.
    """
    clock = SystemClock()
    try:
        wanted = date.fromisoformat(day) if day is not None else clock.today() - timedelta(days=1)
    except ValueError:
        fail(f"{day}: not a day; it looks like 2026-11-22.", code=2)
    try:
        settings = load(config)
    except ValueError as error:
        fail(str(error))
    if not settings.journal_file.exists():
        fail(f"There is no journal at {settings.journal_file}; the kiosk makes it when it first runs.")
    try:
        issues = _issues(settings)
    except JournalError as error:
        fail(f"{settings.journal_file}: {type(error).__name__}: {error}.")
    try:
        result = asyncio.run(_ask(settings, wanted, issues))
    except HostError as error:
        fail(f"Host or payer could not be asked: {type(error).__name__}.")
    if as_json:
        typer.echo(json.dumps(shown(wanted, result), ensure_ascii=False, indent=2))
    else:
        _print(wanted, result)
    if result.unexplained:
        raise typer.Exit(1)


def _issues(settings: Settings) -> tuple[tuple[IssueRecord, bool], ...]:
    database = Database(settings.journal_file, read_only=True)
    try:
        return issues_of(
            Issues(database, SystemClock()), lambda business: was_bound(entries_of(database, parse(business)[0]))
        )
    finally:
        database.close()


async def _ask(settings: Settings, day: date, issues: tuple[tuple[IssueRecord, bool], ...]) -> Reconciliation:
    host, issuing, payer = sides(settings, SystemClock())
    try:
        if issuing is None:
            fail("This kiosk issues no cards: there is no [issuing] in its configuration.")
        return await compared(day, issues, issuing, payer)
    finally:
        if isinstance(payer, HttpPayer):
            await payer.close()
        await host.close()


def _print(day: date, result: Reconciliation) -> None:
    typer.echo(f"{day}: {result.agreed} agreed; host {_yuan(result.host_fen)}, payer {_yuan(result.payer_fen)}.")
    for each in result.differences:
        note = " (time settles it)" if each.explained else ""
        what = each.difference.value.replace("_", " ")
        typer.echo(
            f"{what}: {each.application or 'no application'}, order {each.order or 'none'}, {_yuan(each.fen)}{note}"
        )
    if not result.differences:
        typer.echo("No differences.")


def _yuan(fen: int) -> str:
    return f"CNY {fen // 100}.{fen % 100:02d}"
