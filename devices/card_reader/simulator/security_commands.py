"""PIN, challenges, authentication, unblocking and blocking (A6)."""

from __future__ import annotations

from devices.card_reader.simulator.pin import LONGEST, SHORTEST
from devices.card_reader.simulator.state import KEY_TRIES, CardState, Command, Refusal
from devices.card_reader.simulator.test_keys import KeyId


def verify(card: CardState, command: Command) -> bytes:
    """With an empty body: the state of the PIN, the counter unchanged."""
    if command.p1 or command.p2:
        raise Refusal(0x6A86)
    if not command.data:
        raise Refusal(0x9000 if card.session.pin_verified else card.pin.state_word)
    if not SHORTEST <= len(command.data) <= LONGEST:
        raise Refusal(0x6700)
    if not card.pin.is_set:
        raise Refusal(0x6985)
    card.changed = True
    word = card.pin.check(command.data)
    card.session.pin_verified = word == 0x9000
    raise Refusal(word)


def change_pin(card: CardState, command: Command) -> bytes:
    """``old ‖ FF ‖ new``; the old one is tried as VERIFY would."""
    if (command.p1, command.p2) != (0x01, 0x00):
        raise Refusal(0x6A86)
    if not 3 <= len(command.data) <= 0x11:
        raise Refusal(0x6700)
    if not card.pin.is_set:
        raise Refusal(0x6985)
    split = _separator(command.data, len(card.pin.packed))
    if split is None:
        raise Refusal(0x6A80)
    old, new = command.data[:split], command.data[split + 1 :]
    card.changed = True
    word = card.pin.check(old)
    if word != 0x9000:
        card.session.pin_verified = False
        raise Refusal(word)
    if not card.pin.set(new):
        raise Refusal(0x6A80)
    card.session.pin_verified = False
    return b""


def _separator(data: bytes, expected: int) -> int | None:
    """Where the FF between the two PINs stands; preferably after a PIN as long as ours."""
    if len(data) > expected and data[expected] == 0xFF:
        return expected
    found = data.find(0xFF)
    return found if found > 0 else None


def unblock_pin(card: CardState, command: Command) -> bytes:
    """``8424 00 00`` MAC: all tries again. ``8424 00 01`` cipher MAC: a new PIN. Needs the PUK proven."""
    if command.p1 or command.p2 not in (0x00, 0x01):
        raise Refusal(0x6A86)
    if len(command.data) not in ((4,) if command.p2 == 0 else (0x0C, 0x14)):
        raise Refusal(0x6700)
    if KeyId.PIN_UNBLOCK not in card.session.keys:
        raise Refusal(0x6982)
    factor = card.session.challenge
    secret = card.open_message(command, KeyId.PIN_UNBLOCK)
    card.changed = True
    if command.p2 == 0x00:
        card.pin.left = card.pin.maximum
        return b""
    session = card.cipher.session_key(card.key(KeyId.PIN_UNBLOCK), factor or b"")
    packed = card.cipher.decipher(session, secret)
    if packed is None or not card.pin.set(packed):
        raise Refusal(0x6A80)
    return b""


def get_challenge(card: CardState, command: Command) -> bytes:
    """4, 8 or 16 random bytes."""
    if command.p1 or command.p2:
        raise Refusal(0x6A86)
    if command.le not in (4, 8, 16):
        raise Refusal(0x6700)
    return card.give_challenge(command.le)


def _factors(command: Command) -> tuple[bytes, bytes]:
    if command.p1:
        raise Refusal(0x6A86)
    if len(command.data) not in (0x10, 0x11):
        raise Refusal(0x6700)
    return command.data[:8], command.data[8:16]


def internal_authenticate(card: CardState, command: Command) -> bytes:
    """Proves the card's key: session factor ‖ raw, answered with 8 bytes."""
    factor, raw = _factors(command)
    session = card.cipher.session_key(card.key(command.p2), factor)
    return card.cipher.authentication(session, raw)


def external_authenticate(card: CardState, command: Command) -> bytes:
    """Proves the terminal's key: authentication ‖ raw; the session factor is the random last given out."""
    given, raw = _factors(command)
    key = card.key(command.p2)
    if card.key_tries[command.p2] == 0:
        raise Refusal(0x6983)
    session = card.cipher.session_key(key, card.take_challenge())
    card.changed = True
    if card.cipher.authentication(session, raw) != given:
        card.key_tries[command.p2] -= 1
        card.session.keys.discard(command.p2)
        raise Refusal(0x63C0 | card.key_tries[command.p2])
    card.key_tries[command.p2] = KEY_TRIES
    card.session.keys.add(command.p2)
    return b""


def block_application(card: CardState, command: Command) -> bytes:
    """P2 00: until unblocked by the issuer; 01: for ever."""
    if command.p1 or command.p2 not in (0x00, 0x01):
        raise Refusal(0x6A86)
    card.open_message(command, KeyId.BLOCK)
    card.blocked = "for-ever" if command.p2 else "application"
    card.changed = True
    return b""


def block_card(card: CardState, command: Command) -> bytes:
    """Every later SELECT is answered with 6A81."""
    if command.p1 or command.p2:
        raise Refusal(0x6A86)
    card.open_message(command, KeyId.BLOCK)
    card.blocked = "card"
    card.changed = True
    return b""
