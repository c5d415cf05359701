"""What can be done with a card reader by hand: ``kiosk device card-reader --at pcsc:NAME <verb>``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from devices import conformance_verb
from devices.card_reader.apdu import CommandApdu
from devices.card_reader.check import SUITE
from devices.card_reader.contract import CardReader
from devices.card_reader.motor_verbs import MOTOR_VERBS
from devices.card_reader.social_security_card.authentication import MutualAuthenticator
from devices.card_reader.social_security_card.identity import CardIdentity, bas_line
from devices.card_reader.social_security_card.pin import PinLocked, PinNeeded
from devices.card_reader.social_security_card.refusal import CardRefused
from devices.card_reader.social_security_card.session import SocialSecurityCard
from devices.contract import Cancellation, MediaState
from devices.verbs import Told, Verb

Tell = Callable[[str], None]
TEST_KEYS = "test-keys"
"""The word that has a virtual card's holder data opened with the published test keys."""


def _fields(identity: CardIdentity) -> dict[str, object]:
    issuer = identity.issuer
    return {
        "region": issuer.region,
        "social_security_number": identity.social_security_number,
        "card_number": issuer.card_number,
        "card_identifier": issuer.identifier,
        "name": identity.name,
        "reset_information": identity.historical_bytes.hex().upper(),
        "version": issuer.version_text,
        "issue_date": issuer.issue_date,
        "valid_until": issuer.valid_until,
        "card_class": issuer.card_class,
        "initialiser": issuer.initialiser,
        "sex": identity.sex,
        "nation": identity.nation,
        "birthplace": identity.birthplace,
        "birth_date": None if identity.birth_date is None else identity.birth_date.isoformat(),
    }


def _read(reader: CardReader, _: Cancellation, words: Sequence[str], tell: Tell) -> Told:
    if list(words) not in ([], [TEST_KEYS]):
        raise ValueError(f"read takes {TEST_KEYS!r} or nothing")
    card = SocialSecurityCard(reader.connect())
    tell("reading the card")
    try:
        identity = card.read_identity(_test_hsm() if words else None)
    except CardRefused as refused:
        if refused.code == "card_reader.access_denied":
            tell(f"the holder's data on a 3.0 card need the host's key; for a card of the bench: read {TEST_KEYS}")
        raise
    return Told(bas_line(identity), _fields(identity))


def _test_hsm() -> MutualAuthenticator:
    from devices.card_reader.simulator.hsm import TestKeyHsm  # only here does a driver's folder meet a key

    return TestKeyHsm()


def _apdu(reader: CardReader, _: Cancellation, words: Sequence[str], tell: Tell) -> Mapping[str, object]:
    if not words:
        raise ValueError("apdu needs a command in hexadecimal, such as 00A40000023F00")
    try:
        command = CommandApdu.decode(bytes.fromhex("".join(words)))
    except ValueError as problem:
        raise ValueError(f"not a command: {problem}") from None
    tell(f"> {command!r}")
    response = reader.connect().transmit(command)
    return {"data": response.data.hex().upper(), "status_word": f"{response.sw:04X}"}


def _atr(reader: CardReader, _: Cancellation, words: Sequence[str], __: Tell) -> str:
    _no(words)
    return reader.connect().atr.hex().upper()


def _status(reader: CardReader, _: Cancellation, words: Sequence[str], __: Tell) -> Mapping[str, object]:
    _no(words)
    status = reader.status()
    return {"device": str(status.device), "fault": status.fault, "media": str(status.media)}


def _pin_state(reader: CardReader, _: Cancellation, words: Sequence[str], __: Tell) -> Mapping[str, object]:
    _no(words)
    state = SocialSecurityCard(reader.connect()).pin_state()
    if isinstance(state, PinNeeded):
        return {"state": "needed", "tries_left": state.tries_left}
    return {"state": "locked", "tries_left": 0} if isinstance(state, PinLocked) else {"state": "not needed"}


def _watch(reader: CardReader, cancellation: Cancellation, words: Sequence[str], tell: Tell) -> str:
    _no(words)

    def on_media(media: MediaState) -> None:
        tell(str(media))

    reader.watch(cancellation, on_media)
    return ""


def _no(words: Sequence[str]) -> None:
    if words:
        raise ValueError(f"unexpected: {' '.join(words)}")


VERBS: dict[str, Verb] = {
    "read": Verb("read the card and print the iReadCardBas line (personal data in clear)", _read, f"[{TEST_KEYS}]"),
    "apdu": Verb("send one command to the chip", _apdu, "HEX"),
    "atr": Verb("print the answer to reset", _atr),
    "status": Verb("print what the reader says of itself", _status),
    "pin-state": Verb("ask whether the card wants its PIN, and the tries left; spends none", _pin_state),
    "watch": Verb("print each insertion and removal until interrupted", _watch),
    **MOTOR_VERBS,
    "check": conformance_verb.verb(SUITE),
}
