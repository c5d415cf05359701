"""Who stands at the pad: number and code held against the roll, failures counted where no power cut reaches them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection
from pathlib import Path

import structlog

from devices.pin_pad.secret import SecretDigits
from kiosk.clock import Clock
from kiosk.journal.counters import Counters
from kiosk.located_toml import MistakesError
from kiosk.staff import hashing
from kiosk.staff.roll import Role, StaffMember, load

log = structlog.get_logger("staff")

MOST_FAILURES = 5
"""Wrong codes in a row after which a number is locked."""

LOCKED_SECONDS = 15 * 60
"""How long: 480 guesses a day at most, of a million."""


class StaffRefused(Exception):
    """Not this person, or not for this. ``key``: the words in the language files."""

    key = "staff.wrong"


class WrongCode(StaffRefused):
    """No such number, or not its code: which of the two is not told."""


class StaffLocked(StaffRefused):
    """Too many wrong codes; the code typed now was not looked at."""

    key = "staff.locked"


class RoleNotAllowed(StaffRefused):
    """The right person, for something their role does not do (F111)."""

    key = "staff.not_your_role"


class OwnMatter(StaffRefused):
    """Nobody vouches for themselves (F111)."""

    key = "staff.own_matter"


class SamePerson(StaffRefused):
    """Two persons are wanted, and this is the first one again."""

    key = "staff.same_person"


class StaffUnusable(StaffRefused):
    """The roll cannot be read: nobody can be told from anybody. The log says what is wrong with it."""

    key = "staff.unusable"


class Staff:
    """The staff of this machine. ``file``: the roll, read at every question, so that who was taken off it is out at
    once. ``counters``: the journal's. Raises :class:`StaffRefused`, and the errors of :mod:`kiosk.journal.errors`."""

    def __init__(self, file: Path, counters: Counters, clock: Clock) -> None:
        self._file = file
        self._counters = counters
        self._clock = clock
        self._lock = threading.Lock()

    async def known(self, roles: Collection[Role]) -> bool:
        """Whether there is anybody of one of those roles. False as well while the roll cannot be read."""
        try:
            roll = await asyncio.to_thread(load, self._file)
        except MistakesError as error:
            _complain(error)
            return False
        return any(each.role in roles for each in roll.member)

    async def check(
        self, number: SecretDigits, code: SecretDigits, roles: Collection[Role], *, not_for: Collection[str] = ()
    ) -> StaffMember:
        """The person whose number and code these are. Some 0.1 s, in a thread; the digits stay their giver's, who
        closes them once this has ended, whatever the way out.

        ``not_for``: identity numbers of the people whose matter it is. Raises StaffRefused; every other exception than
        :class:`RoleNotAllowed` and :class:`OwnMatter` says that the code was wrong or not looked at.
        """
        checking = asyncio.ensure_future(asyncio.to_thread(self._check, number, code, roles, not_for))
        try:
            return await asyncio.shield(checking)
        except asyncio.CancelledError:
            await asyncio.wait([checking])  # it reads the digits until it has ended
            if not checking.cancelled():
                checking.exception()
            raise

    def _check(
        self, number: SecretDigits, code: SecretDigits, roles: Collection[Role], not_for: Collection[str]
    ) -> StaffMember:
        try:
            roll = load(self._file)
        except MistakesError as error:
            _complain(error)
            raise StaffUnusable from None
        with self._lock:
            member = roll.find(number)
            if member is None:
                hashing.matches(code, hashing.NOBODY)
                log.warning("staff_number_unknown")
                raise WrongCode
            self._compare(member, code)
        if member.role not in roles:
            log.warning("staff_role_not_allowed", staff=member.number, role=member.role.value)
            raise RoleNotAllowed
        if any(member.is_own(each) for each in not_for if each):
            log.warning("staff_own_matter", staff=member.number)
            raise OwnMatter
        return member

    def _compare(self, member: StaffMember, code: SecretDigits) -> None:
        """A failure is on disk before the code is looked at: pulling the plug gains no try."""
        failures, locked = f"staff.{member.number}.failures", f"staff.{member.number}.locked_until"
        counters, now = self._counters, int(self._clock.now().timestamp())
        if until := counters.value(locked):
            if until - now > LOCKED_SECONDS:  # the machine's clock was set back: it begins again, no longer
                counters.set(locked, now + LOCKED_SECONDS)
            if now < until:
                log.warning("staff_locked", staff=member.number)
                raise StaffLocked
            counters.set(failures, 0)
            counters.set(locked, 0)
        if counters.value(failures) + 1 >= MOST_FAILURES:
            counters.set(locked, now + LOCKED_SECONDS)
        failed = counters.add(failures)
        if not hashing.matches(code, member.code_hash):
            log.warning("staff_code_wrong", staff=member.number, failures=failed)
            raise WrongCode
        counters.set(locked, 0)
        counters.set(failures, 0)


class TwoPersons:
    """Two different people, one after the other, for what nobody does alone (counting cards, opening the sealed bin).

    ``roles``: of each. ``one_of_them``: roles of which at least one of the two must be.
    """

    def __init__(
        self,
        staff: Staff,
        roles: Collection[Role],
        *,
        one_of_them: Collection[Role] = (),
        not_for: Collection[str] = (),
    ) -> None:
        self._staff = staff
        self._roles = frozenset(roles)
        self._one_of_them = frozenset(one_of_them) or self._roles
        self._not_for = tuple(not_for)
        self.members: tuple[StaffMember, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether both have been there."""
        return len(self.members) == 2

    @property
    def numbers(self) -> tuple[str, ...]:
        """Their staff numbers, for the journal."""
        return tuple(each.number for each in self.members)

    async def check(self, number: SecretDigits, code: SecretDigits) -> StaffMember:
        """The next one. As :meth:`Staff.check`; SamePerson for the first again, RoleNotAllowed for a second when
        neither would be of the role that one of them must have. RuntimeError when both have been there."""
        if self.complete:
            raise RuntimeError("two persons have been there already")
        member = await self._staff.check(number, code, self._roles, not_for=self._not_for)
        if any(each.number == member.number for each in self.members):
            log.warning("staff_same_person", staff=member.number)
            raise SamePerson
        if self.members and not self._one_of_them & {self.members[0].role, member.role}:
            log.warning("staff_role_not_allowed", staff=member.number, role=member.role.value)
            raise RoleNotAllowed
        self.members += (member,)
        return member


def _complain(error: MistakesError) -> None:
    log.error("staff_file_unusable", mistakes=len(error.mistakes), where=error.mistakes[0].where)
