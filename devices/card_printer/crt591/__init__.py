"""The card dispenser CRT-591 on a serial line: it feeds, reaches the chip, hands out and keeps; it prints nothing.

``wire`` frames, ``line`` the exchange of one command, ``link`` the unit found and woken, ``models`` what units do
differently, ``reading`` its status in the words of the house, ``contacts`` and ``chip`` APDUs through it, ``dispenser``
the driver.
"""

from devices.card_printer.crt591.dispenser import Crt591Dispenser as Crt591Dispenser
