"""Pages of the queries: the host's answers as amounts, details, years and months. Masked until asked to be seen."""

from __future__ import annotations

from datetime import date
from typing import Any

from kiosk.clock import KIOSK_ZONE
from kiosk.host.port import (
    Benefit,
    CardSide,
    CardStatus,
    ContributionHistory,
    MedicalAccount,
    MonthContribution,
    Pension,
    PersonalData,
    Scheme,
    YearContribution,
)
from kiosk.masking import (
    mask_address,
    mask_bank_number,
    mask_card_number,
    mask_identity_number,
    mask_name,
    mask_phone_number,
)
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines.timing import DELAYS
from statemachines.views import (
    Amount,
    AskPrint,
    Choice,
    Day,
    Details,
    Done,
    Fen,
    Menu,
    Month,
    MonthLine,
    Months,
    Number,
    Page,
    Printing,
    Row,
    Say,
    TakePaper,
    Value,
    Verbatim,
    Working,
    YearLine,
    Years,
)

PRINT_NAMES = {
    "medical_account": "print.balance",
    "pension": "print.balance",
    "contributions": "print.contributions",
    "card_status": "print.card_status",
    "benefits": "print.balance",
    "personal_data": "print.personal_data",
}
"""Service -> what its print is called."""

EXTENTS = ("1", "3", "5", "all")
"""How much of a contribution record can be printed: years from the latest, or all."""


def fetching(session: Session, tools: Tools) -> Working:
    scheme = session.kept.get("scheme")
    if scheme is None:
        return Working(Say("working.querying"), at_most=_host())
    return Working(Say("working.querying_scheme", {"scheme": Say(f"scheme.{scheme}")}), at_most=_host())


def reporting(session: Session, tools: Tools) -> Working:
    return Working(Say("working.reporting"), at_most=_host())


def _host() -> int:
    return int(DELAYS["host"].seconds)


def choosing(session: Session, tools: Tools) -> Menu:
    return Menu(
        question=Say("contributions.question"),
        choices=tuple(Choice(id=scheme.value, title=Say(f"scheme.{scheme}"), icon=scheme.value) for scheme in Scheme),
    )


# -- amounts -----------------------------------------------------------------------------------------------------------


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
        as_of=_day(answer.as_of.astimezone(KIOSK_ZONE).date()),
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
    as_of = _day(answer.as_of.astimezone(KIOSK_ZONE).date())
    if answer.monthly_benefit is not None and account != "account":
        rows = [Row(Say("amount.pension.retired_since"), _day(answer.retired_since))] if answer.retired_since else []
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


# -- details -----------------------------------------------------------------------------------------------------------


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
        social.append(Row(Say("card_status.issued"), _day(answer.issued)))
    if answer.social_since:
        social.append(Row(Say("card_status.since"), _day(answer.social_since)))
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
        bank.append(Row(Say("card_status.bank_valid_until"), _day(answer.bank_valid_until)))
    if answer.bank_as_of:
        bank.append(Row(Say("card_status.bank_as_of"), _day(answer.bank_as_of.astimezone(KIOSK_ZONE).date())))
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
                    Row(Say("personal.birth_date"), _day(answer.birth_date)),
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
            lines.append(Row(Say("benefit.since"), _day(benefit.since)))
        if benefit.until:
            lines.append(Row(Say("benefit.until"), _day(benefit.until)))
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


# -- contributions -----------------------------------------------------------------------------------------------------


def _history(session: Session) -> ContributionHistory:
    if not isinstance(session.answer, ContributionHistory):
        raise TypeError(f"{type(session.answer).__name__} is no contribution history")
    return session.answer


def years(session: Session, tools: Tools) -> Years:
    history = _history(session)
    summary = [Row(Say("years.months_paid"), Number(history.months_paid, "unit.months"))]
    if history.first_insured:
        summary.insert(0, Row(Say("years.first_insured"), _day(history.first_insured)))
    if history.gaps:
        summary.append(Row(Say("years.gaps"), Number(history.gaps, "unit.months"), look="wrong"))
    elif history.years:
        summary.append(Row(Say("years.gaps"), Say("years.no_gaps"), look="good"))
    summary.append(Row(Say("years.total_own"), Fen(history.total_own)))
    return Years(
        title=Say("years.title", {"scheme": Say(f"scheme.{history.scheme}")}),
        summary=tuple(summary),
        years=tuple(_year(each) for each in history.years),
        printable=bool(history.years),
    )


def _year(year: YearContribution) -> YearLine:
    paid = [month for month in year.months if month.paid]
    return YearLine(
        year=year.year,
        months_paid=len(paid),
        gaps=tuple(month.month for month in year.months if not month.paid),
        amount=Fen(sum(month.own for month in paid)),
    )


def months(session: Session, tools: Tools) -> Months:
    history = _history(session)
    wanted = int(session.kept["year"])
    known = {year.year: year for year in history.years}
    year = known[wanted]
    return Months(
        title=Say("months.title", {"year": Verbatim(str(wanted)), "scheme": Say(f"scheme.{history.scheme}")}),
        year=wanted,
        months=tuple(_month(each) for each in year.months),
        earlier=wanted - 1 in known,
        later=wanted + 1 in known,
        printable=True,
    )


def _month(month: MonthContribution) -> MonthLine:
    if not month.paid:
        return MonthLine(month.month, paid=False)
    return MonthLine(
        month.month,
        paid=True,
        base=Fen(month.base),
        own=Fen(month.own),
        employer=Fen(month.employer),
        employer_name=month.employer_name,
    )


# -- print -------------------------------------------------------------------------------------------------------------


def extent(session: Session, tools: Tools) -> AskPrint:
    many = len(_history(session).years)
    titles = {
        "1": "ask_print.one_year",
        "3": "ask_print.three_years",
        "5": "ask_print.five_years",
        "all": "ask_print.all",
    }
    return AskPrint(
        question=Say("ask_print.how_much"),
        choices=tuple(
            Choice(each, Say(titles[each])) for each in EXTENTS if each == "all" or int(each) < many or each == "1"
        ),
        note=Say("ask_print.masked_number"),
    )


def _what(session: Session) -> Say:
    service = session.kept["service"]
    if service == "contributions":
        return Say("print.contributions_of", {"scheme": Say(f"scheme.{session.kept['scheme']}")})
    return Say(PRINT_NAMES[service])


def printing(session: Session, tools: Tools) -> Printing:
    return Printing(_what(session), at_most=int(DELAYS["printer"].seconds))


def take_paper(session: Session, tools: Tools) -> TakePaper:
    return TakePaper(_what(session), document=session.document)


def reported(session: Session, tools: Tools) -> Done:
    return Done(
        title=Say("wrong.done"),
        notes=(Say("wrong.case_number", {"number": Verbatim(session.document)}), Say("wrong.papers")),
    )


def _day(day: date | None) -> Day:
    if day is None:
        raise TypeError("there is no day to show")
    return Day(day.isoformat())
