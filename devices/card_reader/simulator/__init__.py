"""The virtual card, written from the protocol pages and sharing nothing with the driver, and the slot it sits in.

``card`` is the card operating system, ``reader`` the slot, ``vpcd`` the wire into the real pcscd.
"""

from devices.card_reader.simulator.reader import CardReaderSimulator as CardReaderSimulator
