"""The kiosk's side of an issue: the controller's real parts and pages, without a window; the charts of making and
recovery."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from watched import WatchedHost, WatchedPrinter, watch_journal
from workshop import BANK, HOPPERS, STOCK, ContactReader, Workshop

from devices.card_printer.evolis import EvolisPrinter
from devices.worker import DeviceWorker
from kiosk import activities
from kiosk.activities import applicant, applying, paying
from kiosk.catalogue import policy
from kiosk.catalogue.policy import Policy
from kiosk.catalogue.rules import Reason
from kiosk.clock import Clock, SystemClock
from kiosk.config import Settings
from kiosk.encoder import Encoder
from kiosk.health.capabilities import Health
from kiosk.host.circuit import CircuitBreaker
from kiosk.host.http import HttpHost, Retries, TimeLimits
from kiosk.host.issuing_http import HttpIssuingHost
from kiosk.host.issuing_values import OldCardFate
from kiosk.host.payer.http import HttpPayer
from kiosk.host.port import IdCardProof
from kiosk.host.transport import HostConnection
from kiosk.host.transport import _transport as transport_of
from kiosk.issue import Issue
from kiosk.issuing_advice import tellers
from kiosk.journal.issues import IssueRecord
from kiosk.pages.build import build
from kiosk.record import Record
from kiosk.runtime import Runtime
from kiosk.session import Session
from kiosk.tools import Tools
from statemachines import views
from statemachines.chart import Chart, On, State
from statemachines.issuance import handover_chart, making_chart, recovery_chart
from statemachines.timing import DELAYS, Delay, Kind

REGION = "990100"

ANSWERS = {
    "handing_over.issued": ("done", ""),
    "handing_over.offering_pin": ("choose", "later"),
    "making.looking": ("right", ""),
    "issue_ended": ("done", ""),
}
"""What the citizen touches where one is asked: state -> event and value."""


QUICK = {
    name: Delay(each.kind, 0.05, each.reason) if each.kind is Kind.PAUSE else each for name, each in DELAYS.items()
}
"""Pauses that are for people's eyes take no time; what is waited for machines stays."""

NOTHING_AROUND = ("idle", "stopped")
"""States of this chart that no kiosk has."""


PATIENT = TimeLimits(20.0, 20.0, 40.0)
SHORT = TimeLimits(20.0, 1.5, 3.0)
"""While a card is made: an answer that was ordered lost is not waited for long."""
AT_LEISURE = TimeLimits(20.0, 6.0, 12.0)
"""Afterwards, when nothing is lost on purpose but the machine may be busy."""


class QuickClock(SystemClock):
    """Pauses between attempts take no time, and are past all the same: as many attempts as in a kiosk are made."""

    _LONGEST = 0.01
    _skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, self._LONGEST))
        self._skipped += max(0.0, seconds - self._LONGEST)


def chart() -> Chart:
    """Making, handing over, what is said when no card came of it, and recovery, with nothing around them; whatever
    ends, ends in ``stopped``."""
    return Chart(
        "workshop",
        states=(
            State("idle", screen=views.Starting, timeout="rest"),
            State(
                "making",
                chart=making_chart(activities),
                exits={"made": "handing_over", "waiting": "issue_ended", "failed": "issue_ended"},
            ),
            State(
                "handing_over",
                chart=handover_chart(activities),
                exits={"finished": "stopped", "held": "stopped", "stuck": "issue_ended"},
            ),
            State("issue_ended", screen=views.Refusal, timeout="person_reading"),
            State("recovering", chart=recovery_chart(activities), exits={"settled": "stopped"}),
            State("stopped", screen=views.Starting, timeout="rest"),
        ),
        transitions=(
            On("make", "idle", "making"),
            On("recover", "idle", "recovering"),
            On("done", "issue_ended", "stopped"),
            On("leave", "issue_ended", "stopped"),
            On("silence", "issue_ended", "stopped"),
        ),
    )


def pages(state: str, session: Session, tools: Tools) -> tuple[views.Page, views.Frame]:
    """The kiosk's own page of a state."""
    if state in NOTHING_AROUND:
        return build("starting", session, tools)
    return build(state if state.startswith("recovering.") else f"in_service.session.{state}", session, tools)


