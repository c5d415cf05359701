"""A PIN pad on a line, a person in front of it, the driver behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from devices import registry
from devices.bench.line import Line
from devices.contract import Cancellation
from devices.pin_pad.contract import KeyPress, SecretDigits

FITTED = sorted(registry.CLASSES["pin-pad"])
"""A new driver of the class is in the registry, and so passes here."""

REPLY_TIMEOUT = 0.2


def hurried(seconds: float) -> None:
    """The driver's pause between attempts, shortened."""
    time.sleep(min(seconds, 0.02))


@dataclass
class Desk:
    """A pad on a line, a person in front of it, and the driver behind it."""

    line: Line
    simulator: Any
    pad: Any
    heard: list[KeyPress] = field(default_factory=list)

    def hear(self, press: KeyPress) -> None:
        self.heard.append(press)

    def scene(self) -> dict[str, Any]:
        return self.line.call(self.simulator.scene)

    def types(self, keys: Sequence[str]) -> None:
        """Type these keys as soon as the pad's input is on."""

        def look() -> None:
            if self.simulator.port is None:
                return
            if self.simulator.scene()["input"] == "off":
                self.simulator.port.after(0.005, look)
            else:
                self.simulator.type_keys(list(keys), 0.0)

        self.line.call(look)

    def acts_when_typed(self, count: int, act: Callable[[], None]) -> Callable[[KeyPress], None]:
        """An ``on_key`` that does something in another thread when that many digits are in."""

        def on_key(press: KeyPress) -> None:
            self.hear(press)
            if press.count == count:
                threading.Thread(target=act, daemon=True).start()

        return on_key

    def enter(self, *, cancellation: Cancellation | None = None, timeout: float = 3.0, **options: Any) -> SecretDigits:
        options.setdefault("on_key", self.hear)
        return self.pad.enter_clear(cancellation or Cancellation(), timeout=timeout, **options)


def seat(model: str, listen: str, **options: Any) -> Iterator[Desk]:
    simulator = registry.simulator("pin-pad", model)
    with Line(simulator, listen, baud=9600) as line:
        pad = registry.driver("pin-pad", model, line.url, reply_timeout=REPLY_TIMEOUT, pause=hurried, **options)
        pad.open()
        yield Desk(line, simulator, pad)
        pad.close()
