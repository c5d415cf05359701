"""``kiosk fleet contact`` and ``kiosk fleet kiosk``: over a fleet's folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from kiosk.cli import build
from kiosk.fleet.contact_secrets import ContactSecrets
from kiosk.fleet.store import audit
from kiosk.fleet.store.database import open_database
from kiosk.fleet.store.tables import kiosk as kiosk_table
from kiosk.fleet.store.tables_alerts import contact as contact_table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fleet")


def fleet(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(build(("fleet",)), ["fleet", *words, "--directory", str(folder)])


def done(folder: Path, *words: str) -> str:
    result = fleet(folder, *words)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_kiosk_is_described_and_what_is_not_given_stays(folder: Path) -> None:
    done(folder, "kiosk", "set", "K0001", "--name", "一号机", "--site", "东城", "--line", " L1 ")
    done(folder, "kiosk", "set", "K0001", "--at", "30.2741,-120.15")
    done(folder, "kiosk", "set", "K0001", "--hours", "1-5 08:30-12:00", "--hours", "6 09:00-10:00")
    done(folder, "kiosk", "set", "K0002", "--line", "L1")
    listed = [line.split() for line in done(folder, "kiosk", "list").splitlines()]
    assert [line[:4] for line in listed] == [["K0001", "一号机", "东城", "L1"], ["K0002", "-", "-", "L1"]]
    engine = open_database(f"sqlite:///{folder / 'fleet.db'}")
    with engine.connect() as connection:
        row = connection.execute(select(kiosk_table).where(kiosk_table.c.id == "K0001")).one()
    assert (row.line, row.latitude, row.longitude) == ("L1", 30_274_100, -120_150_000)
    assert row.hours == [[[510, 720]]] * 5 + [[[540, 600]], []]
    done(folder, "kiosk", "set", "K0001", "--hours", "always", "--at", "", "--line", "")
    done(folder, "kiosk", "retire", "K0002")
    with engine.connect() as connection:
        row = connection.execute(select(kiosk_table).where(kiosk_table.c.id == "K0001")).one()
        actions = [each.action for each in audit.entries(connection, subject="kiosk:K0001")]
    engine.dispose()
    assert (row.name, row.line, row.latitude, row.hours) == ("一号机", "", None, None)
    assert actions == ["kiosk.describe"] * 4
    assert "K0002" not in done(folder, "kiosk", "list")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("kiosk", "set", "k1", "--name", "x"), 2, "capital letter"),
        (("kiosk", "set", "K0001"), 2, "Say what"),
        (("kiosk", "set", "K0001", "--at", "91,0"), 2, "-90 to 90"),
        (("kiosk", "set", "K0001", "--at", "here"), 2, "30.274100"),
        (("kiosk", "set", "K0001", "--at", "nan,1e999"), 2, "30.274100"),
        (("kiosk", "set", "K0001", "--hours", "always", "--hours", "1 08:00-09:00"), 2, "always"),
        (("kiosk", "set", "K0001", "--line", "x" * 101), 1, "at most 100"),
        (("kiosk", "retire", "K0666"), 1, "no such kiosk"),
        (("contact", "add", "x"), 2, "either --email or --webhook"),
        (("contact", "add", "x", "--email", "a@b", "--webhook", "https://c/"), 2, "either --email or --webhook"),
        (("contact", "add", "x", "--email", "a@b", "--quiet", "night"), 2, "08:30-17:00"),
        (("contact", "add", "x", "--email", "a"), 1, "name@where"),
        (("contact", "remove", "99"), 1, "nobody of this number"),
        (("contact", "test", "99"), 1, "nobody of this number"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, words: tuple[str, ...], code: int, told: str) -> None:
    result = fleet(folder, *words)
    assert (result.exit_code, told in result.output) == (code, True), result.output


def test_contacts_are_added_listed_and_removed_and_the_secret_is_shown_once(folder: Path) -> None:
    assert "Nobody is told" in done(folder, "contact", "list")
    assert "no mail server" in done(
        folder, "contact", "add", "值班", "--email", "d@example.org", "--quiet", "22:00-7:00"
    )
    added = done(folder, "contact", "add", "desk", "--webhook", "https://desk.example.org/in", "--level", "1")
    secret = added.partition("X-Fleet-Signature: ")[2].split()[0]
    engine = open_database(f"sqlite:///{folder / 'fleet.db'}")
    with engine.connect() as connection:
        sealed = connection.execute(select(contact_table.c.secret).where(contact_table.c.name == "desk")).scalar_one()
    engine.dispose()
    assert ContactSecrets.at(folder / "pki" / "contacts.key").open(sealed) == secret
    listed = done(folder, "contact", "list")
    assert secret not in listed
    assert "quiet 22:00-07:00" in listed
    assert "Nobody is told" not in listed
    assert "told nothing" in done(folder, "contact", "pause", "1")
    listed = done(folder, "contact", "list")
    assert "paused" in listed
    assert "Nobody is told" in listed
    assert "told again" in done(folder, "contact", "resume", "1")
    assert "on its way" in done(folder, "contact", "test", "1")
    assert "desk (https://desk.example.org/in) is told no more" in done(folder, "contact", "remove", "2")
    assert "desk" not in done(folder, "contact", "list")
