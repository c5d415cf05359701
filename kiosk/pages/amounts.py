"""The amounts: medical account and pension, one large, with where it comes from and as of when."""

from __future__ import annotations

from kiosk.clock import KIOSK_ZONE
from kiosk.host.port import (
    MedicalAccount,
    Pension,
)
from kiosk.pages.values import day
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.views import (
    Amount,
    Choice,
    Fen,
    Month,
    Number,
    Page,
    Row,
    Say,
)


def amount(session: Session, tools: Tools) -> Page:
    answer = session.answer
    if isinstance(answer, MedicalAccount):
        return _medical(answer, session.chip_balance)
    if isinstance(answer, Pension):
        return _pension(answer, account=session.kept.get("account", ""))
    raise TypeError(f"{type(answer).__name__} is no amount")


def _medical(answer: MedicalAccount, chip_balance: int | None) -> Amount:
    on_chip = () if chip_balance is None else (Row(Say("amount.chip.title"), Fen(chip_balance), look="muted"),)
    return Amount(
        title=Say("amount.medical.title"),
        amount=Fen(answer.balance),
        account=Say("amount.medical.account"),
        source=Say("amount.source.host"),
        as_of=day(answer.as_of.astimezone(KIOSK_ZONE).date()),
        rows=(
            Row(Say("amount.medical.income"), Fen(answer.income_this_year)),
            Row(Say("amount.medical.spent"), Fen(answer.spent_this_year)),
            Row(Say("amount.medical.pooled"), Fen(answer.pooled_paid_this_year)),
            *on_chip,
        ),
        notes=(Say("amount.chip.note"),) if on_chip else (),
        more=(Choice("past_years", Say("amount.medical.past_years")),) if answer.past_years else (),
    )


def _pension(answer: Pension, *, account: str) -> Amount:
    as_of = day(answer.as_of.astimezone(KIOSK_ZONE).date())
    if answer.monthly_benefit is not None and account != "account":
        rows = [Row(Say("amount.pension.retired_since"), day(answer.retired_since))] if answer.retired_since else []
        if answer.last_paid:
            rows.append(Row(Say("amount.pension.last_paid"), Month("{:04d}-{:02d}".format(*answer.last_paid))))
        return Amount(
            title=Say("amount.pension_benefit.title"),
            amount=Fen(answer.monthly_benefit),
            account=Say("amount.pension_benefit.account"),
            source=Say("amount.source.host"),
            as_of=as_of,
            rows=tuple(rows),
            more=(Choice("account", Say("amount.pension.see_account")),),
        )
    return Amount(
        title=Say("amount.pension.title"),
        amount=Fen(answer.account_balance),
        account=Say("amount.pension.account"),
        source=Say("amount.source.host"),
        as_of=as_of,
        rows=(
            Row(Say("amount.pension.own_total"), Fen(answer.own_total)),
            Row(Say("amount.pension.months_paid"), Number(answer.months_paid, "unit.months")),
        ),
        more=(Choice("benefit", Say("amount.pension.see_benefit")),) if answer.monthly_benefit is not None else (),
    )
