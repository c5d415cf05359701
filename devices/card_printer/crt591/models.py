"""What the units that answer to the name of CRT-591 do differently, as data.

Source: protocol page *card-dispenser*, B1: the maker's document of 2013 describes M001; R02 was measured on a real
CRT-591-(R02)HB-HDN, which departs from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from devices.card_printer.crt591.wire import Command
from devices.contract import StorageLevel

BAUD_RATES = (115200, 9600, 38400, 19200, 57600)
"""In the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """``firmware``: how the name that the unit gives itself begins. ``initialise``: what wakes it and moves nothing.

    ``present``: what holds a card out. ``bin_levels``: of st2; a digit that is not in it is unknown.
    ``counts_bin``: the error-bin counter tells what fell in. ``takes_in_after``: seconds after which the unit itself
    may draw a presented card into its bin; None: it never does. ``magnetic``: it has magnetic commands besides.
    """

    firmware: str
    initialise: Command
    present: Command
    bin_levels: Mapping[int, StorageLevel] = field(repr=False)
    counts_bin: bool
    takes_in_after: float | None
    magnetic: bool


MODELS: Mapping[str, Quirks] = MappingProxyType(
    {
        "m001": Quirks(
            firmware="CRT-591-M",
            initialise=Command.INITIALISE_AND_COUNT,
            present=Command.MOVE_TO_GATE_AND_HOLD,
            bin_levels=MappingProxyType({0x30: StorageLevel.OK, 0x31: StorageLevel.FULL}),
            counts_bin=True,
            takes_in_after=None,
            magnetic=False,
        ),
        "r02": Quirks(
            firmware="CRT-591-V",
            initialise=Command.INITIALISE,
            present=Command.MOVE_TO_GATE_AND_HOLD,
            bin_levels=MappingProxyType({0x30: StorageLevel.OK, 0x32: StorageLevel.FULL}),
            counts_bin=False,
            takes_in_after=10.0,
            magnetic=True,
        ),
    }
)
"""On both, ``MOVE 39`` is left alone: M001 lets go of the card with it, so that nobody sees it being taken, and R02
throws the card into its bin. How long R02 waits before it takes a card in is not known; ten seconds are safe."""


def of_firmware(name: str) -> str | None:
    """The model that calls itself so; None for a name that nobody has met."""
    return next((model for model, quirks in MODELS.items() if name.startswith(quirks.firmware)), None)
