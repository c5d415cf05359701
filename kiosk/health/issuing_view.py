"""Whether issuing may begin, by the latest look at what it needs besides its device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IssuingView:
    """As of the latest look. ``stock``: cards that can be fed, by bank. ``blocks``: why the ledger is blocked.
    ``open_issues``: those not ended but for cards waiting in the holding slot. ``attendant``: one of them waits for
    an attendant. ``journal``: whether it can be written."""

    stock: Mapping[str, int] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    open_issues: int = 0
    attendant: bool = False
    journal: bool = True

    @property
    def why_not(self) -> str:
        """The first reason why no issue may begin: ``journal``, ``blocked``, ``attendant``, ``open_issue``,
        ``no_stock``; empty when one may."""
        if not self.journal:
            return "journal"
        if self.blocks:
            return "blocked"
        if self.attendant:
            return "attendant"
        if self.open_issues:
            return "open_issue"
        return "" if self.stock else "no_stock"
