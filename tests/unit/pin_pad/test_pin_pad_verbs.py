"""The verbs: what they print, and that a PIN or a key is never in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from devices import registry
from devices.bench.line import Line
from devices.contract import Cancellation
from devices.pin_pad.simulator import Zt598Simulator

TEST_KEY = "0123456789ABCDEFFEDCBA9876543210"
Run = Callable[..., Any]


@pytest.fixture(params=registry.CLASSES["pin-pad"])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def line(model: str) -> Iterator[Line]:
    simulator = registry.simulator("pin-pad", model)
    assert isinstance(simulator, Zt598Simulator)
    with Line(simulator, "pty:") as line:
        yield line


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def run(line: Line, model: str, told: list[str]) -> Iterator[Run]:
    """Run a verb on an opened driver while a person types; returns what it printed."""
    pad = registry.driver("pin-pad", model, line.url)
    pad.open()
    verbs = registry.verbs("pin-pad")

    def run_verb(name: str, *words: str, keys: Sequence[str] = (), cancellation: Cancellation | None = None) -> Any:
        simulator = line.simulator
        assert isinstance(simulator, Zt598Simulator)

        def look() -> None:
            if simulator.scene()["input"] == "off":
                simulator.port.after(0.005, look)  # type: ignore[union-attr]
            else:
                simulator.type_keys(list(keys), 0.0)

        if keys:
            line.call(look)
        return verbs[name].run(pad, cancellation or Cancellation(), words, told.append)

    yield run_verb
    pad.close()


def test_status_and_info(run: Run, model: str) -> None:
    assert run("status") == {"device": "online", "fault": None, "battery": "operational", "keys": None}
    info = run("info")
    assert (info["model"], info["software"]) == (model.upper(), "2.3")
    sm4 = {"zt598": ["sm4"], "zt588": []}[model]
    assert info["formats"] == ["ascii", "ibm-3624", "iso-0", "iso-1", "iso-2", "iso-3", *sm4]


def test_enter_tells_how_many_and_no_more(run: Run, told: list[str]) -> None:
    result = run("enter", "4-8", keys=[*"77777", "enter"])
    assert result == {"outcome": "entered", "digits": 5}
    assert "7" not in json.dumps([result, *told])
    assert told[-1] == "enter 5"


def test_entries_that_end_otherwise(run: Run) -> None:
    assert run("enter", keys=["1", "cancel"]) == {"outcome": "cancelled"}
    stopped = Cancellation()
    stopped.cancel()
    assert run("enter", cancellation=stopped) == {"outcome": "interrupted"}


def test_keys_and_blocks(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "test-key"
    file.write_text(TEST_KEY + "\n", encoding="ascii")
    assert run("key-status", "41") == {"index": "41", "algorithm": "tdes", "state": "missing", "check_value": None}
    loaded = run("load-key", "41", "pin", "tdes", str(file))
    assert loaded == {"index": "41", "check_value": "08D7B4FB629D0885", "compared": False}
    assert run("load-key", "41", "pin", "tdes", str(file), "clear", "08D7B4")["compared"] is True
    assert run("key-status", "41", "tdes")["check_value"] == "08D7B4FB629D0885"
    result = run("pin-block", "41", "iso-0", "456789012345", "6", keys=[*"123456", "enter"])
    assert (result["outcome"], result["format"], len(result["block"])) == ("entered", "iso-0", 16)
    result = run("pin-block", "41", "iso-1", "4-6", keys=[*"1234", "enter"])
    assert result["outcome"] == "entered"


def test_one_key(run: Run) -> None:
    assert run("key", keys=["F2"]) == {"outcome": "pressed", "key": "F2"}


def test_beep_and_stop(run: Run, line: Line) -> None:
    assert run("beep") == {"outcome": "sounded"}
    assert line.call(line.simulator.scene)["beeps"] == 1
    assert run("stop") == {"outcome": "input off"}


@pytest.mark.parametrize(
    ("name", "words", "why"),
    [
        ("status", ["now"], "takes 0 words"),
        ("enter", ["six"], "a length such as 6"),
        ("pin-block", ["41"], "takes 2 to 4 words"),
        ("pin-block", ["XX", "iso-0"], "a key index"),
        ("pin-block", ["41", "iso-9"], "iso-9"),
        ("load-key", ["41", "pin", "tdes", "/no/such/file"], "No such file"),
        ("load-key", ["41", "toy", "tdes", "f"], "toy"),
        ("key-status", [], "takes 1 to 2 words"),
    ],
)
def test_wrong_words_are_told(run: Run, name: str, words: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        run(name, *words)


def test_a_key_file_with_something_else_in_it_is_not_quoted(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "test-key"
    file.write_text("not hexadecimal", encoding="ascii")
    with pytest.raises(ValueError, match="in hexadecimal digits, and nothing else") as raised:
        run("load-key", "41", "pin", "tdes", str(file))
    assert "not hexadecimal" not in str(raised.value)
