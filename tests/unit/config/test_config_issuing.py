"""The section [issuing]: optional, and what is wrong in it is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.config import Issuing, designs, load
from kiosk.documents.card_faces.design import load as load_design
from kiosk.located_toml import MistakesError

BARE = """\
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
"""


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KIOSK_")]:
        monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(BARE + text, encoding="utf-8")
    return path


def test_without_the_section_nothing_is_issued(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")).issuing is None


def test_the_section_is_read(tmp_path: Path) -> None:
    text = '[issuing]\nhoppers = { hopper-1 = "example_bank", hopper-2 = "sample_bank" }\npayer_url = "https://payer"\n'
    assert load(written(tmp_path, text)).issuing == Issuing(
        hoppers={"hopper-1": "example_bank", "hopper-2": "sample_bank"},
        payer_url="https://payer",
        design="third-generation",
        chip_address=None,
    )


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    hoppers = 'hoppers = { "Hopper 1" = "Bank" }'
    text = f'[issuing]\n{hoppers}\npayer_url = "http://payer"\ndesign = "third-generatoin"\nchip_address = "x"\n'
    with pytest.raises(MistakesError) as raised:
        load(written(tmp_path, text))
    assert [(each.field, each.place.line if each.place else 0) for each in raised.value.mistakes] == [
        ("issuing.hoppers.Hopper 1", 13),
        ("issuing.hoppers.Hopper 1", 13),
        ("issuing.payer_url", 14),
        ("issuing.design", 15),
        ("issuing.chip_address", 16),
    ]
    assert raised.value.mistakes[3].suggestion == '"third-generation"'


def test_a_section_without_hoppers_is_a_mistake(tmp_path: Path) -> None:
    for text, found in (("[issuing]\n", "nothing, and it is required"), ("[issuing]\nhoppers = {}\n", "a table")):
        with pytest.raises(MistakesError) as raised:
            load(written(tmp_path, text))
        assert [(each.field, each.found) for each in raised.value.mistakes] == [("issuing.hoppers", found)]


def test_a_variable_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_ISSUING__PAYER_URL", "https://other")
    settings = load(written(tmp_path, '[issuing]\nhoppers = { hopper-1 = "example_bank" }\n'))
    assert settings.issuing is not None
    assert (settings.issuing.payer_url, settings.issuing.hoppers) == ("https://other", {"hopper-1": "example_bank"})


def test_every_design_there_is_goes_by_its_own_name() -> None:
    assert {name: load_design(name).name for name in designs()} == {name: name for name in designs()}
    assert "third-generation" in designs()
