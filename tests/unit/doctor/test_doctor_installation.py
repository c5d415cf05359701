"""The installation: what a configuration names is tried."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from devices import registry
from devices.contract import DeviceError, DeviceState, Status
from kiosk.clock import ManualClock
from kiosk.commands.doctor import doctor, table
from kiosk.config import Settings, load
from kiosk.doctor import installation
from kiosk.doctor.findings import Finding, State, fine, missing
from kiosk.host.port import Host, HostUnavailable
from kiosk.journal.store import Journal

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = """\
[kiosk]
id = "K0001"
place_zh = "示例市政务服务大厅"
place_en = "Example City Service Hall"
region = "990100"
state_directory = "state"

[host]
url = "https://127.0.0.1:1"
authority_file = "authority.pem"
certificate_file = "kiosk.pem"
key_file = "kiosk.key"

[link]
socket = "link.sock"

[devices.id_reader]
model = "sam-v"
at = "/dev/ttyTEST"
"""


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KIOSK_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def settings(file: Path) -> Settings:
    return load(file)


# -- configuration and rules -------------------------------------------------------------------------------------------


def test_a_good_configuration(file: Path) -> None:
    settings, findings = installation.configuration(file, asked_for=True)
    assert settings is not None
    assert findings == [fine("configuration", f"{file}, no mistakes")]


def test_every_mistake_is_a_finding(file: Path) -> None:
    file.write_text(TEXT.replace("place_en", "plase_en").replace("990100", "99"), encoding="utf-8")
    settings, findings = installation.configuration(file, asked_for=True)
    assert settings is None
    assert [finding.state for finding in findings] == [State.MISSING] * 3
    assert f"{file}:4:1: kiosk.plase_en" in findings[1].found


def test_options_are_tried_on_the_driver(file: Path) -> None:
    file.write_text(TEXT + "options = { bauds = 9600 }\n", encoding="utf-8")
    settings, (finding,) = installation.configuration(file, asked_for=True)
    assert settings is None
    assert "devices.id_reader.options.bauds: found unknown option 'bauds'" in finding.found


def test_only_a_configuration_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    _, (finding,) = installation.configuration(tmp_path / "absent.toml", asked_for=False)
    assert finding.state is State.NOTE
    _, (finding,) = installation.configuration(tmp_path / "absent.toml", asked_for=True)
    assert finding.state is State.MISSING


def test_rules(file: Path) -> None:
    assert list(installation.rules(load(file))) == [fine("policy pack", "Example City (990100)")]
    file.write_text(TEXT.replace("990100", "990999"), encoding="utf-8")
    (finding,) = installation.rules(load(file))
    assert finding.state is State.MISSING


# -- certificates and host ---------------------------------------------------------------------------------------------


def certificate(until: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - timedelta(days=900), until)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_certificates(settings: Settings) -> None:
    folder = settings.host.key_file.parent
    (folder / "authority.pem").write_bytes(certificate(NOW + timedelta(days=400)))
    (folder / "kiosk.pem").write_bytes(certificate(NOW + timedelta(days=20)))
    (folder / "kiosk.key").write_bytes(b"key")
    (folder / "kiosk.key").chmod(0o600)
    found = list(installation.certificates(settings, NOW))
    assert [finding.state for finding in found] == [State.FINE, State.NOTE, State.FINE]
    assert found[1].found == f"{folder / 'kiosk.pem'} expires on 2026-12-12"
    (folder / "kiosk.pem").write_bytes(certificate(NOW - timedelta(days=1)))
    (folder / "kiosk.key").chmod(0o644)
    (folder / "authority.pem").write_text("something else")
    found = list(installation.certificates(settings, NOW))
    assert [finding.state for finding in found] == [State.MISSING, State.MISSING, State.NOTE]
    assert found[0].found.endswith("is no certificate in PEM")


def test_certificates_that_are_not_there(settings: Settings) -> None:
    found = list(installation.certificates(settings, NOW))
    assert [finding.found.rpartition(": ")[2] for finding in found] == ["No such file or directory"] * 3


class _Host:
    def __init__(self, answer: datetime | Exception) -> None:
        self.answer = answer
        self.closed = False

    async def ping(self) -> datetime:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        self.closed = True


def test_the_host(settings: Settings) -> None:
    def asked(answer: datetime | Exception) -> Finding:
        host = _Host(answer)
        finding = installation.host_answers(settings, lambda _: cast("Host", host))
        assert host.closed
        return finding

    assert asked(datetime.now(UTC)) == fine("host", "https://127.0.0.1:1 answers")
    late = asked(datetime.now(UTC) - timedelta(seconds=90))
    assert (late.state, late.found) == (
        State.NOTE,
        "https://127.0.0.1:1 answers; its clock and ours differ by 90 s",
    )
    gone = asked(HostUnavailable("refused"))
    assert (gone.state, gone.found) == (State.MISSING, "https://127.0.0.1:1 does not answer: HostUnavailable")


# -- devices -----------------------------------------------------------------------------------------------------------


class _Driver:
    """A driver that tells what the test wants."""

    answer: Status | Exception = Status(DeviceState.ONLINE)
    closed: list[str]
    release = threading.Event()

    def __init__(self, at: str) -> None:
        self.at = at

    def open(self) -> None:
        if isinstance(self.answer, DeviceError | KeyError):
            raise self.answer
        if isinstance(self.answer, TimeoutError):
            self.release.wait(5)

    def status(self) -> Status:
        assert isinstance(self.answer, Status)
        return self.answer

    def close(self) -> None:
        self.closed.append(self.at)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Driver]]:
    class Driver(_Driver):  # of this test alone: one that hung may end in the middle of the next
        release = threading.Event()

    Driver.closed = []
    monkeypatch.setattr(registry, "driver", lambda device_class, model, at, **options: Driver(at))
    yield Driver
    Driver.release.set()


def test_devices_are_opened_and_asked(settings: Settings, driver: type[_Driver]) -> None:
    assert list(installation.devices(settings)) == [fine("id reader", "/dev/ttyTEST: online")]
    assert driver.closed == ["/dev/ttyTEST"]


def test_a_device_that_is_not_well(settings: Settings, driver: type[_Driver]) -> None:
    for answer, found in (
        (DeviceError("id_reader.not_connected"), "id_reader.not_connected"),
        (Status(DeviceState.HARDWARE_ERROR, "id_reader.not_connected"), "hardwareError, id_reader.not_connected"),
        (Status(DeviceState.OFFLINE), "offline"),
        (KeyError("odd"), "KeyError: 'odd'"),
    ):
        driver.answer = answer
        (finding,) = installation.devices(settings)
        assert (finding.state, finding.found) == (State.MISSING, f"/dev/ttyTEST: {found}")
        assert finding.remedy
    assert len(driver.closed) == 4


def test_a_device_that_hangs_does_not_hold_up_the_rest(settings: Settings, driver: type[_Driver]) -> None:
    driver.answer = TimeoutError()
    (finding,) = installation.devices(settings, patience=0.05)
    assert finding == missing("id reader", "no answer within 0.05 s", "switch it off and on")


def test_a_running_kiosk_keeps_its_devices(settings: Settings, driver: type[_Driver]) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(settings.link.socket))
        listener.listen()
        (finding,) = installation.devices(settings)
    assert (finding.state, finding.found) == (State.NOTE, "the kiosk is running and has them")
    assert driver.closed == []


# -- the journal -------------------------------------------------------------------------------------------------------


def test_journal(tmp_path: Path) -> None:
    file = tmp_path / "journal.db"
    assert installation.journal(file) == fine("journal", f"{file} will be made")
    journal = Journal(file, ManualClock(), "K0001")
    journal.note(journal.new_business(), "note", {"sheets": 1})
    assert installation.journal(file) == fine("journal", f"{file}, whole; entries: 1")
    journal.close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE entry SET facts = '{}'")
    connection.close()
    assert installation.journal(file).found == f"{file}: entry 1 was changed after it was written"
    file.write_bytes(b"something else entirely" * 100)
    assert "JournalDamaged" in installation.journal(file).found


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(doctor)
    return app


def test_the_command_tells_what_is_missing(command: typer.Typer, file: Path) -> None:
    result = CliRunner().invoke(command, ["--config", str(file), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["fine"] is False
    found = {each["what"]: each for each in told["findings"]}
    assert found["Python"]["state"] == "fine"
    assert found["port of id_reader"] == {
        "state": "missing",
        "what": "port of id_reader",
        "found": "/dev/ttyTEST is not there",
        "remedy": found["port of id_reader"]["remedy"],
    }
    assert found["kiosk's key"]["state"] == "missing"
    assert "host" not in found
    assert all(each["remedy"] for each in told["findings"] if each["state"] != "fine")


def test_the_table_is_words() -> None:
    assert table([fine("Python", "3.11.2"), missing("package xvfb", "not installed", "apt-get install xvfb")]) == (
        "fine     Python        3.11.2\n"
        "missing  package xvfb  not installed\n"
        "                       -> apt-get install xvfb"
    )


def test_without_its_packages_it_says_so_and_stops(command: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = missing("Python packages", "kivy is not there", "rm -r .venv, then: make setup")
    monkeypatch.setattr("kiosk.doctor.software.python_packages", lambda: lacking)
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 1
    assert "-> rm -r .venv, then: make setup" in result.stdout
    assert "display" not in result.stdout
    assert result.stdout.endswith("One thing that is needed is missing.\n")
