"""An invented applicant at a kiosk that issues cards, and the parts of a kiosk that a page looks at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from devices.card_printer.contract import CardPosition, CardPrinterStatus
from devices.card_reader.motorised import MotorisedReaderStatus
from devices.contract import DeviceState, MediaState, StorageKind, StorageLevel, StorageUnit
from devices.fault_catalogue import Capability
from kiosk.catalogue import policy
from kiosk.catalogue.fees import FeeBasis
from kiosk.catalogue.rules import Reason
from kiosk.catalogue.services import load
from kiosk.clock import ManualClock
from kiosk.host.issuing_values import (
    Application,
    ApplicationState,
    Bank,
    Eligibility,
    HolderRecord,
    Mode,
    OldCard,
    PhotoNeed,
    PickupSlip,
    Quote,
)
from kiosk.host.payer.port import Means, Payment, PaymentState
from kiosk.host.port import Person
from kiosk.issue import Issue
from kiosk.journal.business_number import BusinessNumber
from kiosk.journal.issues import IssueEnd, IssueRecord, IssueStep
from kiosk.session import Session

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BUSINESS = BusinessNumber("20261122-K0001-0042-S")
OLD_SERIAL = "0A000001"
HOLDER = HolderRecord(
    name="王秀兰",
    number="990101195603120022",
    sex="female",
    nation="01",
    birth_date=date(1956, 3, 12),
    birthplace="990101",
    phone="13900000022",
    address="示例省示例市新华区幸福路3号1单元101室",
)
OLD_CARD = OldCard("X00000019", OLD_SERIAL, "2.0", date(2015, 3, 18), "normal", "示例银行", "0012", False)
BANKS = (Bank("bank_a", "示例银行", "Example Bank"), Bank("bank_b", "样板银行", "Sample Bank"))
QUOTE = Quote("Q1", Reason.DAMAGED, 2000, FeeBasis.PRICE_LIST, TODAY, NOW)
SLIP = PickupSlip(date(2026, 12, 14), date(2027, 1, 5), True, 7, False, "示例市社保服务大厅")
APPLICATION = Application(
    number="A20261122000001",
    mode=Mode.DEFERRED,
    state=ApplicationState.ACCEPTED,
    reason=Reason.DAMAGED,
    fen=2000,
    photo=PhotoNeed.ON_FILE,
    device="K-990101-007",
    opened_at=NOW,
    bank="",
    serial="",
    committed_at=None,
    whereabouts=None,
    slip=SLIP,
)
PAYMENT = Payment(BUSINESS, 2000, Means.QR, PaymentState.WAITING, True, "https://pay.example.invalid/1", "R1", NOW)


def eligibility(**changes: Any) -> Eligibility:
    told: dict[str, Any] = {
        "obstacles": (),
        "reasons": (Reason.LOST, Reason.DAMAGED),
        "photo": PhotoNeed.ON_FILE,
        "holder": HOLDER,
        "old_card": OLD_CARD,
        "open_application": "",
        "device": "",
    }
    return Eligibility(**(told | changes))


def record(step: IssueStep, ended: IssueEnd | None = None, fen: int = 0) -> IssueRecord:
    return IssueRecord(BUSINESS, b"digest", "A1", "bank_a", "hopper1", "", fen, 1, "0B000001", step, ended)


def session(**issue: Any) -> Session:
    """Someone who has come with her ID card and applies."""
    return Session(
        means="id_card",
        person=Person("token", HOLDER.name, HOLDER.number, HOLDER.birth_date, True),
        issue=Issue(**({"eligibility": eligibility(), "quote": QUOTE, "banks": BANKS} | issue)),
    )


def reader(*, bin_level: StorageLevel = StorageLevel.OK) -> MotorisedReaderStatus:
    bin_ = StorageUnit("bin", StorageKind.RETAIN, bin_level)
    return MotorisedReaderStatus(DeviceState.ONLINE, media=MediaState.PRESENT, bin=bin_)


def printer(*, held: int = 0, position: CardPosition = CardPosition.NONE) -> CardPrinterStatus:
    level = StorageLevel.FULL if held else StorageLevel.EMPTY
    slot = StorageUnit("slot", StorageKind.PARK, level, held)
    return CardPrinterStatus(DeviceState.ONLINE, media=MediaState.NOT_PRESENT, position=position, storage=(slot,))


def tools(
    *,
    without: frozenset[Capability] = frozenset(),
    card_in_slot: bool = False,
    custody: str = "",
    why_no_issue: str = "",
    used_up: bool = False,
    fitted: bool = True,
    **statuses: Any,
) -> Any:
    """What pages look at, and nothing else. ``without``: what does not work. ``fitted``: whether cards are made."""
    return SimpleNamespace(
        settings=SimpleNamespace(
            kiosk=SimpleNamespace(place_zh="示例大厅", place_en="Example Hall", id="K-990101-007")
        ),
        clock=ManualClock(NOW),
        policy=policy.Policy(policy.load("990100"), lambda: TODAY),
        services=load(),
        health=SimpleNamespace(
            works=frozenset(Capability) - without,
            statuses=statuses,
            host_answers=True,
            why_no_issue=why_no_issue,
            used_up=used_up,
        ),
        record=SimpleNamespace(custody_serial=custody),
        card_printer=object() if fitted else None,
        camera=object(),
        card_in_slot=card_in_slot,
        card_stranded=False,
        devices={},
    )
