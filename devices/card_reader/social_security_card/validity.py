"""Whether a card may be served: the chain of rules.md (session rules), pure, over what EF05 says.

Issuer, blacklist, initialiser, class, version, validity, card number. The ten-year validity is the bank side's: a card
past it is served with a warning, never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from devices.card_reader.social_security_card.identity import IssuerData, card_number_is_consistent, chip_date

CARD_RID = bytes.fromhex("D156000005")
"""Bytes 4 to 8 of every card identifier."""
INITIALISER_PREFIX = "9156000002"
CARD_CLASSES = frozenset("1234")
"""Pre-school, student, adult (also: not distinguished), elder."""
_SERIAL_DIGITS = 24


class Finding(StrEnum):
    """What a check found."""

    ISSUER_UNKNOWN = "issuer_unknown"
    """The identifier or the initialiser is not of this scheme, or the issuing region is not served here."""
    BLACKLISTED = "blacklisted"
    TYPE = "type"
    VERSION = "version"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    """The bank side only."""
    VALIDITY_UNREADABLE = "validity_unreadable"
    NUMBER_INCONSISTENT = "number_inconsistent"
    BLANK = "blank"
    """No card number: nobody's card yet."""


class Outcome(StrEnum):
    """STOP: this card is not served. WARN: it is, and the finding is recorded or shown."""

    STOP = "stop"
    WARN = "warn"


OUTCOMES: Mapping[Finding, Outcome] = MappingProxyType(
    {
        Finding.ISSUER_UNKNOWN: Outcome.STOP,
        Finding.BLACKLISTED: Outcome.STOP,
        Finding.TYPE: Outcome.STOP,
        Finding.VERSION: Outcome.STOP,
        Finding.NOT_YET_VALID: Outcome.STOP,
        Finding.EXPIRED: Outcome.WARN,
        Finding.VALIDITY_UNREADABLE: Outcome.WARN,
        Finding.NUMBER_INCONSISTENT: Outcome.WARN,
        Finding.BLANK: Outcome.STOP,
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding. A card without verdicts is in order."""

    finding: Finding
    outcome: Outcome

    @property
    def stops(self) -> bool:
        """Whether the session ends here."""
        return self.outcome is Outcome.STOP


@dataclass(frozen=True, slots=True)
class Blacklist:
    """Cards that must not be served, by card identifier in 32 hexadecimal digits. A callable.

    ``ranges``: first and last, inclusive; the authentication code (the last eight digits) does not count.
    """

    cards: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, str], ...] = ()

    def __call__(self, issuer: IssuerData) -> bool:
        """Whether the card is on it."""
        identifier = issuer.identifier
        serial = identifier[:_SERIAL_DIGITS]
        return identifier in {card.upper() for card in self.cards} or any(
            first[:_SERIAL_DIGITS].upper() <= serial <= last[:_SERIAL_DIGITS].upper() for first, last in self.ranges
        )


def check(
    issuer: IssuerData,
    *,
    today: date,
    blacklisted: Callable[[IssuerData], bool],
    regions: Container[str] | None = None,
    initialisers: Container[str] | None = None,
) -> tuple[Verdict, ...]:
    """The findings in the order of the chain; none: the card is in order.

    ``blacklisted``: such as a :class:`Blacklist`. ``regions``: the issuing regions served here, six digits each; None:
    all. ``initialisers``: the initialiser numbers known, 24 digits each; None: all with the ministry's prefix.
    Whether the card is genuine is no part of this: :meth:`SocialSecurityCard.authenticate` raises.
    """
    found = _findings(issuer, today, blacklisted, regions, initialisers)
    return tuple(Verdict(each, OUTCOMES[each]) for each in found)


def _findings(
    issuer: IssuerData,
    today: date,
    blacklisted: Callable[[IssuerData], bool],
    regions: Container[str] | None,
    initialisers: Container[str] | None,
) -> Iterator[Finding]:
    if not _issuer_known(issuer, regions, initialisers):
        yield Finding.ISSUER_UNKNOWN
    if blacklisted(issuer):
        yield Finding.BLACKLISTED
    if issuer.card_class and issuer.card_class not in CARD_CLASSES:
        yield Finding.TYPE
    if issuer.version is None:
        yield Finding.VERSION
    yield from _dates(issuer, today)
    if not issuer.card_number:
        yield Finding.BLANK
    elif not card_number_is_consistent(issuer.card_number):
        yield Finding.NUMBER_INCONSISTENT


def _issuer_known(issuer: IssuerData, regions: Container[str] | None, initialisers: Container[str] | None) -> bool:
    if len(issuer.card_identifier) != 16 or issuer.card_identifier[3:8] != CARD_RID:
        return False
    if regions is not None and issuer.region not in regions:
        return False
    if initialisers is not None:
        return issuer.initialiser in initialisers
    return issuer.initialiser.startswith(INITIALISER_PREFIX)


def _dates(issuer: IssuerData, today: date) -> Iterator[Finding]:
    issued, until = chip_date(issuer.issue_date), chip_date(issuer.valid_until)
    if issued is not None and issued > today:
        yield Finding.NOT_YET_VALID
    if until is None:
        if issuer.valid_until:
            yield Finding.VALIDITY_UNREADABLE
    elif until < today:
        yield Finding.EXPIRED
