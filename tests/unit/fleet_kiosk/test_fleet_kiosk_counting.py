"""What is counted, kept and told of wear; clocks and certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from devices.contract import DeviceError, DeviceState, Status
from devices.worker import DeviceWorker
from kiosk.clock import ManualClock
from kiosk.fleet.messages import DeviceState as Told
from kiosk.fleet.messages import Event
from kiosk.fleet.wear import Rate, rates
from kiosk.health.capabilities import Health, ahead
from kiosk.health.certificates import Certificates
from kiosk.health.counting import Tally
from kiosk.health.reporter import Reporter, same
from kiosk.health.telemetry import Telemetry
from kiosk.journal.store import Journal

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", ManualClock(NOW), "K0001")
    yield journal
    journal.close()


class Driver:
    """Fails when asked to, and counts."""

    def __init__(self) -> None:
        self.retries = 0

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def status(self) -> Status:
        return Status(DeviceState.ONLINE)

    def jam(self) -> None:
        self.retries += 2
        raise DeviceError("card_printer.jam_print")

    def counts(self) -> dict[str, int]:
        return {"retries": self.retries}


async def test_errors_and_retries_are_kept_once(journal: Journal) -> None:
    worker, tally = DeviceWorker("card_printer", Driver()), Tally()
    devices = {"card_printer": worker, "camera": None}
    tally.follow(devices)
    for _ in range(2):
        with pytest.raises(DeviceError):
            await worker.call(Driver.jam)
        await tally.ask_drivers(devices)
        tally.keep(journal)
        tally.keep(journal)
    worker.stop()
    assert journal.counters.all() == {"card_printer.retries": 4, "errors.card_printer.jam_print": 2}


def test_what_could_not_be_kept_is_kept_the_next_time(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally()
    tally.add("visits.card")
    with monkeypatch.context() as broken:
        broken.setattr(journal.counters, "add", lambda name, amount: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tally.keep(journal)
    tally.add("visits.card")
    tally.keep(journal)
    assert journal.counters.all() == {"visits.card": 2}


def test_per_thousand() -> None:
    assert rates({}) == ()
    assert rates({"errors.card_printer.jam_print": 3}) == ()
    counts = {
        "cards.issued": 1990, "cards.spoiled": 10, "errors.card_printer.jam_print": 3,
        "errors.card_printer.jam_feed": 1, "card_printer.retries": 8, "card_printer.head_hot": 1, "cards.read": 500,
        "errors.card_reader.mute": 1, "errors.card_reader.jammed": 9,
        "visits.id_card": 100, "errors.id_reader.read_failed": 1, "errors.id_reader.not_connected": 7,
        "receipts": 1000, "errors.receipt_printer.cutter_jammed": 2,
    }  # fmt: skip
    assert rates(counts) == (
        Rate("card_jams", 4, 2000), Rate("card_retries", 8, 2000), Rate("head_hot", 1, 2000),
        Rate("apdu_errors", 1, 500), Rate("id_reads_failed", 1, 100), Rate("paper_jams", 2, 1000),
    )  # fmt: skip
    assert [each.per_thousand for each in rates(counts)] == [2.0, 4.0, 0.5, 2.0, 10.0, 2.0]


def test_a_clock_that_is_ahead_takes_the_way_of_the_answer_into_account() -> None:
    second = timedelta(seconds=1)
    assert ahead(NOW, NOW, NOW) == 0
    assert ahead(NOW, NOW + second, NOW + 2 * second) == 0
    assert ahead(NOW + 60 * second, NOW + second, NOW + 62 * second) == 60_000
    assert ahead(NOW, NOW + 31 * second, NOW + 2 * second) == -30_000


async def test_a_wrong_clock_is_told_once_and_once_when_it_is_right(journal: Journal) -> None:
    telemetry, health = Telemetry(journal), Health(host=None)  # type: ignore[arg-type]
    reporter = Reporter(telemetry, journal, health, ManualClock(NOW), models={}, banks={})
    for off in (None, 100, 31_000, 45_000, 200, 100):
        health.clock_off = off
        reporter.noticed()
    told = [body.facts for body in telemetry._waiting if isinstance(body, Event)]
    assert told == [{"milliseconds": 31_000, "wrong": True}, {"milliseconds": 200, "wrong": False}]


def test_a_temperature_that_wavers_is_no_news() -> None:
    def cabinet(degrees: int, **rest: str) -> Told:
        return Told(device="cabinet", kind="cabinet", state="online", words=rest, measures={"temperature": degrees})

    assert same(cabinet(28), cabinet(32))
    assert not same(cabinet(28), cabinet(33))
    assert not same(cabinet(28), cabinet(28, vault="open"))
    assert not same(None, cabinet(28))


# -- certificates ------------------------------------------------------------------------------------------------------


def certificate(file: Path, until: datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(until - timedelta(days=400)).not_valid_after(until).sign(key, hashes.SHA256())
    )  # fmt: skip
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_certificate_that_ends_is_told_once_a_day(tmp_path: Path) -> None:
    until = NOW + timedelta(days=30)
    file = certificate(tmp_path / "host.pem", until)
    certificates = Certificates({"host": file, "other": tmp_path / "not-there.pem"}, tmp_path)
    assert certificates.until() == int(until.timestamp() * 1000)
    assert certificates.ending(NOW) == []
    later = NOW + timedelta(hours=1)
    assert [certificates.ending(later) for _ in range(2)] == [[("host", 29)], []]
    assert certificates.ending(until + timedelta(days=1)) == [("host", 0)]
    certificate(file, until + timedelta(days=365))
    assert certificates.ending(until) == []


def test_without_any_certificate(tmp_path: Path) -> None:
    assert Certificates({}, tmp_path).until() is None
