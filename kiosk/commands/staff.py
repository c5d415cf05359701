"""``kiosk staff``: who works at this machine. Codes are read without an echo into buffers that are zeroed."""

from __future__ import annotations

import json
import os
import re
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from devices.id_reader.numbers import check_character
from devices.pin_pad.secret import SecretDigits, wipe
from kiosk.catalogue import pin_rules
from kiosk.cli import fail
from kiosk.clock import KIOSK_ZONE
from kiosk.config import load
from kiosk.located_toml import MistakesError
from kiosk.staff import hashing
from kiosk.staff.roll import CODE_LENGTH, NUMBER_LENGTH, Role, StaffMember, changing
from kiosk.staff.roll import load as load_roll

app = typer.Typer(
    help="Who works at this machine.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)

File = Annotated[Path | None, typer.Option("--file", help="The list; usually that of this machine's configuration.")]
Number = Annotated[str, typer.Argument(help="The staff number: four digits, as on the badge.")]
LONGEST_LINE = 64


@app.command()
def add(
    number: Number,
    role: Annotated[Role, typer.Option(help="What the person may do; one role each.")],
    code_stdin: Annotated[
        bool,
        typer.Option(
            "--code-stdin",
            help="Read the code from standard input: one line; the identity number may stand on a second.",
        ),
    ] = False,
    file: File = None,
) -> None:
    """Add a person. Their code and, so that they cannot vouch for themselves, their identity number are asked for; only
    a hash of each is kept."""
    if not re.fullmatch(rf"[0-9]{{{NUMBER_LENGTH}}}", number):
        fail(f"A staff number is {NUMBER_LENGTH} digits.", code=2)
    path = _path(file)
    with _usable(path):
        if any(each.number == number for each in load_roll(path).member):
            fail(f"{number} is on the list already; remove it first, or give another number.")
    code, own_number = _from_input() if code_stdin else _from_terminal()
    with code:
        member = StaffMember(
            number=number,
            role=role,
            added=datetime.now(KIOSK_ZONE).date(),
            code_hash=hashing.hashed(code),
            own_number_hash=hashing.number_hashed(own_number) if own_number else "",
        )
    with _usable(path), changing(path) as members:
        if any(each.number == number for each in members):
            fail(f"{number} is on the list already; remove it first, or give another number.")
        members.append(member)
    typer.echo(f"Added {number} ({role.value}).")
    if not own_number:
        typer.echo("Without an identity number, the kiosk cannot see when they vouch for themselves.")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False, file: File = None) -> None:
    """Who is on the list; no codes, nor hashes of them."""
    path = _path(file)
    with _usable(path):
        members = load_roll(path).member
    shown = [
        {
            "number": each.number,
            "role": each.role.value,
            "added": each.added.isoformat(),
            "identity_number_known": bool(each.own_number_hash),
        }
        for each in members
    ]
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for each in shown:
        known = "" if each["identity_number_known"] else "   identity number not known"
        typer.echo(f"{each['number']}   {each['role']:12}   since {each['added']}{known}")
    if not shown:
        typer.echo(f"Nobody is on the list ({path}).")


@app.command()
def remove(number: Number, file: File = None) -> None:
    """Take a person off the list; from then on their code opens nothing."""
    path = _path(file)
    with _usable(path), changing(path) as members:
        left = [each for each in members if each.number != number]
        if len(left) == len(members):
            fail(f"{number} is not on the list.")
        members[:] = left
    typer.echo(f"Removed {number}.")


def _path(file: Path | None) -> Path:
    try:
        return file or load().staff_file
    except ValueError as error:
        fail(f"{error}\n\nName the list with --file, or the configuration with KIOSK_CONFIG.")


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except MistakesError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or path}: {error.strerror}.")


# -- what is typed -----------------------------------------------------------------------------------------------------


def _from_terminal() -> tuple[SecretDigits, str]:
    if not sys.stdin.isatty():
        fail("The code is typed at a terminal; to read it from standard input, say --code-stdin.", code=2)
    code = _code(_asked(f"Code ({CODE_LENGTH} digits, typed by the person themselves): "))
    with _code(_asked("Once more: ")) as again:
        if not code.matches(again):
            code.close()
            fail("The two are not the same. Nothing was changed.")
    return code, _own_number(_asked("Their identity number (may be left empty): "))


def _from_input() -> tuple[SecretDigits, str]:
    return _code(_line(sys.stdin.fileno())), _own_number(_line(sys.stdin.fileno()))


def _code(line: bytearray) -> SecretDigits:
    digits = SecretDigits(line)
    if len(digits) != CODE_LENGTH or not digits.apply(bytearray.isdigit):
        digits.close()
        fail(f"A code is {CODE_LENGTH} digits. Nothing was changed.")
    weak = digits.apply(
        lambda pin: pin_rules.broken_rule(pin, initial=b"123456", birth_date=None, identity_number=None)
    )
    if weak is not None:
        digits.close()
        fail(f"That code is too easily guessed ({weak.value}). Nothing was changed.")
    return digits


def _own_number(line: bytearray) -> str:
    number = line.decode("ascii", "replace").strip().upper()
    wipe(line)
    if number and not (re.fullmatch(r"[0-9]{17}[0-9X]", number) and number[17] == check_character(number[:17])):
        fail("That is no identity number of 18 characters, or a digit is wrong. Nothing was changed.")
    return number


def _asked(question: str) -> bytearray:
    """A line typed without an echo."""
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(handle, termios.TCSAFLUSH, quiet)
        typer.echo(question, nl=False, err=True)
        return _line(handle)
    finally:
        termios.tcsetattr(handle, termios.TCSAFLUSH, before)
        typer.echo(err=True)


def _line(handle: int) -> bytearray:
    """The next line without its end, read into one buffer that never moves; empty at the end of the input."""
    buffer, one, count = bytearray(LONGEST_LINE), bytearray(1), 0
    while os.readv(handle, [one]) and one[0] != 0x0A:
        if count == LONGEST_LINE:
            wipe(buffer)
            fail("That line is too long. Nothing was changed.")
        if one[0] != 0x0D:
            buffer[count] = one[0]
            count += 1
    found = bytearray(count)
    for at in range(count):
        found[at] = buffer[at]
    wipe(buffer)
    wipe(one)
    return found
