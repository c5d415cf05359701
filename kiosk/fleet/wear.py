"""What tells of wear before a fault does, of the counters that a kiosk keeps and tells (F101). Pure; both ends use it.

Names of counters: :mod:`kiosk.health.counting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

CHIP = frozenset(
    {"mute", "garbled", "bad_data", "access_denied", "authentication_failed", "write_not_verified", "refused"}
)
"""Errors of a card reader that are the chip's answers, or their absence: APDU errors."""
NOT_A_READ = frozenset({"not_connected", "no_answer", "no_card"})
"""Errors of an ID reader without a card that it tried to read."""


class Rate(NamedTuple):
    """How often ``what`` was met in ``of`` (never 0) of what it happens to, since the kiosk began to count."""

    what: str
    times: int
    of: int

    @property
    def per_thousand(self) -> float:
        """Rounded to tenths."""
        return round(1000 * self.times / self.of, 1)


def rates(counts: Mapping[str, int]) -> tuple[Rate, ...]:
    """Without what has never had an occasion.

    ``card_jams``, ``card_retries`` and ``head_hot`` (the head had to cool) of cards made, ``apdu_errors`` of citizens'
    cards read, ``id_reads_failed`` of visits by ID card, ``paper_jams`` of receipts.
    """

    def total(*endings: str, of: str) -> int:
        return sum(n for name, n in counts.items() if name.startswith(of) and name.endswith(endings))

    made = sum(counts.get(f"cards.{end}", 0) for end in ("issued", "spoiled", "held", "retained", "missing"))
    jams = sum(n for name, n in counts.items() if name.startswith("errors.card_printer.jam"))
    chip = sum(counts.get(f"errors.card_reader.{each}", 0) for each in CHIP)
    unread = sum(
        n
        for name, n in counts.items()
        if name.startswith("errors.id_reader.") and name.rpartition(".")[2] not in NOT_A_READ
    )
    found = (
        Rate("card_jams", jams, made),
        Rate("card_retries", total(".retries", ".damaged", of="card_printer"), made),
        Rate("head_hot", counts.get("card_printer.head_hot", 0), made),
        Rate("apdu_errors", chip, counts.get("cards.read", 0)),
        Rate("id_reads_failed", unread, counts.get("visits.id_card", 0)),
        Rate("paper_jams", total("cutter_jammed", of="errors.receipt_printer"), counts.get("receipts", 0)),
    )
    return tuple(each for each in found if each.of)
