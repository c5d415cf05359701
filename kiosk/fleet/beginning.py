"""The first day of a fleet: its folder, its first administrator; and a demonstration's people and places."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from kiosk.fleet.access.accounts import AccountError, Accounts
from kiosk.fleet.access.roles import Role
from kiosk.fleet.app import Fleet
from kiosk.fleet.pki import write_private
from kiosk.fleet.simulate.fleet import SimulatedFleet
from kiosk.fleet.store import audit, kiosks

DEMONSTRATION = {"operator": Role.OPERATOR, "engineer": Role.ENGINEER, "administrator": Role.ADMINISTRATOR}
"""People of a fleet of simulated kiosks."""
HALLS = ("东城", "西城", "南湖", "北苑", "高新", "开发区", "老街", "河西", "新区", "临港")


def new_password() -> str:
    """Eighty bits that can be read out and typed."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def first_administrator(fleet: Fleet, name: str) -> str | None:
    """Make one if there is no account at all; the password, which is shown once."""
    if fleet.accounts.all():
        return None
    password = new_password()
    try:
        fleet.accounts.add(name, Role.ADMINISTRATOR, password)
    except AccountError:
        return None  # another process of the fleet was first
    with fleet.engine.begin() as connection:
        audit.append(
            connection,
            fleet.service.now,
            "fleet",
            audit.Action.ACCOUNT_ADD,
            f"account:{name}",
            {"role": "administrator"},
        )
    return password


def demonstration_people(accounts: Accounts, folder: Path) -> dict[str, str]:
    """Names and passwords for trying it out; kept in the folder, for simulated kiosks only."""
    file = folder / "demonstration.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name, role in DEMONSTRATION.items():
        if name not in known:
            known[name] = new_password()
            try:
                accounts.add(name, role, known[name])
            except AccountError:
                accounts.set_password(name, known[name])
    write_private(file, json.dumps(known, indent=1).encode())
    return known


def describe_simulated(fleet: Fleet, simulated: SimulatedFleet) -> None:
    """Put the simulated kiosks on the list, with their halls and lines."""
    with fleet.engine.begin() as connection:
        known = {each.id for each in kiosks.fleet(connection)}
        for number, (line, members) in enumerate(simulated.lines.items()):
            hall = f"{HALLS[number % len(HALLS)]}大厅{number // len(HALLS) + 1 if number >= len(HALLS) else ''}"
            for place, name in enumerate(members, 1):
                if name not in known:
                    described = {"name": f"{hall} {place} 号机", "site": hall, "line": line}
                    kiosks.register(connection, fleet.service.now, "fleet", name, **described)
