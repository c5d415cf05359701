"""A fleet's store with something of everything in it, and the API over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert

from kiosk.clock import ManualClock
from kiosk.fleet.access.accounts import Accounts
from kiosk.fleet.access.roles import Role
from kiosk.fleet.access.sessions import Sessions
from kiosk.fleet.alerts import book
from kiosk.fleet.alerts.findings import Finding
from kiosk.fleet.api.application import application
from kiosk.fleet.api.service import Service
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.desk.contacts import ContactDesk
from kiosk.fleet.desk.doing import Doing
from kiosk.fleet.enrolment import EnrolmentOffice
from kiosk.fleet.keys import CommandSigner
from kiosk.fleet.members import Members
from kiosk.fleet.pki import FleetPki
from kiosk.fleet.store import commands, tables
from kiosk.fleet.store.database import migrate, open_database, reading
from kiosk.staff import hashing

HOUR = 3_600_000
JOURNAL = "0000aaaa"
PASSWORD = "synthetic words 17"


@dataclass
class Stand:
    """``tokens``: by role. ``names``: of the accounts, the roles' own."""

    engine: Engine
    clock: ManualClock
    service: Service
    api: FastAPI
    tokens: dict[Role, str]

    @property
    def now(self) -> int:
        return self.service.now

    def client(self, role: Role | None = None) -> TestClient:
        headers = {} if role is None else {"Authorization": f"Bearer {self.tokens[role]}"}
        return TestClient(self.api, headers=headers, raise_server_exceptions=True)


def put(engine: Engine, table: Any, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table).values(**values))


