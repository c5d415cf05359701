"""How a holder is named where the whole name or number has no business: logs, reprs, a simulator's scene."""

from __future__ import annotations


def mask_number(number: str) -> str:
    """First three and last four characters; a number of seven or fewer is hidden altogether."""
    if len(number) <= 7:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_name(name: str) -> str:
    """The first character hidden, and all but the last where the name is longer than two characters."""
    if len(name) < 2:
        return "*" * len(name)
    return f"{'*' * (len(name) - 1)}{name[-1]}"
