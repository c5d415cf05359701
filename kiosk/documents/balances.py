"""Balances on paper: the social security side only. No bank amount is ever on the same sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from devices.receipt_printer.receipt import Align, Column, Receipt, Table
from kiosk.documents.paper import NARROW, Holder, Origin, Page, money
from kiosk.documents.words import PaperWords
from kiosk.host.port import Benefit, MedicalAccount, Pension
from screens.locale import formats


@dataclass(frozen=True, slots=True)
class ChipBalance:
    """The medical account as the card's own chip has it; ``fen``, and when it was read."""

    fen: int
    read_at: datetime


def balance_receipt(
    holder: Holder,
    origin: Origin,
    language: str,
    *,
    medical: MedicalAccount | None = None,
    chip: ChipBalance | None = None,
    pension: Pension | None = None,
    columns: int = 48,
) -> Receipt:
    """What was asked for of: medical account (host), the same on the chip (labelled as such), pension account.

    Raises ValueError when nothing was asked for.
    """
    if medical is None and chip is None and pension is None:
        raise ValueError("a balance receipt needs a balance")
    page = Page(PaperWords(language), columns)
    page.head(page.words("receipt.balance.title"), page.words("receipt.balance.side"))
    page.holder(holder)
    if medical is not None:
        page.rule()
        _medical(page, medical)
    if chip is not None:
        page.rule()
        _chip(page, chip, medical)
    if medical is not None or chip is not None:
        page.note(page.words("receipt.medical.not_cash"))
    if pension is not None:
        page.rule()
        _pension(page, pension)
    page.foot(origin)
    return page.receipt()


def _medical(page: Page, medical: MedicalAccount) -> None:
    say = page.words
    page.section(say("receipt.medical.title"))
    page.amount(say("receipt.medical.host"), medical.balance)
    page.pairs((say("receipt.as_of"), say.moment(medical.as_of)))
    page.pairs(
        (say("receipt.medical.income"), money(medical.income_this_year)),
        (say("receipt.medical.spent"), money(medical.spent_this_year)),
        (say("receipt.medical.pooled"), money(medical.pooled_paid_this_year)),
    )
    if medical.past_years:
        page.space()
        _past_years(page, medical)


def _past_years(page: Page, medical: MedicalAccount) -> None:
    say = page.words
    if page.columns < NARROW:
        for year, income, spent, closing in medical.past_years:
            page.section(str(year))
            page.pairs(
                (say("receipt.medical.year_income"), money(income)),
                (say("receipt.medical.year_spent"), money(spent)),
                (say("receipt.medical.year_closing"), money(closing)),
            )
        return
    right = Column(None, Align.RIGHT)
    head = ("receipt.year", "receipt.medical.year_income", "receipt.medical.year_spent", "receipt.medical.year_closing")
    rows = [tuple(say(key) for key in head)]
    rows += [
        (str(year), money(income), money(spent), money(closing)) for year, income, spent, closing in medical.past_years
    ]
    page.blocks.append(Table((Column(5), right, right, right), tuple(rows)))


def _chip(page: Page, chip: ChipBalance, medical: MedicalAccount | None) -> None:
    say = page.words
    page.section(say("receipt.chip.title"))
    page.pairs((say("receipt.chip.balance"), money(chip.fen)), bold=True)
    page.pairs((say("receipt.chip.read_at"), say.moment(chip.read_at)))
    if medical is not None and medical.balance != chip.fen:
        page.note(say("receipt.chip.differs"))


def _pension(page: Page, pension: Pension) -> None:
    say = page.words
    page.section(say("receipt.pension.title"))
    if pension.monthly_benefit is not None:
        page.amount(say("receipt.pension.benefit"), pension.monthly_benefit)
        if pension.last_paid is not None:
            year, month = pension.last_paid
            page.pairs(
                (say("receipt.pension.last_paid"), formats.month(say.language, f"{year:04d}-{month:02d}")),
            )
        if pension.retired_since is not None:
            page.pairs((say("receipt.pension.retired_since"), page.day(pension.retired_since)))
        page.pairs((say("receipt.pension.account"), money(pension.account_balance)))
    else:
        page.amount(say("receipt.pension.account"), pension.account_balance)
    page.pairs(
        (say("receipt.pension.own_total"), money(pension.own_total)),
        (say("receipt.months_paid"), say("unit.months", count=pension.months_paid)),
        (say("receipt.as_of"), say.moment(pension.as_of)),
    )


def benefits_receipt(
    holder: Holder, origin: Origin, language: str, benefits: tuple[Benefit, ...], *, columns: int = 48
) -> Receipt:
    """F17 on paper: unemployment, injury and maternity benefits, each with its time and amounts."""
    page = Page(PaperWords(language), columns)
    say = page.words
    page.head(say("receipt.benefits.title"))
    page.holder(holder)
    if not benefits:
        page.rule()
        page.note(say("benefits.none"))
    for benefit in benefits:
        page.rule()
        page.section(say(f"benefit.{benefit.kind}"))
        page.pairs((say("benefit.state"), say(f"benefit.state.{benefit.state}")))
        if benefit.state != "none":
            page.pairs(
                (say("benefit.since"), page.day(benefit.since)),
                (say("benefit.until"), page.day(benefit.until)),
                (say("benefit.monthly"), money(benefit.monthly)),
                (say("benefit.paid_total"), money(benefit.paid_total)),
            )
    page.foot(origin)
    return page.receipt()
