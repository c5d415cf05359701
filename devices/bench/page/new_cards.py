"""New cards: the stock in the printer, the card held out, and those that people have taken, with faces and chip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import quote

from nicegui import ui

from devices.bench.errors import CannotDo
from devices.bench.new_cards import NewCard
from devices.bench.page.desk import Desk
from devices.bench.page.panel import Panel
from devices.bench.places import STAFF, CardKind
from devices.simulation import Json

_STORES = ("reject-box", "holding-slot")
_OF_A_PERSON = ("name", "number")
_OF_A_CHIP = ("card_number", "bank_card_number", "valid_until", "pin_tries_left")


class NewCards(Panel):
    """What is in the card printer, and what came out of it; empty where there is none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "new-cards")

    def seen(self) -> object:
        return self.desk.person, tuple(self.desk.view.new_cards)

    def draw(self) -> None:
        cards = self.desk.view.new_cards
        if not cards:
            return
        words = self.desk.words
        ui.label(words("new.heading")).classes("small-title")
        with ui.element("div").classes("stock"):
            for place, held in _by_store(cards).items():
                self._store(place, held)
        if any(card.place.endswith("/bezel") for card in cards):
            take = ui.button(words("new.take"), on_click=lambda: self.desk.do(self._take))
            take.props('unelevated no-caps data-testid="take-new-card"').classes("act")
        for card in cards:
            if not _in_printer(card):
                self._outside(card)

    def _take(self) -> None:
        self.desk.world.take_new_card(self.desk.person)

    def _store(self, place: str, held: Sequence[NewCard]) -> None:
        top = next((card for card in held if card.printed), held[0])
        with ui.element("div").classes("pile").props(f'data-testid="pile-{place}"') as pile:
            ui.element("div").classes("plastic" + (" printed" if top.printed else ""))
            ui.label(self._named(place)).classes("kind")
            ui.label(f"{held[0].bank} · {len(held)}" if place.startswith("hopper-") else f"{len(held)}").classes("hint")
        pile.on("click", lambda: self._look(top))

    def _named(self, place: str) -> str:
        words = self.desk.words
        if place.startswith("hopper-"):
            return words("new.hopper", number=place.removeprefix("hopper-"))
        return words(f"new.{place if place in (*_STORES, 'bezel') else 'path'}")

    def _outside(self, card: NewCard) -> None:
        words, desk = self.desk.words, self.desk
        where, _, who = card.place.partition(":")
        place = words("new.with", name=desk.name(who)) if where == "with" else words("new.in_reader")
        with ui.element("div").classes("borrowed").props(f'data-testid="new-card-{card.serial}"'):
            ui.label(f"{words('new.card', serial=card.serial)} · {place}")
            with ui.element("div").classes("answers"):
                look = ui.button(words("new.look"), on_click=lambda: self._look(card))
                look.props(f'outline no-caps dense data-testid="look-{card.serial}"')
                if (where, who) == ("with", desk.person):
                    put = partial(desk.world.put_card, desk.person, CardKind.SOCIAL, card=f"{card.serial}/new")
                    ui.button(words("new.insert"), on_click=lambda: desk.do(put)).props("outline no-caps dense")
                elif (where, who) == ("with", STAFF):
                    ui.label(words("happened.staff")).classes("hint")

    def _look(self, card: NewCard) -> None:
        words = self.desk.words
        with self.desk.client.content, ui.dialog() as dialog, ui.element("div").classes("close-look"):
            ui.label(words("new.card", serial=card.serial)).classes("small-title")
            with ui.element("div").classes("faces"):
                for side in ("front", "back"):
                    self._face(card, side)
            self._chip(card)
            close = ui.button(words("new.close"), on_click=dialog.close)
            close.props('unelevated no-caps data-testid="close"')
        dialog.on("hide", dialog.delete)
        dialog.open()

    def _face(self, card: NewCard, side: str) -> None:
        words = self.desk.words
        with ui.element("figure"):
            if side in card.printed:
                address = f"/new-cards/{quote(card.serial)}/{side}.png?at={self.desk.view.event}"
                ui.element("img").props(f'src="{address}" alt="{words(f"new.{side}")}" data-testid="face-{side}"')
            else:
                ui.label(words("new.bare")).classes("bare hint")
            ui.label(words(f"new.{side}")).classes("hint")

    def _chip(self, card: NewCard) -> None:
        words = self.desk.words
        ui.label(words("new.chip")).classes("kind")
        try:
            chip = self.desk.world.card_chip(card.serial)
        except CannotDo:
            ui.label(words("new.no_chip")).classes("hint")
            return
        with ui.element("dl").classes("chip-content").props('data-testid="chip"'):
            for name, value in _told(chip):
                for tag, text in (("dt", words(f"new.{name}")), ("dd", value)):
                    with ui.element(tag):
                        ui.label(text)
        if chip["holder"] is None:
            ui.label(words("new.nobody")).classes("hint")


def _told(chip: Json) -> list[tuple[str, str]]:
    holder: Mapping[str, str] = chip["holder"] or {}
    values = [(name, holder.get(name, "")) for name in _OF_A_PERSON]
    values += [(name, str(chip[name] or "")) for name in _OF_A_CHIP]
    return [(name, value) for name, value in values if value]


def _in_printer(card: NewCard) -> bool:
    return "/" in card.place and not card.place.endswith("/bin")


def _by_store(cards: Sequence[NewCard]) -> dict[str, list[NewCard]]:
    stores: dict[str, list[NewCard]] = {}
    for card in cards:
        if _in_printer(card):
            stores.setdefault(card.place.partition("/")[2], []).append(card)
    return stores
