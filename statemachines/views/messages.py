"""What controller and screens tell each other: one JSON object a line on a unix socket; the screens connect."""

from __future__ import annotations

from typing import Literal

import msgspec

from statemachines.views.issuing import (
    CardPreview,
    Confirm,
    Consent,
    EnterDigits,
    MakingCard,
    Pay,
    Photo,
    Sign,
    TakeNewCard,
)
from statemachines.views.pages import (
    Amount,
    AskPrint,
    Attract,
    Details,
    Done,
    Farewell,
    Help,
    Identify,
    InsertCard,
    Instruction,
    LayIdCard,
    Maintenance,
    Menu,
    Months,
    Notice,
    OutOfService,
    PinEntry,
    Printing,
    Refusal,
    Starting,
    StillThere,
    TakeCard,
    TakePaper,
    Working,
    Years,
)
from statemachines.views.parts import Frame

AnyPage = (
    Starting
    | Attract
    | Notice
    | Identify
    | InsertCard
    | LayIdCard
    | Working
    | PinEntry
    | Menu
    | Amount
    | Details
    | Years
    | Months
    | AskPrint
    | Printing
    | TakePaper
    | Done
    | Instruction
    | Refusal
    | StillThere
    | TakeCard
    | Farewell
    | OutOfService
    | Maintenance
    | Help
    | Consent
    | EnterDigits
    | Photo
    | Confirm
    | CardPreview
    | Sign
    | Pay
    | MakingCard
    | TakeNewCard
)
"""Every page of the vocabulary."""


class Show(msgspec.Struct, frozen=True, tag="show", tag_field="message"):
    """Controller to screens: draw this, from now on."""

    frame: Frame
    page: AnyPage


class Touched(msgspec.Struct, frozen=True, tag="touched", tag_field="message"):
    """Screens to controller: ``intent`` on view ``number``, with a ``value`` where the page says so."""

    number: int
    intent: str
    value: str = ""


class Target(msgspec.Struct, frozen=True):
    """Something touchable as drawn: pixels from the top left of the screen, and what touching it says."""

    intent: str
    value: str
    x: int
    y: int
    width: int
    height: int


class Drawn(msgspec.Struct, frozen=True, tag="drawn", tag_field="message"):
    """Screens to controller: view ``number`` is on the glass, with these targets."""

    number: int
    page: str
    targets: tuple[Target, ...]


class Alive(msgspec.Struct, frozen=True, tag="alive", tag_field="message"):
    """Screens to controller, on connecting: ready to draw. ``version`` of the screens."""

    version: str


class Speech(msgspec.Struct, frozen=True, tag="speech", tag_field="message"):
    """Screens to controller, where a sound output is fitted, on connecting and whenever it has changed: what keeps them
    from being heard. ``silent``: the sound output takes no sound; ``no_program``: the voice does not work. Empty:
    nothing does."""

    fault: Literal["", "silent", "no_program"] = ""


FromScreens = Touched | Drawn | Alive | Speech
