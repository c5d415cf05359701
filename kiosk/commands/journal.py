"""``kiosk journal``: read the durable record while the kiosk runs or rests. Nothing here changes it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kiosk.cli import fail
from kiosk.clock import KIOSK_ZONE, SystemClock
from kiosk.config import load
from kiosk.journal.business_number import BusinessNumber, NotABusinessNumber, parse
from kiosk.journal.card_custody import CardCustody
from kiosk.journal.database import Database
from kiosk.journal.entries import Entry, Kind
from kiosk.journal.errors import JournalError
from kiosk.journal.incident import incident
from kiosk.journal.outbox import Outbox
from kiosk.journal.store import entries_of, open_businesses_of, verify
from kiosk.journal.timeline import Moment, timeline

app = typer.Typer(
    help="Read the durable record.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)

File = Annotated[
    Path | None, typer.Option("--file", help="The journal's file; usually that of this machine's configuration.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(
    business: Annotated[str | None, typer.Argument(help="A business number; without it, the latest entries.")] = None,
    last: Annotated[int, typer.Option(help="How many of the latest entries.", min=1)] = 50,
    as_json: AsJson = False,
    file: File = None,
) -> None:
    """Show what happened: one business as a time line, or the latest entries."""
    number = _number(business) if business else None
    with _opened(file) as database:
        found = list(entries_of(database, number))
        moments = timeline(database, number, found) if number else ()
    if number and not found:
        fail(f"No entries of business {number}.")
    if not number:
        found = found[-last:]
    if as_json:
        shown = [_as_json(entry) for entry in found]
        _print_json({"entries": shown, "timeline": [asdict(each) for each in moments]} if number else shown)
    elif number:
        _print_timeline(number, found[0].at, moments)
    else:
        _print_entries(found)


@app.command("verify")
def verify_(as_json: AsJson = False, file: File = None) -> None:
    """Check that no entry was changed, removed or put in: exit code 0 if the chain holds, 1 if not."""
    with _opened(file) as database:
        faults = database.faults()
        broken = None if faults else verify(database)
        (count,) = database.rows("SELECT count(*) FROM entry")[0]
    reason = faults[0] if faults else f"entry {broken.sequence} {broken.reason}" if broken else None
    if as_json:
        at = None if broken is None else broken.sequence
        _print_json({"whole": reason is None, "entries": count, "broken_at": at, "reason": reason})
    elif reason is None:
        typer.echo(f"The chain holds: {count} entries.")
    if reason is not None:
        fail(f"The journal is damaged: {reason}. Keep the file, and call an engineer before the kiosk is used again.")


@app.command("open")
def open_(as_json: AsJson = False, file: File = None) -> None:
    """Show what is not finished: open businesses, a card held, messages that nobody could be told."""
    with _opened(file) as database:
        businesses = open_businesses_of(database)
        held = CardCustody(database, SystemClock()).held()
        outbox = Outbox(database, SystemClock())
        waiting, manual = len(outbox.pending(100_000)), outbox.manual()
    if as_json:
        _print_json(
            {
                "businesses": [
                    {"business": each.business, "intents": [_as_json(intent) for intent in each.intents]}
                    for each in businesses
                ],
                "card_held": None if held is None else {"serial": held.serial, "since": held.since},
                "messages_waiting": waiting,
                "messages_for_a_person": [{"id": each.id, "kind": each.kind} for each in manual],
            }
        )
        return
    if businesses:
        typer.echo("Meant, and not known to be done or undone:")
        _print_entries([intent for each in businesses for intent in each.intents])
    else:
        typer.echo("No open businesses.")
    typer.echo(f"Card in the reader: {f'serial {held.serial}, since {_local(held.since)}' if held else 'none'}.")
    typer.echo(f"Messages waiting to be told: {waiting}; left to a person: {len(manual)}.")


@app.command()
def export(
    business: Annotated[
        str | None, typer.Argument(help="A business number: all there is of it, to be run again on a bench.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="The file to write; without it, standard output.")] = None,
    file: File = None,
) -> None:
    """Write every entry as one JSON object a line, with the hashes of the chain; or one business as one JSON object."""
    number = _number(business) if business else None
    with _opened(file) as database:
        lines = iter([_incident(database, number)]) if number else _all_lines(database)
        if to is None:
            sys.stdout.writelines(lines)
            return
        try:
            with to.open("w", encoding="utf-8") as target:
                target.writelines(lines)
        except OSError as error:
            fail(f"{to}: {error.strerror}.")
    typer.echo(f"Written to {to}.")


def _all_lines(database: Database) -> Iterator[str]:
    for entry in entries_of(database):
        yield json.dumps(_as_json(entry, chain=True), ensure_ascii=False) + "\n"


def _incident(database: Database, number: BusinessNumber) -> str:
    try:
        return json.dumps(incident(database, number), ensure_ascii=False, indent=1) + "\n"
    except KeyError:
        fail(f"No entries of business {number}.")


@contextmanager
def _opened(file: Path | None) -> Iterator[Database]:
    try:
        path = file or load().journal_file
    except ValueError as error:
        fail(f"{error}\n\nName the journal with --file, or the configuration with KIOSK_CONFIG.")
    if not path.exists():
        fail(f"There is no journal at {path}; the kiosk makes it when it first runs.")
    try:
        database = Database(path, read_only=True)
        try:
            yield database
        finally:
            database.close()
    except JournalError as error:
        fail(f"{path}: {type(error).__name__}: {error}.")


def _number(text: str) -> BusinessNumber:
    try:
        return parse(text)[0]
    except NotABusinessNumber as error:
        fail(f"{text}: {error}.", code=2)


def _as_json(entry: Entry, *, chain: bool = False) -> dict[str, object]:
    shown: dict[str, object] = {
        "sequence": entry.sequence,
        "business": entry.business,
        "kind": entry.kind.value,
        "step": entry.step,
        "at": entry.at,
        "intent": entry.intent,
        "result": entry.result,
        "facts": entry.told,
    }
    if chain:
        shown |= {"previous": entry.previous.hex(), "hash": entry.hash.hex()}
    return shown


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_entries(entries: list[Entry]) -> None:
    table = Table("no.", "when", "business", "what", "result", "facts", box=None, pad_edge=False)
    for entry in entries:
        facts = ", ".join(f"{key} {value}" for key, value in entry.told.items())
        what = {Kind.INTENT: "to do", Kind.OUTCOME: "outcome", Kind.NOTE: "note"}[entry.kind]
        answered = f" of {entry.intent}" if entry.intent else ""
        result = entry.result or ""
        number = str(entry.sequence)
        table.add_row(number, _local(entry.at), entry.business, f"{what}{answered}: {entry.step}", result, facts)
    Console(width=None if sys.stdout.isatty() else 240, highlight=False).print(table)


def _print_timeline(number: BusinessNumber, begun: str, moments: Sequence[Moment]) -> None:
    table = Table("seconds", "what", "with", "serial", "result", "took", "facts", "step", box=None, pad_edge=False)
    for each in moments:
        facts = ", ".join(f"{key} {value}" for key, value in each.facts.items() if key != "serial")
        took = "" if each.took is None else f"{each.took:.3f}"
        table.add_row(
            f"+{each.seconds:.3f}", each.words, each.party.value, each.serial, each.result, took, facts, each.step
        )
    console = Console(width=None if sys.stdout.isatty() else 240, highlight=False)
    console.print(f"{number}, from {_local(begun)}")
    console.print(table)


def _local(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(KIOSK_ZONE).strftime("%Y-%m-%d %H:%M:%S")