def fill(engine: Engine, now: int) -> None:
    """Three kiosks: one fine, one with a ribbon that is out, one silent together with its line."""
    said = {"journal": JOURNAL, "sequence": 5, "happened_at": now - HOUR, "received_at": now - HOUR + 80}
    for number, (name, site, line) in enumerate(
        [("东大厅一号", "east", "line-1"), ("东大厅二号", "east", "line-1"), ("", "", "line-2")], 1
    ):
        kiosk = f"K000{number}"
        put(
            engine, tables.kiosk, id=kiosk, name=name, site=site, line=line, added_at=now - 72 * HOUR,
            online=number != 3, silent_since=now - HOUR if number == 3 else None,
        )  # fmt: skip
        put(
            engine, tables.presence, kiosk=kiosk, seen_at=now - (HOUR if number == 3 else 9000), boot="0000bbbb",
            number=9, journal=JOURNAL, sequence=5, sent_at=now - 9000, uptime=86_400, version="0.1.0", policy="ab" * 32,
            region="990101", works="identify-card pin print query", banks="", state="in_service.attract",
            serving=False, unsent=0, dropped=0, disk_free=9_000_000_000, memory=200_000_000,
        )  # fmt: skip
    put(
        engine, tables.capabilities, kiosk="K0001", works=["issue", "pin", "print", "query"], banks=["north"], lost={},
        **said,
    )  # fmt: skip
    put(
        engine, tables.capabilities, kiosk="K0002", works=["pin", "print", "query"], banks=[],
        lost={"issue": "card_printer.ribbon_out"}, **said,
    )  # fmt: skip
    for kiosk, fault in (("K0001", None), ("K0002", "card_printer.ribbon_out")):
        put(
            engine, tables.device_state, kiosk=kiosk, device="card_printer", kind="card_printer", state="online",
            model="evolis", fault=fault, faults=[fault] if fault else [], words={}, measures={}, **said,
        )  # fmt: skip
        put(
            engine, tables.storage_unit, kiosk=kiosk, device="card_printer", unit="hopper1", kind="dispense",
            level="ok", count=40, threshold=10, bank="north", **said,
        )  # fmt: skip
        put(
            engine, tables.supply, kiosk=kiosk, supply="cards.north", unit="cards", left=40, capacity=100, level="ok",
            a_day=6000, empty_on="2026-11-29", soon=fault is not None, bank="north", **said,
        )  # fmt: skip
        put(
            engine, tables.supply, kiosk=kiosk, supply="ribbon", unit="prints", left=0 if fault else 80, capacity=200,
            level="empty" if fault else "ok", a_day=6000, empty_on=None, soon=bool(fault), **said,
        )  # fmt: skip
    for sequence in range(1, 6):
        put(
            engine, tables.telemetry, kiosk="K0002", journal=JOURNAL, sequence=sequence, boot="0000bbbb",
            happened_at=now - HOUR + sequence, sent_at=now, received_at=now, late=False, kind="event",
            body={"type": "event", "event": "started", "facts": {}},
        )  # fmt: skip
    put(
        engine, tables.position, kiosk="K0002", journal=JOURNAL, began_at=now, highest=7, stored=5,
        last_received_at=now, last_late=False,
    )  # fmt: skip
    for result, step, count in (("done", "", 8), ("abandoned", "consent", 2), ("refused", "", 1)):
        put(
            engine, tables.outcome_day, kiosk="K0001", day="2026-11-22", service="issue", result=result, step=step,
            reason="photo" if result == "refused" else "", count=count,
        )  # fmt: skip
    for name, value in (("cards.issued", 1990), ("cards.spoiled", 10), ("card_printer.head_hot", 1), ("receipts", 0)):
        put(
            engine, tables.counter_day, kiosk="K0001", day="2026-11-22", name=name, value=value, journal=JOURNAL,
            sequence=4, happened_at=now, received_at=now,
        )  # fmt: skip
    put(
        engine, tables.step_day, kiosk="K0001", day="2026-11-22", service="issue", step="consent",
        milliseconds=50_000, visits=10,
    )  # fmt: skip
    put(
        engine, tables.quarantine, received_at=now, stream="TELEMETRY", stream_sequence=3, digest="0" * 64,
        subject="fleet.v1.K0002.telemetry.event", reason="no JSON", size=3, payload=b"\xff\x00a",
    )  # fmt: skip
    with engine.begin() as connection:
        finding = Finding("card_printer", "card_printer.ribbon_out", happened_at=now - HOUR)
        book.open_alert(connection, now, "K0002", finding)
        book.open_alert(connection, now, "K0003", Finding("kiosk", "fleet.door_forced", happened_at=now))
        commands.propose(connection, now, "somebody", "K0001", "restart_machine")
        done = commands.propose(connection, now, "somebody", "K0001", "test_device", {"device": "card_printer"})
        reply = {"command": done.id, "step": 1, "kiosk": "K0001", "state": "done", "at": now, "received_at": now}
        commands.answered(
            connection,
            now,
            {**reply, "refusal": None, "facts": {}, "content": b"a line\n", "content_type": "text/plain"},
        )


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database and the keys, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("tables")
    engine = open_database(f"sqlite:///{folder / 'fleet.db'}")
    migrate(engine)
    engine.dispose()
    FleetPki.at(folder / "pki")
    CommandSigner.at(folder / "signer.pem")
    return folder


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_once: Path) -> Iterator[Stand]:
    monkeypatch.setattr(hashing, "ITERATIONS", 1)  # costs are another test's matter
    monkeypatch.setattr(hashing, "MEMORY_KIB", 64)
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    clock = ManualClock()
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    accounts = Accounts(engine, clock)
    sessions = Sessions("key", accounts, clock)
    pki = FleetPki.at(tmp_path / "pki")
    signer = CommandSigner.at(tmp_path / "signer.pem")
    office = EnrolmentOffice(pki, Members(engine), signer, brokers=("tls://127.0.0.1:4222",), clock=clock)
    contacts = ContactDesk(engine, clock, ContactSecrets(Fernet.generate_key()))
    doing = Doing(engine, clock, accounts, office)
    service = Service(reading(engine), accounts, sessions, doing, clock, contacts)
    fill(engine, service.now)
    tokens = {role: sessions.begin(accounts.add(role.value, role, PASSWORD)) for role in Role}
    yield Stand(engine, clock, service, application(service), tokens)
    engine.dispose()
