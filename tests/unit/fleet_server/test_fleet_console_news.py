"""The time line says what is news, and says it once; what needs a hand is one row for one cause."""

from __future__ import annotations

from typing import Any

from kiosk.fleet.console.page_glance import needs
from kiosk.fleet.console.telling import news
from kiosk.fleet.console.words import Words
from kiosk.fleet.desk.shapes import AlertRow, Bilingual, KioskRow, Moment, Standing

WORDS = Words("en")
WELL = Bilingual(zh="", en="")


def moment(number: int, told_as: str, at: int, **body: Any) -> Moment:
    return Moment(key=f"j.{number}", kind=told_as, happened_at=at, received_at=at, late=False, body=body)


def device(number: int, at: int, name: str, fault: str | None = None, **more: Any) -> Moment:
    return moment(number, "device_state", at, device=name, kind=name, state="online", fault=fault, **more)


def told(*moments: Moment, not_fitted: frozenset[str] = frozenset()) -> list[str]:
    """Oldest first."""
    return [text for _, text in reversed(news(WORDS, moments[::-1], not_fitted))]


def test_devices_that_come_up_together_are_one_sentence() -> None:
    assert told(
        moment(1, "event", 0, event="started"),
        device(2, 10, "camera"),
        device(3, 20, "pin_pad"),
        moment(4, "capabilities", 30, lost={}),
        device(5, 40, "card_reader"),
        device(6, 60_000, "scanner"),
    ) == [
        "Application started",
        "Online: Camera, PIN pad",
        "Everything works",
        "Card reader: online",
        "Scanner: online",
    ]


def test_what_is_said_again_is_no_news_until_it_has_changed() -> None:
    low = "receipt_printer.paper_low"
    assert told(
        device(1, 0, "receipt_printer"),
        device(2, 1, "receipt_printer", words={"paper": "full"}),
        device(3, 2, "receipt_printer", low),
        device(4, 3, "receipt_printer", low, measures={"temperature": 30}),
        moment(5, "capabilities", 4, lost={"pay": "payer"}),
        moment(6, "capabilities", 5, lost={"pay": "payer"}, banks=["a"]),
        device(7, 6, "receipt_printer"),
    ) == [
        "Receipt printer: online",
        "Receipt printer: Receipt paper is running low. Printing still works.",
        "Not working: Pay",
        "Receipt printer: online",
    ]


def test_a_kiosk_has_not_lost_what_it_was_built_without() -> None:
    bare = {"lost": {"speak": "speech"}}
    cut = {"lost": {"speak": "speech", "pay": "payer"}}
    moments = [moment(nth, "capabilities", nth, **body) for nth, body in enumerate((bare, cut, bare))]
    assert told(*moments, not_fitted=frozenset({"speech"})) == [
        "Everything works",
        "Not working: Pay",
        "Everything works",
    ]
    assert told(moments[0]) == ["Not working: Speak"]


def test_a_business_that_was_left_says_at_which_page() -> None:
    left = moment(1, "business_outcome", 0, service="issue_card", result="abandoned", step="applying.consent")
    assert told(left) == ["Card issue: left (Consent)"]


def test_a_business_that_was_refused_says_what_the_citizen_was_told() -> None:
    body = {"service": "medical_account", "result": "refused", "step": "menu", "reason": "refusal.card_expired"}
    (said,) = told(moment(1, "business_outcome", 0, **body))
    assert said == "Medical account: refused (This card has expired)"


def alert(number: int, kiosk: str, severity: str = "warning", *, at: int = 0) -> AlertRow:
    return AlertRow(
        id=number, kiosk=kiosk, device="line:line-004" if not kiosk else "receipt_printer", code="x.y",
        severity=severity, state="opened", level=0, late=False, happened_at=at, opened_at=at, words=WELL, remedy=WELL,
        by_hand=False,
    )  # fmt: skip


def row(name: str, rank: int, worst: AlertRow | None) -> KioskRow:
    return KioskRow(
        id=name, name="", site="", standing=Standing.FINE, rank=rank, serving=False, seen_at=0, works=(), banks=(),
        lost={}, worst=worst,
    )  # fmt: skip


def test_a_line_that_was_cut_is_one_need_and_the_most_urgent_comes_first() -> None:
    cut = alert(9, "", "critical")
    rows = [
        row("K0001", 60, alert(1, "K0001", at=5)),
        row("K0002", 180, cut),
        row("K0003", 0, None),
        row("K0004", 180, cut),
        row("K0005", 60, alert(2, "K0005", at=4)),
        row("K0006", 20, None),
    ]
    found = [[each.id for each in need] for need in needs(rows)]
    assert found == [["K0002", "K0004"], ["K0005"], ["K0001"], ["K0006"]]
