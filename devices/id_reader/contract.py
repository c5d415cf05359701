"""What a reader of resident ID cards can do, and what it reads.

Nothing here shows a person by accident: a card's ``repr`` has its kind and a masked number, and no exception of this
class carries what stood on a card.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Protocol

from devices.contract import Cancellation, Device, MediaState, Status
from devices.id_reader import numbers
from devices.id_reader.masking import mask_number
from devices.id_reader.nations import NATIONS


class DocumentKind(StrEnum):
    """The four documents that such a reader reads."""

    CITIZEN = "citizen"
    RESIDENCE_PERMIT = "hmt"
    FOREIGNER_2017 = "foreigner2017"
    FOREIGNER_2023 = "foreigner2023"


class Sex(StrEnum):
    """GB/T 2261.1."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    NOT_STATED = "9"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IdCard(ABC):
    """What all four documents say. The kinds are its subclasses.

    ``name``: the name to greet by and to compare: the Chinese one, or on a foreigner's card without one the English
    one. ``valid_until`` None: for ever (长期). ``photo``: 1024 bytes WLT, opaque (no open decoder is known).
    ``fingerprint``: 1024 bytes, or empty when the card has none or it was not asked for.
    """

    kind: ClassVar[DocumentKind]

    name: str
    sex: Sex
    birth_date: date
    number: str
    valid_from: date
    valid_until: date | None
    photo: bytes
    fingerprint: bytes = b""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(number={mask_number(self.number)})"

    def age(self, on: date) -> int:
        """Completed years on that day."""
        return numbers.age(self.birth_date, on)

    def validity(self, on: date) -> numbers.Validity:
        """Whether it is good on that day."""
        return numbers.validity(self.valid_from, self.valid_until, on)

    @abstractmethod
    def number_fault(self) -> numbers.NumberFault | None:
        """What is wrong with the number, its check digit and its birth date included; None when it is sound."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CitizenCard(IdCard):
    """居民身份证. ``nation_code``: two digits of GB 3304. ``address``: the one on the chip's text; a later one is read
    apart (:meth:`IdReader.read_address`)."""

    kind = DocumentKind.CITIZEN

    nation_code: str
    address: str
    authority: str

    @property
    def nation(self) -> str | None:
        """The nation in Chinese (汉); None for a code that GB 3304 does not have."""
        return NATIONS.get(self.nation_code)

    def number_fault(self) -> numbers.NumberFault | None:
        return numbers.citizen_number_fault(self.number, self.birth_date)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ResidencePermit(IdCard):
    """港澳台居民居住证. ``pass_number``: of the travel permit it was issued on. ``issue_count``: as printed, such as
    ``01``."""

    kind = DocumentKind.RESIDENCE_PERMIT

    address: str
    authority: str
    pass_number: str
    issue_count: str

    def number_fault(self) -> numbers.NumberFault | None:
        return numbers.permit_number_fault(self.number, self.birth_date)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ForeignerCard2017(IdCard):
    """外国人永久居留身份证, 2017: a 15-character number. ``nationality``: three letters (ISO 3166)."""

    kind = DocumentKind.FOREIGNER_2017

    english_name: str
    chinese_name: str
    nationality: str
    version: str
    authority_code: str

    def number_fault(self) -> numbers.NumberFault | None:
        return numbers.foreigner_2017_number_fault(self.number, self.birth_date)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ForeignerCard2023(IdCard):
    """外国人永久居留身份证, 2023: an 18-character number. ``link`` leads to the old number, see
    :attr:`previous_number`."""

    kind = DocumentKind.FOREIGNER_2023

    english_name: str
    chinese_name: str
    nationality: str
    renewal_count: str
    link: str

    @property
    def previous_number(self) -> str | None:
        """The 15-character number this one replaced; None for a first card."""
        return numbers.previous_foreigner_number(self.number, self.nationality, self.birth_date, self.link)

    def number_fault(self) -> numbers.NumberFault | None:
        return numbers.foreigner_2023_number_fault(self.number, self.birth_date)


@dataclass(frozen=True, slots=True)
class IdReaderStatus(Status):
    """``sam_id``: the security module's serial, as printed on it; None while it has not been read."""

    media: MediaState = MediaState.UNKNOWN
    sam_id: str | None = None


class IdReader(Device, Protocol):
    """A reader of resident ID cards. All calls raise :class:`devices.contract.DeviceError` with a code ``id_reader.*``
    (except :meth:`status`), and may be repeated without harm: reading changes nothing."""

    def wait_for_card(self, cancellation: Cancellation, timeout: float | None) -> bool:
        """Wait until a card is laid down and selected; False when ``timeout`` seconds pass first (None: for ever).

        Raises OperationCancelled. Readers do not notice again a card that they have read until it has been lifted
        (or looked for by :meth:`is_card_present`): see to its removal before the next holder.
        """
        ...

    def read(self) -> IdCard:
        """Text and photo of the card on the reader. ``id_reader.no_card`` when there is none,
        ``id_reader.removed_early`` when it was lifted meanwhile."""
        ...

    def read_address(self) -> str:
        """The address appended to the chip after the card was made; empty when there is none."""
        ...

    def is_card_present(self) -> bool | None:
        """Whether a card lies there now. None: this reader cannot tell (after a read, until the card is lifted)."""
        ...

    def wait_for_removal(self, cancellation: Cancellation, timeout: float | None) -> bool | None:
        """Wait until no card lies there: True. False when ``timeout`` seconds pass first (None: for ever). None, at
        once, when this reader cannot tell. Raises OperationCancelled."""
        ...

    def status(self) -> IdReaderStatus:
        """Asks the module, and looks for a card unless one is selected. Never raises."""
        ...
