"""An ESC/POS receipt printer that is not there: command set, paper, sensors, faults. Written from the protocol page."""

from devices.receipt_printer.simulator.device import EscposSimulator

__all__ = ["EscposSimulator"]
