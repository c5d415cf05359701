"""The pre-made cards (``kiosk/demo/stock.toml``): serial, bank, bank account number, and what is on the chip.

The same file fills the simulated hoppers: ``chip`` is a description as :mod:`devices.card_reader.simulator` reads it.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

import kiosk.demo
from kiosk.host.issuing_values import Bank
from kiosk.host.sandbox.reference import DataError, load

STOCK = Path(kiosk.demo.__file__).with_name("stock.toml")


class StockBank(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bank that has cards pre-made."""

    key: str
    name: str
    name_en: str


class PreMadeChip(msgspec.Struct, frozen=True):
    """The part of the chip's description that the host cares for."""

    identifier: str
    version: str
    algorithm: str


class PreMadeCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One card. ``serial``: bytes 9 to 12 of its identifier, as eight capital hexadecimal digits."""

    serial: str
    bank: str
    account: str
    chip: PreMadeChip


class _File(msgspec.Struct, forbid_unknown_fields=True):
    bank: tuple[StockBank, ...]
    card: tuple[PreMadeCard, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock file, checked."""

    banks: tuple[Bank, ...]
    cards: tuple[PreMadeCard, ...]
    fingerprint: str


def read_stock(path: Path = STOCK) -> Stock:
    """Raises DataError naming the card: unknown bank, serial that is not the chip's, wrong check digit, a double."""
    file = load(path, _File)
    banks = {bank.key for bank in file.bank}
    seen: set[str] = set()
    for card in file.card:
        for wrong, found in (
            (f"no bank {card.bank}", card.bank not in banks),
            ("its serial is not that of its chip", card.chip.identifier[16:24] != card.serial),
            ("the bank account number's check digit is wrong", luhn(card.account) != 0),
            ("an algorithm is sm4 or 3des", card.chip.algorithm not in ("sm4", "3des")),
            ("serial or account twice", bool({card.serial, card.account} & seen)),
        ):
            if found:
                raise DataError(f"{path.name}: card {card.serial}: {wrong}")
        seen |= {card.serial, card.account}
    return Stock(
        tuple(Bank(bank.key, bank.name, bank.name_en) for bank in file.bank),
        file.card,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def luhn(digits: str) -> int:
    """0 for a number whose check digit (ISO/IEC 7812-1) is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10


def chip_descriptions(path: Path = STOCK) -> dict[str, dict[str, object]]:
    """Serial -> the chip's whole description, for making the virtual card. Raises OSError, tomllib.TOMLDecodeError."""
    cards = tomllib.loads(path.read_text(encoding="utf-8"))["card"]
    return {card["serial"]: card["chip"] for card in cards}
