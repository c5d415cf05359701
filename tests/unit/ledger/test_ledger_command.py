"""``kiosk stock``: the ledger by hand, before the kiosk first runs and while it does."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk.clock import SystemClock
from kiosk.commands.stock import app
from kiosk.journal.ledger import CardPlace
from kiosk.journal.store import Journal

CONFIGURATION = """
[kiosk]
id = "K0001"
place_zh = "示例大厅"
place_en = "Example Hall"
region = "990100"
state_directory = "state"
[host]
url = "https://host.example:8443"
authority_file = "a.pem"
certificate_file = "c.pem"
key_file = "k.pem"
[issuing]
hoppers = { "hopper-1" = "example_bank", "hopper-2" = "sample_bank" }
[link]
socket = "link.sock"
"""
DELIVERY = """
[[bank]]
key = "example_bank"
[[card]]
serial = "0c000001"
bank = "example_bank"
account = "6299991000000000011"
[[card]]
serial = "0C000002"
bank = "example_bank"
[[card]]
serial = "0C000003"
bank = "sample_bank"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "delivery.toml").write_text(DELIVERY, encoding="utf-8")
    file = tmp_path / "kiosk.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    return file


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(config)])


def receive(config: Path) -> Result:
    return run(config, "receive", str(config.parent / "delivery.toml"), "--who", "0041", "--who", "0042")


def test_a_delivery_is_received_loaded_and_shown(config: Path) -> None:
    received = receive(config)
    assert (received.exit_code, received.stdout) == (0, "Received: 3 cards.\n")
    loaded = run(config, "load", "hopper-1", "--bank", "example_bank")
    assert loaded.stdout == "Loaded into hopper-1: 2 cards, 0C000001 to 0C000002.\n"
    shown = json.loads(run(config, "show", "--json").stdout)
    assert shown["hoppers"] == {"hopper-1": {"bank": "example_bank", "cards": 2}}
    assert {
        bank: (line["delivered"], line["received"], line["in_hopper"]) for bank, line in shown["banks"].items()
    } == {
        "example_bank": (2, 0, 2),
        "sample_bank": (1, 1, 0),
    }
    told = run(config, "show").stdout
    assert "hopper-1: 2 of example_bank\nhopper-2: none\n" in told
    journal = Journal(config.parent / "state" / "journal.db", SystemClock(), "K0001")
    first = next(iter(journal.entries()))
    assert (first.step, first.told["who"]) == ("stock.received", ["0041", "0042"])
    journal.close()


def test_a_hopper_is_loaded_in_part_emptied_and_the_rest_given_back(config: Path) -> None:
    receive(config)
    part = run(config, "load", "hopper-1", "--bank", "example_bank", "--count", "1")
    assert part.stdout == "Loaded into hopper-1: 1 card, 0C000001 to 0C000001.\n"
    assert run(config, "unload", "hopper-1").stdout == "Taken out of hopper-1: 1 card.\n"
    assert run(config, "return", "--bank", "example_bank").stdout == "Given back: 2 cards.\n"
    assert json.loads(run(config, "show", "--json").stdout)["banks"]["example_bank"]["returned"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("load", "hopper-9", "--bank", "example_bank"), "no 'hopper-9'; there are: hopper-1, hopper-2"),
        (("load", "hopper-2", "--bank", "example_bank"), "hopper-2 is for cards of sample_bank"),
        (("load", "hopper-1", "--bank", "example_bank", "--count", "3"), "and are in no hopper: 2"),
        (("unload", "hopper-1"), "hopper-1 holds no cards"),
        (("return", "--bank", "rural_bank"), "No cards of rural_bank"),
        (("identify", "0C000001", "spoiled"), "card 0C000001 is received, not loaded"),
        (("receive", "DELIVERY"), "card 0C000001 is here already: received"),
        (("receive", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_what_contradicts_is_refused_in_words(config: Path, words: tuple[str, ...], said: str) -> None:
    receive(config)
    result = run(config, *(str(config.parent / "delivery.toml") if word == "DELIVERY" else word for word in words))
    assert result.exit_code == 1
    assert said in result.stderr


def test_show_tells_of_the_path_the_bin_and_a_block(config: Path) -> None:
    receive(config)
    run(config, "load", "hopper-1", "--bank", "example_bank")
    journal = Journal(config.parent / "state" / "journal.db", SystemClock(), "K0001")
    journal.ledger.fed("hopper-1", "B1")
    journal.ledger.leave_path(CardPlace.SPOILED)
    journal.ledger.fed("hopper-1", "B2")
    journal.ledger.block("stock_mismatch")
    told = run(config, "show").stdout
    assert "In the path: a card that was not read, business B2." in told
    assert "In the reject box: a card that was not read." in told
    assert "stock_mismatch. Two people lift it in maintenance mode." in told
    journal.close()
    identified = run(config, "identify", "0C000001", "spoiled")
    assert identified.stdout == "0C000001: spoiled, of example_bank.\n"


def test_without_a_journal_there_is_nothing_to_show(config: Path) -> None:
    result = run(config, "show")
    assert (result.exit_code, "There is no journal at" in result.stderr) == (1, True)


def test_a_running_kiosk_is_mentioned(config: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(config.parent / "link.sock"))
        listening.listen()
        result = receive(config)
    assert (result.exit_code, "The kiosk is running" in result.stderr) == (0, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"no \[\[card\]\] tables"),
        ("[[card]]\nserial = 1\nbank = 'b'", "card 1: serial"),
        ("[[card]]\nserial = '0C00000G'\nbank = 'b'", "card 1: serial"),
        ("[[card]]\nserial = '0C000001'", "card 1: bank"),
        ("[[card]]\nserial = '0C000001'\nbank = 'b'\n" * 2, "named twice"),
        ("card = 3", r"no \[\[card\]\] tables"),
        ("= ", "delivery.toml"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(config: Path, text: str, said: str) -> None:
    import re

    (config.parent / "delivery.toml").write_text(text, encoding="utf-8")
    result = receive(config)
    assert result.exit_code == 1
    assert re.search(said, result.stderr)
