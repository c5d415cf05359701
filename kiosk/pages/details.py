"""Labelled values in groups: card status, personal data, benefits, past years. Masked until asked to be seen."""

from __future__ import annotations

from typing import Any

from kiosk.clock import KIOSK_ZONE
from kiosk.host.port import (
    Benefit,
    CardSide,
    CardStatus,
    MedicalAccount,
    PersonalData,
)
from kiosk.masking import (
    mask_address,
    mask_bank_number,
    mask_card_number,
    mask_identity_number,
    mask_name,
    mask_phone_number,
)
from kiosk.pages.values import day
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import (
    Details,
    Fen,
    Page,
    Row,
    Say,
    Value,
    Verbatim,
)


def details(session: Session, tools: Tools) -> Page:
    answer = session.answer
    revealed = "revealed" in session.kept
    if isinstance(answer, CardStatus):
        return _card_status(answer, revealed=revealed)
    if isinstance(answer, PersonalData):
        return _personal(answer, revealed=revealed)
    if isinstance(answer, MedicalAccount):
        return _past_years(answer)
    if isinstance(answer, tuple):
        return _benefits(answer)
    raise TypeError(f"{type(answer).__name__} has no details")


def _card_status(answer: CardStatus, *, revealed: bool) -> Details:
    number = answer.card_number if revealed else mask_card_number(answer.card_number)
    social = [Row(Say("card_status.number"), Verbatim(number)), _side(answer.social_side)]
    if answer.issued:
        social.append(Row(Say("card_status.issued"), day(answer.issued)))
    if answer.social_since:
        social.append(Row(Say("card_status.since"), day(answer.social_since)))
    social.append(
        Row(
            Say("card_status.essc"),
            Say("card_status.essc.issued" if answer.essc_issued else "card_status.essc.none"),
        )
    )
    bank = [Row(Say("card_status.bank_name"), Verbatim(answer.bank_name)), _side(answer.bank_side)]
    if answer.bank_last_four:
        bank.append(Row(Say("card_status.bank_account"), Verbatim(f"**** {answer.bank_last_four}")))
    if answer.bank_valid_until:
        bank.append(Row(Say("card_status.bank_valid_until"), day(answer.bank_valid_until)))
    if answer.bank_as_of:
        bank.append(Row(Say("card_status.bank_as_of"), day(answer.bank_as_of.astimezone(KIOSK_ZONE).date())))
    notes = {
        CardSide.EXPIRED: (Say("card_status.bank_expired"),),
        CardSide.TO_BE_ACTIVATED: (Say("card_status.bank_to_activate"),),
    }.get(answer.bank_side, ())
    return Details(
        title=Say("card_status.title"),
        groups=((Say("card_status.social"), tuple(social)), (Say("card_status.bank"), tuple(bank))),
        masked=not revealed,
        revealed=revealed,
        printable=True,
        notes=notes,
    )


def _side(side: CardSide) -> Row:
    good = side is CardSide.NORMAL
    look = "good" if good else "plain" if side in (CardSide.TO_BE_ACTIVATED, CardSide.NONE) else "wrong"
    return Row(Say("card_status.state"), Say(f"card_side.{side}"), look=look)  # type: ignore[arg-type]


def _personal(answer: PersonalData, *, revealed: bool) -> Details:
    def told(text: str, masked: str) -> Value:
        return Verbatim(text if revealed else masked) if text else Say("personal.empty")

    return Details(
        title=Say("personal.title"),
        groups=(
            (
                Say("personal.person"),
                (
                    Row(Say("personal.name"), told(answer.name, mask_name(answer.name))),
                    Row(Say("personal.number"), told(answer.number, mask_identity_number(answer.number))),
                    Row(Say("personal.sex"), Say(f"sex.{answer.sex}")),
                    Row(Say("personal.birth_date"), day(answer.birth_date)),
                ),
            ),
            (
                Say("personal.contact"),
                (
                    Row(Say("personal.phone"), told(answer.phone, mask_phone_number(answer.phone))),
                    Row(Say("personal.address"), told(answer.address, mask_address(answer.address))),
                ),
            ),
            (
                Say("personal.work"),
                (
                    Row(Say("personal.employer"), told(answer.employer, answer.employer)),
                    Row(Say("personal.bank"), told(*_bank(answer.bank_last_four))),
                    Row(
                        Say("personal.photo"),
                        Say("personal.photo.on_file" if answer.photo_on_file else "personal.photo.none"),
                    ),
                ),
            ),
        ),
        masked=not revealed,
        revealed=revealed,
        printable=True,
        reportable=True,
        notes=() if revealed else (Say("details.masked"),),
    )


def _bank(last_four: str) -> tuple[str, str]:
    shown = mask_bank_number(f"****{last_four}") if last_four else ""
    return shown, shown


def _past_years(answer: MedicalAccount) -> Details:
    def group(year: int, income: int, spent: int, closing: int) -> tuple[Say, tuple[Row, ...]]:
        of_year: dict[str, Any] = {"year": Verbatim(str(year))}
        return Say("years.year", of_year), (
            Row(Say("amount.medical.year.income", of_year), Fen(income)),
            Row(Say("amount.medical.year.spent", of_year), Fen(spent)),
            Row(Say("amount.medical.year.closing", of_year), Fen(closing)),
        )

    return Details(
        title=Say("amount.medical.past_years"),
        groups=tuple(group(*each) for each in answer.past_years[:5]),
        printable=True,
    )


def _benefits(answer: tuple[Benefit, ...]) -> Details:
    def rows(benefit: Benefit) -> tuple[Row, ...]:
        running = benefit.state == "running"
        lines = [
            Row(
                Say("benefit.state"),
                Say(f"benefit.state.{benefit.state}"),
                look="good" if running else "plain",
            )
        ]
        if benefit.since:
            lines.append(Row(Say("benefit.since"), day(benefit.since)))
        if benefit.until:
            lines.append(Row(Say("benefit.until"), day(benefit.until)))
        if benefit.monthly:
            lines.append(Row(Say("benefit.monthly"), Fen(benefit.monthly)))
        lines.append(Row(Say("benefit.paid_total"), Fen(benefit.paid_total)))
        return tuple(lines)

    received = [benefit for benefit in answer if benefit.state != "none"]
    return Details(
        title=Say("benefits.title"),
        groups=tuple((Say(f"benefit.{benefit.kind}"), rows(benefit)) for benefit in received),
        printable=bool(received),
        notes=() if received else (Say("benefits.none"),),
    )
