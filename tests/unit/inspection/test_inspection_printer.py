"""From the driver's print job, over the simulated printer and its scanner, to the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.bench.line import Line
from devices.card_printer.contract import Printed
from devices.card_printer.evolis.printer import EvolisPrinter
from devices.card_printer.faces import Face, Faces
from devices.card_printer.simulator.evolis import EvolisSimulator
from devices.simulation import FaultValue
from kiosk.documents.card_faces import SideName
from kiosk.inspection import Inspection, Kind, compare, national
from kiosk.inspection.trials.people import holders

HOLDER = holders(1, 11)[0]
SIDES: tuple[SideName, SideName] = ("front", "back")


class Machine:
    """A printer with a scanner, and a card in it."""

    def __init__(self, line: Line, printer: EvolisPrinter) -> None:
        self._line, self._printer = line, printer

    def print_and_look(self, fault: str = "", value: FaultValue = True) -> Inspection:
        """A card with this fault, compared."""
        if fault:
            self._line.set_fault(fault, value)
        faces = {side: HOLDER.face(side) for side in SIDES}
        self._printer.feed("hopper-1")
        outcome = self._printer.print(Faces(Face.of(faces["front"]), Face.of(faces["back"])))
        assert isinstance(outcome, Printed)
        scanned = self._printer.inspect()
        assert scanned is not None
        return compare(faces, scanned, national(), {side: HOLDER.card(side) for side in SIDES})


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    artwork = tmp_path / "artwork"
    artwork.mkdir()
    for side in SIDES:
        HOLDER.card(side).save(artwork / f"{side}.png")
    scans = str(tmp_path / "scans")
    simulator = EvolisSimulator(pace=0.005, scans=scans, scanner=1.0, artwork=str(artwork), seed=3)
    with Line(simulator, "tcp://127.0.0.1:0", seed=1) as line:
        printer = EvolisPrinter(line.url, scans=scans, fastest_print_seconds=0.05, answer_seconds=0.5)
        printer.open()
        yield Machine(line, printer)
        printer.close()


def test_a_good_card(machine: Machine) -> None:
    assert machine.print_and_look().said == "good"


def test_a_card_without_its_cyan(machine: Machine) -> None:
    inspection = machine.print_and_look("missing_panel", "c")
    assert inspection.sides[0].kinds == ()
    assert inspection.sides[1].kinds[0] is Kind.MISSING_CYAN


def test_a_scan_that_lost_a_side(machine: Machine) -> None:
    assert machine.print_and_look("scan_lost", "back").said == "back: not_scanned"
