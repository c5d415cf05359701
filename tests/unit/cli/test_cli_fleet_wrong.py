"""What is told to the fleet's commands and cannot be: in a sentence, and nothing is begun."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.cli import build

PACK = Path(__file__).parents[3] / "kiosk" / "catalogue" / "regions" / "990100.toml"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("simulate", "--pki", "{folder}/nowhere"), "no fleet's certificates are here"),
        (("policy", "990100", "{folder}/nothing.toml", "--directory", "{folder}"), "no such file"),
        (("policy", "990199", str(PACK), "--directory", "{folder}"), "the region of this kiosk"),
        (("run", "--console", "here", "--directory", "{folder}"), "host:port, such as 127.0.0.1:8445"),
        (("run", "--console", "127.0.0.1:99999", "--directory", "{folder}"), "host:port, such as 127.0.0.1:8445"),
        (("run", "--config", "{folder}/settings.toml"), "host:port, such as 127.0.0.1:8445"),
    ],
)
def test_it_is_said_in_a_sentence(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "settings.toml").write_text(f'directory = "{tmp_path}"\noffice = "anywhere"\n', encoding="utf-8")
    result = CliRunner().invoke(build(("fleet",)), ["fleet", *(each.format(folder=tmp_path) for each in words)])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (1, 2)
    assert said in " ".join(result.output.split())
    assert not (tmp_path / "nowhere").exists()
