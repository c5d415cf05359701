"""The machine's front as a picture: each part where it is, what is wrong lit, with a sign and not by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nicegui import ui

from kiosk.fleet.console import pages
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.desk.shapes import DeviceView, KioskDetail, Standing


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle in the picture's units; ``inside``: behind the door, drawn dashed."""

    x: int
    y: int
    width: int
    height: int
    inside: bool = False


WIDTH, HEIGHT = 260, 470
GLASS = Part(36, 36, 188, 194)
PARTS: Mapping[str, Part] = {
    "camera": Part(112, 12, 36, 16),
    "card_reader": Part(40, 242, 52, 12),
    "scanner": Part(104, 242, 52, 12),
    "receipt_printer": Part(168, 242, 52, 12),
    "id_reader": Part(40, 280, 68, 36),
    "pin_pad": Part(114, 280, 52, 36),
    "card_dispenser": Part(172, 280, 48, 36, inside=True),
    "card_printer": Part(40, 344, 108, 42, inside=True),
    "encoder": Part(156, 344, 64, 42, inside=True),
    "document_printer": Part(40, 394, 108, 38, inside=True),
    "ups": Part(156, 394, 64, 38, inside=True),
    "cabinet": Part(30, 332, 200, 110),
}
"""Where each class of device is."""

SLOT = 20
"""What is lower than this has its name below it, else within."""

UNNAMED = frozenset({"camera", "cabinet"})
"""There is no room for its name, or it is around everything."""


def draw(desk: Desk, kiosk: KioskDetail, choose: Callable[[str], None]) -> None:
    """Draw it; ``choose``: told the name of a part that was clicked."""
    devices = {each.kind: each for each in reversed(kiosk.devices) if each.state != "notFitted"}
    svg = ui.element("svg").props(
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="group" data-testid="machine" xmlns="http://www.w3.org/2000/svg"'
    )
    with svg.classes("machine"):
        _rectangle(14, 4, 232, 452, "body", rounded=16)
        _glass(desk, kiosk)
        _rectangle(30, 332, 200, 110, "door", rounded=6)
        if (cabinet := devices.get("cabinet")) is not None and cabinet.wrong:
            _part(desk, cabinet, PARTS["cabinet"], choose)  # behind what is in it
        for kind, part in PARTS.items():
            if kind in devices and kind != "cabinet":
                _part(desk, devices[kind], part, choose)
        ui.element("path").props('d="M30 456 h200 v8 h-200 z"').classes("foot")


def _glass(desk: Desk, kiosk: KioskDetail) -> None:
    """What kind of page stands on it, or why there is none."""
    standing = kiosk.row.standing
    _rectangle(GLASS.x, GLASS.y, GLASS.width, GLASS.height, f"glass {standing.value}", rounded=6)
    page = "" if kiosk.presence is None else pages.page_of(kiosk.presence.state)
    if not page or standing in (Standing.OFFLINE, Standing.UNKNOWN):
        _text(GLASS.x + GLASS.width / 2, GLASS.y + 98, desk.words.of("standing", standing.value), "glass-word")
        return
    high = GLASS.height - 12
    wide = high * pages.WIDTH / pages.HEIGHT
    image = ui.element("image").props(f'y="{GLASS.y + 6}" height="{high}" width="{wide:.1f}"')
    image._props["x"] = f"{GLASS.x + (GLASS.width - wide) / 2:.1f}"
    image._props["href"] = pages.picture(page)
    with image:
        ui.element("title")._text = desk.words.of("page", page)


def _part(desk: Desk, device: DeviceView, part: Part, choose: Callable[[str], None]) -> None:
    name = desk.words.of("device", device.kind)
    state = f"{name}: {_says(desk, device)}".replace('"', "'")
    group = ui.element("g").classes(
        f"part {device.severity if device.wrong else 'good'}{' inside' if part.inside else ''}"
    )
    group.props(f'tabindex="0" role="button" aria-label="{state}" data-testid="part-{device.device}"')
    group.on("click", lambda: choose(device.device))
    for key in ("keydown.enter.prevent", "keydown.space.prevent"):
        group.on(key, lambda: choose(device.device))
    with group:
        title = ui.element("title")
        title._text = state
        _rectangle(part.x, part.y, part.width, part.height, "shape", rounded=4)
        label = "" if device.kind in UNNAMED else desk.words.of("part", device.kind)
        said = f"{label} !".strip() if device.wrong else label
        if said:
            slot = part.height < SLOT and bool(label)
            x, y = part.x + part.width / 2, part.y + part.height / 2 + 4
            if device.kind == "cabinet":
                x, y = part.x + part.width - 5, part.y + 14
            elif slot:
                y = part.y + part.height + 14
            _text(x, y, said, "part-name below" if slot else "part-name")


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
