"""What was said between the kiosk and its devices and hosts lately, kept in memory until something goes wrong.

Of each exchange: with whom, which verb, command or path, what came of it, how long it took. Never what was in it: of a
command to a chip its header, its length and the status word; of a call its path and outcome. When a business ends
badly, the last of it goes into the journal with that (:mod:`kiosk.record_issuing`), for ``kiosk journal export``.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, cast

from devices.card_printer.contract import CardPrinterStatus, Printed
from devices.card_reader.apdu import CommandApdu, ResponseApdu
from devices.card_reader.contract import Chip
from devices.contract import Device, DeviceError
from kiosk.journal.entries import Fact
from kiosk.scrubbing import WITHHELD, scrub_text

D = TypeVar("D", bound=Device)

KEPT = 300
"""Exchanges; a card takes some 200, of which 160 are commands to its chip. What repeats itself counts once."""


WITH_PIN = frozenset({0x20, 0x24, 0x2C, 0x5E})
"""Instructions that carry a PIN: how long it is, is not told."""


@dataclass(slots=True)
class Exchange:
    """``times``: how often in a row; ``milliseconds``: of all of them."""

    party: str
    what: str
    outcome: str
    milliseconds: int
    times: int = 1

    @property
    def line(self) -> str:
        """``chip 00B20104+0 9000 x3 12``."""
        repeated = f" x{self.times}" if self.times > 1 else ""
        return f"{self.party} {self.what} {self.outcome}{repeated} {self.milliseconds}"


class Traffic:
    """The last exchanges of a business, in their order. May be written from any thread."""

    def __init__(self, kept: int = KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._exchanges: deque[Exchange] = deque(maxlen=kept)

    def begin(self) -> None:
        """Another business: nothing of the one before."""
        with self._lock:
            self._exchanges.clear()

    def add(self, party: str, what: str, outcome: str, seconds: float) -> None:
        """An exchange. ``what`` and ``outcome``: words of the house without spaces."""
        spent = round(seconds * 1000)
        with self._lock:
            last = self._exchanges[-1] if self._exchanges else None
            if last is not None and (last.party, last.what, last.outcome) == (party, what, outcome):
                last.times += 1
                last.milliseconds += spent
            else:
                self._exchanges.append(Exchange(party, what, outcome, spent))

    def lines(self) -> list[Fact]:
        """For the journal."""
        with self._lock:
            lines = [each.line for each in self._exchanges]
        return [line if scrub_text(line) == line else WITHHELD for line in lines]

    @contextmanager
    def exchange(self, party: str, what: str) -> Iterator[Callable[[str], None]]:
        """Around one: call what it yields with the outcome. An error is one, by its code or its type."""
        begun, outcome = self._clock(), "ok"

        def came(of_it: str) -> None:
            nonlocal outcome
            outcome = of_it

        try:
            yield came
        except DeviceError as error:
            outcome = error.code
            raise
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            self.add(party, what, outcome, self._clock() - begun)

    def of_device(self, party: str, device: D) -> D:
        """The device, each of whose verbs is heard."""
        return cast("D", _Overheard(self, party, device))

    def of_chip(self, chip: Chip) -> Chip:
        """The chip, each of whose commands is heard."""
        return _OverheardChip(self, chip)


class _Overheard:
    """Stands for a device: the same verbs, the same errors."""

    def __init__(self, traffic: Traffic, party: str, device: Device) -> None:
        self._traffic = traffic
        self._party = party
        self._device = device

    def __repr__(self) -> str:
        return repr(self._device)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._device, name)
        if not callable(found):
            return found

        def verb(*given: Any, **named: Any) -> Any:
            with self._traffic.exchange(self._party, name) as came:
                result = found(*given, **named)
                came(_outcome(result))
                return result

        return verb


class _OverheardChip:
    """Stands for a chip."""

    def __init__(self, traffic: Traffic, chip: Chip) -> None:
        self._traffic = traffic
        self._chip = chip

    @property
    def atr(self) -> bytes:
        return self._chip.atr

    def transmit(self, command: CommandApdu) -> ResponseApdu:
        length = "" if command.ins in WITH_PIN else f"+{len(command.data)}"
        header = f"{command.cla:02X}{command.ins:02X}{command.p1:02X}{command.p2:02X}{length}"
        with self._traffic.exchange("chip", header) as came:
            response = self._chip.transmit(command)
            came(f"{response.sw:04X}+{len(response.data)}")
            return response

    def close(self) -> None:
        self._chip.close()


def _outcome(result: object) -> str:
    """What a verb came to, in a word."""
    match result:
        case None:
            return "ok"
        case bool():
            return "yes" if result else "no"
        case Enum():
            return str(result.value)
        case CardPrinterStatus():
            return result.fault or "ready"
    status = getattr(result, "status", None)
    if isinstance(status, CardPrinterStatus) and not isinstance(result, Printed):
        return f"{type(result).__name__}:{status.fault or 'no_fault'}"
    return type(result).__name__
