"""A motorised reader on a line, its driver with someone watching it, and a person in front of it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

from devices import registry
from devices.bench.line import Line
from devices.card_reader.contract import Ability
from devices.contract import Cancellation, DeviceError, MediaState

MODELS = [
    name
    for name in registry.CLASSES["card-reader"]
    if Ability.MOTORISED in registry.driver_class("card-reader", name).abilities  # type: ignore[attr-defined]
]
"""A new motorised model of the registry passes here too."""

CARD: dict[str, Any] = {
    "identifier": "990100D1560000050000000148FB4966",
    "number": "X00000019",
    "ssn": "440524188001010014",
    "name": "张三",
    "sex": "1",
    "nation": "01",
    "birthplace": "440524",
    "birth_date": "18800101",
    "issue_date": "20240101",
    "valid_until": "20340101",
    "version": "2.0",
}
PATIENCE = 5.0
HURRIED = {"poll_seconds": 0.01, "answer_seconds": 0.3, "chip_seconds": 0.4, "motion_seconds": 0.4}


class Desk:
    """``seen``: what the watch has told."""

    def __init__(self, model: str, listen: str, **options: Any) -> None:
        self.model = model
        self.simulator: Any = registry.simulator("card-reader", model, motion_seconds=0.02)
        self.line = Line(self.simulator, listen)
        self.line.start()
        self.options = {**HURRIED, **options}
        self.reader: Any = self.another_driver()
        self.seen: queue.Queue[MediaState] = queue.Queue()
        self._cancellation = Cancellation()
        self._watch: threading.Thread | None = None

    def another_driver(self) -> Any:
        return registry.driver("card-reader", self.model, self.line.url, **self.options)

    def watch(self) -> None:
        """Someone watches from now on."""
        self._cancellation = Cancellation()
        arguments = (self._cancellation, self.seen.put)
        self._watch = threading.Thread(target=self.reader.watch, args=arguments, daemon=True)
        self._watch.start()

    def stop_watching(self) -> bool:
        """True: the watch has let go."""
        self._cancellation.cancel()
        if self._watch is not None:
            self._watch.join(PATIENCE)
            return not self._watch.is_alive()
        return True

    def until(self, wanted: MediaState) -> list[MediaState]:
        """What the watch tells until it tells this."""
        seen = [self.seen.get(timeout=PATIENCE)]
        while seen[-1] is not wanted:
            seen.append(self.seen.get(timeout=PATIENCE))
        return seen

    def scene(self) -> dict[str, Any]:
        return self.line.call(self.simulator.scene)

    def insert(self, **fields: Any) -> None:
        self.line.call(lambda: self.simulator.insert({**CARD, **fields}))

    def take(self) -> None:
        self.line.call(self.simulator.take)

    def insert_and_arrive(self, **fields: Any) -> None:
        """A card is in, and known to be."""
        self.insert(**fields)
        self.until(MediaState.PRESENT)

    def fault(self, name: str, value: Any = True) -> None:
        self.line.set_fault(name, value)

    def fails(self, act: Callable[[], object]) -> str:
        """The code of the DeviceError that it ends in."""
        try:
            act()
        except DeviceError as error:
            return error.code
        return "nothing failed"

    def leave(self) -> None:
        self.stop_watching()
        self.reader.close()
        self.line.stop()


def seat(model: str, listen: str, **options: Any) -> Iterator[Desk]:
    """With the reader open and somebody watching."""
    desk = Desk(model, listen, **options)
    desk.reader.open()
    desk.watch()
    desk.until(MediaState.NOT_PRESENT)
    yield desk
    desk.leave()
