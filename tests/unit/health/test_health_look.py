"""What the card printer is made to forget once somebody has been at the machine."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from devices.card_printer.contract import CardPosition, CardPrinterStatus
from devices.contract import DeviceError, DeviceState
from devices.worker import DeviceWorker
from kiosk.health.look import forget_errors, forget_mended


@dataclass
class Printer:
    position: CardPosition = CardPosition.NONE
    fault: str | None = "card_printer.feed_failed"
    fails: str = ""
    done: list[str] = field(default_factory=list)

    def status(self) -> CardPrinterStatus:
        return CardPrinterStatus(DeviceState.HARDWARE_ERROR, self.fault, position=self.position)

    def clear(self) -> None:
        if self.fails:
            raise DeviceError(self.fails)
        self.done.append("clear")


@pytest.mark.parametrize(
    ("printer", "done"),
    [
        (Printer(), ["clear"]),
        (Printer(fault=None), []),
        (Printer(CardPosition.JAMMED, "card_printer.jam_print"), []),
        (Printer(CardPosition.IN_PATH), []),
        (Printer(CardPosition.UNKNOWN), []),
    ],
    ids=["misfeed", "well", "jam", "card", "silent"],
)
def test_an_error_is_forgotten_only_with_an_empty_path(printer: Printer, done: list[str]) -> None:
    forget_errors(printer)  # type: ignore[arg-type]
    assert printer.done == done


async def test_a_printer_that_does_not_answer_holds_nobody_up() -> None:
    class Tools:
        card_printer = DeviceWorker("card_printer", Printer(fails="card_printer.session_busy"))

    with capture_logs() as logs:
        await forget_mended(Tools())  # type: ignore[arg-type]
    assert [line["fault"] for line in logs] == ["card_printer.session_busy"]
    Tools.card_printer.stop()
