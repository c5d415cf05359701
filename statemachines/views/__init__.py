"""The screen vocabulary: every page the touchscreen can show, and what a touch can say.

A view holds facts, never finished sentences: words are keys of the language files, values keep their type until the
screen writes them in the citizen's language. What must be masked is masked before it gets here; the full value is sent
only after the citizen asked to see it.

Each page's docstring names its *intents*: what can be touched there. On every page of a session the frame adds
``language`` (value: the one to change to), ``large``, ``help``, and, where the frame says so, ``back`` and ``leave``.
``turn`` comes on any page that has more than fits: the screens have turned it by themselves, and only tell that someone
is there. Contrast, low reach and speech are switched by the screens themselves, on Help, and last until Attract.
"""

from statemachines.views.alike import alike, same_to_touch
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
from statemachines.views.messages import Alive, AnyPage, Drawn, FromScreens, Show, Speech, Target, Touched
from statemachines.views.offered import is_offered
from statemachines.views.page import Page
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
from statemachines.views.parts import Choice, Frame, MonthLine, Part, Row, YearLine
from statemachines.views.values import Day, Fen, Month, Number, Plain, Say, Value, Verbatim

__all__ = [
    "Alive",
    "Amount",
    "AnyPage",
    "AskPrint",
    "Attract",
    "CardPreview",
    "Choice",
    "Confirm",
    "Consent",
    "Day",
    "Details",
    "Done",
    "Drawn",
    "EnterDigits",
    "Farewell",
    "Fen",
    "Frame",
    "FromScreens",
    "Help",
    "Identify",
    "InsertCard",
    "Instruction",
    "LayIdCard",
    "Maintenance",
    "MakingCard",
    "Menu",
    "Month",
    "MonthLine",
    "Months",
    "Notice",
    "Number",
    "OutOfService",
    "Page",
    "Part",
    "Pay",
    "Photo",
    "PinEntry",
    "Plain",
    "Printing",
    "Refusal",
    "Row",
    "Say",
    "Show",
    "Sign",
    "Speech",
    "Starting",
    "StillThere",
    "TakeCard",
    "TakeNewCard",
    "TakePaper",
    "Target",
    "Touched",
    "Value",
    "Verbatim",
    "Working",
    "YearLine",
    "Years",
    "alike",
    "is_offered",
    "same_to_touch",
]
