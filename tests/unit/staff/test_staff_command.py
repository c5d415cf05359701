"""``kiosk staff``: a code is typed unseen or read from standard input, and only hashes are kept."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from staff_rig import OWN_NUMBER, secret

from kiosk.staff import hashing
from kiosk.staff.roll import load

CODE = "483920"


def kiosk(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk.cli", "staff", *words], input=typed, text=True, capture_output=True, timeout=60
    )


def add(file: Path, number: str = "0042", typed: str = f"{CODE}\n{OWN_NUMBER}\n") -> subprocess.CompletedProcess[str]:
    return kiosk("add", number, "--role", "attendant", "--code-stdin", "--file", str(file), typed=typed)


def test_a_person_is_added_listed_and_removed(tmp_path: Path) -> None:
    file = tmp_path / "staff.toml"
    added = add(file)
    assert (added.returncode, added.stdout) == (0, "Added 0042 (attendant).\n")
    (member,) = load(file).member
    assert hashing.matches(secret(CODE), member.code_hash)
    assert member.is_own(OWN_NUMBER.lower())
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert CODE not in text
    assert OWN_NUMBER not in text
    listed = json.loads(kiosk("list", "--json", "--file", str(file)).stdout)
    assert [(each["number"], each["role"], each["identity_number_known"]) for each in listed] == [
        ("0042", "attendant", True)
    ]
    assert "argon2" not in kiosk("list", "--file", str(file)).stdout
    again = add(file)
    assert (again.returncode, "already" in again.stderr) == (1, True)
    assert kiosk("remove", "0042", "--file", str(file)).returncode == 0
    assert load(file).member == ()
    assert kiosk("remove", "0042", "--file", str(file)).returncode == 1


@pytest.mark.parametrize(
    ("number", "typed"),
    [
        ("0042", "48392\n"),
        ("0042", "4839201\n"),
        ("0042", "48392x\n"),
        ("0042", ""),
        ("0042", "123456\n"),
        ("0042", "777777\n"),
        ("0042", f"{CODE}\n990101195603120021\n"),
        ("0042", f"{CODE}\n12\n"),
        ("0042", "1" * 100 + "\n"),
        ("42", f"{CODE}\n"),
        ("00421", f"{CODE}\n"),
    ],
)
def test_what_is_no_number_or_no_code_changes_nothing(tmp_path: Path, number: str, typed: str) -> None:
    ended = add(tmp_path / "staff.toml", number, typed)
    assert ended.returncode in (1, 2)
    assert not (tmp_path / "staff.toml").exists()
    secret_typed = typed.split("\n")[0]
    assert not secret_typed or secret_typed not in ended.stdout + ended.stderr


def test_without_a_terminal_it_says_how(tmp_path: Path) -> None:
    ended = kiosk("add", "0042", "--role", "attendant", "--file", str(tmp_path / "staff.toml"), typed=f"{CODE}\n")
    assert (ended.returncode, "--code-stdin" in ended.stderr) == (2, True)


def test_a_file_that_cannot_be_used_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "staff.toml"
    file.write_text("[[member")
    file.chmod(0o600)
    ended = add(file)
    assert ended.returncode == 1
    assert str(file) in ended.stderr
    assert file.read_text() == "[[member"


@pytest.mark.parametrize(("second", "outcome"), [(CODE, 0), ("719305", 1)])
def test_at_a_terminal_the_code_is_typed_twice_and_unseen(tmp_path: Path, second: str, outcome: int) -> None:
    file = tmp_path / "staff.toml"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk.cli", "staff", "add", "0042", "--role", "engineer", "--file", str(file)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    for question, answer in ((b"Code (", CODE), (b"Once more", second), (b"identity number", OWN_NUMBER)):
        while question not in seen and select.select([ours], [], [], 20)[0]:
            try:
                seen += os.read(ours, 1000)
            except OSError:
                break
        if question not in seen:
            break
        os.write(ours, f"{answer}\n".encode())
    while True:
        try:
            some = os.read(ours, 1000)
        except OSError:
            break
        if not some:
            break
        seen += some
    os.close(ours)
    assert process.wait(20) == outcome
    for typed in (CODE, second, OWN_NUMBER):
        assert typed.encode() not in seen
    assert file.exists() is (outcome == 0)
