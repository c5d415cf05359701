"""A bench without threads or transports: three invented people, and devices that a test plays by hand."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from devices.bench.layout import Stand
from devices.bench.line import LINE_FAULTS
from devices.bench.people import Person, SocialCard
from devices.bench.station import Station
from devices.bench.store import Store
from devices.bench.world import World
from devices.simulation import FaultSwitch, Simulator, action


def person(key: str) -> Person:
    card = SocialCard(
        generation="3.0",
        algorithm="sm4",
        state="normal",
        identifier="990100D1560000050A0000026838A4DF",
        card_number="X00000027",
        issue_date="2022-05-10",
        valid_until="2032-05-10",
        pin="482905",
        tries_max=6,
        tries_left=6,
        bank_pan="6299990000000000020",
        bank="示例银行",
        chip_balance=12345,
    )
    return Person(
        key=key,
        note="invented",
        name="李建国",
        sex="male",
        nation="01",
        birth_date="1974-08-25",
        birthplace="990101",
        number="990101197408250015",
        address="示例省示例市新华区幸福路10号",
        authority="示例市公安局",
        id_valid_from="2018-04-01",
        id_valid_until="长期",
        card=card,
    )


class Direct:
    """A transport that is a function call."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.faults = {switch.name: switch.default for switch in LINE_FAULTS}
        self.url = "direct:"

    def start(self) -> str:
        return self.url

    def stop(self) -> None:
        pass

    def call(self, action: Callable[[], Any]) -> Any:
        return action()

    def set_fault(self, name: str, value: Any) -> None:
        if name in self.faults:
            self.faults[name] = value
        else:
            self.simulator.set_fault(name, value)


class CardSlot(Simulator):
    """Takes a card; a jammed one lets nothing in or out."""

    FAULTS: ClassVar = (FaultSwitch("jammed", "Nothing moves."), FaultSwitch("limit", "A number.", 3))

    def __init__(self) -> None:
        super().__init__()
        self.card: Any = None

    def received(self, data: bytes) -> None:
        raise AssertionError

    def scene(self) -> dict[str, Any]:
        return {"card": self.card}

    def _move(self) -> None:
        if self.faults["jammed"]:
            raise ValueError("the card does not move")

    @action("Insert a card")
    def insert(self, card: Any) -> None:
        self._move()
        self.card = card

    @action("Take the card")
    def take(self) -> None:
        self._move()
        self.card = None

    lay, lift = insert, take

    def pulled(self) -> None:
        """By somebody, without the bench."""
        self.card = None
        self.watch()


class PaperSlot(Simulator):
    """Prints when the test says so."""

    PNG = b"\x89PNG invented"

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[dict[str, Any]] = []

    def received(self, data: bytes) -> None:
        raise AssertionError

    def scene(self) -> dict[str, Any]:
        return {"outlet": [dict(piece) for piece in self.pieces]}

    def picture(self, piece: int) -> bytes:
        return self.PNG + bytes([piece])

    @action("Tear off")
    def tear_off(self) -> dict[str, Any]:
        torn = [{**p, "png": base64.b64encode(self.picture(n)).decode()} for n, p in enumerate(self.pieces)]
        self.pieces = []
        return {"pieces": torn}

    def print(self, *lines: str, cut: bool = True) -> None:
        self.pieces.append({"lines": list(lines), "cut": cut, "millimetres": 40})
        self.watch()


PEOPLE = {key: person(key) for key in ("anna", "bo", "chen")}


def direct_world(folder: Path, **more: Any) -> World:
    """Not started. Its devices are called by their class."""
    simulators = {"card-reader": CardSlot(), "id-reader": CardSlot(), "receipt-printer": PaperSlot()}
    stations = [
        Station(Stand(name, name, "test", "direct:"), Direct(simulator)) for name, simulator in simulators.items()
    ]
    return World(stations, PEOPLE, Store(folder), **more)
