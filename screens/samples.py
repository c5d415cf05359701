"""Every page with invented facts, for the gallery and the tests. Keys: the page's class name, a colon, which case."""

from __future__ import annotations

from screens.samples_frames import BACK, CARD, NOBODY, SESSION, frame
from screens.samples_issuing import ISSUING
from statemachines.views import (
    Amount,
    AnyPage,
    AskPrint,
    Attract,
    Choice,
    Day,
    Details,
    Done,
    Farewell,
    Fen,
    Frame,
    Help,
    Identify,
    InsertCard,
    Instruction,
    LayIdCard,
    Maintenance,
    Menu,
    Month,
    MonthLine,
    Months,
    Notice,
    Number,
    OutOfService,
    PinEntry,
    Printing,
    Refusal,
    Row,
    Say,
    Starting,
    StillThere,
    TakeCard,
    TakePaper,
    Verbatim,
    Working,
    YearLine,
    Years,
)

_SERVICES = tuple(
    Choice(name, Say(f"service.{name}"), Say(f"service.{name}.note"), icon)
    for name, icon in (
        ("medical", "medical"),
        ("pension", "pension"),
        ("contributions", "contributions"),
        ("benefits", "benefits"),
        ("card_status", "card"),
        ("personal_data", "person"),
        ("pin_change", "pin"),
    )
)
_SCHEMES = tuple(
    Choice(name, Say(f"scheme.{name}"), icon=name)
    for name in ("pension", "medical", "unemployment", "injury", "maternity", "housing_fund")
)
_MONTHS = tuple(
    MonthLine(month, paid=False)
    if month in (5, 6)
    else MonthLine(
        month,
        True,
        Fen(812_400),
        Fen(64_992),
        Fen(129_984),
        "示例市第一纺织有限公司" if month < 7 else "示例市新华区人民医院",
    )
    for month in range(1, 13)
)
_YEARS = tuple(
    YearLine(year, 12 - len(gaps), gaps, Fen(779_904 - 41_000 * (2026 - year)))
    for year, gaps in ((year, {2021: (5, 6), 2015: (1, 2, 3, 11)}.get(year, ())) for year in range(2025, 2008, -1))
)
_RULES = tuple(
    Say(f"pin.rule.{rule}") for rule in ("six_digits", "not_initial", "not_repeated", "not_sequence", "not_birthday")
)

