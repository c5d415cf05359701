"""All that the journal has of one business, for whoever looks into it elsewhere. Read only; nothing personal is in it.

Shape, one JSON object: ``format`` (:data:`FORMAT`), ``business``, ``entries`` (as they stand, with the hashes of the
chain), ``issue`` (where it stands; None for a business without a card), ``cards`` (what the ledger has of those that
went to it), ``path`` (the card in the path, if it is this one's), ``blocks`` (why issuing is blocked now), ``messages``
(what others had to be told: kind, state, attempts), ``traffic`` (what was said to devices and hosts, in its order, as
:attr:`kiosk.traffic.Exchange.line` writes it).
"""

from __future__ import annotations

from dataclasses import asdict

from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.database import Database
from kiosk.journal.entries import Fact
from kiosk.journal.issues import TRAFFIC
from kiosk.journal.store import entries_of

FORMAT = "kiosk-incident/1"
_ISSUE = ("application", "bank", "hopper", "fee_order", "fen", "cards", "serial", "step", "ended")
_CARD = ("serial", "bank", "place", "hopper", "inside")


def incident(database: Database, business: BusinessNumber) -> dict[str, object]:
    """See the module. Raises KeyError for a business that the journal does not have."""
    entries = list(entries_of(database, business))
    if not entries:
        raise KeyError(business)
    traffic: list[Fact] = []
    shown = []
    for entry in entries:
        told = asdict(entry) | {"facts": entry.told, "previous": entry.previous.hex(), "hash": entry.hash.hex()}
        if entry.step == TRAFFIC:
            exchanges = entry.told["exchanges"]
            traffic += exchanges if isinstance(exchanges, list) else []
        shown.append(told)
    issue = database.rows(f"SELECT {', '.join(_ISSUE)} FROM issue WHERE business = ?", business)  # noqa: S608 - constant
    path = database.rows("SELECT serial, bank, hopper FROM path_card WHERE business = ?", business)
    return {
        "format": FORMAT,
        "business": business,
        "entries": shown,
        "issue": dict(zip(_ISSUE, issue[0], strict=True)) if issue else None,
        "cards": [
            dict(zip(_CARD, row, strict=True))
            for row in database.rows(
                "SELECT serial, bank, place, hopper, inside FROM stock_card WHERE business = ?"
                " UNION ALL SELECT '', bank, place, hopper, inside FROM stock_unread WHERE business = ?",
                *(business, business),
            )
        ],
        "path": dict(zip(("serial", "bank", "hopper"), path[0], strict=True)) if path else None,
        "blocks": [reason for (reason,) in database.rows("SELECT reason FROM stock_block ORDER BY reason")],
        "messages": [
            {"kind": kind, "state": state, "attempts": attempts}
            for kind, state, attempts in database.rows(
                "SELECT kind, state, attempts FROM outbox WHERE substr(message_id, 1, ?) = ? ORDER BY position",
                *(len(business) + 1, f"{business}/"),
            )
        ],
        "traffic": traffic,
    }
