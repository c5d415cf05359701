"""The file that names the staff of a machine: a TOML file of ``[[member]]`` tables, changed with ``kiosk staff``::

    [[member]]
    number = "0042"             # four digits, on the person's badge
    role = "attendant"          # attendant, stock_keeper, engineer
    added = 2026-11-22
    code_hash = "$argon2id$..." # of the six-digit code that only this person knows
    own_number_hash = ""        # of their identity number, so that nobody vouches for themselves; may be empty

Only its owner may read it (mode 0600); it is replaced whole, or not at all.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from devices.pin_pad.secret import SecretDigits
from kiosk.located_toml import Mistake, MistakesError, read
from kiosk.staff import hashing
from kiosk.validation import validate

NUMBER_LENGTH = 4
"""Digits of a staff number. It is no secret: it is on the badge, and in the journal."""

CODE_LENGTH = 6
"""Digits of a code, as of a card's PIN: one pad, one habit."""

MODE = 0o600


class Role(StrEnum):
    """What a person may do here; one each (F111)."""

    ATTENDANT = "attendant"
    """Looks at the citizen and vouches; hands over and takes back what a slot holds."""
    STOCK_KEEPER = "stock_keeper"
    """Fills and counts cards, with a second person."""
    ENGINEER = "engineer"
    """Repairs the machine; vouches for nobody."""


VOUCHING = frozenset({Role.ATTENDANT})
"""Who may vouch for a citizen: not who has the cards in hand, not who has the machine open."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StaffMember(_Table):
    """One person. Neither ``repr`` nor ``str`` shows a hash."""

    number: str = Field(pattern=rf"^[0-9]{{{NUMBER_LENGTH}}}$", description="The staff number, four digits in quotes.")
    role: Role = Field(description="What the person may do.")
    added: date = Field(description="The day the person was added.")
    code_hash: str = Field(
        pattern=hashing.PATTERN, repr=False, description="The hash of the code, as `kiosk staff add` writes it."
    )
    own_number_hash: str = Field(
        "",
        pattern=rf"^$|{hashing.PATTERN}",
        repr=False,
        description="The hash of the person's identity number, or empty.",
    )

    def is_own(self, identity_number: str) -> bool:
        """Whether that is this person's own identity number. Takes some 0.1 s where it is known."""
        return bool(self.own_number_hash) and hashing.number_matches(identity_number, self.own_number_hash)


class Roll(_Table):
    """Everybody. ``member`` in the order of the file."""

    member: tuple[StaffMember, ...] = ()

    def find(self, number: SecretDigits) -> StaffMember | None:
        """By digits typed at the pad, which become text only if they are somebody's: they may be anything."""
        return next((each for each in self.member if number.matches(_digits(each.number))), None)


def _digits(number: str) -> SecretDigits:
    return SecretDigits(bytearray(number.encode("ascii")))


def load(file: Path) -> Roll:
    """The roll; an empty one while there is no file. Raises MistakesError."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return Roll()
    except OSError as error:
        raise MistakesError([Mistake(str(file), None, "", error.strerror or "an error", "a readable file")]) from None
    if mode & 0o077:
        found = f"mode {mode & 0o777:04o}: others than its owner may open it"
        raise MistakesError([Mistake(str(file), None, "", found, f"mode {MODE:04o}")])
    document = read(file)
    roll = validate(document, Roll)
    numbers = [each.number for each in roll.member]
    twice = [position for position, number in enumerate(numbers) if number in numbers[:position]]
    if twice:
        places = [("member", position, "number") for position in twice]
        raise MistakesError(
            [
                Mistake(
                    str(file), document.place(place), "number", "a number that another member has", "one person each"
                )
                for place in places
            ]
        )
    return roll


@contextmanager
def changing(file: Path) -> Iterator[list[StaffMember]]:
    """The members as a list to change; at the end the file is replaced. Two processes take turns.

    Raises MistakesError for a file that cannot be used (it is left as it is), OSError.
    """
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        members = list(load(file).member)
        before = tuple(members)
        yield members
        if tuple(members) != before:
            _replace(file, Roll(member=tuple(sorted(members, key=lambda each: each.number))))
            os.fsync(folder)
    finally:
        os.close(folder)


def _replace(file: Path, roll: Roll) -> None:
    owner = (file if file.exists() else file.parent).stat()
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(written(roll))
            out.flush()
            if os.geteuid() == 0:  # root writes it for the user that the kiosk runs as
                os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def written(roll: Roll) -> str:
    """The text of the file."""
    lines = ["# The staff of this machine. Change it with `kiosk staff`; nobody but its owner may read it."]
    for each in roll.member:
        lines += [
            "",
            "[[member]]",
            f'number = "{each.number}"',
            f'role = "{each.role.value}"',
            f"added = {each.added.isoformat()}",
            f'code_hash = "{each.code_hash}"',
            f'own_number_hash = "{each.own_number_hash}"',
        ]
    return "\n".join([*lines, ""])
