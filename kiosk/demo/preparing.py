"""What a machine on simulated devices has before it is first switched on: its configuration's tables, the cards of its
hoppers in the ledger, its staff. For the stand and for tests; everything in it is invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from devices.pin_pad.secret import SecretDigits
from kiosk.clock import Clock
from kiosk.config_example import toml
from kiosk.journal.store import Journal
from kiosk.staff import Role, StaffMember, hashing
from kiosk.staff.roll import changing

STAFF: Mapping[str, tuple[Role, str]] = {
    "1001": (Role.ATTENDANT, "271828"),
    "1002": (Role.STOCK_KEEPER, "314159"),
    "1003": (Role.STOCK_KEEPER, "161803"),
    "1004": (Role.ENGINEER, "141421"),
}
"""The test staff: number -> role, and a code that opens nothing but simulated machines."""

_HOPPER = "/hopper-"


def device_tables(devices: Mapping[str, Mapping[str, Any]], elsewhere: Mapping[str, str] | None = None) -> str:
    """``[devices.…]`` for what the bench's ready file names. ``elsewhere``: device class -> another address."""
    tables = []
    for each in devices.values():
        at = (elsewhere or {}).get(each["class"], each["at"])
        tables += [f"\n[devices.{each['class'].replace('-', '_')}]\n", f"model = {toml(each['model'])}\n"]
        tables.append(f"at = {toml(at)}\n")
        if each.get("options"):
            tables.append(f"options = {toml(each['options'])}\n")
    return "".join(tables)


def hoppers(cards: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Hopper -> bank, as the cards lie there. ``cards``: what the bench's ``new_cards`` answers."""
    return {_hopper(card): str(card["bank"]) for card in cards if _HOPPER in card["place"]}


def issuing_table(banks: Mapping[str, str], host_url: str) -> str:
    """``[issuing]``; nothing where there are no cards. ``host_url``: the sandbox's, which has the payer behind it."""
    payer_url = f"{host_url}/payer"
    return f"\n[issuing]\nhoppers = {toml(banks)}\npayer_url = {toml(payer_url)}\n" if banks else ""


def enter_stock(journal_file: Path, kiosk: str, clock: Clock, cards: Iterable[Mapping[str, Any]]) -> int:
    """Have the ledger know the cards that lie in the hoppers: received and loaded by two stock keepers; how many.

    A ledger that knows any card already is left alone. Not while the controller runs.
    """
    journal = Journal(journal_file, clock, kiosk)
    try:
        if journal.ledger.stock():
            return 0
        loaded = [card for card in cards if _HOPPER in card["place"]]
        if not loaded:
            return 0
        who = sorted(number for number, (role, _) in STAFF.items() if role is Role.STOCK_KEEPER)
        with journal.together():
            journal.ledger.receive([(str(card["serial"]), str(card["bank"])) for card in loaded], who)
            for hopper in hoppers(loaded):
                journal.ledger.load(hopper, [str(card["serial"]) for card in loaded if _hopper(card) == hopper], who)
        return len(loaded)
    finally:
        journal.close()


def write_staff(file: Path) -> None:
    """The test staff into the list of the machine, which has nobody else."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with changing(file) as members:
        members[:] = _members()


@cache
def _members() -> tuple[StaffMember, ...]:
    return tuple(
        StaffMember(
            number=number,
            role=role,
            added=date(2026, 11, 22),
            code_hash=hashing.hashed(SecretDigits(bytearray(code.encode("ascii")))),
            own_number_hash="",
        )
        for number, (role, code) in STAFF.items()
    )


def _hopper(card: Mapping[str, Any]) -> str:
    return "hopper-" + str(card["place"]).partition(_HOPPER)[2]
