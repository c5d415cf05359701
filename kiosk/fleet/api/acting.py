"""Routes that change something. Each leaves its entry in the audit trail."""

from __future__ import annotations

from fastapi import HTTPException

from kiosk.fleet.access.accounts import Account
from kiosk.fleet.access.roles import Act
from kiosk.fleet.api.access import Caller, Routes
from kiosk.fleet.api.parameters import (
    AccountChange,
    AccountPath,
    AccountShape,
    CodeShape,
    Escalated,
    KioskPath,
    NewAccount,
    NewCode,
    NewCommand,
    NewExclusion,
    NewTicket,
    Note,
    NumberPath,
    OrderPath,
    TicketChange,
    TicketNote,
)
from kiosk.fleet.api.service import Service
from kiosk.fleet.desk.shapes import AlertDetail, CommandRow, Details, TicketDetail


def add(route: Routes, service: Service) -> None:
    """Add them."""
    doing = service.doing

    @route("POST", "/alerts/{number}/acknowledgement", Act.ALERT_ACKNOWLEDGE, tags=["alerts"])
    def acknowledge(number: NumberPath, caller: Caller, note: Note | None = None) -> AlertDetail:
        """Take an alert in hand; it escalates no more. A note may go with it."""
        return doing.acknowledge(caller, number, "" if note is None else note.text)

    @route("POST", "/alerts/{number}/escalation", Act.ALERT_ESCALATE, tags=["alerts"])
    def escalate(number: NumberPath, note: Note, caller: Caller) -> Escalated:
        """Bring in whoever is next in line now, and say why. ``told``: how many; 0 if nobody is."""
        found, told = doing.escalate(caller, number, note.text)
        return Escalated(alert=found, told=told)

    @route("POST", "/alerts/{number}/settlement", Act.ALERT_CLEAR, tags=["alerts"])
    def settle(number: NumberPath, caller: Caller, note: Note | None = None) -> AlertDetail:
        """Say that it is over, where only a person can know. What was found may go with it."""
        return doing.clear(caller, number, "" if note is None else note.text)

    @route("POST", "/alerts/{number}/notes", Act.ALERT_NOTE, tags=["alerts"])
    def note_alert(number: NumberPath, note: Note, caller: Caller) -> AlertDetail:
        """Write something down about an alert."""
        return doing.note_alert(caller, number, note.text)

    @route("POST", "/tickets", Act.TICKET_MOVE, tags=["tickets"], status_code=201)
    def open_ticket(new: NewTicket, caller: Caller) -> TicketDetail:
        """Ask for work to be done at a kiosk."""
        return doing.open_ticket(caller, new.kiosk, new.device, new.code, new.urgency, new.text, new.alert)

    @route("PATCH", "/tickets/{number}", Act.TICKET_MOVE, tags=["tickets"])
    def change_ticket(number: NumberPath, change: TicketChange, caller: Caller) -> TicketDetail:
        """Say who works on it, or that it is done."""
        if change.assignee is None and change.closed is None:
            raise HTTPException(422, "nothing to change")
        found: TicketDetail | None = None
        if change.assignee is not None:
            found = doing.take_ticket(caller, number, change.assignee)
        if change.closed or found is None:
            found = doing.close_ticket(caller, number)
        return found

    @route("POST", "/tickets/{number}/notes", Act.TICKET_NOTE, tags=["tickets"])
    def note_ticket(number: NumberPath, note: TicketNote, caller: Caller) -> TicketDetail:
        """Write down what was done and the spare parts used."""
        return doing.note_ticket(caller, number, note.text, note.parts)

    @route("POST", "/commands", Act.COMMAND_ISSUE, tags=["commands"], status_code=201)
    def command(new: NewCommand, caller: Caller) -> CommandRow:
        """Tell a kiosk to do something. Some verbs take a higher role, some a second person: see ``/verbs``."""
        return doing.command(caller, new.kiosk, new.verb, new.arguments, new.alert)

    @route("POST", "/commands/{order}/approval", Act.COMMAND_APPROVE, tags=["commands"])
    def approve(order: OrderPath, caller: Caller) -> CommandRow:
        """Be the second person; not for one's own command."""
        return doing.approve(caller, order)

    @route("POST", "/commands/{order}/withdrawal", Act.COMMAND_WITHDRAW, tags=["commands"])
    def withdraw(order: OrderPath, caller: Caller) -> CommandRow:
        """It is not wanted any more; possible until it has been sent."""
        return doing.withdraw(caller, order)

    @route("PUT", "/kiosks/{kiosk}/details", Act.KIOSK_DESCRIBE, tags=["kiosks"], status_code=204)
    def describe(kiosk: KioskPath, details: Details, caller: Caller) -> None:
        """Write down a kiosk's name, hall, line and hours; one that is not on the list is put on it."""
        doing.describe(caller, kiosk, details)

    @route("POST", "/enrolment-codes", Act.ENROL, tags=["enrolment"], status_code=201)
    def code(new: NewCode, caller: Caller) -> CodeShape:
        """A code with which a kiosk joins: good once, for an hour, shown only now."""
        return CodeShape(kiosk=new.kiosk, code=doing.enrolment_code(caller, new.kiosk))

    @route("DELETE", "/kiosks/{kiosk}/membership", Act.REVOKE, tags=["enrolment"], status_code=204)
    def revoke(kiosk: KioskPath, caller: Caller) -> None:
        """Strike a kiosk off: it is cut off at once."""
        doing.revoke(caller, kiosk)

    @route("POST", "/reports/exclusions", Act.REPORT_ADJUST, tags=["reports"], status_code=201)
    def exclude(new: NewExclusion, caller: Caller) -> dict[str, int]:
        """Take hours out of the count: ``planned`` if they are still to come, else an ``adjustment``. Its number."""
        number = doing.exclude(
            caller, (new.began_at, new.ended_at), new.reason, kiosk=new.kiosk, site=new.site, line=new.line
        )
        return {"id": number}

    @route("DELETE", "/reports/exclusions/{number}", Act.REPORT_ADJUST, tags=["reports"], status_code=204)
    def withdraw_exclusion(number: NumberPath, caller: Caller) -> None:
        """The hours count again. The entry stays, with who withdrew it."""
        doing.withdraw_exclusion(caller, number)

    @route("POST", "/accounts", Act.ACCOUNTS, tags=["accounts"], status_code=201)
    def add_account(new: NewAccount, caller: Caller) -> AccountShape:
        """A new account."""
        return shape(doing.add_account(caller, new.name, new.role, new.password))

    @route("PATCH", "/accounts/{name}", Act.ACCOUNTS, tags=["accounts"])
    def change_account(name: AccountPath, change: AccountChange, caller: Caller) -> AccountShape:
        """Another role or password; close or open it. Whoever is signed in under it is signed out."""
        return shape(
            doing.change_account(caller, name, role=change.role, disabled=change.disabled, password=change.password)
        )


def shape(account: Account) -> AccountShape:
    """As it is shown."""
    return AccountShape(name=account.name, role=account.role, disabled=account.disabled, local=account.local)
