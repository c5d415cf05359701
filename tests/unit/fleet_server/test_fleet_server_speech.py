"""How the fleet sees kiosks that speak, that lost their voice, that have none, and that never heard of speech."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, insert, select

from devices import fault_catalogue
from devices.fault_catalogue import Severity
from kiosk.fleet import messages
from kiosk.fleet.alerts import rules
from kiosk.fleet.alerts.findings import Known, findings
from kiosk.fleet.console.words import document
from kiosk.fleet.desk.overview import overview
from kiosk.fleet.store.database import migrate, open_database
from kiosk.fleet.store.tables import capabilities, device_state, kiosk, presence

NOW = 1_800_000_000_000
OF = {"journal": "j" * 16, "sequence": 1, "happened_at": NOW, "received_at": NOW}
BEAT = {
    "seen_at": NOW, "boot": "b", "number": 1, "journal": "j", "sequence": 1, "sent_at": NOW, "uptime": 1,
    "version": "1", "policy": "p", "region": "990100", "works": "query", "banks": "", "state": "in_service.attract",
    "serving": False, "unsent": 0, "dropped": 0,
}  # fmt: skip
UNSAID = {"model": "", "words": {}, "measures": {}}
KIOSKS = {
    "SPEAKS": (["query", "speak"], {}, "online"),
    "SILENT": (["query"], {"speak": "speech.silent"}, "hardwareError"),
    "BARE": (["query"], {"speak": "speech"}, "notFitted"),
    "OLD": (["query"], {}, None),
}
"""What each told: capabilities, what took the rest, the state of the voice."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'fleet.db'}")
    migrate(engine)
    with engine.begin() as connection:
        for name, (works, lost, state) in KIOSKS.items():
            connection.execute(insert(kiosk).values(id=name, name="", site="hall", added_at=NOW, online=True))
            connection.execute(insert(capabilities).values(kiosk=name, works=works, banks=[], lost=lost, **OF))
            connection.execute(insert(presence).values(kiosk=name, **BEAT))
            if state is not None:
                faults = [why for why in lost.values() if "." in why]
                voice = {"device": "speech", "kind": "speech", "state": state, "faults": faults, **UNSAID, **OF}
                connection.execute(insert(device_state).values(kiosk=name, **voice))
    yield engine
    engine.dispose()


def test_only_who_lost_it_is_limited(engine: Engine) -> None:
    seen = {each.id: each for hall in overview(engine, NOW).halls for each in hall.kiosks}
    assert {name: each.standing.value for name, each in seen.items()} == {
        "SPEAKS": "fine", "SILENT": "limited", "BARE": "fine", "OLD": "fine",
    }  # fmt: skip
    assert overview(engine, NOW).able["speak"] == 1


def test_a_message_from_before_there_was_speech_is_read() -> None:
    told = messages.Capabilities(works=("query",), lost={"print": "receipt_printer.paper_out"})
    assert msgspec.json.decode(msgspec.json.encode(told), type=messages.Body) == told


def test_a_lost_voice_is_an_alert_with_words_and_remedy(engine: Engine) -> None:
    with engine.connect() as connection:
        told = {row.kiosk: row for row in connection.execute(select(device_state))}
    known = {name: Known([row], [], [], None) for name, row in told.items()}
    assert {name: list(findings(each, NOW)) for name, each in known.items()} == {
        "SPEAKS": [],
        "SILENT": [("speech", "speech.silent")],
        "BARE": [],
    }
    rule = rules.rule("speech.silent")
    assert (rule.severity, rule.remedy) == (Severity.WARNING, fault_catalogue.find("speech.silent").staff)


def test_the_console_has_words_for_it() -> None:
    for section in ("capability", "device"):
        assert document()[section]["speak" if section == "capability" else "speech"].keys() == {"zh", "en"}
