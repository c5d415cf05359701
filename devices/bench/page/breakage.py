"""Every device: how it is, what can be done to it by hand, and each of its faults as a switch or a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from devices.bench.hands import BY_PERSONS, CARD_PLACES, OUTLETS
from devices.bench.line import LINE_FAULTS
from devices.bench.page.desk import Desk
from devices.bench.page.states import state
from devices.bench.station import Station
from devices.simulation import FaultSwitch, FaultValue


class Breakage:
    """All devices, one of them opened at a time."""

    def __init__(self, desk: Desk) -> None:
        with ui.element("div").classes("devices"):
            self._devices = [_DeviceBox(desk, station) for station in desk.world.stations.values()]

    def update(self) -> None:
        """Show how they are now."""
        for device in self._devices:
            device.update()


class _DeviceBox:
    def __init__(self, desk: Desk, station: Station) -> None:
        self._desk = desk
        self._station = station
        self._class = station.stand.device_class
        self._settings: list[_Setting] = []
        words = desk.words
        with ui.expansion(group="devices").classes("device").props(f'data-testid="device-{station.name}"') as box:
            with box.add_slot("header"), ui.element("div").classes("device-head"):
                self._lamp = ui.element("span").classes("lamp")
                with ui.element("div").classes("device-name"):
                    ui.label(desk.device(station))
                    self._state = ui.label().classes("hint").props(f'data-testid="state-{station.name}"')
                self._count = ui.label().classes("count").props(f'data-testid="count-{station.name}"')
            self._hands()
            line = [switch for switch in station.switches if switch in LINE_FAULTS]
            own = [switch for switch in station.switches if switch not in LINE_FAULTS]
            self._section(words("devices.device"), [s for s in own if not words.for_engineers(self._class, s)])
            self._section(words("devices.line"), line)
            hard = [s for s in own if words.for_engineers(self._class, s)]
            if hard:
                with ui.expansion(words("devices.engineer")).classes("engineer"):
                    self._settings += [_Setting(desk, station, switch) for switch in hard]

    def update(self) -> None:
        now = self._desk.view.devices[self._station.name]
        wrong = self._station.unusual(now.faults)
        gone = bool(now.faults.get("absent"))
        words = self._desk.words
        self._state.set_text(words("state.unplugged") if gone else state(self._class, now.scene, words))
        key = "fine" if not wrong else "fault" if len(wrong) == 1 else "faults"
        self._count.set_text(words(f"devices.{key}", count=len(wrong)))
        for element in (self._lamp, self._count):
            element.classes(add="wrong" if wrong else "fine", remove="fine" if wrong else "wrong")
        self._mend.set_visibility(bool(wrong))
        for setting in self._settings:
            setting.show(now.faults[setting.name])

    def _hands(self) -> None:
        station, words = self._station, self._desk.words
        place, outlet = CARD_PLACES.get(self._class), OUTLETS.get(self._class)
        paper = (outlet.action,) if outlet else ()
        taken = {*(place.actions if place else ()), *paper, *BY_PERSONS.get(self._class, ())}
        with ui.element("div").classes("by-hand"):
            for action, label in words.in_order(station.simulator.actions()):
                needs = (each for each in station.parameters(action).values() if " = " not in each)
                if action in taken or any(needs):
                    continue
                act = self._act(action)
                ui.button(words.hand(action, label), on_click=lambda act=act: self._desk.do(act)).props(
                    "outline no-caps dense"
                ).props(f'data-testid="{station.name}-{action}"')
            self._mend = ui.button(words("devices.mend"), on_click=lambda: self._desk.do(self._heal))
            self._mend.props("unelevated no-caps dense").props(f'data-testid="{station.name}-mend"')

    def _act(self, action: str) -> Callable[[], object]:
        return lambda: self._desk.world.act(self._station.name, action, {})

    def _heal(self) -> None:
        for name in self._station.unusual(self._station.snapshot().faults):
            self._desk.world.set_fault(self._station.name, name, self._station.rest[name])

    def _section(self, title: str, switches: list[FaultSwitch]) -> None:
        if switches:
            ui.label(title).classes("section")
            self._settings += [_Setting(self._desk, self._station, switch) for switch in switches]


class _Setting:
    """One fault: a switch, or a value to be typed."""

    def __init__(self, desk: Desk, station: Station, switch: FaultSwitch) -> None:
        self.name = switch.name
        self._desk = desk
        self._station = station
        self._rest = station.rest[switch.name]
        self._known: FaultValue = self._rest
        device_class = station.stand.device_class
        title = desk.words.fault(device_class, switch)
        with ui.element("div").classes("setting") as self._row:
            with ui.element("div"):
                ui.label(title).classes("setting-name")
                ui.label(desk.words.fault_help(device_class, switch)).classes("hint")
            self._control = self._make(title).props(f'data-testid="fault-{station.name}-{switch.name}"')

    def show(self, value: FaultValue) -> None:
        """The fault is at this value now."""
        changed = value != self._rest
        self._row.classes(add="on" if changed else "", remove="" if changed else "on")
        if value != self._known:
            self._known = value
            self._control.set_value(value)

    def _make(self, title: str) -> ValueElement[Any]:
        name = f'aria-label="{title}"'
        if isinstance(self._rest, bool):
            switch = ui.switch(value=self._rest, on_change=lambda event: self._set(bool(event.value)))
            return switch.props(f"color=negative {name}")
        if isinstance(self._rest, int | float):
            whole = isinstance(self._rest, int)
            number = ui.number(value=self._rest, precision=0 if whole else None, step=1 if whole else 0.1)
            number.props(f"dense outlined hide-bottom-space {name}")
            return self._on_enter(number)
        return self._on_enter(ui.input(value=self._rest).props(f"dense outlined hide-bottom-space {name}"))

    def _on_enter(self, control: ValueElement[Any]) -> ValueElement[Any]:
        async def take_over() -> None:
            value = control.value
            await self._set(self._rest if value is None else type(self._rest)(value))

        control.on("blur", take_over).on("keydown.enter", take_over)
        return control

    async def _set(self, value: FaultValue) -> None:
        if value == self._known:
            return
        before, self._known = self._known, value
        if not await self._desk.do(lambda: self._desk.world.set_fault(self._station.name, self.name, value)):
            self._known = before
            self._control.set_value(before)
