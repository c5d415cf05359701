"""What this kiosk tells its fleet: in the transaction that causes it, in order, of nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from devices.card_printer.contract import CardPosition, CardPrinterStatus, Ribbon, RibbonState
from devices.card_reader.contract import CardReaderStatus
from devices.contract import DeviceState, MediaState, Status, StorageKind, StorageLevel, StorageUnit
from kiosk.clock import ManualClock
from kiosk.fleet import messages
from kiosk.fleet.messages import BusinessOutcome, Capabilities, Event, EventName, Result
from kiosk.health.capabilities import Health
from kiosk.health.reporter import Reporter
from kiosk.health.supplies import Supply
from kiosk.health.telemetry import Telemetry
from kiosk.health.visits import Visits
from kiosk.health.words import capabilities, device_state, supplies
from kiosk.journal.errors import PersonalDataRefused
from kiosk.journal.store import Journal
from kiosk.journal.telemetry import TelemetryLane
from kiosk.record import Record
from kiosk.session import Session, Trouble
from statemachines.views import Say


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db", clock, "K0001")
    yield journal
    journal.close()


def bodies(journal: Journal) -> list[dict[str, object]]:
    return [{**kept.body} for kept in journal.telemetry.oldest(1000)]


# -- the lane ----------------------------------------------------------------------------------------------------------


def test_the_sequence_never_goes_back(journal: Journal, tmp_path: Path, clock: ManualClock) -> None:
    telemetry = Telemetry(journal)
    for _ in range(3):
        telemetry.write(Event(event=EventName.STARTED))
    journal.telemetry.sent(3)
    assert (journal.telemetry.backlog().last, journal.telemetry.backlog().unsent) == (3, 0)
    name = journal.telemetry.journal
    journal.close()
    again = Journal(tmp_path / "journal.db", clock, "K0001")
    assert again.telemetry.journal == name
    assert again.telemetry.add({"type": "event", "event": "started"}, "0" * 8) == 4
    again.close()


def test_it_is_written_with_what_causes_it_or_not_at_all(journal: Journal) -> None:
    telemetry = Telemetry(journal)

    def cut() -> None:
        with journal.together():
            journal.counters.add("receipts", 1)
            telemetry.write(Event(event=EventName.STARTED))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut()
    assert (bodies(journal), journal.counters.value("receipts")) == ([], 0)
    telemetry.write(Event(event=EventName.STARTED))
    assert journal.telemetry.backlog().last == 1


@pytest.mark.parametrize("fails", [None, "note", "telemetry"])
async def test_how_a_visit_went_and_its_end_are_written_together(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, fails: str | None
) -> None:
    record = Record(tmp_path / "record.db", clock, "K0001", host=None, fleet=True)  # type: ignore[arg-type]
    record.outcomes = lambda session: (BusinessOutcome(service="balance", result=Result.DONE, means="card"),)
    session = Session(means="card")
    await record.business(session)
    with monkeypatch.context() as broken:
        if fails == "note":
            broken.setattr(record.journal, "note", lambda *_: 1 / 0)
        elif fails == "telemetry":
            broken.setattr(record.journal.telemetry, "add", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError) if fails else nullcontext():
            await record.session_ended(session)
    noted = [entry.step for entry in record.journal.entries()]
    told = [body["type"] for body in bodies(record.journal)]
    assert (noted, told) == (([], []) if fails else (["session.ended"], ["business_outcome"]))
    record.close()


def test_a_full_lane_loses_the_oldest_and_says_how_many(journal: Journal, clock: ManualClock) -> None:
    lane = TelemetryLane(journal._database, clock, keep=5)
    for _ in range(8):
        lane.add({"type": "event", "event": "started"}, "0" * 8)
    backlog = lane.backlog()
    assert (backlog.last, backlog.unsent, backlog.dropped) == (8, 5, 3)
    assert [kept.sequence for kept in lane.oldest()] == [4, 5, 6, 7, 8]


@pytest.mark.parametrize("facts", [{"detail": "110101199003070003"}, {"who": "张三"}, {"phone": "1"}])
def test_a_person_is_never_in_it(journal: Journal, facts: dict[str, messages.Fact]) -> None:
    with pytest.raises(PersonalDataRefused):
        Telemetry(journal).write(Event(event=EventName.STUCK, facts=facts))
    assert bodies(journal) == []


async def test_what_cannot_be_written_is_dropped_and_the_rest_goes_on(journal: Journal) -> None:
    telemetry = Telemetry(journal)
    news = asyncio.Event()
    loop = asyncio.get_running_loop()
    telemetry.on_news = lambda: loop.call_soon_threadsafe(news.set) and None
    task = asyncio.create_task(telemetry.run())
    telemetry.tell(Event(event=EventName.STUCK, facts={"who": "张三"}))
    await asyncio.sleep(0.05)
    telemetry.tell(Event(event=EventName.STARTED))
    await asyncio.wait_for(news.wait(), 30)
    telemetry.tell(Event(event=EventName.STOPPING))
    task.cancel()
    await asyncio.wait([task])
    assert [body["event"] for body in bodies(journal)] == ["started", "stopping"]


def test_a_kiosk_of_no_fleet_writes_nothing(journal: Journal) -> None:
    Telemetry(journal, enabled=False).write(Event(event=EventName.STARTED))
    assert bodies(journal) == []


# -- words -------------------------------------------------------------------------------------------------------------

PRINTER = CardPrinterStatus(
    device=DeviceState.ONLINE,
    fault=None,
    media=MediaState.NOT_PRESENT,
    position=CardPosition.UNKNOWN,
    storage=(StorageUnit("hopper-1", StorageKind.DISPENSE, StorageLevel.LOW, 9, 10),),
    ribbon=Ribbon(RibbonState.LOW, "YMCKO", left=20, capacity=200),
)


def test_a_printer_in_the_fleets_words() -> None:
    told = device_state("card_printer", PRINTER, "evolis", {"hopper-1": "example_bank"})
    assert told.storage[0] == messages.Storage(
        unit="hopper-1", kind="dispense", level="low", count=9, threshold=10, bank="example_bank"
    )
    assert told.ribbon == messages.Ribbon(kind="YMCKO", level="low", left=20, capacity=200)
    assert "media" not in told.words
    assert msgspec.convert(msgspec.to_builtins(told), messages.DeviceState) == told


def test_a_card_that_comes_and_goes_is_no_news_and_one_that_is_stuck_is() -> None:
    def reader(media: MediaState) -> messages.DeviceState:
        return device_state("card_reader", CardReaderStatus(DeviceState.ONLINE, None, media))

    assert reader(MediaState.PRESENT) == reader(MediaState.NOT_PRESENT)
    assert reader(MediaState.JAMMED).words == {"media": "jammed"}


def test_supplies_in_the_fleets_words(clock: ManualClock) -> None:
    health = Health(host=None)  # type: ignore[arg-type]
    assert supplies(health) is None
    health.supplies = (
        Supply("cards.example_bank", 4, 2.5, 1.6, date(2026, 3, 3)),
        Supply("paper", None, 0, None, None),
    )
    told = supplies(health)
    assert told is not None
    cards, paper = told.supplies
    assert (cards.bank, cards.unit, cards.left, cards.a_day, cards.empty_on, cards.level, cards.soon) == (
        "example_bank", "cards", 4, 2500, "2026-03-03", "low", True,
    )  # fmt: skip
    assert (paper.unit, paper.level, paper.left) == ("sheets", "unknown", None)


# -- noticing ----------------------------------------------------------------------------------------------------------


async def test_each_change_is_told_once(journal: Journal, clock: ManualClock) -> None:
    telemetry = Telemetry(journal)
    health = Health(host=None)  # type: ignore[arg-type]
    reporter = Reporter(telemetry, journal, health, clock, models={"camera": "v4l2"}, banks={})
    health.noticed = reporter.noticed
    health.saw("camera", Status(DeviceState.ONLINE))
    health.saw("camera", Status(DeviceState.ONLINE))
    health.saw("camera", Status(DeviceState.OFFLINE, "camera.not_connected"))
    health.saw("camera", Status(DeviceState.OFFLINE, "camera.not_connected"))
    states = [body for body in telemetry._waiting if isinstance(body, messages.DeviceState)]
    assert [(body.state, body.fault, body.model) for body in states] == [
        ("online", None, "v4l2"),
        ("offline", "camera.not_connected", "v4l2"),
    ]
    assert len([body for body in telemetry._waiting if isinstance(body, Capabilities)]) >= 1
    assert capabilities(health).lost["query"] == "host"


async def test_standing_is_told_when_it_changes(journal: Journal, clock: ManualClock) -> None:
    telemetry = Telemetry(journal)
    reporter = Reporter(telemetry, journal, Health(host=None), clock, models={}, banks={})  # type: ignore[arg-type]
    session = Session()
    for before, event, after in (
        ("starting", "serviceable", "in_service.attract"),
        ("in_service.attract", "start", "in_service.session.reading"),
        ("in_service.attract", "maintain", "maintenance.login"),
        ("maintenance.login", "done", "looking_again"),
        ("looking_again", "unserviceable", "out_of_service"),
    ):
        reporter.moved(before, event, after, session)
    told = [body.event.value for body in telemetry._waiting if isinstance(body, Event)]
    assert told == ["in_service", "maintenance_began", "maintenance_ended", "out_of_service"]


def test_counts_of_a_day_stay_here(journal: Journal, clock: ManualClock) -> None:
    telemetry = Telemetry(journal)
    reporter = Reporter(telemetry, journal, Health(host=None), clock, models={}, banks={})  # type: ignore[arg-type]
    journal.counters.add("receipts", 3)
    journal.counters.add("used.paper.20260302", 3)
    reporter.count_now()
    reporter.count_now()
    assert bodies(journal) == [{"type": "counters", "values": {"receipts": 3}}]


# -- visits ------------------------------------------------------------------------------------------------------------


class Visit:
    """A session that is led through states, with a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.visits = Visits(lambda: self.now)
        self.session = Session(means="card")

    def go(self, state: str, seconds: float, event: str = "next") -> None:
        self.visits.moved(event, f"in_service.session.{state}", self.session)
        self.now += seconds

    def end(self) -> tuple[BusinessOutcome, ...]:
        return self.visits.ended(self.session)


