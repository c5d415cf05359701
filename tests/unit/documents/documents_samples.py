"""One of each paper, about invented people, for the tests and the gallery."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from devices.receipt_printer.receipt import Receipt
from kiosk import documents as d
from kiosk.documents.emblem import seal
from kiosk.host import port
from statemachines.views import Say, Verbatim

NOW = datetime(2026, 11, 22, 10, 5)  # noqa: DTZ001 -- the machine's own time
HOLDER = d.Holder("王秀兰", "990101195603120022")
RARE_HOLDER = d.Holder("𠮷㐀龘", "990101198001010018")
LONG_HOLDER = d.Holder("买买提·吐尔逊·阿卜杜热合曼", "990101198001010018")
ORIGIN = d.Origin("示例市新华区政务服务中心一楼大厅", "K-990101-007", NOW, "20261122-007-000123")
DOCUMENT = port.PrintedDocument(
    "D20261122000045", "7K3M-9QX2", "https://check.example.invalid/d/D20261122000045?c=7K3M9QX2"
)
MEDICAL = port.MedicalAccount(
    123456,
    301200,
    198744,
    1250000,
    ((2025, 298000, 301000, 21000), (2024, 290000, 288000, 24000), (2023, 1284000, 1280500, 22000)),
    NOW,
)
CHIP = d.ChipBalance(120000, NOW)
PENSION = port.Pension(9876543, 8800000, 233, None, None, None, NOW)
RETIRED = port.Pension(9876543, 8800000, 360, date(2011, 4, 1), 412050, (2026, 11), NOW)
STATUS = port.CardStatus(
    "X00000019",
    date(2015, 3, 18),
    port.CardSide.NORMAL,
    date(2015, 3, 20),
    port.CardSide.TO_BE_ACTIVATED,
    "示例银行",
    "0012",
    date(2035, 3, 18),
    NOW,
    True,
)
PERSONAL = port.PersonalData(
    "王秀兰",
    HOLDER.number,
    "female",
    "01",
    date(1956, 3, 12),
    "13900000022",
    "示例省示例市新华区幸福路3号1单元101室",
    "示例市第一机械制造有限责任公司",
    "0012",
    True,
)
PICKUP = d.Pickup(
    "A20261122000017", "renamed", 2000, date(2027, 1, 6), date(2027, 2, 24), True, 12, True,
    "示例市社会保险服务大厅，新华区幸福路 1 号",
)  # fmt: skip
ISSUED = d.IssuedCard("X00000019", "0A1B2C3D", "示例银行", "lost", 2000, "P20261122-88", own_pin=True)
BENEFITS = (
    port.Benefit("unemployment", "running", date(2026, 3, 1), date(2027, 2, 28), 198000, 1584000),
    port.Benefit("injury", "none", None, None, 0, 0),
    port.Benefit("maternity", "ended", date(2020, 1, 1), date(2020, 5, 31), 650000, 3250000),
)


def year(number: int, gaps: tuple[int, ...] = (), last: int = 12) -> port.YearContribution:
    return port.YearContribution(
        number,
        tuple(
            port.MonthContribution(month, False, 0, 0, 0, "")
            if month in gaps
            else port.MonthContribution(month, True, 650000, 52000, 104000, "示例公司")
            for month in range(1, last + 1)
        ),
    )


def history(scheme: port.Scheme, years: int) -> port.ContributionHistory:
    made = tuple(
        year(2026 - back, (3, 4, 5, 9) if back % 4 == 1 else (), 10 if back == 0 else 12) for back in range(years)
    )
    paid = sum(month.paid for one in made for month in one.months)
    gaps = sum(not month.paid for one in made for month in one.months)
    return port.ContributionHistory(
        scheme, date(2026 - years + 1, 1, 1) if years else None, paid, gaps, paid * 52000, made, NOW
    )


def histories(years: int = 20) -> tuple[port.ContributionHistory, ...]:
    return tuple(history(scheme, 0 if scheme is port.Scheme.MATERNITY else years) for scheme in port.Scheme)


def papers(language: str, columns: int = 48) -> dict[str, tuple[Receipt, ...]]:
    """Every paper there is, by name; one sheet each but for the long history."""
    rare, long = RARE_HOLDER, LONG_HOLDER
    where = "示例市社会保险服务大厅 2 号窗口（新华区幸福路 1 号）"
    made: dict[str, tuple[Receipt, ...] | Receipt] = {
        "balance_medical": d.balance_receipt(HOLDER, ORIGIN, language, medical=MEDICAL, chip=CHIP, columns=columns),
        "balance_pension": d.balance_receipt(rare, ORIGIN, language, pension=PENSION, columns=columns),
        "balance_all": d.balance_receipt(
            long, ORIGIN, language, medical=MEDICAL, chip=CHIP, pension=RETIRED, columns=columns
        ),
        "benefits": d.benefits_receipt(HOLDER, ORIGIN, language, BENEFITS, columns=columns),
        "card_status": d.card_status_receipt(HOLDER, ORIGIN, language, STATUS, columns=columns),
        "personal_data": d.personal_data_receipt(HOLDER, ORIGIN, language, PERSONAL, columns=columns),
        "history_3_years": d.contribution_history(
            HOLDER, ORIGIN, language, histories(), DOCUMENT, years=3, columns=columns
        ),
        "history_all": d.contribution_history(rare, ORIGIN, language, histories(), DOCUMENT, columns=columns),
        "certificate": d.participation_certificate(
            HOLDER,
            ORIGIN,
            language,
            d.participations(histories()),
            NOW.date(),
            DOCUMENT,
            full_number=True,
            seal=seal("示例市社会保险演示专用章", "演示样章"),
            columns=columns,
        ),
        "fee": d.fee_slip(
            HOLDER,
            ORIGIN,
            language,
            d.Fee(2000, "receipt.fee.reason.lost", "receipt.fee.method.qr", "P20261122-88", True),
            columns=columns,
        ),
        "refund": d.refund_slip(HOLDER, ORIGIN, language, d.Refund(2000, "P20261122-88", False), columns=columns),
        "loss_temporary": d.loss_report_slip(
            HOLDER, ORIGIN, language, d.LossReport("0019", NOW, date(2026, 12, 2), False), columns=columns
        ),
        "loss_formal": d.loss_report_slip(
            HOLDER, ORIGIN, language, d.LossReport("0019", NOW, None, True), columns=columns
        ),
        "retained_card": d.retained_card_slip(
            HOLDER, ORIGIN, language, d.RetainedCard("0019", "not_taken", where, date(2026, 11, 27)), columns=columns
        ),
        "failed": d.failed_business_slip(
            HOLDER,
            ORIGIN,
            language,
            d.FailedBusiness("service.print_contributions", "host_unavailable", held_fen=2000),
            columns=columns,
        ),
        "failed_unknown": d.failed_business_slip(
            None,
            ORIGIN,
            language,
            d.FailedBusiness("service.print_contributions", "host_unknown", True, 2000),
            columns=columns,
        ),
        "refusal": d.refusal_slip(
            HOLDER,
            ORIGIN,
            language,
            d.Refusal(
                Say("refusal.card_unknown"),
                (Say("advice.call_12333"),),
                (Say("where.counter"), Say("where.place", {"place": Verbatim(where)})),
                (Say("papers.id_card"), Say("papers.card")),
            ),
            columns=columns,
        ),
        "correction": d.refusal_slip(
            HOLDER,
            ORIGIN,
            language,
            d.Refusal(
                Say("refusal.data_differ"),
                where=(Say("where.counter"), Say("where.place", {"place": Verbatim(where)})),
                papers=(Say("papers.id_card"), Say("papers.card")),
                cause=3,
                differences=(("personal.name", "王**", "汪**"),),
            ),
            columns=columns,
        ),
        "pickup": d.pickup_slip(HOLDER, ORIGIN, language, PICKUP, columns=columns),
        "issue_receipt": d.issue_receipt(HOLDER, ORIGIN, language, ISSUED, columns=columns),
        "issue_receipt_free": d.issue_receipt(
            long, ORIGIN, language, replace(ISSUED, reason="first", fen=0, reference="", own_pin=False), columns=columns
        ),
        **{
            f"issue_ended_{fate.value}": d.ended_issue_slip(
                HOLDER,
                ORIGIN,
                language,
                d.EndedIssue(fate, Say("refusal.host_unknown"), 2000, "P20261122-88", old_card_kept=True),
                columns=columns,
            )
            for fate in d.IssueFate
        },
    }
    return {name: paper if isinstance(paper, tuple) else (paper,) for name, paper in made.items()}
