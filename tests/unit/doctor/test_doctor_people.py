"""What the doctor says of the people at the machine: who may vouch, and whether two can open the stock."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.commands import doctor
from kiosk.config import Settings
from kiosk.doctor import people
from kiosk.doctor.findings import Finding, State
from kiosk.staff.hashing import NOBODY
from kiosk.staff.roll import Role, Roll, StaffMember, written

SECTION: dict[str, Any] = {"issuing": {"hoppers": {"hopper-1": "example_bank"}}}
PRINTER = {"devices": {"card_printer": {"model": "evolis", "at": "tcp://127.0.0.1:3"}}}


def settings(folder: Path, *roles: Role, mode: int = 0o600, **sections: Any) -> Settings:
    file = folder / "staff.toml"
    if roles:
        members = (
            StaffMember(number=f"100{at}", role=role, added=date(2026, 11, 22), code_hash=NOBODY)
            for at, role in enumerate(roles)
        )
        file.write_text(written(Roll(member=tuple(members))), encoding="utf-8")
        file.chmod(mode)
    host = {"url": "https://127.0.0.1:1", "authority_file": "a", "certificate_file": "b", "key_file": "c"}
    kiosk = {"id": "K0001", "place_zh": "厅", "place_en": "Hall", "region": "990100", "state_directory": folder}
    return Settings(**{"kiosk": kiosk, "host": host, **sections})


def said(findings: Any) -> list[tuple[State, str]]:
    return [(each.state, each.remedy) for each in findings]


VOUCH = (State.NOTE, "kiosk staff add NUMBER --role attendant")
STOCK = (State.NOTE, "kiosk staff add NUMBER --role stock_keeper")
FINE = (State.FINE, "")


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((), [VOUCH, STOCK]),
        ((Role.ATTENDANT,), [STOCK]),
        ((Role.ATTENDANT, Role.ATTENDANT), [STOCK]),
        ((Role.STOCK_KEEPER, Role.ENGINEER), [VOUCH]),
        ((Role.ATTENDANT, Role.STOCK_KEEPER), [FINE]),
    ],
)
def test_one_to_vouch_and_two_at_the_stock(
    tmp_path: Path, roles: tuple[Role, ...], expected: list[tuple[State, str]]
) -> None:
    assert said(people.staff(settings(tmp_path, *roles, **SECTION, **PRINTER))) == expected


def test_without_a_printer_nobody_opens_a_stock_and_without_issuing_nobody_is_needed(tmp_path: Path) -> None:
    assert said(people.staff(settings(tmp_path, Role.ATTENDANT, **SECTION))) == [FINE]
    assert said(people.staff(settings(tmp_path))) == [FINE]


def test_a_roll_that_cannot_be_used_is_missing(tmp_path: Path) -> None:
    (found,) = people.staff(settings(tmp_path, Role.ATTENDANT, mode=0o644, **SECTION))
    assert isinstance(found, Finding)
    assert (found.state, "mode 0644" in found.found) == (State.MISSING, True)
    (tmp_path / "staff.toml").chmod(0o600)
    (tmp_path / "staff.toml").write_text('[[member]]\nnumber = "7"\n', encoding="utf-8")
    assert {each.state for each in people.staff(settings(tmp_path, **SECTION))} == {State.MISSING}


def test_the_command_looks_at_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = settings(tmp_path, Role.ATTENDANT, **SECTION)
    looked = doctor._of_the_installation(here)
    assert "staff" in [each.what for each in looked]
