"""What people do at each class of device, in the words of its simulator's actions: one table for the whole bench."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devices.bench.people import Person
from devices.bench.places import CardKind
from devices.bench.station import Station
from devices.simulation import Json


@dataclass(frozen=True, slots=True)
class CardPlace:
    """A device that a card can be in or on: which ``kind``, how a person's is described, how it gets there, how away,
    and whether its scene shows one. ``full`` and ``empty`` say in plain words why that cannot be done; ``actions`` are
    the simulator's own.

    ``clear`` takes the card from wherever it is, out of reach too; ``retained`` counts those in the device's bin."""

    kind: CardKind
    describe: Callable[[Person], Json]
    put: Callable[[Station, Json], None]
    take: Callable[[Station], None]
    occupied: Callable[[Json], bool]
    full: str
    empty: str
    actions: tuple[str, ...]
    clear: Callable[[Station], None]
    retained: Callable[[Json], int] = lambda _: 0


_SEX_DIGIT = {"male": "1", "female": "2"}


def resident_id_card(person: Person) -> Json:
    """The person's ID card as :mod:`devices.id_reader.simulated_cards` wants it."""
    return {
        "kind": "citizen",
        "name": person.name,
        "sex": _SEX_DIGIT[person.sex],
        "nation_code": person.nation,
        "birth_date": person.birth_date,
        "address": person.address,
        "number": person.number,
        "authority": person.authority,
        "valid_from": person.id_valid_from,
        "valid_until": None if person.id_valid_until == "长期" else person.id_valid_until,
    }


def social_security_card(person: Person) -> Json:
    """The person's social security card as :class:`devices.card_reader.simulator.description.CardDescription` wants
    it. Its bank side expires with the card."""
    card = person.card
    if card is None:
        raise ValueError(f"{person.key} has no social security card")
    valid_until = card.valid_until.replace("-", "")
    return {
        "identifier": card.identifier,
        "number": card.card_number,
        "ssn": person.number,
        "name": person.name,
        "sex": _SEX_DIGIT[person.sex],
        "nation": person.nation,
        "birthplace": person.birthplace,
        "birth_date": person.birth_date.replace("-", ""),
        "version": card.generation,
        "issue_date": card.issue_date.replace("-", ""),
        "valid_until": valid_until,
        "algorithm": card.algorithm,
        "pin": card.pin,
        "pin_tries_max": card.tries_max,
        "pin_tries_left": card.tries_left,
        "bank": {"pan": card.bank_pan, "expiry": valid_until[2:6], "kind": "debit"},
        "medical": {"balances": {"1": card.chip_balance}},
    }


def _insert(station: Station, card: Json) -> None:
    station.act("insert", {"card": card})


def _clear(station: Station) -> None:
    """A manual reader's card is always within reach; a motorised reader has to be opened for one that is inside."""
    station.act("clear_path" if "clear_path" in station.simulator.actions() else "take", {})


def _lay(station: Station, card: Json) -> None:
    station.act("lay", {"card": card})


CARD_PLACES: Mapping[str, CardPlace] = {
    "card-reader": CardPlace(
        CardKind.SOCIAL,
        social_security_card,
        _insert,
        lambda station: station.act("take", {}),
        lambda scene: bool(scene["card"]),
        "there is already a card in the reader",
        "there is no card in the reader",
        ("insert", "take", "clear_path"),
        _clear,
        lambda scene: len(scene.get("retained", ())),
    ),
    "id-reader": CardPlace(
        CardKind.ID,
        resident_id_card,
        _lay,
        lambda station: station.act("lift", {}),
        lambda scene: bool(scene["card"]),
        "there is already a card on the plate",
        "there is no card on the plate",
        ("lay", "lift"),
        lambda station: station.act("lift", {}),
    ),
}

PAD_KEYS = (*"0123456789", "enter", "cancel", "clear")
"""The keys a person can press on a PIN pad."""


def press(station: Station, key: str) -> None:
    """Press one key of a PIN pad."""
    station.act("press", {"key": key})


@dataclass(frozen=True, slots=True)
class Outlet:
    """A device that paper comes out of: what its scene shows hanging there, oldest first (``lines``, ``cut``,
    ``millimetres``), the picture of one of them as PNG, and the hand that takes them all, each then with ``png`` in
    base64."""

    hanging: Callable[[Json], list[Json]]
    picture: Callable[[Station, int], bytes]
    tear_off: Callable[[Station], list[Json]]
    action: str


OUTLETS: Mapping[str, Outlet] = {
    "receipt-printer": Outlet(
        lambda scene: list(scene["outlet"]),
        lambda station, piece: bytes(station.ask("picture", piece)),
        lambda station: list(station.act("tear_off", {})["pieces"]),
        "tear_off",
    ),
}


CONTACT = "chip-contact"
"""The device class of a reader at a card printer's contact: cards come and go as the printer moves them."""

PRINTER = "card-printer"
TAKE_NEW_CARD = "take_card"
"""The card printers' action that takes the card held out."""

BY_PERSONS: Mapping[str, tuple[str, ...]] = {PRINTER: (TAKE_NEW_CARD,), CONTACT: ("insert", "take")}
"""Device class -> actions that are no staff's: a person takes the card, the printer moves it."""

CARRIES_OFF = frozenset({"empty_hopper", "empty_reject_box", "empty_holding_slot", "clear_path"})
"""Their actions by which staff takes cards out: one card, or ``{"cards": [...]}``."""

REFILL = "refill"
"""Their action by which staff puts ``cards`` in."""


def carried(result: Json) -> list[Json]:
    """The cards that one of these actions gave."""
    return list(result["cards"]) if "cards" in result else [result]
