"""A pre-made card made a person's under the host's keys: record by record, each read back, resumable anywhere.

Blocking, for the thread of the device that holds the chip; the HSM is asked through ``ask``, which carries a question
to the loop of the host's client and waits for the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Protocol, TypeVar

from devices.card_reader.social_security_card.authentication import (
    CardContext,
    MutualAnswer,
    MutualChallenge,
)
from devices.card_reader.social_security_card.declaration import CardFile, Item
from devices.card_reader.social_security_card.environment import HolderFile, IssuerFile
from devices.card_reader.social_security_card.protection import update_item
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import DeviceError
from kiosk.host.issuing_port import IssuingHost
from kiosk.host.issuing_values import (
    ChipRecord,
    ExternalRequest,
    IssuingRefusal,
    MacRequest,
    MutualRequest,
    Reservation,
    read_back_digest,
)
from kiosk.host.port import HostRefused

T = TypeVar("T")
_FILES: dict[str, type[CardFile]] = {f"{file.identifier:04X}": file for file in (IssuerFile, HolderFile)}


class Ask(Protocol):
    """Carries a question to the client's loop: ``asyncio.run_coroutine_threadsafe(question, loop).result()``, and what
    a cancellation does to that."""

    def __call__(self, question: Coroutine[Any, Any, T]) -> T:
        """Raises what the question raises."""
        ...


class IssuingAuthenticator:
    """An ``Authenticator`` for the one card of a reservation. Raises the host's errors; no key is on this side."""

    def __init__(self, host: IssuingHost, application: str, serial: str, ask: Ask) -> None:
        self._host = host
        self._application = application
        self._serial = serial
        self._ask = ask

    def mutual(self, card: CardContext, challenge: MutualChallenge) -> MutualAnswer:
        """See Authenticator. Which card it is, the host knows from the reservation."""
        answer = self._ask(
            self._host.mutual_authentication(
                MutualRequest(
                    application=self._application,
                    serial=self._serial,
                    internal_factor=_hex(challenge.internal_factor),
                    internal_random=_hex(challenge.internal_raw),
                    external_factor=_hex(challenge.external_factor),
                    external_random=_hex(challenge.external_raw),
                    key_id=challenge.key_id,
                )
            )
        )
        return MutualAnswer(bytes.fromhex(answer.internal_response), bytes.fromhex(answer.external_cryptogram))

    def external(self, card: CardContext, key_id: int, factor: bytes, raw: bytes) -> bytes:
        """See Authenticator."""
        request = ExternalRequest(self._application, self._serial, key_id, _hex(factor), _hex(raw))
        return bytes.fromhex(self._ask(self._host.external_authentication(request)))

    def command_mac(self, card: CardContext, key_id: int, factor: bytes, header: bytes, data: bytes) -> bytes:
        """See Authenticator. The host gives it for the reservation's records only."""
        request = MacRequest(self._application, self._serial, key_id, _hex(factor), _hex(header), _hex(data))
        return bytes.fromhex(self._ask(self._host.record_mac(request)))

    def pin_block(self, card: CardContext, factor: bytes, header: bytes, pin: bytearray) -> bytes:
        """Refused: while issuing, the holder's own PIN is set by changing the initial one, and no host hears of it."""
        raise HostRefused(IssuingRefusal.RECORD_NOT_PLANNED, "no PIN is reset while issuing")


def personalise(
    card: SocialSecurityCard,
    authenticator: IssuingAuthenticator,
    reservation: Reservation,
    on_verified: Callable[[ChipRecord], None],
) -> str:
    """Write what is not on the chip yet, and read the whole back; the digest that the host's commit is given.

    The card proves first that it is genuine. ``on_verified``: each record, in order, once it stands on the chip as
    planned, be it just written or found so: what the journal is told. Raises DeviceError ``card_reader.*`` (among them
    ``card_not_genuine``, ``write_not_verified``, ``chip_worn``), the host's errors, and ValueError for a plan that does
    not fit the card's declared files.
    """
    card.authenticate(authenticator)
    for record, file, item in planned(reservation):
        if _on_chip(card, file, item) != record.content:
            update_item(card, authenticator, file, item, item.codec.decode(record.content[2:]))
        on_verified(record)
    return read_back(card, reservation)


def read_back(card: SocialSecurityCard, reservation: Reservation) -> str:
    """The digest of the planned records as the chip has them. After a reset, authenticate first: EF06 is protected.

    Raises DeviceError ``card_reader.write_not_verified`` where the chip says otherwise.
    """
    found = []
    for record, file, item in planned(reservation):
        on_chip = _on_chip(card, file, item)
        if on_chip != record.content:
            raise DeviceError("card_reader.write_not_verified", f"{file.__name__} {item.tag:02X}")
        found.append(on_chip)
    return read_back_digest(found)


def planned(reservation: Reservation) -> Iterator[tuple[ChipRecord, type[CardFile], Item]]:
    """The records with their declared files and items. Raises ValueError for one that is not declared, or whose bytes
    its codec would write otherwise."""
    for record in sorted(reservation.records, key=lambda each: each.position):
        file = _FILES.get(record.file)
        item = next((each for each in file.items if each.tag == record.tag), None) if file else None
        if file is None or item is None:
            raise ValueError(f"no record {record.tag:02X} of {record.file} is declared")
        if item.encode_record(item.decode_record(record.content)) != record.content:
            raise ValueError(f"{file.__name__} {record.tag:02X}: not as it would be written")
        yield record, file, item


def _on_chip(card: SocialSecurityCard, file: type[CardFile], item: Item) -> bytes | None:
    card.open_file(file)
    value = card.read_item(file, item)
    return None if value is None else bytes((item.tag, len(value))) + value


def _hex(data: bytes) -> str:
    return data.hex().upper()
