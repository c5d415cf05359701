"""Every mistake in a configuration is named with its place, and what is right is read as it is meant."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devices import registry
from kiosk.commands.config import app
from kiosk.config import DEFAULT_FILE, Identity, Language, Settings, config_file, load
from kiosk.config_example import example
from kiosk.located_toml import MistakesError, Place
from statemachines.timing import DELAYS

GOOD = """\
[kiosk]
id = "K0001"
place_zh = "示例市政务服务大厅"
place_en = "Example City Service Hall"
region = "990100"

[host]
url = "https://127.0.0.1:8443"
authority_file = "tls/authority.pem"
certificate_file = "tls/kiosk.pem"
key_file = "/etc/kiosk.key"

[devices.id_reader]
model = "sam-v"
at = "/dev/ttyUSB0"
"""
REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KIOSK_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def mistakes(path: Path) -> list[tuple[str, Place | None, str, str, str]]:
    with pytest.raises(MistakesError) as raised:
        load(path)
    return [(each.field, each.place, each.found, each.allowed, each.suggestion) for each in raised.value.mistakes]


def test_a_good_file_is_read(file: Path) -> None:
    settings = load(file)
    assert settings.kiosk.place_zh == "示例市政务服务大厅"
    assert settings.screen.languages == (Language.CHINESE, Language.ENGLISH)
    assert settings.devices["id_reader"].at == "/dev/ttyUSB0"
    assert settings.timing == {}
    assert settings.journal_file == Path("/var/lib/kiosk/journal.db")


def test_relative_paths_count_from_the_file(file: Path) -> None:
    settings = load(file)
    assert settings.host.authority_file == file.parent / "tls/authority.pem"
    assert settings.host.key_file == Path("/etc/kiosk.key")
    assert settings.log.directory is None


def test_the_environment_goes_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_HOST__URL", "https://other.example")
    monkeypatch.setenv("KIOSK_SCREEN__WIDTH", "1920")
    monkeypatch.setenv("KIOSK_SCREEN__LANGUAGES", '["en"]')
    monkeypatch.setenv("KIOSK_DEVICES__ID_READER__AT", "socket://127.0.0.1:7001")
    monkeypatch.setenv("KIOSK_TIMING__PERSON", "7.5")
    monkeypatch.setenv("KIOSK_KIOSK__STATE_DIRECTORY", "state")
    settings = load(file)
    assert settings.host.url == "https://other.example"
    assert settings.host.key_file == Path("/etc/kiosk.key")
    assert settings.screen.width == 1920
    assert settings.screen.languages == (Language.ENGLISH,)
    assert (settings.devices["id_reader"].model, settings.devices["id_reader"].at) == (
        "sam-v",
        "socket://127.0.0.1:7001",
    )
    assert settings.timing == {"person": 7.5}
    assert settings.kiosk.state_directory == file.parent / "state"


def test_all_mistakes_are_listed_in_order_with_their_places(file: Path) -> None:
    text = GOOD.replace('id = "K0001"', 'id = "k1"').replace("place_en", "plase_en").replace('"990100"', "990100")
    text = text.replace("[devices.id_reader]", "[devices.id_raeder]")
    file.write_text(text + '\n[screen]\nlanguages = ["zh", "fr"]\nwidth = 12\n[timing]\npersn = 3\n', encoding="utf-8")
    found = mistakes(file)
    assert [(field, place, what, suggestion) for field, place, what, _, suggestion in found] == [
        ("kiosk.place_en", Place(1, 1), "nothing, and it is required", ""),
        ("kiosk.id", Place(2, 6), '"k1"', ""),
        ("kiosk.plase_en", Place(4, 1), "unknown key 'plase_en'", '"place_en"'),
        ("kiosk.region", Place(5, 10), "990100", ""),
        ("devices.id_raeder", Place(13, 1), "unknown name 'id_raeder'", '"id_reader"'),
        ("screen.languages[2]", Place(18, 20), '"fr"', ""),
        ("screen.width", Place(19, 9), "12", ""),
        ("timing.persn", Place(21, 1), "unknown name 'persn'", '"person"'),
    ]
    assert [allowed for _, _, _, allowed, _ in found] == [
        "Where the machine stands, in English",
        (Identity.model_fields["id"].description or "").removesuffix("."),
        "id, place_en, place_zh, region, state_directory",
        'text in quotes, such as "..."',
        ", ".join(sorted(name.replace("-", "_") for name in registry.CLASSES)),
        "zh, en",
        "greater than or equal to 640",
        ", ".join(sorted(name for name, delay in DELAYS.items() if math.isfinite(delay.seconds))),
    ]


def test_the_message_has_file_line_column_and_field(file: Path) -> None:
    file.write_text(GOOD.replace("https", "http"), encoding="utf-8")
    with pytest.raises(MistakesError) as raised:
        load(file)
    assert str(raised.value) == (
        f'{file}:8:7: host.url: found "http://127.0.0.1:8443"; '
        "allowed: Address of the host: https, name, port if not 443"
    )


def test_an_unknown_section_has_a_near_miss(file: Path) -> None:
    file.write_text(GOOD + "[scren]\nwidth = 1080\n_private = 1\n", encoding="utf-8")
    assert [(field, place, suggestion) for field, place, _, _, suggestion in mistakes(file)] == [
        ("scren", Place(16, 1), '"screen"')
    ]
    file.write_text("_env_file = 'x'\n" + GOOD, encoding="utf-8")
    assert [(field, place) for field, place, *_ in mistakes(file)] == [("_env_file", Place(1, 1))]


def test_an_unknown_model_names_those_there_are(file: Path) -> None:
    file.write_text(GOOD.replace("sam-v", "samv"), encoding="utf-8")
    assert mistakes(file) == [("devices.id_reader.model", Place(14, 9), '"samv"', "sam-v", '"sam-v"')]


def test_mistakes_of_the_environment_name_the_variable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_HOST__ATTEMPTS", "many")
    monkeypatch.setenv("KIOSK_HOST__ULR", "https://x")
    monkeypatch.setenv("KIOSK_HOTS__URL", "https://x")
    monkeypatch.setenv("KIOSK_DEVICES__ID_READER__MODEL", "samv")
    with pytest.raises(MistakesError) as raised:
        load(file)
    assert [(each.where, each.place, each.suggestion) for each in raised.value.mistakes] == [
        ("KIOSK_HOST__ATTEMPTS", None, ""),
        ("KIOSK_HOST__ULR", None, '"url"'),
        ("KIOSK_HOTS__URL", None, "KIOSK_HOST__URL"),
    ]
    for name in ("KIOSK_HOST__ATTEMPTS", "KIOSK_HOST__ULR", "KIOSK_HOTS__URL"):
        monkeypatch.delenv(name)
    with pytest.raises(MistakesError) as raised:
        load(file)
    assert [(each.where, each.suggestion) for each in raised.value.mistakes] == [
        ("KIOSK_DEVICES__ID_READER__MODEL", '"sam-v"')
    ]


def test_a_variable_that_is_no_json_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_SCREEN__LANGUAGES", "en")
    with pytest.raises(MistakesError, match=r"KIOSK_SCREEN.*found a value that cannot be read; allowed: a plain value"):
        load(file)


def test_which_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_file() == DEFAULT_FILE
    monkeypatch.setenv("KIOSK_CONFIG", str(file))
    assert config_file() == file
    assert load().kiosk.id == "K0001"
    assert config_file(Path("other.toml")) == Path("other.toml")


def test_the_example_lies_in_deploy_as_generated() -> None:
    assert (REPOSITORY / "deploy/kiosk.example.toml").read_text(encoding="utf-8") == example(), "run `make docs`"


def test_the_example_is_a_good_file_and_shows_the_usual_values() -> None:
    settings = load(REPOSITORY / "deploy/kiosk.example.toml")
    assert settings.kiosk.id == "K0001"
    assert set(settings.devices) == {
        "card_reader",
        "id_reader",
        "pin_pad",
        "receipt_printer",
        "card_printer",
        "camera",
        "cabinet",
    }
    assert settings.issuing is not None
    assert settings.issuing.hoppers == {"hopper-1": "example_bank", "hopper-2": "sample_bank"}


def test_every_usual_value_of_the_example_is_the_real_one(tmp_path: Path) -> None:
    text = example()
    uncommented = "\n".join(
        line[1:] if line.startswith("#") and line[1:2] not in (" ", "") and "usually not set" not in line else line
        for line in text.splitlines()
    )
    path = REPOSITORY / "deploy/kiosk.example.toml"
    plain = load(path)
    everything = tmp_path / "all.toml"
    everything.write_text(uncommented, encoding="utf-8")
    explicit = load(everything)
    assert explicit.timing != {}
    same = {"timing": {}}
    assert explicit.model_copy(update=same) == plain.model_copy(update=same)


def test_every_field_is_described() -> None:
    bare = [
        f"{section}.{name}"
        for section, declared in Settings.model_fields.items()
        for name, field in getattr(declared.annotation, "model_fields", {}).items()
        if not field.description
    ]
    assert bare == []


def test_the_command_checks_a_file(file: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(file)])
    assert (result.exit_code, result.stdout) == (
        0,
        f"{file}: no mistakes. Kiosk K0001 in region 990100; devices: id_reader (sam-v).\n",
    )
    file.write_text(GOOD + "[devices.id_reader.options]\nbuad = 1\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 1
    assert f"{file}:17:1: devices.id_reader.options.buad: found unknown option 'buad'" in result.stderr
    assert "1 mistake." in result.stderr


def test_the_command_prints_the_example() -> None:
    result = CliRunner().invoke(app, ["--print-example"])
    assert (result.exit_code, result.stdout) == (0, example())


def test_the_command_shows_the_rules_of_a_day() -> None:
    words = ["policy", "--region", "990100", "--date"]
    before = CliRunner().invoke(app, [*words, "2024-09-30", "--json"])
    after = CliRunner().invoke(app, [*words, "2024-10-01"])
    assert json.loads(before.stdout)["fee.rules"]["value"]["lost"] == 2000
    assert json.loads(before.stdout)["fee.rules"]["valid_from"] == "2024-01-01"
    assert '"lost": 0' in after.stdout
    assert "示例市 Example City (990100), 2024-10-01" in after.stdout
    early = CliRunner().invoke(app, [*words, "2020-01-01"])
    assert (early.exit_code, early.stderr) == (1, "the rules of region 990100 begin on 2024-01-01, not by 2020-01-01\n")
