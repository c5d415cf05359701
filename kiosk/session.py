"""What the kiosk knows of the citizen before it: one object, wiped when the session is left, whatever the way out."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal

from devices.card_reader.social_security_card.identity import CardIdentity
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.id_reader.contract import IdCard
from devices.pin_pad.secret import SecretDigits
from devices.receipt_printer.receipt import Receipt
from kiosk import scrubbing
from kiosk.host.port import Difference, Person, PrintedDocument
from kiosk.issue import Issue
from kiosk.upkeep import Upkeep
from statemachines.views import Say

Means = Literal["card", "id_card"]


@dataclass(slots=True)
class Trouble:
    """Why something could not be done, for the refusal page, and what follows from it."""

    what: Say
    advice: tuple[Say, ...] = ()
    where: tuple[Say, ...] = ()
    papers: tuple[Say, ...] = ()
    again: bool = False
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True, repr=False)
class PrintJob:
    """Sheets, and how many are whole and out. ``document`` None: a paper without a code, for the holder only.

    ``answer`` and ``choices``: what it is a print of, so that another print is not taken for its continuation.
    """

    sheets: tuple[Receipt, ...]
    number: str
    document: PrintedDocument | None = None
    done: int = 0
    answer: object = None
    choices: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"<PrintJob {self.done} of {len(self.sheets)}>"


@dataclass(slots=True)
class Pin:
    """The PIN being entered: how many digits of how many, what the chip says of tries, what was wrong. Digits only in
    secrets. ``length`` is that of a staff number while one is asked for."""

    typed: int = 0
    length: int = 6
    tries_left: int | None = None
    problem: Say | None = None
    old: SecretDigits | None = None
    new: SecretDigits | None = None

    def forget(self) -> None:
        """Zero the digits."""
        for secret in (self.old, self.new):
            if secret is not None:
                secret.close()
        self.old = self.new = None
        self.typed = 0


@dataclass(slots=True, repr=False)
class Session:
    """Everything personal that the controller holds. ``kept``: what the citizen chose, by the names in the charts."""

    language: str = "zh"
    large: bool = False
    means: Means | None = None
    card: CardIdentity | None = None
    id_card_laid: bool = False
    id_card: IdCard | None = None
    person: Person | None = None
    pin: Pin = field(default_factory=Pin)
    pin_verified: bool = False
    kept: dict[str, str] = field(default_factory=dict)
    answer: object = None
    chip_balance: int | None = None
    problem: Say | None = None
    trouble: Trouble | None = None
    chip: SocialSecurityCard | None = None
    print_job: PrintJob | None = None
    document: str = ""
    outcome: Say | None = None
    done: list[str] = field(default_factory=list)
    unread: int = 0
    issue: Issue | None = None
    upkeep: Upkeep | None = None
    vouch_failures: int = 0
    business: str = ""

    def __repr__(self) -> str:
        return f"<Session {self.business or 'idle'}>"

    @property
    def card_in_use(self) -> bool:
        """Whether the holder of the card in the slot is the citizen being served."""
        return self.means == "card" and self.card is not None

    def keep(self, name: str, value: str) -> None:
        """Keep a choice. A new service forgets the choices made within the last one; a year may be a neighbour."""
        if name == "service":
            self.kept.clear()
            self.answer = self.trouble = None
        if name == "year" and value in ("earlier", "later"):
            value = str(int(self.kept["year"]) + (1 if value == "later" else -1))
        self.kept[name] = value

    def wipe(self, language: str) -> None:
        """Forget the citizen. Secrets are zeroed; everything else goes back to what a fresh session holds."""
        self.pin.forget()
        scrubbing.forget_protected()
        fresh = Session(language=language)
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))
