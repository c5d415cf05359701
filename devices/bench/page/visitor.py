"""The visitor: who it is, and what their hands can do with their two cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from devices.bench.page.desk import Desk
from devices.bench.page.panel import Panel
from devices.bench.places import STAFF, Card, CardKind, Place


class People(Panel):
    """Everyone there is; a click makes them the visitor."""

    def __init__(self, desk: Desk, chosen: Callable[[], None]) -> None:
        super().__init__(desk, "people")
        self._chosen = chosen

    def seen(self) -> object:
        return self.desk.person

    def draw(self) -> None:
        words = self.desk.words
        with ui.element("div").classes("names").props(f'role="group" aria-label="{words("person.choose")}"'):
            for person in self.desk.world.people.values():
                chosen = person.key == self.desk.person
                with ui.button(person.name, on_click=lambda key=person.key: self._choose(key), color=None) as button:
                    button.props(f'unelevated no-caps dense aria-pressed="{str(chosen).lower()}"')
                    button.classes("name chosen" if chosen else "name").props(f'data-testid="person-{person.key}"')
                    ui.tooltip(self._note(person.key))
        ui.label(self._note(self.desk.person)).classes("note")

    def _note(self, key: str) -> str:
        person = self.desk.world.people[key]
        note = person.note_zh if self.desk.words.language == "zh" and person.note_zh else person.note
        return note[:1].upper() + note[1:]

    def _choose(self, key: str) -> None:
        self.desk.person = key
        self._chosen()


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the words and acts of one kind of card are called."""

    kind: CardKind
    device_class: str
    put: str
    take: str
    take_other: str
    inside: str


_KINDS = (
    _Kind(CardKind.SOCIAL, "card-reader", "insert", "take", "take_other", "in_reader"),
    _Kind(CardKind.ID, "id-reader", "lay", "lift", "lift_other", "on_plate"),
)


class Wallet(Panel):
    """The visitor's two cards, where they are, and the one thing to do with each; and whether the camera sees them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "wallet")

    def seen(self) -> object:
        return self.desk.person, tuple(self.desk.view.places.items()), self._before_camera()

    def draw(self) -> None:
        with ui.element("div").classes("cards"):
            for kind in _KINDS:
                with ui.element("div").classes("holder"):
                    self._card(kind)
                    self._act(kind)
        for card, place in self.desk.view.places.items():
            others = card.owner != self.desk.person and card.kind is not CardKind.NEW
            if place == Place(False, self.desk.person) and others:
                self._borrowed(card)
        self._seat()

    def _before_camera(self) -> object:
        """Who is; None: nobody, or there is no camera."""
        camera = self.desk.station("camera")
        return None if camera is None else self.desk.view.devices[camera.name].scene["person"]

    def _seat(self) -> None:
        desk, words, person = self.desk, self.desk.words, self.desk.person
        camera = desk.station("camera")
        if camera is None:
            return
        with ui.element("div").classes("borrowed"):
            if self._before_camera() == person:
                ui.label(words("person.before_camera"))
                self._button(
                    words("person.get_up"), lambda: desk.world.act(camera.name, "get_up", {}), "get-up", strong=False
                )
            else:
                ui.label(words("person.away_from_camera"))
                self._button(words("person.sit_down"), lambda: desk.world.sit_down(person), "sit-down", strong=False)

    def _card(self, kind: _Kind) -> None:
        words, card = self.desk.words, Card(self.desk.person, kind.kind)
        away = self.desk.view.places[card] != Place(False, self.desk.person)
        box = ui.element("div").classes(f"card {kind.kind}" + (" away" if away else ""))
        with box.props(f'data-testid="card-{kind.kind}"'):
            ui.label(words(f"person.{kind.kind}")).classes("kind")
            ui.element("div").classes("chip" if kind.kind is CardKind.SOCIAL else "photo")
            ui.label(self.desk.name(self.desk.person)).classes("owner")
            ui.label(self._whereabouts(card, kind)).classes("where")

    def _whereabouts(self, card: Card, kind: _Kind) -> str:
        words, place = self.desk.words, self.desk.view.places[card]
        if place.inside:
            return words("happened.bin") if place.name.endswith("/bin") else words(f"person.{kind.inside}")
        if place.name == self.desk.person:
            return words("person.mine")
        if place.name == STAFF:
            return words("person.with_staff")
        return words("person.with_person", name=self.desk.name(place.name))

    def _act(self, kind: _Kind) -> None:
        """The one thing to do: take what is in the device, else put the own card there, else ask for it back."""
        desk, words, person = self.desk, self.desk.words, self.desk.person
        station = desk.station(kind.device_class)
        if station is None:
            ui.label(words("person.no_reader")).classes("hint")
            return
        own = Card(person, kind.kind)
        inside = next((c for c, place in desk.view.places.items() if place == Place(True, station.name)), None)
        if inside is not None:
            label = words(f"person.{kind.take}")
            if inside != own:
                label = words(f"person.{kind.take_other}", name=desk.name(inside.owner))
            self._button(label, lambda: desk.world.take_card(person, kind.kind), f"{kind.take}-card", strong=False)
        elif desk.view.places[own] == Place(False, person):
            self._button(
                words(f"person.{kind.put}"),
                lambda: desk.world.put_card(person, kind.kind, card=str(own)),
                f"{kind.put}-card",
                strong=True,
            )
        elif not desk.view.places[own].inside:
            give_back = words("person.give_back")
            self._button(give_back, lambda: desk.world.hand_over(str(own), person), "give-back", strong=False)

    def _borrowed(self, card: Card) -> None:
        words, name = self.desk.words, self.desk.name(card.owner)
        with ui.element("div").classes("borrowed"):
            ui.label(words("person.also_holds", name=name, card=words(f"person.{card.kind}")))
            self._button(
                words("person.give_back"),
                lambda: self.desk.world.hand_over(str(card), card.owner),
                "give-back",
                strong=False,
            )

    def _button(self, label: str, act: Callable[[], object], mark: str, *, strong: bool) -> None:
        button = ui.button(label, on_click=lambda: self.desk.do(act)).props(f'data-testid="{mark}"')
        button.props("unelevated no-caps" if strong else "outline no-caps").classes("act")
