"""``kiosk stock``: the ledger of pre-made cards, for installers and for the stock keeper's office.

``show`` may be called at any time. What changes the ledger is written as safely as the kiosk's own entries, and may be
called while it runs; at the machine, two people do the same in maintenance mode.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kiosk.cli import fail
from kiosk.clock import SystemClock
from kiosk.config import Settings
from kiosk.config import load as load_settings
from kiosk.journal.database import Database
from kiosk.journal.deliveries import DeliveryError, read_delivery
from kiosk.journal.errors import JournalError
from kiosk.journal.ledger import CardPlace, LedgerCard, LedgerError
from kiosk.journal.stock_reading import StockReading
from kiosk.journal.store import Journal

app = typer.Typer(
    help="The ledger of pre-made cards.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Config = Annotated[
    Path | None, typer.Option("--config", help="The kiosk's configuration; usually what KIOSK_CONFIG names.")
]
Who = Annotated[
    list[str] | None,
    typer.Option("--who", help="Staff number of who does it, noted in the journal; give it once a person."),
]
Hopper = Annotated[str, typer.Argument(help="The hopper's name, as in [issuing] hoppers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(as_json: AsJson = False, config: Config = None) -> None:
    """What became of every card, by bank; what is in each hopper; why issuing is blocked."""
    settings = _settings(config)
    file = settings.journal_file
    if not file.exists():
        fail(f"There is no journal at {file}; it is made by the first delivery, or when the kiosk first runs.")
    with _failing(file):
        database = Database(file, read_only=True)
        try:
            ledger = StockReading(database)
            stock, filled, blocks, path = ledger.stock(), ledger.filled(), ledger.blocks(), ledger.path()
            held, in_bin = ledger.held(), ledger.in_bin()
        finally:
            database.close()
    if as_json:
        shown = {
            "banks": {bank: asdict(line) for bank, line in stock.items()},
            "hoppers": {hopper: {"bank": bank, "cards": number} for hopper, (bank, number) in filled.items()},
            "in_path": None if path is None else asdict(path),
            "holding_slot": [_as_json(card) for card in held],
            "reject_box": [_as_json(card) for card in in_bin],
            "blocks": blocks,
        }
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    _print_banks({bank: {**asdict(line)} for bank, line in stock.items()})
    for hopper, (bank, number) in filled.items():
        typer.echo(f"{hopper}: {number} of {bank}")
    for hopper in sorted(set(_hoppers(settings)) - set(filled)):
        typer.echo(f"{hopper}: none")
    if path is not None:
        typer.echo(f"In the path: {path.serial or 'a card that was not read'}, business {path.business}.")
    for where, cards in (("holding slot", held), ("reject box", in_bin)):
        if cards:
            typer.echo(f"In the {where}: {', '.join(card.serial or 'a card that was not read' for card in cards)}.")
    for reason, since in blocks.items():
        typer.echo(f"Issuing is blocked since {since}: {reason}. Two people lift it in maintenance mode.")


@app.command()
def receive(
    file: Annotated[Path, typer.Argument(help="The delivery's list: a TOML file of [[card]] with serial and bank.")],
    config: Config = None,
    who: Who = None,
) -> None:
    """Take a delivery into the ledger. A card that is known already is refused, and the whole list with it."""
    try:
        cards = read_delivery(file)
    except DeliveryError as error:
        fail(f"{error}.")
    with _journal(config) as (journal, _):
        number = journal.ledger.receive(cards, who or ())
    typer.echo(f"Received: {_cards(number)}.")


@app.command()
def load(
    hopper: Hopper,
    bank: Annotated[str, typer.Option("--bank", help="Whose cards.")],
    count: Annotated[int | None, typer.Option(help="How many, from the lowest serial on; without it, all.")] = None,
    config: Config = None,
    who: Who = None,
) -> None:
    """Write down that received cards have been put into a hopper."""
    with _journal(config) as (journal, settings):
        meant = _hoppers(settings).get(hopper)
        if meant is None:
            fail(f"[issuing] hoppers has no {hopper!r}; there are: {', '.join(sorted(_hoppers(settings))) or 'none'}.")
        if meant != bank:
            fail(f"By the configuration {hopper} is for cards of {meant}.")
        waiting = [card.serial for card in journal.ledger.cards(CardPlace.RECEIVED, bank=bank)]
        if not waiting or (count is not None and not 1 <= count <= len(waiting)):
            fail(f"Cards of {bank} that were received and are in no hopper: {len(waiting)}.")
        serials = waiting[:count]
        journal.ledger.load(hopper, serials, who or ())
    typer.echo(f"Loaded into {hopper}: {_cards(len(serials))}, {serials[0]} to {serials[-1]}.")


@app.command()
def unload(hopper: Hopper, config: Config = None, who: Who = None) -> None:
    """Write down that a hopper has been emptied, its cards back with the stock keeper."""
    with _journal(config) as (journal, _):
        serials = [card.serial for card in journal.ledger.cards(CardPlace.LOADED, hopper=hopper)]
        if not serials:
            fail(f"{hopper} holds no cards.")
        number = journal.ledger.unload(serials, who or ())
    typer.echo(f"Taken out of {hopper}: {_cards(number)}.")


@app.command("return")
def return_(
    bank: Annotated[str, typer.Option("--bank", help="Whose cards.")], config: Config = None, who: Who = None
) -> None:
    """Write down that all received cards of a bank that are in no hopper have been given back."""
    with _journal(config) as (journal, _):
        serials = [card.serial for card in journal.ledger.cards(CardPlace.RECEIVED, bank=bank)]
        if not serials:
            fail(f"No cards of {bank} are with the stock keeper.")
        number = journal.ledger.return_(serials, who or ())
    typer.echo(f"Given back: {_cards(number)}.")


@app.command()
def identify(
    serial: Annotated[str, typer.Argument(help="As it stands on the card.")],
    place: Annotated[CardPlace, typer.Argument(help="Where the ledger has a card that was never read.")],
    config: Config = None,
    who: Who = None,
) -> None:
    """Say which card it was that left its hopper without being read."""
    with _journal(config) as (journal, _):
        card = journal.ledger.identified(serial, place, who or ())
    typer.echo(f"{card.serial}: {card.place}, of {card.bank}.")


# -- parts -------------------------------------------------------------------------------------------------------------


@contextmanager
def _journal(config: Path | None) -> Iterator[tuple[Journal, Settings]]:
    settings = _settings(config)
    file = settings.journal_file
    with _failing(file):
        journal = Journal(file, SystemClock(), settings.kiosk.id)
        try:
            yield journal, settings
        finally:
            journal.close()
    if _is_running(settings):
        typer.echo("The kiosk is running: it takes note at its next look, within half a minute.", err=True)


@contextmanager
def _failing(file: Path) -> Iterator[None]:
    try:
        yield
    except LedgerError as error:
        fail(f"Not written down: {error}.")
    except JournalError as error:
        fail(f"{file}: {type(error).__name__}: {error}.")


def _settings(config: Path | None) -> Settings:
    try:
        return load_settings(config)
    except ValueError as error:
        fail(f"{error}\n\nName the configuration with --config or KIOSK_CONFIG.")


def _hoppers(settings: Settings) -> dict[str, str]:
    return settings.issuing.hoppers if settings.issuing is not None else {}


def _is_running(settings: Settings) -> bool:
    """Whether a controller listens for its screens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(settings.link.socket))
        except OSError:
            return False
    return True


def _print_banks(banks: dict[str, dict[str, int]]) -> None:
    if not banks:
        typer.echo("No card was ever received.")
        return
    places = [name for name in next(iter(banks.values())) if name != "delivered"]
    table = Table("bank", "delivered", *(name.replace("_", " ") for name in places), box=None, pad_edge=False)
    for bank, line in banks.items():
        table.add_row(bank, str(line["delivered"]), *(str(line[name]) for name in places))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


def _as_json(card: LedgerCard) -> dict[str, object]:
    return {"serial": card.serial, "bank": card.bank, "place": card.place.value, "business": card.business}


def _cards(number: int) -> str:
    return "1 card" if number == 1 else f"{number} cards"
