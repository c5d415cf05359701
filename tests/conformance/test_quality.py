"""The quality scale is answered for every model, and what it calls done is proved by tests that are there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devices import quality, registry
from devices.quality import QualityError, Standing

ROOT = Path(__file__).parents[2]
SCALE = quality.load()
PROOFS = {
    (f"{driver.device_class}-{driver.model}", rule, proof)
    for driver in SCALE.drivers
    for rule, answer in driver.answers.items()
    for proof in answer.proofs
}

GOOD = """
[rules]
golden = "Held to the page."
real = "Tried."
[driver.pump.p1]
limits = ["Water only."]
[driver.pump.p1.rules]
golden = { done = ["unit/test_pump.py::test_golden"] }
real = { todo = "No pump." }
"""


def test_every_model_of_the_registry_answers() -> None:
    fitted = {(device_class, model) for device_class, models in registry.CLASSES.items() for model in models}
    assert {(driver.device_class, driver.model) for driver in SCALE.drivers} == fitted


@pytest.fixture(scope="module")
def collected() -> list[str]:
    """The node ids of every test in the files that the scale names."""
    files = sorted({proof.partition("::")[0] for _, _, proof in PROOFS})
    missing = [file for file in files if not (ROOT / file).is_file()]
    assert missing == []
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=90, check=False)
    assert told.returncode == 0, told.stdout[-2000:]
    return [line for line in told.stdout.splitlines() if "::" in line]


def test_what_is_done_is_proved_by_a_test_that_is_there(collected: list[str]) -> None:
    unproved = [
        f"{driver}: {rule}: {proof}" for driver, rule, proof in sorted(PROOFS) if not quality.proving(proof, collected)
    ]
    assert unproved == []


def test_every_driver_says_its_limits() -> None:
    assert [driver.model for driver in SCALE.drivers if not driver.limits] == []


def test_nobody_calls_simulated_what_is_real() -> None:
    """A check on a real device is no test that CI can run: it is done when its record is in the tree."""
    assert {driver.answers["hardware"].standing for driver in SCALE.drivers} == {Standing.TODO}


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ('real = { todo = "No pump." }', "", "driver.pump.p1: real is not answered"),
        ("real = {", "reel = {", "driver.pump.p1: real is not answered"),
        ('real = { todo = "No pump." }', 'real = { todo = "x" }\nreel = { todo = "x" }', "there is no rule 'reel'"),
        ('"No pump."', '" "', "real: todo says why"),
        ('done = ["unit/test_pump.py::test_golden"]', "done = []", "golden: done names the tests"),
        ("todo =", "soon =", "real: must be one of done, exempt, todo"),
        ("[rules]", "[rules", "Expected ']'"),
    ],
)
def test_a_mistake_names_driver_and_rule(tmp_path: Path, was: str, becomes: str, why: str) -> None:
    path = tmp_path / "quality.toml"
    path.write_text(GOOD.replace(was, becomes), encoding="utf-8")
    with pytest.raises(QualityError) as error:
        quality.load(path)
    assert why in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("proof", "found"),
    [
        ("tests/a.py::test_one", ["tests/a.py::test_one"]),
        ("tests/a.py::test_two", ["tests/a.py::test_two[x-1]", "tests/a.py::test_two[y-1]"]),
        ("tests/a.py::test_two[x-*]", ["tests/a.py::test_two[x-1]"]),
        ("tests/a.py::*[y-1]", ["tests/a.py::test_two[y-1]"]),
        ("tests/a.py::test_tw", []),
    ],
)
def test_what_a_proof_names(proof: str, found: list[str]) -> None:
    there = ["tests/a.py::test_one", "tests/a.py::test_two[x-1]", "tests/a.py::test_two[y-1]"]
    assert quality.proving(proof, there) == found
