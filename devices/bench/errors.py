"""The three ways in which the simulated world says no; each message is for a person to read."""

from __future__ import annotations


class CannotDo(Exception):
    """Not possible as things stand."""


class NoSuchThing(LookupError):
    """There is no device, fault, action, person or card of that name; the message says which there are."""


class WrongValue(ValueError):
    """A value that makes no sense here; the message says what would."""
