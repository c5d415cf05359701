"""Region policy packs: dated rules, places and numbers as data (F114).

A rule holds from its date until the next entry with the same key. :class:`Pack` is the file, :meth:`Pack.at` the rules
of a day, and :class:`Policy` what the kiosk goes by today.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kiosk.catalogue.pin_rules import PinRule, is_initial
from kiosk.catalogue.rules import Rules
from kiosk.located_toml import Document, Location, Mistake, MistakesError, read
from kiosk.validation import field_path, mistake, nearest, shown, validate
from statemachines.views import Say, Verbatim

REGIONS = Path(__file__).with_name("regions")

RULE_KEYS: dict[str, str] = {str(field.alias): name for name, field in Rules.model_fields.items()}
"""Key in a pack -> field of :class:`Rules`."""


class NoRulesError(LookupError):
    """The pack says nothing of that day: it begins later."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RegionName(_Table):
    """Whose rules these are, and since when the pack speaks."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] = Field(description="Six digits.")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    issuer: str = Field(min_length=1, description="The authority that issues the card, as it stands on the card.")
    valid_from: date = Field(description="The first day that the pack has rules for.")


class Place(_Table):
    """A counter or another kiosk: name and address as they are written on the spot, and hours in words."""

    name: str = Field(min_length=1)
    address: str = Field(min_length=1)
    hours: str = ""

    def line(self) -> str:
        """One line for a screen or a slip."""
        return "，".join(part for part in (self.name, self.address, self.hours) if part)


class DatedRule(_Table):
    """One value of one rule, from a day on."""

    key: str
    value: Any
    valid_from: date
    source: str = Field(min_length=1, description="Where the rule is written.")


class Pack(_Table):
    """A region's file."""

    region: RegionName
    office: tuple[Place, ...] = ()
    machine: tuple[Place, ...] = ()
    rule: tuple[DatedRule, ...]

    def at(self, day: date) -> Rules:
        """The rules of a day. Raises NoRulesError for a day before the pack begins."""
        if day < self.region.valid_from:
            raise NoRulesError(
                f"the rules of region {self.region.code} begin on {self.region.valid_from}, not by {day}"
            )
        return Rules.model_validate({key: rule.value for key, rule in self.in_force(day).items()})

    def in_force(self, day: date) -> dict[str, DatedRule]:
        """The entries that hold on a day, by key, in the order of :class:`Rules`."""
        latest: dict[str, DatedRule] = {}
        for rule in sorted(self.rule, key=lambda each: each.valid_from):
            if rule.valid_from <= day:
                latest[rule.key] = rule
        return {key: latest[key] for key in RULE_KEYS if key in latest}


def load(region: str, file: Path | None = None) -> Pack:
    """The pack of a region, or ``file``. Raises MistakesError naming file, line and field of every mistake."""
    document = read(file or REGIONS / f"{region}.toml")
    pack = validate(document, Pack)
    mistakes = [*_wrong_region(pack, region, document), *_wrong_rules(pack, document), *_uncovered(pack, document)]
    if mistakes:
        raise MistakesError(mistakes)
    return pack


def _wrong_region(pack: Pack, region: str, document: Document) -> list[Mistake]:
    if pack.region.code == region:
        return []
    return [_mistake(document, ("region", "code"), shown(pack.region.code), f'"{region}", the region of this kiosk')]


def _wrong_rules(pack: Pack, document: Document) -> list[Mistake]:
    found: list[Mistake] = []
    seen: set[tuple[str, date]] = set()
    for position, rule in enumerate(pack.rule):
        location: Location = ("rule", position)
        if rule.key not in RULE_KEYS:
            known = ", ".join(sorted(RULE_KEYS))
            near = nearest(rule.key, RULE_KEYS)
            found.append(_mistake(document, (*location, "key"), f"unknown rule {shown(rule.key)}", known, near))
            continue
        if (rule.key, rule.valid_from) in seen:
            again = f"{rule.key} from {rule.valid_from} again"
            found.append(_mistake(document, (*location, "valid_from"), again, "one value a day for each rule"))
        seen.add((rule.key, rule.valid_from))
        found += _wrong_value(rule, (*location, "value"), document)
    return found


def _wrong_value(rule: DatedRule, location: Location, document: Document) -> list[Mistake]:
    try:
        Rules.__pydantic_validator__.validate_assignment(Rules.model_construct(), RULE_KEYS[rule.key], rule.value)
    except ValidationError as error:
        described = []
        for details in error.errors():
            details["loc"] = (*location, *details["loc"][1:])
            described.append(mistake(document, Pack, details))
        return described
    return []


def _uncovered(pack: Pack, document: Document) -> list[Mistake]:
    start = pack.region.valid_from
    missing = [key for key in RULE_KEYS if key not in pack.in_force(start)]
    allowed = f"every rule has a value from {start} on"
    return [_mistake(document, ("rule",), f"no {key} on that day", allowed) for key in missing]


def _mistake(document: Document, location: Location, found: str, allowed: str, suggestion: str = "") -> Mistake:
    return Mistake(document.file, document.place(location), field_path(location), found, allowed, suggestion)


class Policy:
    """What the kiosk goes by: the pack, looked up for today each time it is asked."""

    def __init__(self, pack: Pack, today: Callable[[], date]) -> None:
        self.pack = pack
        self._today = today
        self._rules: tuple[date, Rules] | None = None

    def at(self, day: date) -> Rules:
        """The rules of any day. Raises NoRulesError."""
        return self.pack.at(day)

    @property
    def rules(self) -> Rules:
        """The rules of today. Raises NoRulesError when the machine's clock is wrong by years."""
        today = self._today()
        if self._rules is None or self._rules[0] != today:
            self._rules = (today, self.at(today))
        return self._rules[1]

    @property
    def initial_pin(self) -> bytes:
        """The PIN every new card leaves the factory with, ASCII; nobody's secret."""
        return self.rules.initial_pin.encode("ascii")

    def is_initial_pin(self, pin: bytearray) -> bool:
        """Whether these ASCII digits are the initial PIN."""
        return is_initial(pin, self.initial_pin)

    @property
    def forbidden_pins(self) -> tuple[PinRule, ...]:
        """What a new PIN may not be."""
        return self.rules.pin_forbidden

    @property
    def accepted_issuers(self) -> frozenset[str]:
        """Six-digit city codes whose cards are served."""
        return frozenset(self.rules.accepted_issuers)

    @property
    def issuer(self) -> str:
        """The authority whose card it is, as on the card."""
        return self.pack.region.issuer

    @cached_property
    def offices(self) -> tuple[Say, ...]:
        """Counters one can be sent to."""
        return tuple(Say("where.place", {"place": Verbatim(place.line())}) for place in self.pack.office)

    @cached_property
    def other_machines(self) -> tuple[Say, ...]:
        """Other kiosks one can be sent to, the nearest first."""
        return tuple(Say("where.nearest_machine", {"place": Verbatim(place.line())}) for place in self.pack.machine)
