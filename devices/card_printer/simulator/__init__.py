"""A simulated card printer: ``mechanism`` where every card is, ``motor`` what moves, ``requests`` and ``replies`` the
bytes, ``evolis`` the device, ``contact`` its chip contact behind a card reader."""

from devices.card_printer.simulator.crt591 import Crt591Simulator as Crt591Simulator
from devices.card_printer.simulator.evolis import EvolisSimulator as EvolisSimulator