SAMPLES: dict[str, tuple[Frame, AnyPage]] = {
    "Starting": (NOBODY, Starting(Say("starting.devices"))),
    "Starting:unfinished_card": (
        NOBODY,
        Starting(Say("recovery.sizing_up"), Say("recovery.sizing_up.title"), Say("recovery.sizing_up.note")),
    ),
    "Attract": (NOBODY, Attract((Say("works.query"), Say("works.print"), Say("works.pin_change")))),
    "Attract:no_paper": (
        NOBODY,
        Attract((Say("works.query_by_id_card"),), (Say("works.print"), Say("works.query_by_card"))),
    ),
    "Notice": (SESSION, Notice(tuple(Say(f"notice.{point}") for point in ("read", "why", "kept", "end")))),
    "Identify": (
        SESSION,
        Identify(
            (
                Choice("card", Say("identify.card"), Say("identify.card.note"), "card"),
                Choice("id_card", Say("identify.id_card"), Say("identify.id_card.note"), "id_card"),
            )
        ),
    ),
    "Identify:no_card_reader": (
        SESSION,
        Identify(
            (
                Choice("card", Say("identify.card"), None, "card", Say("why_not.card_reader")),
                Choice("id_card", Say("identify.id_card"), Say("identify.id_card.note"), "id_card"),
            )
        ),
    ),
    "InsertCard": (frame(leave=True, back=True, lit="card_slot"), InsertCard()),
    "InsertCard:problem": (frame(leave=True, back=True, lit="card_slot"), InsertCard(Say("problem.card_turn_over"))),
    "LayIdCard": (frame(leave=True, back=True, lit="id_plate"), LayIdCard()),
    "LayIdCard:problem": (frame(leave=True, back=True, lit="id_plate"), LayIdCard(Say("problem.id_card_removed"))),
    "Working": (CARD, Working(Say("working.reading_card"), 15, Say("working.keep_card"))),
    "Working:query": (
        CARD,
        Working(Say("working.querying_scheme", {"scheme": Say("scheme.pension")}), 25),
    ),
    "PinEntry": (frame(leave=True, card_in=True, lit="keypad"), PinEntry("verify", 3)),
    "PinEntry:wrong": (
        frame(leave=True, card_in=True, lit="keypad"),
        PinEntry("verify", 0, tries_left=2, problem=Say("pin.wrong")),
    ),
    "PinEntry:last": (
        frame(leave=True, card_in=True, lit="keypad"),
        PinEntry("verify", 0, tries_left=1, problem=Say("pin.wrong")),
    ),
    "PinEntry:new": (
        frame(leave=True, card_in=True, lit="keypad", step=(2, 3)),
        PinEntry("new", 4, rules=_RULES),
    ),
    "PinEntry:weak": (
        frame(leave=True, card_in=True, lit="keypad", step=(2, 3)),
        PinEntry("new", 0, problem=Say("pin.weak.sequence"), rules=_RULES),
    ),
    "Menu": (CARD, Menu(Say("menu.question"), _SERVICES, Say("menu.greeting", {"name": Verbatim("*秀兰")}))),
    "Menu:by_id_card": (
        SESSION,
        Menu(
            Say("menu.question"),
            (
                *_SERVICES[:4],
                Choice("card_status", Say("service.card_status"), None, "card", Say("why_not.needs_card")),
                *_SERVICES[5:6],
            ),
            Say("menu.greeting", {"name": Verbatim("*建国")}),
        ),
    ),
    "Menu:schemes": (BACK, Menu(Say("contributions.question"), _SCHEMES)),
    "Amount": (
        BACK,
        Amount(
            Say("amount.medical.title"),
            Fen(345_678),
            Say("amount.medical.account"),
            Say("amount.source.host"),
            Day("2026-11-22"),
            (
                Row(Say("amount.medical.income"), Fen(182_400)),
                Row(Say("amount.medical.spent"), Fen(96_050)),
                Row(Say("amount.medical.pooled"), Fen(1_204_310)),
            ),
            (
                Choice("past_years", Say("amount.medical.past_years")),
                Choice("chip", Say("amount.chip.title")),
            ),
        ),
    ),
    "Amount:no_paper": (
        frame(leave=True, back=True, card_in=True, print_available=False),
        Amount(
            Say("amount.chip.title"),
            Fen(123_456_789),
            Say("amount.medical.account"),
            Say("amount.source.chip"),
            Day("2026-11-22"),
            notes=(Say("amount.chip.note"),),
        ),
    ),
    "Details": (
        BACK,
        Details(
            Say("personal.title"),
            (
                (
                    Say("personal.person"),
                    (
                        Row(Say("personal.name"), Verbatim("*秀兰")),
                        Row(Say("personal.number"), Verbatim("990***********0022")),
                        Row(Say("personal.sex"), Say("sex.female")),
                        Row(Say("personal.nation"), Verbatim("汉")),
                        Row(Say("personal.birth_date"), Verbatim("1956年*月*日")),
                    ),
                ),
                (
                    Say("personal.contact"),
                    (
                        Row(Say("personal.phone"), Verbatim("139****0000")),
                        Row(Say("personal.address"), Verbatim("示例省示例市新华区**********")),
                    ),
                ),
                (
                    Say("personal.work"),
                    (
                        Row(Say("personal.employer"), Say("personal.empty"), "muted"),
                        Row(Say("personal.bank"), Verbatim("示例银行 尾号 0012")),
                        Row(Say("personal.photo"), Say("personal.photo.on_file"), "good"),
                    ),
                ),
            ),
            masked=True,
            printable=True,
            reportable=True,
        ),
    ),
    "Details:card": (
        BACK,
        Details(
            Say("card_status.title"),
            (
                (
                    Say("card_status.social"),
                    (
                        Row(Say("card_status.state"), Say("card_side.normal"), "good"),
                        Row(Say("card_status.number"), Verbatim("X0000****")),
                        Row(Say("card_status.issued"), Day("2015-03-18")),
                    ),
                ),
                (
                    Say("card_status.bank"),
                    (
                        Row(Say("card_status.state"), Say("card_side.expired"), "wrong"),
                        Row(Say("card_status.bank_name"), Verbatim("示例银行")),
                        Row(Say("card_status.bank_account"), Verbatim("尾号 0012")),
                        Row(Say("card_status.bank_valid_until"), Day("2025-03-18")),
                        Row(Say("card_status.bank_as_of"), Day("2026-11-21")),
                    ),
                ),
            ),
            printable=True,
            notes=(Say("card_status.bank_expired"),),
        ),
    ),
    "Details:rare": (
        BACK,
        Details(
            Say("personal.title"),
            (
                (
                    Say("personal.person"),
                    (
                        Row(Say("personal.name"), Verbatim("郑𠮷㐀")),
                        Row(Say("personal.number"), Verbatim("990101197906190078")),
                        Row(
                            Say("personal.address"), Verbatim("示例省示例市新华区幸福路52号8单元122室（原幸福村三组）")
                        ),
                    ),
                ),
            ),
            revealed=True,
            reportable=True,
        ),
    ),
    "Years": (
        BACK,
        Years(
            Say("years.title", {"scheme": Say("scheme.pension")}),
            (
                Row(Say("years.first_insured"), Month("2009-01")),
                Row(Say("years.months_paid"), Number(198, "unit.months")),
                Row(Say("years.gaps"), Number(6, "unit.months"), "wrong"),
            ),
            _YEARS,
            printable=True,
        ),
    ),
    "Months": (
        BACK,
        Months(
            Say("months.title", {"year": Number(2021), "scheme": Say("scheme.unemployment")}),
            2021,
            _MONTHS,
            earlier=True,
            later=True,
            printable=True,
        ),
    ),
    "AskPrint": (
        BACK,
        AskPrint(
            Say("ask_print.how_much"),
            (
                Choice("1", Say("ask_print.one_year"), Say("ask_print.length", {"count": Number(18)}), "print"),
                Choice("3", Say("ask_print.three_years"), Say("ask_print.length", {"count": Number(42)}), "print"),
                Choice("all", Say("ask_print.all"), Say("ask_print.length", {"count": Number(150)}), "print"),
            ),
            Say("ask_print.masked_number"),
        ),
    ),
    "Printing": (frame(card_in=True, lit="receipt"), Printing(Say("print.contributions"), 20)),
    "TakePaper": (
        frame(card_in=True, lit="receipt", leave=True),
        TakePaper(Say("print.contributions"), "D2026112200031"),
    ),
    "Done": (
        CARD,
        Done(
            Say("pin.changed"),
            (
                Say("pin.changed.from_now"),
                Say("pin.changed.keep"),
                Say("pin.changed.phone_loss"),
                Say("pin.changed.bank_separate"),
            ),
        ),
    ),
    "Instruction": (
        frame(),
        Instruction(
            Say("stock.card.look"),
            (
                Say("stock.card.which", {"serial": Verbatim("0C000002")}),
                Say("stock.card.look_along"),
                Say("stock.card.look_in_bin", {"count": Number(2)}),
            ),
        ),
    ),
    "Refusal": (
        CARD,
        Refusal(
            Say("pin.locked.what"),
            (Say("pin.locked.where"),),
            (Say("works.id_card_instead"), Say("works.phone_loss")),
            (Say("where.counter"), Say("where.nearest_machine", {"place": Verbatim("新华区便民服务中心一楼")})),
            (Say("papers.id_card"), Say("papers.card")),
            printable=True,
        ),
    ),
    "Refusal:again": (
        BACK,
        Refusal(
            Say("refusal.host_unknown"),
            (Say("refusal.nothing_changed"), Say("advice.come_again_later")),
            (Say("works.again_later"),),
            again=True,
        ),
    ),
    "StillThere": (CARD, StillThere(20)),
    "TakeCard": (frame(card_in=True, lit="card_slot"), TakeCard("social")),
    "TakeCard:urgent": (frame(card_in=True, lit="card_slot"), TakeCard("social", urgent=True)),
    "TakeCard:id": (frame(lit="id_plate"), TakeCard("id")),
    "TakeCard:both": (frame(card_in=True, lit="card_slot"), TakeCard("both", urgent=True)),
    "Farewell": (NOBODY, Farewell(Say("outcome.printed"))),
    "OutOfService": (
        NOBODY,
        OutOfService(
            Say("out_of_service.nothing_works"),
            (),
            (
                Say("out_of_service.engineer"),
                Say("where.nearest_machine", {"place": Verbatim("新华区便民服务中心一楼")}),
            ),
        ),
    ),
    "Maintenance": (
        NOBODY,
        Maintenance(
            (
                Row(Say("device.card_reader"), Say("device.state.online"), "good"),
                Row(Say("device.id_reader"), Say("device.state.online"), "good"),
                Row(Say("device.pin_pad"), Say("device.state.offline"), "wrong"),
                Row(Say("device.receipt_printer"), Say("device.state.userError"), "wrong"),
                Row(Say("device.host"), Say("device.state.online"), "good"),
            ),
            (
                Choice("self_test", Say("maintenance.self_test"), icon="check"),
                Choice("reset", Say("maintenance.reset"), icon="wrench"),
                Choice("test_print", Say("maintenance.test_print"), icon="print"),
                Choice("back", Say("maintenance.back_in_service"), icon="forward"),
            ),
        ),
    ),
    "Help": (
        NOBODY,
        Help(tuple(Say(f"help.{line}") for line in ("phone", "attendant", "card_safe", "language", "stop"))),
    ),
    **ISSUING,
}
