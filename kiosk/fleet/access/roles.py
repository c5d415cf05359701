"""The four roles, and the least one for each thing that can be done. Data: API and console both ask here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an account may do; each may do what the one before it may."""

    VIEWER = "viewer"
    """Looks."""
    OPERATOR = "operator"
    """Answers alerts, keeps tickets, sends what cannot harm."""
    ENGINEER = "engineer"
    """Restarts and closes machines, approves what a colleague asks for, sees journals' logs."""
    ADMINISTRATOR = "administrator"
    """Lets people and kiosks in and out; corrects what the reports count."""

    def covers(self, least: Role) -> bool:
        """Whether it may do what takes ``least``."""
        order = list(Role)
        return order.index(self) >= order.index(least)


class Act(StrEnum):
    """A thing that is done with the fleet."""

    LOOK = "look"
    CHANGE_OWN_PASSWORD = "change_own_password"  # noqa: S105 -- an act, not a password
    ALERT_ACKNOWLEDGE = "alert_acknowledge"
    ALERT_NOTE = "alert_note"
    ALERT_ESCALATE = "alert_escalate"
    ALERT_CLEAR = "alert_clear"
    """Settle what only a person can: a door that was open, tampering, a refused command."""
    TICKET_NOTE = "ticket_note"
    TICKET_MOVE = "ticket_move"
    COMMAND_ISSUE = "command_issue"
    """Any at all; :data:`LEAST_FOR_VERB` says which."""
    COMMAND_WITHDRAW = "command_withdraw"
    COMMAND_APPROVE = "command_approve"
    COMMAND_CONTENT = "command_content"
    """What a kiosk sent back: its logs."""
    REPORT_ADJUST = "report_adjust"
    AUDIT_READ = "audit_read"
    QUARANTINE_READ = "quarantine_read"
    JOURNAL_READ = "journal_read"
    """Search what kiosks told."""
    KIOSK_DESCRIBE = "kiosk_describe"
    """Its name, place and hours."""
    ENROL = "enrol"
    REVOKE = "revoke"
    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    """Who hears of alerts."""


LEAST: Mapping[Act, Role] = MappingProxyType(
    {
        Act.LOOK: Role.VIEWER,
        Act.CHANGE_OWN_PASSWORD: Role.VIEWER,
        Act.ALERT_ACKNOWLEDGE: Role.OPERATOR,
        Act.ALERT_NOTE: Role.OPERATOR,
        Act.ALERT_ESCALATE: Role.OPERATOR,
        Act.ALERT_CLEAR: Role.ENGINEER,
        Act.TICKET_NOTE: Role.OPERATOR,
        Act.TICKET_MOVE: Role.OPERATOR,
        Act.COMMAND_ISSUE: Role.OPERATOR,
        Act.COMMAND_WITHDRAW: Role.OPERATOR,
        Act.COMMAND_APPROVE: Role.ENGINEER,
        Act.COMMAND_CONTENT: Role.ENGINEER,
        Act.KIOSK_DESCRIBE: Role.ENGINEER,
        Act.QUARANTINE_READ: Role.ENGINEER,
        Act.JOURNAL_READ: Role.ENGINEER,
        Act.AUDIT_READ: Role.ENGINEER,
        Act.REPORT_ADJUST: Role.ADMINISTRATOR,
        Act.ENROL: Role.ADMINISTRATOR,
        Act.REVOKE: Role.ADMINISTRATOR,
        Act.ACCOUNTS: Role.ADMINISTRATOR,
        Act.CONTACTS: Role.ADMINISTRATOR,
    }
)
"""The least role for each act."""

LEAST_FOR_VERB: Mapping[str, Role] = MappingProxyType(
    {
        "test_device": Role.OPERATOR,
        "page_attendant": Role.OPERATOR,
        "restart_device": Role.OPERATOR,
        "restart_application": Role.OPERATOR,
        "restart_machine": Role.ENGINEER,
        "take_out_of_service": Role.OPERATOR,
        "put_into_service": Role.OPERATOR,
        "send_logs": Role.ENGINEER,
        "search_journal": Role.ENGINEER,
        "sync_policy": Role.ENGINEER,
    }
)
"""The least role to issue each verb of :mod:`kiosk.fleet.verbs`."""


class NotAllowed(Exception):
    """An act that the role of an account does not cover."""

    def __init__(self, least: Role) -> None:
        super().__init__(f"takes the role {least.value}")
        self.least = least


def require(role: Role, least: Role) -> None:
    """Raises NotAllowed."""
    if not role.covers(least):
        raise NotAllowed(least)