def test_a_visit_with_two_services() -> None:
    visit = Visit()
    visit.go("reading_card", 2)
    visit.go("menu", 5)
    visit.session.keep("service", "balance")
    visit.go("query.asking", 1)
    visit.session.done.append("balance")
    visit.go("query.showing", 10)
    visit.session.keep("service", "history")
    visit.go("query.asking", 3)
    first, second = visit.end()
    assert (first.service, first.result, first.step, first.means) == ("balance", Result.DONE, None, "card")
    assert {each.step: each.milliseconds for each in first.steps} == {"query.asking": 1000, "query.showing": 10_000}
    assert (second.service, second.result, second.step) == ("history", Result.ABANDONED, "query.asking")
    assert visit.end() == ()


def test_a_refusal_has_its_word() -> None:
    visit = Visit()
    visit.go("reading_card", 2)
    visit.session.trouble = Trouble(Say("refusal.blacklisted"))
    visit.go("refused", 4, "refused")
    (outcome,) = visit.end()
    assert (outcome.service, outcome.result, outcome.step) == ("identification", Result.REFUSED, "refused")
    assert outcome.reason == "refusal.blacklisted"


def test_a_failure_is_not_a_refusal() -> None:
    visit = Visit()
    visit.session.keep("service", "balance")
    visit.go("query.asking", 2)
    visit.go("trouble", 4, "failed")
    assert [each.result for each in visit.end()] == [Result.FAILED]


def test_whoever_walks_off_has_left_at_a_step() -> None:
    visit = Visit()
    visit.go("menu", 60)
    (outcome,) = visit.end()
    assert (outcome.service, outcome.result, outcome.step) == ("identification", Result.ABANDONED, "menu")


def test_a_card_that_is_left_is_one_visit_and_the_next_citizen_another() -> None:
    """The session is ended when the card is left in the slot, and again when it has been taken."""
    visit = Visit()
    visit.go("menu", 60)
    visit.go("card_left", 1)
    (outcome,) = visit.end()
    assert (outcome.result, outcome.step) == (Result.ABANDONED, "card_left")
    visit.now += 30
    visit.go("ending", 1)
    assert visit.end() == ()
    visit.go("farewell", 2)
    visit.visits.moved("ended", "in_service.checking", visit.session)
    visit.go("notice", 3)
    (another,) = visit.end()
    assert (another.step, [each.milliseconds for each in another.steps]) == ("notice", [3000])
