"""Pre-made cards for a card printer on the bench, from a TOML file of ``[[bank]]`` and ``[[card]]`` tables::

[[bank]]
key = "example_bank"            # fills the first hopper, the second bank the second, and so on

[[card]]
serial = "0C000001"
bank = "example_bank"
chip = { ... }                  # as devices.card_reader.simulator.description reads it

Further fields are the affair of others who read the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from devices.card_reader.simulator.description import CardDescription
from devices.simulation import Json


class StockError(ValueError):
    """The file cannot be used; the message names file and card."""


def load(path: Path) -> list[list[Json]]:
    """One list of cards a bank, as :class:`devices.card_printer.simulator.cards.StockCard` reads them, in the order of
    the file. Raises StockError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        banks: dict[str, list[Json]] = {bank["key"]: [] for bank in document["bank"]}
        for card in document["card"]:
            CardDescription.read(card["chip"])
            banks[card["bank"]].append({"serial": card["serial"], "bank": card["bank"], "chip": card["chip"]})
    except (OSError, tomllib.TOMLDecodeError, ValueError, TypeError) as error:
        raise StockError(f"{path}: {error}") from error
    except KeyError as error:
        raise StockError(f"{path}: {error} is missing, or there is no such bank") from error
    return list(banks.values())
