"""The list of cards that two people have taken out of the machine, with two lines to sign on (F87)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from devices.receipt_printer.receipt import Feed, Receipt
from kiosk.documents.paper import Origin, Page
from kiosk.documents.words import PaperWords
from kiosk.journal.ledger import LedgerCard


def item_list(
    title: str,
    items: Sequence[LedgerCard],
    who: Sequence[str],
    language: str,
    place: str,
    kiosk: str,
    printed_at: datetime,
    business: str,
    *,
    columns: int = 48,
) -> Receipt:
    """``title``: ``bin`` (to be destroyed) or ``sealed`` (to be kept for their holders). ``who``: staff numbers.

    A card that was never read has no serial: the two write it in from the card. No person is on this paper.
    """
    page = Page(PaperWords(language), columns)
    say = page.words
    page.head(say(f"receipt.stock.{title}.title"))
    page.pairs((say("receipt.stock.cards"), str(len(items))), bold=True)
    for item in items:
        page.rule()
        page.pairs(
            (say("receipt.stock.serial"), item.serial or say("receipt.stock.unread")),
            (say("receipt.stock.bank"), item.bank),
            (say("receipt.stock.place"), say(f"receipt.stock.place.{item.place.value}")),
        )
        if item.business:
            page.pairs((say("receipt.business_number"), item.business))
    page.rule()
    page.note(say(f"receipt.stock.{title}.note"))
    for number in who:
        page.blocks.append(Feed(2))
        page.pairs((say("receipt.stock.signed", staff=number), "_" * 20))
    page.space()
    page.foot(Origin(place, kiosk, printed_at, business))
    return page.receipt()