@dataclass(frozen=True)
class Place:
    """All that a kiosk has to know of its surroundings; may be sent to another process."""

    folder: Path
    printer: str
    contact: str
    host_url: str
    payer_url: str
    tls: tuple[str, str, str]
    scanner: bool = True
    slot: bool = True

    @classmethod
    def of(cls, workshop: Workshop, **changed: Any) -> Place:
        kiosk = workshop.certificates.kiosk
        tls = (str(kiosk.ca), str(kiosk.certificate), str(kiosk.key))
        return cls(
            workshop.folder,
            workshop.line.url.replace("socket://", "tcp://"),
            workshop.contact.address,
            workshop.host_url,
            workshop.payer_url,
            tls,
            **changed,
        )


@dataclass
class OnStage:
    """What an activity is given, without a chart around it."""

    tools: Tools
    session: Session = field(default_factory=Session)
    state: str = "making.spoiling"

    def refresh(self) -> None: ...

    def sign_of_life(self) -> None: ...


@dataclass
class KioskSide:
    """One life of a kiosk. ``on_state``: called with each state that is entered; ``on_view``: with each view that is
    shown, and its state."""

    place: Place
    clock: Clock = field(default_factory=QuickClock)
    kiosk_id: str = "K0001"
    on_state: Callable[[str], None] = lambda state: None
    on_view: Callable[[str, views.Show], None] = lambda state, shown: None
    delays: Mapping[str, Delay] = field(default_factory=lambda: QUICK)
    point: Callable[[str], None] = lambda label: None
    """Called, on whatever thread it is, before and after all that leaves a trace outside this process."""
    states: list[str] = field(default_factory=list)
    answers: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(ANSWERS))

    async def __aenter__(self) -> KioskSide:
        place = self.place
        ca, certificate, key = place.tls
        self.settings = Settings(
            kiosk={"id": self.kiosk_id, "place_zh": "示例", "place_en": "Example", "region": REGION,
                   "state_directory": place.folder / self.kiosk_id},
            host={"url": place.host_url, "authority_file": ca, "certificate_file": certificate, "key_file": key},
            issuing={"hoppers": HOPPERS, "payer_url": place.payer_url},
        )  # fmt: skip
        self.host = HttpHost(place.host_url, **self._connection())
        self.issuing = HttpIssuingHost(self.host.connection)
        self.payer = HttpPayer(HostConnection(place.payer_url, **self._connection()))
        watch_journal(self.point)
        self.record = Record(
            self.settings.journal_file, self.clock, self.kiosk_id, self.host, tellers(self.issuing, self.payer)
        )
        printer = EvolisPrinter(
            place.printer,
            chip_address="pcsc:contact",
            ribbon="YMCKO",
            hoppers=len(HOPPERS),
            holding_slot=place.slot,
            scans=str(place.folder / "scans") if place.scanner else "",
            fastest_print_seconds=0.0,
            connect=lambda at, seconds: WatchedPrinter(at, seconds, self.point),
        )
        traffic = self.record.issuing.traffic
        self.host.connection.heard = partial(traffic.add, "host")
        self.payer.connection.heard = partial(traffic.add, "payer")
        self.printer = DeviceWorker("card_printer", traffic.of_device("printer", printer))
        self.reader = DeviceWorker("encoder", ContactReader(place.contact, self.point))
        await self.printer.call(lambda device: device.open())
        await self.reader.call(lambda device: device.open())
        self.tools = Tools(
            settings=self.settings,
            clock=self.clock,
            policy=Policy(policy.load(REGION), self.clock.today),
            services=(),
            host=self.host,
            record=self.record,
            health=Health(self.host),
            card_printer=self.printer,
            encoder=Encoder(self.printer, self.reader, self.clock, traffic),
            issuing=self.issuing,
            payer=self.payer,
        )
        self.delivering = asyncio.create_task(self.record.deliver())
        return self

    def _connection(self) -> Any:
        ca, certificate, key = self.place.tls
        return {
            "ca_file": Path(ca),
            "certificate_file": Path(certificate),
            "key_file": Path(key),
            "kiosk_id": self.kiosk_id,
            "limits": PATIENT,
            "retries": Retries(attempts=1),
            "transport": WatchedHost(transport_of(Path(ca), Path(certificate), Path(key)), self.point),
            "circuit": CircuitBreaker(clock=self.clock.monotonic, failures_to_open=1000),
        }

    def wait_for_answers(self, limits: TimeLimits) -> None:
        """How long host and payer are waited for, from here on."""
        for far_end in (self.host, self.payer):
            far_end.connection._limits = limits

    async def __aexit__(self, *_: object) -> None:
        self.delivering.cancel()
        await asyncio.wait([self.delivering])
        for worker in (self.printer, self.reader):
            await worker.call(lambda device: device.close())
            worker.stop()
        await self.payer.close()
        await self.host.close()
        self.record.close()

    @property
    def journal(self) -> Any:
        """The journal itself, to be looked at."""
        return self.record._journal

    # -- before --------------------------------------------------------------------------------------------------------

    async def stock_up(self) -> None:
        """The ledger as a stock keeper leaves it: every pre-made card in its hopper."""

        def write(journal: Any) -> None:
            journal.ledger.receive([(card.serial, card.bank) for card in STOCK.cards])
            for hopper, bank in HOPPERS.items():
                journal.ledger.load(hopper, [card.serial for card in STOCK.cards if card.bank == bank])

        await self.record.stock.change(write)

    async def accepted(self, person: dict[str, Any], reason: Reason = Reason.FIRST, pay: Any = None) -> Runtime:
        """A citizen up to the point where the first card is to be fed, by the activities of applying and paying; an old
        card is reported lost. ``pay``: called with the order of a fee that is waited for."""
        proof = IdCardProof(
            kind=person["document"],
            number=person["number"],
            name=person["id_card_name"],
            birth_date=date.fromisoformat(person["birth_date"]),
            valid_until=None,
        )
        runtime = self.runtime()
        session = runtime.session
        session.person = await self.host.identify_by_id_card(proof)
        session.issue = issue = Issue(applicant=proof)
        issue.banks = await self.issuing.banks(session.person, proof)
        session.kept.update(reason=reason.value, bank=BANK)
        stage = OnStage(self.tools, session, "application")
        await self._comes_to(applicant.check_eligibility(stage), "may_apply", "has_card")
        await self._comes_to(applying.quote_fee(stage), "quoted", "old_card_open")
        if reason is not Reason.FIRST:
            session.kept["old_card"] = OldCardFate.REPORTED_LOST.value
        await self._comes_to(applying.open_application(stage), "opened", "photo_needed")
        if await self._comes_to(paying.ask_fee(stage), "free", "waiting", "held") == "waiting":
            assert issue.record is not None
            await asyncio.to_thread(pay, issue.record.business)
            await self._comes_to(paying.await_payment(stage), "held")
        await self._comes_to(applying.settle_old_card(stage), "settled")
        return runtime

    @staticmethod
    async def _comes_to(activity: Awaitable[str], *outcomes: str) -> str:
        outcome = await activity
        assert outcome in outcomes, outcome
        return outcome

    def runtime(self) -> Runtime:
        """The chart, not begun."""
        runtime: Runtime

        def show(shown: views.Show) -> None:
            state = runtime.position.state
            self.on_view(state, shown)
            if not self.states or self.states[-1] != state:
                self.states.append(state)
                self.on_state(state)
                if state in self.answers:
                    runtime.post(*self.answers[state], entry=runtime.position.entry)

        runtime = Runtime(
            chart(),
            pages=pages,
            tools=self.tools,
            delays=self.delays,
            show=show,
        )
        return runtime

    # -- the run -------------------------------------------------------------------------------------------------------

    async def make(self, runtime: Runtime) -> IssueRecord:
        """Making and handing over, to the end."""
        self.wait_for_answers(SHORT)
        issue = runtime.session.issue
        assert issue is not None
        assert issue.record is not None
        business = issue.record.business
        runtime.post("make")
        self.last_session = runtime.session
        await runtime.run()
        return await self.record.issuing.of(business)

    async def recover(self) -> None:
        """What a restart does, until nothing is left that the machine can do."""
        self.wait_for_answers(AT_LEISURE)
        await self.record.recover(slot_is_empty=True)
        for _ in range(6):
            self.tools.recovery.not_before = 0.0
            if not await activities.recovering.unfinished(self.tools):  # type: ignore[attr-defined]
                return
            runtime = self.runtime()
            runtime.post("recover")
            await runtime.run()

    async def told(self) -> None:
        """Until host and payer have been told everything."""
        async with asyncio.timeout(20):
            while self.record._journal.outbox.pending():  # noqa: ASYNC110 -- it is looked at from outside
                await asyncio.sleep(0.01)
