"""Where every card is: with a person or in a device, always in exactly one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from devices.bench.errors import CannotDo, NoSuchThing

STAFF = "staff"
"""Whoever tends the kiosk: may hold any card, and has none of their own."""

_BIN = "/bin"
"""After a device's name: its bin of retained cards, which is a place of its own."""


class CardKind(StrEnum):
    """The two cards in every wallet, and those that came out of a card printer."""

    SOCIAL = "social"
    ID = "id"
    NEW = "new"

    @property
    def goes_where(self) -> CardKind:
        """The kind whose devices it fits: a new card is a social security card, whoever's."""
        return CardKind.SOCIAL if self is CardKind.NEW else self


WALLET = (CardKind.SOCIAL, CardKind.ID)
"""What is in a wallet; some have no social security card yet."""


@dataclass(frozen=True, slots=True, order=True)
class Card:
    """A person's card, written ``wang_xiulan/social``; one from a card printer is its own owner: ``0C000001/new``."""

    owner: str
    kind: CardKind

    def __str__(self) -> str:
        return f"{self.owner}/{self.kind}"


@dataclass(frozen=True, slots=True)
class Place:
    """``with:`` a person or ``in:`` a device."""

    inside: bool
    name: str

    def __str__(self) -> str:
        return f"{'in' if self.inside else 'with'}:{self.name}"


class Places:
    """``people``: everyone's key; ``cardless``: those of them without a social security card. ``devices``: those that
    hold a card, and of which kind. ``saved``: what :meth:`save` gave; a card or place that no longer exists is
    forgotten, and the card is with its owner."""

    def __init__(
        self,
        people: Iterable[str],
        devices: Mapping[str, CardKind],
        saved: Mapping[str, Mapping[str, str]],
        cardless: Iterable[str] = (),
    ) -> None:
        self._people = (*people, STAFF)
        self._cardless = frozenset(cardless)
        self._devices = dict(devices)
        self._places: dict[Card, Place] = {}
        self._brought: dict[str, str] = {}
        self.collect()
        for told in saved.get("places", {}):
            if told.endswith(f"/{CardKind.NEW}"):
                self.arrives(told.partition("/")[0], STAFF)
        for card in self._places:
            where, _, name = saved.get("places", {}).get(str(card), "").partition(":")
            if where == "with" and name in self._people:
                self._places[card] = Place(False, name)
            elif where == "in" and name.endswith(_BIN) and self._fits(card, name.removesuffix(_BIN)):
                self._places[card] = Place(True, name)
            elif where == "in" and self._fits(card, name):
                self._places[card] = Place(True, name)
                self._brought[name] = saved.get("brought", {}).get(name, card.owner)

    def save(self) -> dict[str, dict[str, str]]:
        """For the next world."""
        return {
            "places": {str(card): str(place) for card, place in self._places.items()},
            "brought": dict(self._brought),
        }

    def _fits(self, card: Card, device: str) -> bool:
        return self._devices.get(device) is card.kind.goes_where

    def arrives(self, serial: str, holder: str) -> Card:
        """A card came out of a printer into the hands of ``holder``."""
        self.check_person(holder)
        card = Card(serial, CardKind.NEW)
        self._places[card] = Place(False, holder)
        return card

    def leaves(self, serial: str) -> None:
        """It went into a printer."""
        self._places.pop(Card(serial, CardKind.NEW), None)

    def _wallet(self, owner: str) -> tuple[CardKind, ...]:
        return (CardKind.ID,) if owner in self._cardless else WALLET

    def collect(self) -> None:
        """Every card is with its owner, and none came out of a printer."""
        owners = [person for person in self._people if person != STAFF]
        self._places = {Card(owner, kind): Place(False, owner) for owner in owners for kind in self._wallet(owner)}
        self._brought.clear()

    def all(self) -> dict[Card, Place]:
        """Every card and where it is."""
        return dict(self._places)

    def where(self, card: Card) -> Place:
        """Raises NoSuchThing."""
        if card not in self._places:
            raise NoSuchThing(f"there is no card {card}")
        return self._places[card]

    def inside(self, device: str) -> Card | None:
        """The card in a device."""
        return next((card for card, place in self._places.items() if place == Place(True, device)), None)

    def held(self, person: str, kind: CardKind, card: str | None = None) -> Card:
        """The card that ``person`` would use: the named one, else the own one, else the only one of that kind in hand.

        Raises CannotDo when it is not in their hands, NoSuchThing.
        """
        self.check_person(person)
        hands = Place(False, person)
        in_hand = [c for c, place in self._places.items() if place == hands and c.kind.goes_where is kind]
        if card is not None:
            named = next((c for c in self._places if str(c) == card), None)
            if named is None:
                raise NoSuchThing(f"there is no card {card!r}; a card is called owner/social or owner/id")
            if named.kind.goes_where is not kind:
                raise CannotDo(f"card {card} does not go there")
            if named not in in_hand:
                raise CannotDo(f"{person} does not hold the card {card}: it is {self._places[named]}")
            return named
        own = Card(person, kind)
        if own in in_hand:
            return own
        if len(in_hand) == 1:
            return in_hand[0]
        if in_hand:
            raise CannotDo(f"{person} holds {len(in_hand)} such cards: say which")
        if own in self._places:
            raise CannotDo(f"{person} does not hold the card {own}: it is {self._places[own]}")
        raise CannotDo(f"{person} holds no such card")

    def put(self, card: Card, device: str) -> None:
        """From the hands of whoever holds it into a device that is empty; the caller has checked both."""
        holder = self._places[card]
        if holder.inside or self.inside(device) is not None or not self._fits(card, device):
            raise CannotDo(f"the card {card} cannot go into {device}")
        self._brought[device] = holder.name
        self._places[card] = Place(True, device)

    def take(self, device: str, person: str | None = None) -> Card:
        """Out of a device into the hands of ``person``, or of whoever brought it. Raises CannotDo when it is empty."""
        card = self.inside(device)
        if card is None:
            raise CannotDo(f"there is no card in {device}")
        receiver = person if person is not None else self._brought[device]
        self.check_person(receiver)
        self._places[card] = Place(False, receiver)
        del self._brought[device]
        return card

    def retain(self, device: str) -> Card:
        """From a device into its own bin. Raises CannotDo when it is empty."""
        card = self.inside(device)
        if card is None:
            raise CannotDo(f"there is no card in {device}")
        self._places[card] = Place(True, device + _BIN)
        del self._brought[device]
        return card

    def empty_bin(self, device: str) -> list[Card]:
        """Everything in a device's bin into the hands of staff."""
        cards = [card for card, place in self._places.items() if place == Place(True, device + _BIN)]
        for card in cards:
            self._places[card] = Place(False, STAFF)
        return cards

    def hand_over(self, card: Card, to: str) -> None:
        """From hand to hand. Raises CannotDo when it is in a device."""
        self.check_person(to)
        place = self.where(card)
        if place.inside:
            raise CannotDo(f"the card {card} is in {place.name}")
        self._places[card] = Place(False, to)

    def check_person(self, person: str) -> None:
        """Raises NoSuchThing."""
        if person not in self._people:
            raise NoSuchThing(f"there is nobody called {person!r}; there are: {', '.join(self._people)}")
