"""What people do with the fleet. Each call checks the role, is one transaction and leaves its entry in the audit trail.

All raise NotAllowed, Unknown, Conflict or Wrong, and sqlalchemy's errors while the database is away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine

from kiosk.clock import Clock
from kiosk.fleet.access.accounts import Account, AccountError, Accounts
from kiosk.fleet.access.roles import LEAST, LEAST_FOR_VERB, Act, Role, require
from kiosk.fleet.alerts import book
from kiosk.fleet.alerts import desk as alert_desk
from kiosk.fleet.desk import lists, one_kiosk, reading
from kiosk.fleet.desk.errors import Conflict, Unknown, Wrong
from kiosk.fleet.desk.shapes import AlertDetail, CommandRow, Details, TicketDetail
from kiosk.fleet.enrolment import EnrolmentOffice
from kiosk.fleet.messages import Fact
from kiosk.fleet.store import audit, availability, commands, kiosks, tickets
from kiosk.fleet.store.spans import Span

KIOSK = re.compile(r"[A-Z][A-Z0-9]{2,9}")

R = TypeVar("R")


class Doing:
    """``office``: None where kiosks cannot join or be struck off from here."""

    def __init__(self, engine: Engine, clock: Clock, accounts: Accounts, office: EnrolmentOffice | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self.accounts = self._accounts = accounts
        self._office = office

    # -- alerts --------------------------------------------------------------------------------------------------------

    def acknowledge(self, who: Account, number: int, text: str = "") -> AlertDetail:
        """Take an alert in hand; with a note, if there is something to say."""
        self._require(who, Act.ALERT_ACKNOWLEDGE)
        self._alert(number)
        with self._transaction() as connection:
            alert_desk.acknowledge(connection, self.now, who.name, number)
            if text.strip():
                self._noted(connection, who, number, text)
        return lists.one_alert(self._engine, number)

    def escalate(self, who: Account, number: int, text: str) -> tuple[AlertDetail, int]:
        """Bring in whoever is next in line now, and say why; also how many of them are told."""
        self._require(who, Act.ALERT_ESCALATE)
        self._alert(number)
        if not text.strip():
            raise Wrong("say why")
        with self._transaction() as connection:
            told = alert_desk.escalate(connection, self.now, who.name, number, text.strip())
        return lists.one_alert(self._engine, number), told

    def clear(self, who: Account, number: int, text: str = "") -> AlertDetail:
        """Settle what only a person can settle: a door, tampering, a refused command; with what was found."""
        self._require(who, Act.ALERT_CLEAR)
        self._alert(number)
        with self._transaction() as connection:
            if text.strip():
                self._noted(connection, who, number, text)
            alert_desk.clear(connection, self.now, who.name, number)
        return lists.one_alert(self._engine, number)

    def note_alert(self, who: Account, number: int, text: str) -> AlertDetail:
        """Write something down about an alert."""
        self._require(who, Act.ALERT_NOTE)
        self._alert(number)
        if not text.strip():
            raise Wrong("an empty note")
        with self._transaction() as connection:
            self._noted(connection, who, number, text)
        return lists.one_alert(self._engine, number)

    # -- tickets -------------------------------------------------------------------------------------------------------

    def open_ticket(
        self, who: Account, kiosk: str, device: str, code: str, urgency: str, text: str, of_alert: int | None = None
    ) -> TicketDetail:
        """Ask for work to be done at a kiosk."""
        self._require(who, Act.TICKET_MOVE)
        self._kiosk(kiosk)
        if of_alert is not None:
            self._alert(of_alert)
        with self._transaction() as connection:
            number = tickets.open_ticket(connection, self.now, who.name, kiosk, device, code, urgency, alert=of_alert)
            if text.strip():
                tickets.note(connection, self.now, who.name, number, text)
        return lists.one_ticket(self._engine, number)

    def take_ticket(self, who: Account, number: int, assignee: str) -> TicketDetail:
        """Say who works on it."""
        self._require(who, Act.TICKET_MOVE)
        if self._accounts.find(assignee) is None:
            raise Wrong("no such account")
        return self._ticket(number, lambda connection: tickets.take(connection, self.now, who.name, number, assignee))

    def note_ticket(self, who: Account, number: int, text: str, parts: Mapping[str, int]) -> TicketDetail:
        """Write down what was done, and the spare parts used."""
        self._require(who, Act.TICKET_NOTE)
        return self._ticket(
            number, lambda connection: tickets.note(connection, self.now, who.name, number, text, parts)
        )

    def close_ticket(
        self, who: Account, number: int, text: str = "", parts: Mapping[str, int] | None = None
    ) -> TicketDetail:
        """It is done; with what was done and the spare parts used, if that is said."""
        self._require(who, Act.TICKET_MOVE)

        def close(connection: Connection) -> None:
            if text.strip() or parts:
                tickets.note(connection, self.now, who.name, number, text.strip(), parts or {})
            tickets.close(connection, self.now, who.name, number)

        return self._ticket(number, close)

    # -- commands ------------------------------------------------------------------------------------------------------

    def command(
        self, who: Account, kiosk: str, verb: str, arguments: Mapping[str, Fact], of_alert: int | None = None
    ) -> CommandRow:
        """Ask a kiosk to do something; at once, or once a second person has approved."""
        least = LEAST_FOR_VERB.get(verb)
        self._require(who, Act.COMMAND_ISSUE)
        if least is None:
            raise Wrong("no such command")
        require(who.role, least)
        self._kiosk(kiosk)
        self._part(kiosk, arguments.get("device"))
        if of_alert is not None:
            self._alert(of_alert)
        with self._transaction() as connection:
            row = commands.propose(connection, self.now, who.name, kiosk, verb, arguments, alert=of_alert)
        return lists.one_command(self._engine, row.id)

    def approve(self, who: Account, order: str) -> CommandRow:
        """Be the second person."""
        self._require(who, Act.COMMAND_APPROVE)
        row = lists.one_command(self._engine, order)
        require(who.role, LEAST_FOR_VERB[row.verb])
        with self._transaction() as connection:
            commands.approve(connection, self.now, who.name, order)
        return lists.one_command(self._engine, order)

    def withdraw(self, who: Account, order: str) -> CommandRow:
        """It is not wanted any more."""
        self._require(who, Act.COMMAND_WITHDRAW)
        lists.one_command(self._engine, order)
        with self._transaction() as connection:
            commands.withdraw(connection, self.now, who.name, order)
        return lists.one_command(self._engine, order)

    def content(self, who: Account, order: str) -> tuple[bytes, str]:
        """What a kiosk sent back. Reading it is audited."""
        self._require(who, Act.COMMAND_CONTENT)
        found = lists.command_content(self._engine, order)
        with self._transaction() as connection:
            audit.append(connection, self.now, who.name, audit.Action.COMMAND_CONTENT, f"command:{order}")
        return found

    # -- reports -------------------------------------------------------------------------------------------------------

    def exclude(self, who: Account, span: Span, reason: str, *, kiosk: str = "", site: str = "", line: str = "") -> int:
        """Take hours out of the count of availability."""
        self._require(who, Act.REPORT_ADJUST)
        if kiosk:
            self._kiosk(kiosk)
        with self._transaction() as connection:
            return availability.exclude(
                connection, self.now, who.name, span, reason, of_kiosk=kiosk, of_site=site, of_line=line
            )

    def withdraw_exclusion(self, who: Account, number: int) -> None:
        """The hours count again."""
        self._require(who, Act.REPORT_ADJUST)
        with self._transaction() as connection:
            if not availability.withdraw(connection, self.now, who.name, number):
                raise Unknown(str(number))

    # -- kiosks --------------------------------------------------------------------------------------------------------

    def describe(self, who: Account, kiosk: str, details: Details) -> None:
        """Write down what is known of a kiosk: name, hall, line, hours; one that has not joined yet is put on the
        list."""
        self._require(who, Act.KIOSK_DESCRIBE)
        with self._transaction() as connection:
            kiosks.register(connection, self.now, who.name, kiosk, **details.model_dump(mode="json"))

    def enrolment_code(self, who: Account, kiosk: str) -> str:
        """A code with which a kiosk joins: good once, for an hour."""
        self._require(who, Act.ENROL)
        if KIOSK.fullmatch(kiosk) is None:
            raise Wrong("a kiosk's number is a capital letter, then 2 to 9 capital letters and digits")
        office = self._enrolment_office()
        with self._transaction() as connection:
            kiosks.readmit(connection, self.now, who.name, kiosk)
            audit.append(connection, self.now, who.name, audit.Action.ENROLMENT_CODE, f"kiosk:{kiosk}")
        return office.new_code(kiosk, who.name)

    def revoke(self, who: Account, kiosk: str) -> None:
        """A kiosk no longer belongs: it is cut off and leaves the list."""
        self._require(who, Act.REVOKE)
        self._kiosk(kiosk)
        self._enrolment_office().revoke(kiosk, who.name)  # first: whatever fails then, it is cut off
        with self._transaction() as connection:
            kiosks.retire(connection, self.now, who.name, kiosk)

    # -- accounts ------------------------------------------------------------------------------------------------------

    def add_account(self, who: Account, name: str, role: Role, password: str) -> Account:
        """A new account."""
        self._require(who, Act.ACCOUNTS)
        made = self._account(lambda: self._accounts.add(name, role, password))
        self._record(who, audit.Action.ACCOUNT_ADD, name, role=role.value)
        return made

    def change_account(
        self,
        who: Account,
        name: str,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password: str | None = None,
    ) -> Account:
        """Another role, another password, closed or open. Not one's own role, nor closing oneself: an administrator
        is left."""
        self._require(who, Act.ACCOUNTS)
        if (present := self._accounts.find(name)) is None:
            raise Unknown(name)
        if not present.local and (role is not None or password is not None):
            raise Conflict("role and password are the identity provider's matter")
        if name == who.name and (role is not None or disabled is not None):
            raise Conflict("not your own account")
        if password is not None:
            self._account(lambda: self._accounts.set_password(name, password))
            self._record(who, audit.Action.ACCOUNT_PASSWORD, name)
        if role is not None:
            self._account(lambda: self._accounts.set_role(name, role))
            self._record(who, audit.Action.ACCOUNT_ROLE, name, role=role.value)
        if disabled is not None:
            self._account(lambda: self._accounts.set_disabled(name, disabled))
            self._record(who, audit.Action.ACCOUNT_CLOSE if disabled else audit.Action.ACCOUNT_OPEN, name)
        found = self._accounts.find(name)
        if found is None:
            raise Unknown(name)
        return found

    def change_own_password(self, who: Account, password: str) -> None:
        """Every session of the account ends."""
        self._require(who, Act.CHANGE_OWN_PASSWORD)
        if not who.local:
            raise Conflict("the password is kept elsewhere")
        self._account(lambda: self._accounts.set_password(who.name, password))
        self._record(who, audit.Action.ACCOUNT_OWN_PASSWORD, who.name)

    def signed_in(self, who: Account, address: str, **more: Fact) -> None:
        """For the audit trail."""
        self._record(who, audit.Action.ACCOUNT_SIGN_IN, who.name, address=address, **more)

    def record(self, actor: str, action: audit.Action, name: str, **facts: Fact) -> None:
        """Something that was done to an account by nobody who is signed in."""
        with self._transaction() as connection:
            audit.append(connection, self.now, actor, action, f"account:{name}", facts)

    # -- within --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self._clock.now().timestamp() * 1000)

    @staticmethod
    def _require(who: Account, act: Act) -> None:
        require(who.role, LEAST[act])

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (alert_desk.AlertError, commands.CommandError, tickets.TicketError) as error:
            raise Conflict(str(error)) from error
        except (availability.ExclusionError, kiosks.KioskError) as error:
            raise Wrong(str(error)) from error

    def _ticket(self, number: int, act: Callable[[Connection], object]) -> TicketDetail:
        lists.one_ticket(self._engine, number)
        with self._transaction() as connection:
            act(connection)
        return lists.one_ticket(self._engine, number)

    def _noted(self, connection: Connection, who: Account, number: int, text: str) -> None:
        facts, noted = {"text": text.strip()}, audit.Action.ALERT_NOTED
        book.note(connection, self.now, number, reading.NOTED, who.name, facts, audited=noted)

    def _alert(self, number: int) -> None:
        with self._engine.connect() as connection:
            if alert_desk.find(connection, number) is None:
                raise Unknown(str(number))

    def _kiosk(self, name: str) -> None:
        with self._engine.connect() as connection:
            row = kiosks.detail(connection, name)
        if row is None or row.kiosk.retired_at is not None:
            raise Unknown(name)

    def _part(self, kiosk: str, device: Fact | None) -> None:
        """A device that a command names is one that the kiosk has, as far as it has told."""
        known = () if device is None else one_kiosk.parts(self._engine, kiosk)
        if known and device not in known:
            raise Wrong(f"{kiosk} has no part {device}; its parts are {', '.join(known)}", "failure.not_fitted")

    def _enrolment_office(self) -> EnrolmentOffice:
        if self._office is None:
            raise Conflict("kiosks do not join here")
        return self._office

    @staticmethod
    def _account(act: Callable[[], R]) -> R:
        try:
            return act()
        except AccountError as error:
            raise Wrong(str(error), error.key) from error

    def _record(self, who: Account, action: audit.Action, name: str, **facts: Fact) -> None:
        self.record(who.name, action, name, **facts)
