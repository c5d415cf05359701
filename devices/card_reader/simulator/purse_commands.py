"""The medical purse in DF04 (class B0), as far as A6 tells: the balance; the rest so that its status words can be met.

The page gives instruction codes and not the layout of loads, debits and proofs. Here a debit's data is four bytes of
fen after a 28 that opened the transaction; a real card asks for more.
"""

from __future__ import annotations

from devices.card_reader.simulator.state import CardState, Command, Refusal

_COUNTER_MAXIMUM = 0xFFFF


def _purse(card: CardState, number: int) -> int:
    if card.session.directory.identifier != 0xDF04:
        raise Refusal(0x6985)
    if number not in card.purses:
        raise Refusal(0x9403)
    return card.purses[number]


def balance(card: CardState, command: Command) -> bytes:
    """Fen, big-endian: four bytes, or six with the transaction counter."""
    fen = _purse(card, command.p2)
    if not card.permits((frozenset({"PIN"}),)):
        raise Refusal(0x6982)
    if command.le not in (4, 6):
        raise Refusal(0x6C04)
    data = fen.to_bytes(4, "big")
    return data if command.le == 4 else data + card.purse_counter.to_bytes(2, "big")


def initialise(card: CardState, command: Command) -> bytes:
    """Opens one debit; 9402 when the purse has counted as far as it can."""
    _purse(card, command.p2)
    if card.purse_counter >= _COUNTER_MAXIMUM:
        raise Refusal(0x9402)
    card.purse_ready = True
    return card.purse_counter.to_bytes(2, "big")


def debit(card: CardState, command: Command) -> bytes:
    """9401 when there is not enough."""
    fen = _purse(card, command.p2)
    if not card.purse_ready:
        raise Refusal(0x6985)
    if len(command.data) != 4:
        raise Refusal(0x6700)
    amount = int.from_bytes(command.data, "big")
    if amount > fen:
        raise Refusal(0x9401)
    card.purse_ready = False
    card.purses[command.p2] = fen - amount
    card.purse_counter += 1
    card.changed = True
    return b""


def proof(card: CardState, command: Command) -> bytes:
    """The MAC of the last transaction: this card keeps none."""
    _purse(card, command.p2)
    raise Refusal(0x9406)
