"""The table of commands: quick, whole, and indifferent to commands that are not there."""

import subprocess
import sys
import time

import pytest

from kiosk import cli


def kiosk(*words: str, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk.cli", *words], capture_output=True, text=True, check=False, **more
    )


def test_help_names_every_command_and_is_quick():
    fastest = 9.0
    for _ in range(3):
        begun = time.monotonic()
        shown = kiosk("--help")
        fastest = min(fastest, time.monotonic() - begun)
    assert shown.returncode == 0
    assert [name for name in cli.COMMANDS if f" {name} " not in shown.stdout] == []
    assert fastest < 0.5


def test_help_imports_none_of_the_machinery():
    script = (
        "import sys; from kiosk import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'fastapi', 'kivy', 'sqlalchemy', 'smartcard', 'devices', 'screens', 'httpx', 'PIL'}), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"


def test_a_command_that_is_not_installed_says_so_and_the_others_work(monkeypatch, capsys):
    monkeypatch.setitem(cli.COMMANDS, "levitate", "Rise.")
    with pytest.raises(SystemExit) as ended:
        cli.main(["levitate"])
    assert ended.value.code == 1
    assert capsys.readouterr().err == "kiosk levitate: this installation does not have that command.\n"
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", "--help"])
    assert ended.value.code == 0
    assert "--wallet" in capsys.readouterr().out


def test_a_command_whose_own_import_fails_is_not_taken_for_absent(monkeypatch, tmp_path):
    import kiosk.commands

    (tmp_path / "broken.py").write_text("import no_such_package\n", encoding="utf-8")
    monkeypatch.setattr(kiosk.commands, "__path__", [*kiosk.commands.__path__, str(tmp_path)])
    monkeypatch.setitem(cli.COMMANDS, "broken", "Broken.")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        cli.main(["broken"])


@pytest.mark.parametrize("words", [(), ("dance",), ("bench", "--jump"), ("device", "id-reader")])
def test_wrong_usage_ends_with_2(words):
    assert kiosk(*words).returncode == 2


def test_help_of_a_device_lists_classes_models_and_verbs():
    shown = kiosk("device", "--help", env={"COLUMNS": "200", "PATH": ""}).stdout
    for wanted in (
        "card-reader   models: pcsc",
        "id-reader   models: sam-v",
        "find: Look for a card once.",
        "apdu HEX:",
    ):
        assert wanted in shown


def test_help_of_a_simulator_lists_where_it_listens():
    shown = kiosk("simulate", "--help", env={"COLUMNS": "200", "PATH": ""}).stdout
    assert "pin-pad   models: zt598, zt588; listens on pty:" in shown
