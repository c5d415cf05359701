"""The virtual card, written from the protocol pages and sharing nothing with the driver, and the slot it sits in.

``card`` is the card operating system; ``reader`` the slot, ``vpcd`` the wire into the real pcscd; ``crt310`` a
motorised reader with its card path, its contacts and its line.
"""

from devices.card_reader.simulator.crt310 import Crt310Simulator as Crt310Simulator
from devices.card_reader.simulator.reader import CardReaderSimulator as CardReaderSimulator
