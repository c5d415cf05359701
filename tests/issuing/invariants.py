"""What must be true after any issue, however it went and whatever was cut off: bench, ledger, host and payer agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workshop import Workshop

from kiosk.journal.issues import IssueEnd, IssueStep
from kiosk.journal.ledger import CardPlace, Ledger
from kiosk.journal.store import Journal
from kiosk.journal.timeline import timeline

WHERE = {
    CardPlace.LOADED: "hoppers",
    CardPlace.ISSUED: "taken",
    CardPlace.HELD: "held",
    CardPlace.SPOILED: "rejected",
}
"""A card's place in the ledger -> where it must be on the bench. A card in the path may wait there for a person."""


def violations(bench: Workshop, journal: Journal) -> list[str]:
    """Sentences about what is wrong; empty if nothing."""
    return [
        *_host_and_payer(bench, journal),
        *_cards(bench, journal.ledger),
        *_journal(bench, journal),
        *_receipts(bench, journal),
    ]


def _host_and_payer(bench: Workshop, journal: Journal) -> Iterator[str]:
    orders = {each["order"]: each for each in bench.get("/sandbox/payer/orders")}
    by_application = {each.application: each for each in every_issue(journal) if each.application}
    for seen in bench.get("/sandbox/issuing/applications"):
        number, committed = seen["number"], seen["commits"] > 0
        if seen["live_cards"] > 1 or seen["commits"] > 1:
            yield f"{number}: {seen['live_cards']} live cards, {seen['commits']} commits"
        issue = by_application.get(number)
        order = orders.get(issue.fee_order) if issue is not None and issue.fee_order else None
        if order is not None:
            kept = order["captures"] - order["refunds"]
            if kept != (1 if committed else 0) and order["state"] != "refunding":
                yield f"{number}: fee kept {kept} times, committed {committed}"
            if not committed and order["state"] in ("held", "waiting") and issue is not None and issue.ended:
                yield f"{number}: nothing was made, and the fee is still {order['state']}"
        if issue is not None and issue.ended is IssueEnd.COLLECTED and not committed:
            yield f"{number}: collected and never committed"
        if committed and issue is not None and issue.ended is IssueEnd.WITHDRAWN:
            yield f"{number}: committed at the host, withdrawn in the journal"
        if seen["state"] in ("accepted", "producing") and seen["mode"] == "instant" and (issue is None or issue.ended):
            yield f"{number}: nobody works on it here, still {seen['state']} at the host"


def _cards(bench: Workshop, ledger: Ledger) -> Iterator[str]:
    there = bench.cards
    if not ledger.stock():
        return  # cut off before the stock was written down
    everything = [serial for serials in there.values() for serial in serials]
    if len(everything) != len(set(everything)):
        yield "a card is in two places"
    for bank, line in ledger.stock().items():
        if not line.balanced:
            yield f"{bank}: {line}"
    unread = dict.fromkeys(WHERE, 0)
    for serial in everything:
        card = ledger.card(serial)
        where = next(name for name, serials in there.items() if serial in serials)
        if where == "path":
            path = ledger.path()
            if path is None:
                yield f"{serial} is in the path, and the ledger has nothing there ({card.place})"
        elif card.place is CardPlace.LOADED and where != "hoppers":
            unread[CardPlace.LOADED] += 1
        elif WHERE.get(card.place) != where:
            yield f"{serial} is {where}, and the ledger has it {card.place}"
    never_read = sum(line.spoiled for line in ledger.stock().values()) - sum(
        1 for serial in everything if ledger.card(serial).place is CardPlace.SPOILED
    )
    if unread[CardPlace.LOADED] > never_read + (1 if ledger.path() is not None else 0):
        yield f"{unread[CardPlace.LOADED]} cards left their hopper and the ledger knows of {never_read} unread ones"
    if ledger.path() is not None and not there["path"] and not _path_is_blocked(ledger):
        yield f"the ledger has {ledger.path()} in the path, and there is none"


def _path_is_blocked(ledger: Ledger) -> bool:
    return bool(set(ledger.blocks()) & {"card_in_path", "card_unknown"})


def _journal(bench: Workshop, journal: Journal) -> Iterator[str]:
    if found := journal.verify():
        yield f"the chain breaks at {found.sequence}: {found.reason}"
    for business in journal.open_businesses():
        yield f"{business.business} has an intent without an outcome: {business.intents[-1].step}"
    for issue in journal.issues.open():
        if issue.step not in (IssueStep.HELD, IssueStep.ATTENDANT):
            yield f"{issue.business} is still {issue.step.value}"
    for message in journal.outbox.manual():
        yield f"{message.kind} was given up"


def _receipts(bench: Workshop, journal: Journal) -> Iterator[str]:
    """The number on a citizen's receipt finds what became of it, at the kiosk and at the host."""
    issues = every_issue(journal)
    known = {each.application: each for each in issues}
    for seen in bench.get("/sandbox/issuing/applications"):
        if seen["number"] not in known and seen["state"] != "withdrawn":  # whoever never got its number has no receipt
            yield f"{seen['number']}: {seen['state']} at the host, and the kiosk knows nothing of it"
    for issue in issues:
        moments = timeline(journal._database, issue.business, journal.entries(issue.business))
        last = f"issue.ended.{issue.ended.value}" if issue.ended else f"issue.{issue.step.value}"
        if last not in {moment.step for moment in moments}:
            yield f"{issue.business}: its number does not find that it is {last}"


def every_issue(journal: Journal) -> list[Any]:
    """All issues, open and ended."""
    return [journal.issues.of(business) for (business,) in journal.issues._database.rows("SELECT business FROM issue")]
