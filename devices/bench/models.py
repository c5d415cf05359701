"""The shapes of the bench's API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

Value = StrictBool | StrictInt | StrictFloat | StrictStr
Device = Annotated[str | None, Field(description="Name of the device; default: the first that fits.")]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Refusal(BaseModel):
    """Why not."""

    detail: str


class CardShown(BaseModel):
    """A card and where it is: ``owner/social`` or ``owner/id``, ``serial/new`` for one that came out of a card printer;
    ``with:`` a person or ``in:`` a device."""

    card: str
    place: str


class PersonShown(BaseModel):
    """A person. ``key`` is how the API calls them."""

    key: str
    note: str
    name: str
    social_card: CardShown | None
    id_card: CardShown
    social_card_generation: str
    social_card_state: str


class NewCardShown(BaseModel):
    """A pre-made card. ``place``: ``in:card-printer/hopper-1`` (there ``nth``, 1 being the next to come), ``/contact``
    (and ``feeder``, ``print``, ``scan``, ``exit``, ``bezel``), ``/reject-box``, ``/holding-slot``; outside of a
    printer ``with:`` a person or ``in:`` a card reader. ``printed``: sides with something on them."""

    serial: str
    bank: str
    place: str
    nth: int | None
    printed: list[str]
    has_chip: bool


class ChipShown(BaseModel):
    """What stands on a chip; dates ISO or empty. ``holder`` null: nobody's yet."""

    identifier: str
    version: str
    card_number: str
    issue_date: str
    valid_until: str
    holder: dict[str, str] | None
    bank_card_number: str | None
    pin_tries_left: int


class DeviceChoice(_Asked):
    """Which device."""

    device: Device = None


class CardChoice(DeviceChoice):
    """Which card, if not their own."""

    card: Annotated[
        str | None, Field(description="``owner/social``, ``owner/id`` or ``serial/new``; default: their own.")
    ] = None


class Typing(DeviceChoice):
    """Keys of the PIN pad."""

    keys: Annotated[
        str | list[str], Field(description='Digits, such as "123456", or a list of keys, such as ["1", "clear"].')
    ] = ""
    own_pin: Annotated[bool, Field(description="Type the PIN of their own card before that.")] = False
    then: Literal["enter", "cancel", "clear"] | None = None
    pace: Annotated[float, Field(description="Seconds from key to key; a person takes about 0.3.", ge=0, le=10)] = 0.0


class Typed(BaseModel):
    """How many keys were pressed."""

    pressed: int


class HandOver(_Asked):
    """Into whose hands."""

    to: str


class Tearing(DeviceChoice):
    """Who takes the paper; nobody: it falls into the tray."""

    person: str | None = None


class ReceiptShown(BaseModel):
    """A piece of paper. ``place``: ``outlet``, ``tray`` or ``with:`` a person. ``whole``: cut by the knife."""

    number: int
    device: str
    place: str
    at: str
    whole: bool
    millimetres: int
    lines: list[str]


class FaultShown(BaseModel):
    """A fault: ``rest`` is its value when nothing is wrong, ``value`` the present one."""

    help: str
    rest: Value
    value: Value


class ActionShown(BaseModel):
    """Something a person can do there; ``arguments`` by name, with their types."""

    label: str
    arguments: dict[str, str]


class DeviceShown(BaseModel):
    """A device. ``url`` is what a driver opens, ``options`` what it must be told besides; ``scene`` is what a person
    standing before it sees."""

    name: str
    device_class: Annotated[str, Field(serialization_alias="class")]
    model: str
    url: str
    options: dict[str, Any]
    scene: dict[str, Any]
    faults: dict[str, FaultShown]
    actions: dict[str, ActionShown]


class FaultSetting(_Asked):
    """The value of a fault: true or false for a switch, a number or text for a setting."""

    value: Value = True


class Planned(_Asked):
    """A fault to come, ``at`` seconds from now."""

    at: float
    device: str
    fault: str
    value: Value = True


class Drawing(_Asked):
    """Faults at random: ``per_hour`` on average within the next ``seconds``, each lasting between ``shortest`` and
    ``longest`` seconds."""

    seed: int = 0
    seconds: Annotated[float, Field(gt=0)]
    per_hour: Annotated[float, Field(gt=0)]
    shortest: Annotated[float, Field(gt=0)] = 1.0
    longest: Annotated[float, Field(gt=0)] = 30.0
    devices: list[str] | None = None


class Happened(BaseModel):
    """Events, oldest first, each with ``number``, ``at``, ``kind`` and more; ``last`` is what to ask after next."""

    events: list[dict[str, Any]]
    last: int
