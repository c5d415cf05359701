"""The machine's front as a picture: each part where it is, what is wrong lit, with a sign and not by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nicegui import ui

from kiosk.fleet.console.desk import Desk
from kiosk.fleet.desk.shapes import DeviceView, KioskDetail


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle in the picture's units; ``inside``: behind the door, drawn dashed."""

    x: int
    y: int
    width: int
    height: int
    inside: bool = False


WIDTH, HEIGHT = 260, 470
PARTS: Mapping[str, Part] = {
    "camera": Part(116, 16, 28, 16),
    "card_reader": Part(40, 256, 52, 14),
    "scanner": Part(104, 250, 52, 26),
    "receipt_printer": Part(168, 256, 52, 14),
    "id_reader": Part(40, 288, 66, 34),
    "pin_pad": Part(122, 288, 54, 34),
    "card_dispenser": Part(190, 288, 30, 34, inside=True),
    "card_printer": Part(40, 350, 110, 40, inside=True),
    "encoder": Part(158, 350, 62, 40, inside=True),
    "document_printer": Part(40, 398, 110, 34, inside=True),
    "ups": Part(158, 398, 62, 34, inside=True),
    "cabinet": Part(30, 338, 200, 104),
}
"""Where each class of device is."""


def draw(desk: Desk, kiosk: KioskDetail, choose: Callable[[str], None]) -> None:
    """Draw it; ``choose``: told the name of a part that was clicked."""
    devices = {each.kind: each for each in reversed(kiosk.devices) if each.state != "notFitted"}
    svg = ui.element("svg").props(
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="group" data-testid="machine" xmlns="http://www.w3.org/2000/svg"'
    )
    with svg.classes("machine"):
        _rectangle(14, 4, 232, 452, "body", rounded=16)
        _rectangle(36, 40, 188, 196, f"glass {kiosk.row.standing.value}", rounded=6)
        _text(130, 132, desk.words.of("standing", kiosk.row.standing.value), "glass-word")
        if kiosk.row.serving:
            _text(130, 158, desk.words("kiosk.serving"), "glass-hint")
        _rectangle(30, 338, 200, 104, "door", rounded=6)
        for kind, part in PARTS.items():
            if kind in devices and kind != "cabinet":
                _part(desk, devices[kind], part, choose)
        if (cabinet := devices.get("cabinet")) is not None and cabinet.wrong:
            _part(desk, cabinet, PARTS["cabinet"], choose)
        ui.element("path").props('d="M30 456 h200 v8 h-200 z"').classes("foot")


def _part(desk: Desk, device: DeviceView, part: Part, choose: Callable[[str], None]) -> None:
    name = desk.words.of("device", device.kind)
    state = f"{name}: {_says(desk, device)}".replace('"', "'")
    group = ui.element("g").classes(
        f"part {device.severity if device.wrong else 'good'}{' inside' if part.inside else ''}"
    )
    group.props(f'tabindex="0" role="button" aria-label="{state}" data-testid="part-{device.device}"')
    group.on("click", lambda: choose(device.device))
    group.on("keydown.enter", lambda: choose(device.device))
    with group:
        title = ui.element("title")
        title._text = state
        _rectangle(part.x, part.y, part.width, part.height, "shape", rounded=4)
        if device.wrong:
            _text(part.x + part.width / 2, part.y + part.height / 2 + 5, "!", "mark")


def _says(desk: Desk, device: DeviceView) -> str:
    if device.wrong and device.alarm is not None:
        return device.alarm.in_language(desk.words.language)
    return desk.words.of("state", device.state)


def _rectangle(x: float, y: float, width: float, height: float, classes: str, *, rounded: int) -> None:
    made = ui.element("rect").props(f'x="{x}" y="{y}" width="{width}" height="{height}" rx="{rounded}"')
    made.classes(classes)


def _text(x: float, y: float, text: str, classes: str) -> None:
    made = ui.element("text").props(f'x="{x}" y="{y}" text-anchor="middle"').classes(classes)
    made._text = text
