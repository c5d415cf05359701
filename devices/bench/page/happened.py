"""What happened, newest first, in sentences."""

from __future__ import annotations

from datetime import datetime

from nicegui import ui

from devices.bench.events import Event
from devices.bench.page.desk import Desk
from devices.bench.page.later import find
from devices.bench.page.panel import Panel
from devices.bench.page.states import state
from devices.bench.places import CardKind
from devices.bench.receipts import OUTLET, TRAY


class Happened(Panel):
    """The last events of the bench."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "happened")

    def seen(self) -> object:
        return self.desk.view.event

    def draw(self) -> None:
        told = self._told()
        if not told:
            ui.label(self.desk.words("happened.nothing")).classes("hint")
        for at, sentence in told:
            with ui.element("div").classes("entry").props('data-testid="event"'):
                ui.label(f"{datetime.fromisoformat(at).astimezone():%H:%M:%S}").classes("time")
                ui.label(sentence)

    def _told(self) -> list[tuple[str, str]]:
        """Newest first. Of a device's changes in a row only the last is told, and only if its words differ."""
        told: list[tuple[str, str, str]] = []
        last_state: dict[str, str] = {}
        for event in self.desk.view.recent:
            sentence = self._sentence(event)
            if sentence is None:
                continue
            subject = ""
            if event.kind == "scene":
                subject = str(event.data["device"])
                if last_state.get(subject) == sentence:
                    continue
                last_state[subject] = sentence
            if subject and told and told[-1][2] == subject:
                told.pop()
            told.append((event.at, sentence, subject))
        return [(at, sentence) for at, sentence, _ in reversed(told)]

    def _sentence(self, event: Event) -> str | None:
        desk, words, data = self.desk, self.desk.words, event.data
        if event.kind in ("started", "reset"):
            return words(f"happened.{event.kind}")
        if event.kind == "card":
            owner, _, kind = data["card"].partition("/")
            place = self._place(data["place"], owner, kind)
            if kind == CardKind.NEW:
                return words("happened.new_card", card=desk.name(owner), place=place)
            return words("happened.card", place=place, name=desk.name(owner), card=words(f"person.{kind}"))
        if event.kind == "keys":
            key = "key" if data["count"] == 1 else "keys"
            return words(f"happened.{key}", name=desk.name(data["person"]), count=data["count"])
        if event.kind == "plan":
            return words("happened.plan" if data["count"] else "happened.no_plan", count=data["count"])
        if event.kind == "receipt":
            return self._receipt(data["receipt"], data["place"])
        station = desk.world.stations.get(data.get("device", ""))
        if station is None:
            return None
        named = {"device": desk.device(station)}
        device_class = station.stand.device_class
        if event.kind == "scene":
            return words("happened.scene", state=state(device_class, data["scene"], words), **named)
        if event.kind == "action":
            labels = station.simulator.actions()
            return words("happened.action", action=words.hand(data["action"], labels[data["action"]]), **named)
        if event.kind == "fault":
            named["fault"] = words.fault(device_class, find(station, data["fault"]))
            if data["value"] == station.rest[data["fault"]]:
                return words("happened.fault_off", **named)
            key = "fault_on" if data["value"] is True else "fault_value"
            return words(f"happened.{key}", value=data["value"], **named)
        return None

    def _place(self, place: str, owner: str, kind: str) -> str:
        words = self.desk.words
        where, _, name = place.partition(":")
        if where == "in":
            inside = "person.on_plate" if kind == CardKind.ID else "person.in_reader"
            return words("happened.bin" if name.endswith("/bin") else inside)
        return words("person.mine") if name == owner else words("person.with_person", name=self.desk.name(name))

    def _receipt(self, number: int, place: str) -> str:
        words = self.desk.words
        if place == OUTLET:
            return words("happened.receipt_outlet", number=number)
        if place == TRAY:
            return words("happened.receipt_tray", number=number)
        return words("happened.receipt_taken", number=number, name=self.desk.name(place.partition(":")[2]))
