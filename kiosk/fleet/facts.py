"""The words that stand as facts in a kiosk's events and in its replies to commands. Both ends use them; people are told
them in the words of the console.

A fault code of ``devices/faults.toml`` may stand where a :class:`Failure` does. What the stock is blocked for is
:class:`kiosk.record_stock.Blocked`, what cannot be searched for :class:`kiosk.journal.searching.Mistake`, why a command
was refused :class:`kiosk.fleet.orders.Refusal`.
"""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """Why a command that was begun did not work: ``reason`` of a reply that says ``failed``."""

    NOT_FITTED = "not_fitted"
    DEVICE_SILENT = "device_silent"
    """It did not answer within the time that it has."""
    NOT_FREE = "not_free"
    """The machine did not come to rest in time."""
    NO_LOG_FILES = "no_log_files"
    JOURNAL_NOT_READABLE = "journal_not_readable"
    POLICY_NOT_CHANGEABLE = "policy_not_changeable"
    """This kiosk is not set up to take a pack from afar."""
    POLICY_NOT_FETCHED = "policy_not_fetched"
    POLICY_ALTERED = "policy_altered"
    """What came is not what its digest says."""
    POLICY_UNUSABLE = "policy_unusable"
    """This kiosk's software or disk cannot take it."""
    INTERRUPTED = "interrupted"
    """The application ended meanwhile: what came of it is not known."""
    UNEXPECTED = "unexpected"
    """A fault of the software; ``error`` names it."""


class Tested(StrEnum):
    """What a device was tested by: ``tested`` of a reply."""

    PAD = "pad"
    """Information, keys, beep."""
    PICTURE = "picture"
    SENSORS = "sensors"
    STATUS = "status"


class Stuck(StrEnum):
    """What is stuck: ``what``. ``where``: a state of the chart for a view, a device's name for a device or driver."""

    VIEW = "view"
    DEVICE = "device"
    DRIVER = "driver"
    EVENT_LOOP = "event_loop"


class Unsettled(StrEnum):
    """What keeps a business from its end: ``step`` of ``business_stuck``."""

    ATTENDANT = "attendant"
    LEFT_OUTSIDE = "left_outside"
    UNCONFIRMED = "unconfirmed"
    ADVICE = "advice"
    """Host or payer would not be told; ``kind``: of what."""
    RECONCILIATION = "reconciliation"
    """The day's lines differ; ``kind``: how."""


class Whose(StrEnum):
    """Which card was retained: ``whose``."""

    CITIZEN = "citizen"
    NEW = "new"
    """It was made here and not taken."""


class Counted(StrEnum):
    """Who counted, where it was not the machine: ``by``."""

    PEOPLE = "people"


class Door(StrEnum):
    """Of the cabinet: ``door``."""

    VAULT = "vault"
    SERVICE = "service"
