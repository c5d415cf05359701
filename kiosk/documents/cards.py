"""The card and the person on paper: the states of both sides, apart from each other; the data the host holds."""

from __future__ import annotations

from devices.receipt_printer.receipt import Receipt
from kiosk.documents.paper import Holder, Origin, Page
from kiosk.documents.words import PaperWords
from kiosk.host.port import CardSide, CardStatus, PersonalData
from kiosk.masking import mask_address, mask_card_number, mask_phone_number


def card_status_receipt(
    holder: Holder, origin: Origin, language: str, status: CardStatus, *, columns: int = 48
) -> Receipt:
    """F12 on paper. States only: no amount of either side. The bank's side says as of when the bank told it."""
    page = Page(PaperWords(language), columns)
    say = page.words
    page.head(say("receipt.card_status.title"))
    page.holder(holder)
    page.rule()
    page.section(say("receipt.card_status.social"))
    page.pairs(
        (say("card_status.number"), mask_card_number(status.card_number)),
        (say("card_status.issued"), page.day(status.issued)),
        (say("card_status.state"), say(f"card_side.{status.social_side.value}")),
    )
    if status.social_since is not None:
        page.pairs((say("receipt.card_status.since"), page.day(status.social_since)))
    page.pairs((say("card_status.essc"), say(f"card_status.essc.{'issued' if status.essc_issued else 'none'}")))
    page.rule()
    page.section(say("receipt.card_status.bank"))
    page.pairs((say("card_status.state"), say(f"card_side.{status.bank_side.value}")))
    if status.bank_side is not CardSide.NONE:
        page.pairs(
            (say("card_status.bank_name"), status.bank_name),
            (say("card_status.bank_account"), say("receipt.last_four", digits=status.bank_last_four)),
            (say("card_status.bank_valid_until"), page.day(status.bank_valid_until)),
        )
    if status.bank_as_of is not None:
        page.pairs((say("card_status.bank_as_of"), say.moment(status.bank_as_of)))
    page.note(say("receipt.card_status.bank_note"))
    page.foot(origin)
    return page.receipt()


def personal_data_receipt(
    holder: Holder, origin: Origin, language: str, data: PersonalData, *, columns: int = 48
) -> Receipt:
    """F20 on paper: what the host holds, masked, for the holder to check."""
    page = Page(PaperWords(language), columns)
    say = page.words
    page.head(say("receipt.personal.title"))
    page.holder(holder)
    page.pairs(
        (say("personal.sex"), say(f"sex.{data.sex}")),
        (say("personal.birth_date"), page.day(data.birth_date)),
        (say("personal.phone"), mask_phone_number(data.phone)),
        (say("personal.address"), mask_address(data.address)),
        (say("personal.employer"), data.employer or say("receipt.none")),
        (say("personal.photo"), say(f"personal.photo.{'on_file' if data.photo_on_file else 'none'}")),
    )
    page.rule()
    page.note(say("receipt.personal.wrong"))
    page.foot(origin)
    return page.receipt()
