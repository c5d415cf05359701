"""The driver for Evolis printers.

``wire`` and ``flags`` are the bytes and bits, ``transport`` the two lines, ``session`` the conversation and its rule,
``faults`` and ``meaning`` what the bits say of issuing cards, ``motion`` one motion, ``job`` and ``print_run`` a print.
"""

from devices.card_printer.evolis.printer import EvolisPrinter as EvolisPrinter
