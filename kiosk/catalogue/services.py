"""The services that this kiosk offers, read from ``services.toml`` and checked against the house (F21)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from devices.fault_catalogue import Capability
from kiosk.located_toml import Document, Mistake, MistakesError, read
from kiosk.validation import validate
from statemachines.views import Say

SERVICES_FILE = Path(__file__).with_name("services.toml")


class Means(StrEnum):
    """How a citizen can have been identified. The card comes with its PIN."""

    CARD = "card"
    ID_CARD = "id_card"


class FormOfUse(StrEnum):
    """The seven forms in which a card is used, and the query."""

    IDENTITY = "identity"
    PAY = "pay"
    RECEIVE = "receive"
    SETTLE = "settle"
    RECORD = "record"
    QUERY = "query"
    FINANCIAL = "financial"


class Channel(StrEnum):
    """Where the matter is done."""

    KIOSK = "kiosk"
    COUNTER = "counter"
    BANK = "bank"
    PHONE = "phone"


class ServiceState(StrEnum):
    """Whether it can be done."""

    OFFERED = "offered"
    PLANNED = "planned"


class Shown(StrEnum):
    """When it stands in the menu. What is shown and cannot be done now says why not."""

    ALWAYS = "always"
    ISSUING = "issuing"
    """At a kiosk with a card printer."""
    CARD_WAITS = "card_waits"
    """While a card that was made here and not taken may be in the machine."""


_LACKING: tuple[tuple[Capability, str], ...] = (
    (Capability.QUERY, "why_not.no_host"),
    (Capability.IDENTIFY_CARD, "why_not.card_reader"),
    (Capability.PIN, "why_not.no_keypad"),
    (Capability.IDENTIFY_ID, "why_not.id_reader"),
    (Capability.PRINT, "why_not.no_print"),
    (Capability.ISSUE, "why_not.no_issue"),
)
"""What a citizen is told when something that a service needs does not work; the first that applies."""

Id = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z_.]*$")]


class Service(BaseModel):
    """One service. Field for field as explained at the head of ``services.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id = Field(description="Lower-case words joined by underscores, such as medical_account.")
    catalogue_class: str = Field(alias="class", min_length=1)
    title: Key = Field(description="A key of the language files, such as service.pension.")
    note: Key = Field(description="A key of the language files.")
    icon: Id = Field(description="A name of screens/widgets/icons.toml.")
    form_of_use: FormOfUse
    needs: frozenset[Capability]
    means: frozenset[Means] = Field(min_length=1)
    factors: int = Field(ge=1, le=3)
    shown: Shown = Shown.ALWAYS
    channel: Channel
    state: ServiceState
    source: str = Field(min_length=1)

    def why_not(self, means: str, works: frozenset[Capability]) -> Say | None:
        """Why it cannot be done by someone identified by ``means`` while ``works`` works; None if it can."""
        if means not in {each.value for each in self.means}:
            return Say("why_not.needs_card")
        missing = self.needs - works
        return next((Say(words) for capability, words in _LACKING if capability in missing), None)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    service: tuple[Service, ...] = Field(min_length=1)


def load(file: Path | None = None) -> tuple[Service, ...]:
    """The services offered at the kiosk, in the order of the menu. Raises MistakesError with file, line and field."""
    document = read(file or SERVICES_FILE)
    services = validate(document, _File).service
    if mistakes := _repeated(services, document):
        raise MistakesError(mistakes)
    return tuple(
        service for service in services if service.state is ServiceState.OFFERED and service.channel is Channel.KIOSK
    )


def _repeated(services: tuple[Service, ...], document: Document) -> list[Mistake]:
    first: dict[str, int] = {}
    found = []
    for position, service in enumerate(services):
        if first.setdefault(service.id, position) != position:
            location = ("service", position, "id")
            field = f"service[{position + 1}].id"
            place = document.place(location)
            found.append(Mistake(document.file, place, field, f'"{service.id}" again', "each id once"))
    return found
