"""What personalising a chip costs beside the card itself: our own time for each command, over the bare pyscard call.

The virtual card sits behind the real pcscd. The time within ``SCardTransmit`` is the peer: pcscd, its driver and the
card; the HSM's answers are taken off too, as they are the host's.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, cast

from smartcard import scard

from benchmarks.figure import Figure
from devices.bench.pcscd import SOCKET_VARIABLE, PcscService
from devices.card_reader import pcsc
from devices.card_reader.simulator.hsm import TestKeyHsm
from devices.card_reader.simulator.reader import CardReaderSimulator
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError
from kiosk.host.issuing_values import CardPrint, HolderRecord, Reservation
from kiosk.host.personalisation import personalise
from kiosk.host.sandbox.issuing_records import chip_records
from kiosk.host.sandbox.issuing_stock import chip_descriptions, read_stock

CARDS = 12
READER = "Bench encoder"
ACCOUNT = "6299990000000000012"
TODAY = date(2026, 11, 22)
HOLDER = HolderRecord(
    name="李建国", number="990101197408250015", sex="male", nation="01", birthplace="990101",
    birth_date=date(1974, 8, 25), phone="", address="",
)  # fmt: skip


class _Stopwatch:
    """Adds up what passes within calls that are not ours."""

    def __init__(self) -> None:
        self.calls: list[float] = []
        self.hsm = 0.0

    @contextmanager
    def command(self) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.calls.append(time.perf_counter() - begun)


class _Hsm(TestKeyHsm):
    """Whose answers are timed."""

    def __init__(self, watch: _Stopwatch) -> None:
        self._watch = watch

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in ("mutual", "command_mac"):
            return found

        def timed(*given: Any) -> Any:
            begun = time.perf_counter()
            try:
                return found(*given)
            finally:
                self._watch.hsm += time.perf_counter() - begun

        return timed


def measure() -> list[Figure]:
    """One figure."""
    with PcscService((READER,)) as service:
        os.environ[SOCKET_VARIABLE] = service.environment[SOCKET_VARIABLE]
        own, bare = _personalise_all(service)
    return [
        Figure(
            "chip personalised: own time for each command", statistics.median(own) * 1000, "ms", 0.3,
            "the bare pyscard call", statistics.median(bare) * 1000,
        )
    ]  # fmt: skip


def _personalise_all(service: PcscService) -> tuple[list[float], list[float]]:
    """Seconds a command: ours, and within pyscard; a value a card."""
    descriptions, stock = chip_descriptions(), read_stock()
    own, bare = [], []
    transmit = scard.SCardTransmit
    (virtual,) = service.readers
    reader = pcsc.PcscCardReader(f"pcsc:{virtual.name}")
    with CardReaderSimulator(virtual.address) as slot:
        try:
            for card in stock.cards[:CARDS]:
                watch = _Stopwatch()

                def timed(*given: Any, watch: _Stopwatch = watch) -> Any:
                    with watch.command():
                        return transmit(*given)

                slot.insert(dict(descriptions[card.serial]))
                chip = SocialSecurityCard(_connected(reader))
                scard.SCardTransmit = timed
                begun = time.perf_counter()
                personalise(chip, cast("Any", _Hsm(watch)), _reservation(card.serial, card.bank), lambda record: None)
                taken = time.perf_counter() - begun
                scard.SCardTransmit = transmit
                chip.close()
                slot.take()
                within = sum(watch.calls)
                own.append((taken - within - watch.hsm) / len(watch.calls))
                bare.append(within / len(watch.calls))
        finally:
            scard.SCardTransmit = transmit
            reader.close()
    return own, bare


def _connected(reader: pcsc.PcscCardReader) -> Any:
    """pcscd looks for cards every 0.4 s."""
    until = time.monotonic() + 10
    while True:
        try:
            return reader.connect()
        except DeviceError:
            if time.monotonic() > until:
                raise


def _reservation(serial: str, bank: str) -> Reservation:
    number = "990000001"
    printed = CardPrint(HOLDER.name, HOLDER.number, number, TODAY, TODAY.replace(year=2036), "示例银行", ACCOUNT)
    return Reservation("A1", serial, bank, ACCOUNT, number, chip_records(HOLDER, number, TODAY), printed)
