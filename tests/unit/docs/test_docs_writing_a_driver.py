"""The worked example of docs/writing-a-driver.md, taken out of the page and run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from devices import fault_catalogue, quality

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "writing-a-driver.md"

BLOCK = re.compile(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

CONFTEST = '''
"""Lays the example over the tree: its package, its faults, its place in the registry."""

import sys
from pathlib import Path
from types import MappingProxyType

import devices
from devices import fault_catalogue, registry

HERE = Path(__file__).parent
devices.__path__.append(str(HERE / "devices"))
sys.path.append({shared!r})

together = MappingProxyType({{**fault_catalogue.load(), **fault_catalogue.load(HERE / "devices" / "faults.toml")}})
fault_catalogue.load = lambda path=None: together
exec((HERE / "devices" / "registry.py").read_text(), vars(registry))
'''


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blocks of the page, each where its first line says."""
    folder = tmp_path_factory.mktemp("example")
    for where, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        file = folder / where
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip("\n"), encoding="utf-8")
    shared = str(ROOT / "tests" / "conformance")
    (folder / "conftest.py").write_text(CONFTEST.format(shared=shared), encoding="utf-8")
    return folder


def run(*command: str, at: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=at,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_its_tests_pass(example: Path) -> None:
    told = run("pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", "tests", at=example)
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-1000:]
    assert re.search(r"^1[0-9] passed", told.stdout, re.MULTILINE)


def test_it_is_clean(example: Path) -> None:
    rules = ["--config", str(ROOT / "pyproject.toml"), "devices/barcode", "tests"]
    own = ["--config", "lint.isort.known-first-party = ['devices']"]
    assert run("ruff", "check", *own, *rules, at=example).stdout == "All checks passed!\n"
    formatted = run("ruff", "format", "--check", *rules, at=example)
    assert formatted.returncode == 0, formatted.stdout


def test_its_faults_can_be_used(example: Path) -> None:
    assert len(fault_catalogue.load(example / "devices" / "faults.toml")) == 3


def test_its_quality_entry_answers_every_rule_of_today(example: Path, tmp_path: Path) -> None:
    rules = quality.SCALE.read_text(encoding="utf-8").partition("[driver")[0]
    entry = (example / "devices" / "quality.toml").read_text(encoding="utf-8")
    file = tmp_path / "quality.toml"
    file.write_text(rules + entry, encoding="utf-8")
    (driver,) = quality.load(file).drivers
    tests = (example / "tests/conformance/barcode/test_barcode_conformance.py").read_text(encoding="utf-8")
    named = {proof.partition("::")[2].partition("[")[0] for one in driver.answers.values() for proof in one.proofs}
    assert {name for name in named if f"def {name}(" not in tests} == {"test_shares_nothing"}


@pytest.mark.parametrize("file", ["devices/conformance.py", "tests/conformance/test_noise.py", "devices/quality.toml"])
def test_files_it_names_are_there(file: str) -> None:
    assert (ROOT / file).is_file()
