"""Every rule that a region may set, with its type and meaning. The values are data: ``regions/<code>.toml``."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kiosk.catalogue.pin_rules import PinRule
from kiosk.clock import KIOSK_ZONE
from kiosk.photo.rule import PhotoRule

Days = Annotated[int, Field(ge=0, le=3650)]
Age = Annotated[int, Field(ge=0, le=120)]
Words = Annotated[str, Field(pattern=r"^[a-z][a-z_.]*$")]


def _hours(text: str) -> str:
    if text != "closed":
        start, _, end = text.partition("-")
        if not (_TIME.fullmatch(start) and (end == "24:00" or _TIME.fullmatch(end)) and start < end):
            raise ValueError("hours such as 08:30-17:30, or closed, or 00:00-24:00")
    return text


_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

Hours = Annotated[str, AfterValidator(_hours)]


class Reason(StrEnum):
    """Why a card is made."""

    FIRST = "first"
    LOST = "lost"
    DAMAGED = "damaged"
    DEMAGNETISED = "demagnetised"
    CHIP_FAULT_IN_WARRANTY = "chip_fault_in_warranty"
    ISSUER_ERROR = "issuer_error"
    RENAMED = "renamed"
    EXPIRED = "expired"
    UPGRADE = "upgrade"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OpeningHours(_Table):
    """Hours as ``08:30-17:30``, ``closed``, or ``00:00-24:00``, in the kiosk's zone."""

    monday: Hours
    tuesday: Hours
    wednesday: Hours
    thursday: Hours
    friday: Hours
    saturday: Hours
    sunday: Hours

    def of(self, day: date) -> str:
        """The hours of a day, as written."""
        days = self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday
        return days[day.weekday()]

    def open_at(self, instant: datetime) -> bool:
        """Whether the place is open at an aware instant; the closing minute is outside."""
        local = instant.astimezone(KIOSK_ZONE)
        hours = self.of(local.date())
        if hours == "closed":
            return False
        start, end = hours.split("-")
        now = local.time()
        return time.fromisoformat(start) <= now and (end == "24:00" or now < time.fromisoformat(end))


class Rules(_Table):
    """The rules of one region on one day. In a pack a rule goes by its alias, such as ``pin.max_tries``."""

    initial_pin: str = Field(
        alias="pin.initial", pattern=r"^[0-9]{4,12}$", description="The PIN every new card leaves the factory with."
    )
    pin_max_tries: int = Field(
        alias="pin.max_tries",
        ge=1,
        le=15,
        description="Wrong PINs before a new card locks. The chip's counter decides.",
    )
    pin_length: int = Field(alias="pin.length", ge=4, le=12, description="Digits of a social security PIN.")
    pin_forbidden: tuple[PinRule, ...] = Field(alias="pin.forbidden", description="What a new PIN may not be.")
    pin_unlock_channels: tuple[Literal["counter", "kiosk", "automatic_24h"], ...] = Field(
        alias="pin.unlock_channels", description="Where a locked PIN is unlocked."
    )
    pin_unlock_lifetime: int = Field(
        alias="pin.unlock_lifetime", ge=0, le=99, description="Unlocks in a card's life; then it is void."
    )
    query_factors: int = Field(alias="query.factors", ge=1, le=3, description="Factors that a query takes.")
    change_factors: int = Field(
        alias="change.factors", ge=1, le=3, description="Factors that money or a change of the card takes."
    )
    print_full_numbers: Literal["after_confirm", "never"] = Field(
        alias="masking.print_full", description="When a printed certificate shows full numbers."
    )
    accepted_issuers: tuple[Annotated[str, Field(pattern=r"^[0-9]{6}$")], ...] = Field(
        alias="card.accepted_issuers",
        min_length=1,
        description="Cities whose cards are served: the first six digits of a card's identifier.",
    )
    card_untaken: Literal["retain", "guard"] = Field(
        alias="card.untaken",
        description="A card its owner left in the slot: kept in the reader's bin, where it has one, or guarded there.",
    )
    individual_may_apply: bool = Field(alias="apply.individual", description="Whether a person may apply alone.")
    inspection_without_scanner: Literal["attendant", "citizen", "nobody"] = Field(
        alias="inspection.without_scanner",
        description="Who looks at a new card's print where the printer has no scanner: an attendant, the citizen on the"
        " screen, or nobody.",
    )
    medical_cash_out: Literal["none"] = Field(
        alias="medical.cash_out", description="The medical account is never cash at a kiosk."
    )
    fees: dict[Reason, Annotated[int, Field(ge=0, le=10_000)]] = Field(
        alias="fee.rules", description="Fee of a card by reason, in fen."
    )
    fee_exempt_reasons: tuple[Reason, ...] = Field(alias="fee.exempt_reasons", description="Reasons that cost nothing.")
    fee_warranty_days: Days = Field(
        alias="fee.warranty_days", description="Days after issue during which a chip's own fault costs nothing."
    )
    temporary_card_days: Days = Field(alias="temp.days", description="Life of a temporary card.")
    temporary_card_max_days: Days = Field(alias="temp.max_days", description="Its life with all extensions.")
    temporary_loss_days: Days = Field(alias="loss.temp_days", description="Days after which a temporary loss lapses.")
    formal_loss_reversible: bool = Field(
        alias="loss.formal_reversible",
        description="Whether a formal loss can be undone until a new card is applied for.",
    )
    loss_joint: bool = Field(alias="loss.joint", description="Whether one report covers social and bank side.")
    renewal_window_days: Days = Field(alias="renew.window_days", description="Days before expiry that renewal opens.")
    photo_min_age: Age = Field(alias="photo.min_age", description="Age from which a photo is needed.")
    photo: PhotoRule = Field(
        alias="photo.rule", description="What differs here from the country's photo rule; {} for nothing."
    )
    guardian_max_age: Age = Field(alias="guardian.max_age", description="Below this age a guardian comes along.")
    essc_on_loss: Literal["unusable", "on_authorisation"] = Field(
        alias="essc.on_loss", description="The electronic card while the plastic one is lost."
    )
    delivery_days: Days = Field(alias="sla.days", description="Working days until a centrally made card is ready.")
    delivery_max_days: Days = Field(alias="sla.max_days", description="Working days after which it is overdue.")
    delivery_priority_age: Age = Field(
        alias="sla.priority_age", description="Age from which an application is made before the others."
    )
    hotline: str = Field(alias="hotline", pattern=r"^[0-9-]{3,20}$", description="The phone number for questions.")
    hours: OpeningHours = Field(alias="hours.open", description="When the place of the kiosk is open.")
    unlock_papers: tuple[Words, ...] = Field(
        alias="papers.unlock", description="What to bring to unlock a PIN: keys of the language files."
    )
    correction_papers: tuple[Words, ...] = Field(
        alias="papers.correction", description="What to bring to correct personal data: keys of the language files."
    )
    log_days: Days = Field(alias="retention.log_days", description="How long log files are kept.")
    journal_days: Days = Field(alias="retention.journal_days", description="How long the durable record is kept.")
