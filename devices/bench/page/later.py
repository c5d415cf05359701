"""Faults to come: at random from a seed, or each at its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from nicegui import ui

from devices.bench.page.desk import Desk
from devices.bench.page.panel import Panel
from devices.bench.schedule import PlannedFault, draw
from devices.bench.station import Station
from devices.simulation import FaultSwitch, FaultValue

_SHOWN = 12
"""Entries of the plan that are listed."""


class Later:
    """Folded away until somebody wants it; how many are planned stands in its head."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        words = desk.words
        with ui.expansion().classes("device later").props('data-testid="later"') as box:
            with box.add_slot("header"), ui.element("div").classes("device-head"), ui.element("div").classes("grow"):
                ui.label(words("later.heading")).classes("device-title")
                self._count = ui.label().classes("hint").props('data-testid="planned"')
            self._random()
            self._one()
            self._plan = Plan(desk)

    def update(self) -> None:
        """Show what is planned now."""
        planned = len(self._desk.view.plan)
        self._count.set_text(self._desk.words("later.count" if planned else "later.none", count=planned))
        self._plan.update()

    def _random(self) -> None:
        desk, words = self._desk, self._desk.words
        ui.label(words("later.random")).classes("section")
        with ui.element("div").classes("form"):
            seed = _number(words("later.seed"), 1, least=0)
            minutes = _number(words("later.minutes"), 10, least=1)
            often = _number(words("later.often"), 60, least=1)
            longest = _number(words("later.longest"), 30, least=1)
            with seed:
                ui.tooltip(words("later.seed_help"))

        def plan() -> None:
            switches = {name: station.switches for name, station in desk.world.stations.items()}
            drawn = draw(
                switches,
                seed=int(seed.value or 0),
                seconds=60 * float(minutes.value or 1),
                per_hour=float(often.value or 1),
                lasting=(1.0, max(1.0, float(longest.value or 1))),
            )
            desk.world.plan_faults(drawn)

        _button(desk, words("later.draw"), plan, "draw")

    def _one(self) -> None:
        desk, words = self._desk, self._desk.words
        stations = desk.world.stations
        first = next(iter(stations))
        ui.label(words("later.one")).classes("section")
        with ui.element("div").classes("form"):
            where = ui.select({name: desk.device(one) for name, one in stations.items()}, value=first)
            where.props(f'dense outlined options-dense label="{words("later.where")}"').props('data-testid="where"')
            what = ui.select(self._faults(stations[first]))
            what.props(f'dense outlined options-dense label="{words("later.what")}"').props('data-testid="what"')
            value = ui.input(words("later.value")).props("dense outlined")
            value.bind_visibility_from(what, "value", lambda name: self._rest(where.value, name) not in (False, True))
            after = _number(words("later.after"), 10, least=0)
            lasting = _number(words("later.lasting"), 20, least=1)
        what.set_value(next(iter(what.options)))
        where.on_value_change(lambda: what.set_options(self._faults(stations[where.value]), value=None))

        def add() -> None:
            name, rest = str(what.value or ""), self._rest(where.value, what.value)
            begin = float(after.value or 0)
            end = begin + float(lasting.value or 1)
            wanted = _value(rest, value.value)
            fresh = [
                PlannedFault(begin, where.value, name, wanted),
                PlannedFault(end, where.value, name, rest),
            ]
            desk.world.plan_faults([*desk.world.planned_faults(), *fresh])

        _button(desk, words("later.add"), add, "add-planned")

    def _faults(self, station: Station) -> dict[str, str]:
        return {s.name: self._desk.words.fault(station.stand.device_class, s) for s in station.switches}

    def _rest(self, device: str, fault: str | None) -> FaultValue:
        return self._desk.world.stations[device].rest.get(fault or "", False)


class Plan(Panel):
    """What is still to come, with its time of day."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "plan")

    def seen(self) -> object:
        return len(self.desk.view.plan), tuple((p.device, p.fault, p.value) for p in self.desk.view.plan)

    def draw(self) -> None:
        now = time.time()
        for planned in self.desk.view.plan[:_SHOWN]:
            with ui.element("div").classes("entry"):
                at = datetime.fromtimestamp(now + planned.at).astimezone()
                ui.label(f"{at:%H:%M:%S}").classes("time")
                ui.label(self._sentence(planned))
        if len(self.desk.view.plan) > _SHOWN:
            ui.label("…").classes("hint")
        if self.desk.view.plan:
            _button(self.desk, self.desk.words("later.off"), lambda: self.desk.world.plan_faults([]), "call-off")

    def _sentence(self, planned: PlannedFault) -> str:
        words, station = self.desk.words, self.desk.world.stations[planned.device]
        switch = find(station, planned.fault)
        named = {"device": self.desk.device(station), "fault": words.fault(station.stand.device_class, switch)}
        if planned.value == station.rest[planned.fault]:
            return words("later.ends", **named)
        key = "begins" if planned.value is True else "begins_value"
        return words(f"later.{key}", value=planned.value, **named)


def find(station: Station, fault: str) -> FaultSwitch:
    """The switch of a fault that the station has."""
    return next(switch for switch in station.switches if switch.name == fault)


def _value(rest: FaultValue, typed: str | None) -> FaultValue:
    if isinstance(rest, bool):
        return not rest
    if isinstance(rest, str):
        return typed or ""
    try:
        return type(rest)(typed or rest)
    except ValueError:
        return typed or ""  # refused by the bench, in its own words


def _number(label: str, value: float, *, least: float) -> ui.number:
    return ui.number(label, value=value, min=least, precision=0).props("dense outlined")


def _button(desk: Desk, label: str, act: Callable[[], object], mark: str) -> None:
    button = ui.button(label, on_click=lambda: desk.do(act)).classes("act")
    button.props(f'outline no-caps dense data-testid="{mark}"')
