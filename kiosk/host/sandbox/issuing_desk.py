"""What issuing at the sandbox host goes by (region pack, fees, calendar, banks, HSM), and one request's hold on it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk.catalogue import policy, working_days
from kiosk.catalogue.fees import FeeTable
from kiosk.catalogue.policy import DatedRule, Pack
from kiosk.catalogue.rules import Reason, Rules
from kiosk.catalogue.working_days import WorkingDays
from kiosk.clock import KIOSK_ZONE
from kiosk.host.sandbox.hsm import Hsm
from kiosk.host.sandbox.issuing_stock import Stock, read_stock
from kiosk.host.sandbox.issuing_store import events

REGION = "990100"


@dataclass
class IssuingDesk:
    """The host's side of issuing, apart from its database. ``pack`` may be given price changes while it runs."""

    hsm: Hsm = field(default_factory=Hsm)
    pack: Pack = field(default_factory=lambda: policy.load(REGION))
    calendar: WorkingDays = field(default_factory=working_days.load)
    stock: Stock = field(default_factory=read_stock)
    _ordered: list[DatedRule] = field(default_factory=list)
    _rules: dict[date, Rules] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def rules(self, day: date) -> Rules:
        """The region's rules of a day, with the price changes that were ordered."""
        with self._lock:
            if day not in self._rules:
                dated = (*self.pack.rule, *self._ordered)
                self._rules[day] = self.pack.model_copy(update={"rule": dated}).at(day)
            return self._rules[day]

    @property
    def fees(self) -> FeeTable:
        """By reason and day."""
        return FeeTable(self.rules)

    def order_price(self, reason: Reason, fen: int, day: date) -> None:
        """From that day on the reason costs this; an exemption is ended by it."""
        before = self.rules(day)
        exempt = [each.value for each in before.fee_exempt_reasons if each is not reason]
        with self._lock:
            for key, value in (
                ("fee.rules", {each.value: price for each, price in before.fees.items()} | {reason.value: fen}),
                ("fee.exempt_reasons", exempt),
            ):
                self._ordered.append(DatedRule(key=key, value=value, valid_from=day, source="control port"))
            self._rules.clear()

    def reset(self) -> None:
        """The region's own prices again."""
        with self._lock:
            self._ordered.clear()
            self._rules.clear()


@dataclass(frozen=True, slots=True)
class Work:
    """One request: its transaction, the host's instant (UTC), the kiosk that asks."""

    connection: Connection
    now: datetime
    device: str
    desk: IssuingDesk

    @property
    def today(self) -> date:
        """In the kiosk's zone."""
        return self.now.astimezone(KIOSK_ZONE).date()

    @property
    def rules(self) -> Rules:
        """The region's, of today."""
        return self.desk.rules(self.today)

    def note(self, application: str, event: str, serial: str = "") -> None:
        """A line of the application's time line."""
        self.connection.execute(
            events.insert().values(
                application=application, event=event, serial=serial, device=self.device, at=self.now.isoformat()
            )
        )

    def events(self, application: str) -> list[Row[Any]]:
        """The application's time line."""
        wanted = select(events).where(events.c.application == application).order_by(events.c.id)
        return list(self.connection.execute(wanted))

    @staticmethod
    def instant(text: str) -> datetime:
        """An instant as it was written down."""
        return datetime.fromisoformat(text)
