"""One simulated kiosk: what its devices say, what it keeps while it is cut off, and its clock. Sends nothing itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from devices import fault_catalogue
from devices.fault_catalogue import Capability
from kiosk.clock import KIOSK_ZONE
from kiosk.fleet.messages import (
    LATE_AFTER,
    Body,
    BusinessOutcome,
    Capabilities,
    Counters,
    DeviceState,
    Event,
    EventName,
    Heartbeat,
    Result,
    Ribbon,
    Software,
    StepTime,
    Storage,
    Supplies,
    Supply,
    Telemetry,
)

DEVICES = ("card_reader", "id_reader", "pin_pad", "receipt_printer", "card_printer", "scanner", "camera", "cabinet")
CAPABILITIES = tuple(sorted(each.value for each in Capability))
BANKS = ("bank_a", "bank_b")
ISSUING = "issue_card"
IN, MENU = ("insert_card", "authenticating.entry"), "menu"
VISITS: Mapping[str, tuple[str, ...]] = {
    "card_status": (*IN, MENU, "query.details"),
    "medical_account": (*IN, MENU, "query.amount"),
    "change_pin": (*IN, MENU, "pin_change.new", "pin_change.again"),
    ISSUING: (
        "lay_id_card", MENU, "applying.consent", "applying.confirm_card", "applying.signing", "making.printing",
        "handing_over.take_new_card",
    ),
}  # fmt: skip
"""What citizens come for, and the steps of each as they are charted."""
HOPPER, RIBBON = 200, 400
WEAR = {
    "cards.read": {"errors.card_reader.mute": 0.004},
    "cards.issued": {
        "errors.card_printer.jam_feed": 0.002,
        "card_printer.retries": 0.01,
        "card_printer.head_hot": 0.003,
    },
    "receipts": {"errors.receipt_printer.cutter_jammed": 0.001},
}
"""What is met now and then with each of what is counted, and how likely."""


@dataclass
class SimulatedKiosk:
    """``ahead``: milliseconds by which its clock is wrong. ``cut``: it can reach nobody, and keeps what it has to say.

    Every method that takes ``now`` takes the true time in milliseconds since 1970.
    """

    id: str
    chance: random.Random
    ahead: int = 0
    cut: bool = False
    faults: dict[str, str] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    cards: dict[str, int] = field(default_factory=dict)
    ribbon: int = RIBBON
    counters: Counter[str] = field(default_factory=Counter)
    serving: bool = False
    in_service: bool = True
    sequence: int = 0
    beats: int = 0
    kept: list[Telemetry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = f"{self.chance.getrandbits(64):016x}"
        self.boot = f"{self.chance.getrandbits(64):016x}"
        self.cards = {bank: self.chance.randint(40, HOPPER) for bank in BANKS}
        self.started: int | None = None
        self._told = ""
        self._luck = random.Random(self.journal)  # noqa: S311 -- a simulation

    def start(self, now: int) -> None:
        """It comes up: every device is told of, what can be done, what runs out."""
        self.started = now
        self._tell(now, Event(event=EventName.STARTED), *(self._device(name) for name in DEVICES))
        self._tell(now, self._capabilities(), self._supplies(now), Event(event=EventName.IN_SERVICE))

    def heartbeat(self, now: int) -> Heartbeat:
        """Its next sign of life."""
        self.beats += 1
        self._told = self._state()
        capabilities = self._capabilities()
        return Heartbeat(
            kiosk=self.id,
            boot=self.boot,
            number=self.beats,
            journal=self.journal,
            sequence=self.sequence,
            sent_at=now + self.ahead,
            uptime=(now - (self.started or now)) // 1000,
            software=Software(version="0.1.0", policy="simulated", region="990100"),
            works=capabilities.works,
            banks=capabilities.banks,
            state=self._state(),
            serving=self.serving,
            unsent=len(self.kept),
            clock_off=self.ahead,
            certificate_until=now + 60 * 86_400_000,
            disk_free=20 * 1024**3,
            memory=200 * 1024**2,
        )

    @property
    def moved(self) -> bool:
        """Whether a citizen has come or gone, or it is in service or no longer, since its last sign of life."""
        return bool(self._told) and self._told != self._state()

    def _state(self) -> str:
        if not self.in_service:
            return "out_of_service"
        return f"in_service.session.{MENU}" if self.serving else "in_service.attract"

    def sendable(self, now: int) -> list[Telemetry]:
        """What it sends now, in order; nothing while it is cut off."""
        if self.cut:
            return []
        kept, self.kept = self.kept, []
        return [_sent(each, now + self.ahead) for each in kept]

    def fault(self, now: int, device: str, code: str) -> None:
        """A device reports a fault of the catalogue, or another one."""
        self.faults[device] = code
        self._tell(now, self._device(device), self._capabilities())

    def mend(self, now: int, device: str) -> None:
        """The fault of a device is gone."""
        if self.faults.pop(device, None) is not None:
            if device == "card_printer":
                self.ribbon = RIBBON
            self._tell(now, self._device(device), self._capabilities(), self._supplies(now))

    def ribbon_low(self, now: int) -> None:
        """The ribbon is nearly spent, and the forecast says when it will be."""
        self.ribbon = 12
        self.faults["card_printer"] = "card_printer.ribbon_low"
        self._tell(now, self._device("card_printer"), self._supplies(now))

    def door_forced(self, now: int) -> None:
        """Its card vault is opened outside an exchange: it stops issuing by itself."""
        self.blocked.add("cabinet.door")
        facts: dict[str, str | bool | int] = {"door": "vault", "exchange": False}
        self._tell(now, Event(event=EventName.DOOR_OPENED, device="cabinet", facts=facts), self._capabilities())

    def stock_difference(self, now: int, bank: str = BANKS[0]) -> None:
        """One card fewer than in the ledger: it stops issuing until two have counted."""
        self.blocked.add("stock")
        facts: dict[str, str | bool | int] = {
            "bank": bank, "place": "hopper-1", "ledger": self.cards[bank], "counted": self.cards[bank] - 1,
        }  # fmt: skip
        self._tell(now, Event(event=EventName.STOCK_DIFFERENCE, facts=facts), self._capabilities())

    def stock_counted(self, now: int, bank: str = BANKS[0]) -> None:
        """Two persons have counted and signed."""
        self.blocked.discard("stock")
        self.cards[bank] -= 1
        self._tell(now, Event(event=EventName.STOCK_COUNTED, facts={"bank": bank}), self._capabilities())

    def service(self, now: int, on: bool) -> None:
        """It goes into or out of service."""
        if on != self.in_service:
            self.in_service = on
            name = EventName.IN_SERVICE if on else EventName.OUT_OF_SERVICE
            self._tell(now, Event(event=name))

    def business(self, now: int) -> None:
        """A citizen has come by."""
        service = self.chance.choice(tuple(VISITS))
        if not self.in_service or (service == ISSUING and "issue" not in self._works()):
            return
        result = self.chance.choices(list(Result), weights=(90, 4, 5, 1))[0]
        way = VISITS[service]
        ended = None if result is Result.DONE else self.chance.choice(way)
        gone = way if ended is None else way[: way.index(ended) + 1]
        steps = tuple(StepTime(step=step, milliseconds=self.chance.randint(800, 20_000)) for step in gone)
        self._count("cards.read")
        self._count("receipts")
        if result is Result.DONE and service == ISSUING:
            bank = self.chance.choice(BANKS)
            self.cards[bank] = max(0, self.cards[bank] - 1)
            self.ribbon = max(0, self.ribbon - 1)
            self._count("cards.issued")
            self._tell(now, self._device("card_printer"))
        self._tell(now, BusinessOutcome(service=service, result=result, step=ended, means="card", steps=steps))

    def _count(self, what: str) -> None:
        self.counters[what] += 1
        self.counters.update(name for name, likely in WEAR[what].items() if self._luck.random() < likely)

    def lived(self, visits: int) -> None:
        """So many citizens have come by before it is first heard of, one in ten of them for a card."""
        for what, times in (("cards.read", visits), ("receipts", visits), ("cards.issued", visits // 10)):
            self.counters[what] += times
            for name, likely in WEAR[what].items():
                self.counters[name] += round(times * likely * self._luck.uniform(0.3, 1.7))

    def counted(self, now: int) -> None:
        """Its counters, and what runs out: once an hour."""
        self._tell(now, Counters(values=dict(self.counters)), self._supplies(now))

    def _tell(self, now: int, *bodies: Body) -> None:
        for body in bodies:
            self.sequence += 1
            at = now + self.ahead
            self.kept.append(
                Telemetry(
                    kiosk=self.id, journal=self.journal, sequence=self.sequence, boot=self.boot, happened_at=at,
                    sent_at=at, body=body,
                )
            )  # fmt: skip

    def _device(self, name: str) -> DeviceState:
        fault = self.faults.get(name)
        severe = fault is not None and name in fault and not fault.endswith("_low")
        storage: tuple[Storage, ...] = ()
        ribbon = None
        if name == "card_printer":
            storage = tuple(
                Storage(
                    unit=f"hopper-{number}", kind="dispense", bank=bank, count=self.cards[bank], threshold=20,
                    level="empty" if not self.cards[bank] else "low" if self.cards[bank] < 20 else "ok",
                )
                for number, bank in enumerate(BANKS, 1)
            )  # fmt: skip
            ribbon = Ribbon(kind="YMCKO", level="low" if self.ribbon < 40 else "ok", left=self.ribbon, capacity=RIBBON)
        return DeviceState(
            device=name,
            kind=name,
            state="hardwareError" if severe else "online",
            model="simulated",
            fault=fault,
            faults=(fault,) if fault else (),
            storage=storage,
            ribbon=ribbon,
        )

    def _works(self) -> tuple[str, ...]:
        gone = {"issue"} if self.blocked else set()
        for code in self.faults.values():
            known = fault_catalogue.load().get(code)
            gone |= {each.value for each in known.loses} if known is not None else set()
        return tuple(each for each in CAPABILITIES if each not in gone)

    def _capabilities(self) -> Capabilities:
        works = self._works()
        banks = tuple(bank for bank in BANKS if self.cards[bank]) if "issue" in works else ()
        took = next(iter((*sorted(self.blocked), *self.faults.values())), "device")
        return Capabilities(works=works, banks=banks, lost={each: took for each in CAPABILITIES if each not in works})

    def _supplies(self, now: int) -> Supplies:
        today = datetime.fromtimestamp(now / 1000, UTC).astimezone(KIOSK_ZONE).date()

        def supply(name: str, unit: str, left: int, capacity: int, a_day: int, bank: str | None = None) -> Supply:
            days = left // a_day
            soon = days < 2
            level = "empty" if not left else "low" if soon else "ok"
            until = (today + timedelta(days=days)).isoformat()
            return Supply(
                supply=name, unit=unit, left=left, capacity=capacity, level=level, a_day=a_day * 1000,  # type: ignore[arg-type]
                empty_on=until, soon=soon, bank=bank,
            )  # fmt: skip

        cards = (supply(f"cards.{bank}", "cards", self.cards[bank], HOPPER, 9, bank) for bank in BANKS)
        return Supplies(supplies=(supply("ribbon", "prints", self.ribbon, RIBBON, 18), *cards))


def _sent(message: Telemetry, at: int) -> Telemetry:
    late = at - message.happened_at > LATE_AFTER * 1000
    return Telemetry(
        kiosk=message.kiosk, journal=message.journal, sequence=message.sequence, boot=message.boot,
        happened_at=message.happened_at, sent_at=at, body=message.body, late=late,
    )  # fmt: skip
