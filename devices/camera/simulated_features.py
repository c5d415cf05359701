"""The parts of a drawn face. Places and sizes are in widths of the face, from the middle between the eyes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from devices.camera.landmarks import Point

Colour = tuple[int, int, int]


class Pen:
    """Draws on ``canvas`` in units of the face. ``origin`` (between the eyes) and ``unit`` are pixels."""

    def __init__(self, canvas: Image.Image, origin: Point, unit: float) -> None:
        self.canvas = canvas
        self.origin = origin
        self.unit = unit
        self._draw = ImageDraw.Draw(canvas)

    @staticmethod
    def darker(colour: Colour, share: float) -> Colour:
        """``colour`` with this share of its light."""
        return round(colour[0] * share), round(colour[1] * share), round(colour[2] * share)

    @staticmethod
    def lighter(colour: Colour, share: float) -> Colour:
        """``colour`` this share of the way to white."""
        red, green, blue = (round(part + (255 - part) * share) for part in colour)
        return red, green, blue

    def at(self, point: Point) -> Point:
        """In pixels of the canvas."""
        return self.origin[0] + point[0] * self.unit, self.origin[1] + point[1] * self.unit

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled outline with corners."""
        self._draw.polygon([self.at(point) for point in points], fill=colour)

    def smooth(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled outline through the points, without corners (Catmull-Rom)."""
        self.polygon(_curve(points), colour)

    def stroke(self, points: Sequence[Point], colour: Colour, thick: float) -> None:
        """A line."""
        self._draw.line([self.at(point) for point in points], colour, max(1, round(thick * self.unit)), joint="curve")

    def ellipse(self, middle: Point, across: float, down: float, colour: Colour) -> None:
        """``across`` and ``down``: its half axes."""
        self._draw.ellipse(self._box(middle, across, down), fill=colour)

    def soft(self, middle: Point, across: float, down: float, colour: Colour, edge: float) -> None:
        """An ellipse whose edge fades over ``edge``."""
        left, top, right, bottom = self._box(middle, across + 2 * edge, down + 2 * edge)
        area = round(left), round(top), round(right), round(bottom)
        mask = Image.new("L", (area[2] - area[0], area[3] - area[1]))
        inner = self._box(middle, across, down)
        moved = inner[0] - area[0], inner[1] - area[1], inner[2] - area[0], inner[3] - area[1]
        ImageDraw.Draw(mask).ellipse(moved, fill=255)
        self.canvas.paste(colour, area, mask.filter(ImageFilter.GaussianBlur(edge * self.unit / 2)))

    def touch_top(self, top: float, across: float, colour: Colour) -> None:
        """A flat cap whose highest row is exactly ``top``."""
        self.ellipse((0, top + 0.1), across * 2, 0.1, colour)

    def _box(self, middle: Point, across: float, down: float) -> tuple[float, float, float, float]:
        left, top = self.at((middle[0] - across, middle[1] - down))
        right, bottom = self.at((middle[0] + across, middle[1] + down))
        return left, top, right, bottom


def ear(pen: Pen, x: float, skin: Colour) -> None:
    """Reaches to half a width from the middle."""
    side = 1 if x > 0 else -1
    pen.ellipse((x, 0.08), 0.5 - abs(x), 0.15, pen.darker(skin, 0.93))
    pen.ellipse((x + side * 0.008, 0.09), 0.018, 0.08, pen.darker(skin, 0.8))


def brow(pen: Pen, x: float, y: float, side: int, hair: Colour) -> None:
    """An arc over the eye."""
    ends = [
        (x - side * 0.11, y + 0.012),
        (x - side * 0.02, y - 0.025),
        (x + side * 0.07, y - 0.022),
        (x + side * 0.12, y + 0.01),
    ]
    pen.stroke(_curve(ends, closed=False), pen.darker(hair, 0.9), 0.032)


def eye(pen: Pen, x: float, y: float, skin: Colour) -> None:
    """Socket, white, iris, pupil, the light in it, and both lids."""
    pen.soft((x, y - 0.01), 0.1, 0.055, pen.darker(skin, 0.72), 0.05)
    almond = [
        (x - 0.088, y + 0.006),
        (x - 0.03, y - 0.034),
        (x + 0.03, y - 0.034),
        (x + 0.088, y + 0.006),
        (x + 0.03, y + 0.032),
        (x - 0.03, y + 0.032),
    ]
    pen.smooth(almond, (240, 236, 232))
    pen.ellipse((x, y), 0.036, 0.036, (58, 38, 28))
    pen.ellipse((x, y), 0.018, 0.018, (10, 8, 8))
    pen.ellipse((x - 0.011, y - 0.011), 0.008, 0.008, (250, 250, 250))
    lid = [(x - 0.092, y + 0.01), (x - 0.035, y - 0.036), (x + 0.035, y - 0.036), (x + 0.092, y + 0.008)]
    pen.stroke(_curve(lid, closed=False), (36, 26, 24), 0.018)


def nose(pen: Pen, x: float, skin: Colour) -> None:
    """Bridge lit, one side in shadow, nostrils."""
    pen.soft((x - 0.075, 0.14), 0.02, 0.13, pen.darker(skin, 0.87), 0.03)
    pen.soft((x + 0.075, 0.14), 0.02, 0.13, pen.darker(skin, 0.87), 0.03)
    pen.soft((x, 0.08), 0.03, 0.18, pen.lighter(skin, 0.3), 0.03)
    pen.soft((x, 0.27), 0.1, 0.025, pen.darker(skin, 0.74), 0.025)
    for side in (-1, 1):
        pen.ellipse((x + side * 0.05, 0.262), 0.022, 0.012, pen.darker(skin, 0.42))


def mouth(pen: Pen, x: float, skin: Colour) -> None:
    """Closed, neutral."""
    lips = (180, 104, 98)
    upper = [(x - 0.15, 0.44), (x - 0.05, 0.405), (x, 0.416), (x + 0.05, 0.405), (x + 0.15, 0.44), (x, 0.452)]
    lower = [(x - 0.15, 0.44), (x, 0.446), (x + 0.15, 0.44), (x + 0.07, 0.492), (x - 0.07, 0.492)]
    pen.smooth(upper, pen.darker(lips, 0.9))
    pen.smooth(lower, lips)
    pen.stroke([(x - 0.15, 0.44), (x, 0.448), (x + 0.15, 0.44)], (110, 52, 52), 0.009)
    pen.soft((x, 0.525), 0.08, 0.012, pen.darker(skin, 0.85), 0.02)


def glasses(pen: Pen, x: float, apart: float, glare: float) -> None:
    """Thin dark rims; ``glare`` whitens the glasses over the eyes."""
    for side in (-1, 1):
        middle = (x + side * apart, 0.01)
        if glare:
            pen.soft(middle, 0.11 * glare, 0.085 * glare, (255, 255, 255), 0.015)
        rim = [
            (middle[0] + 0.15 * math.cos(turn / 20 * math.tau), 0.01 + 0.115 * math.sin(turn / 20 * math.tau))
            for turn in range(21)
        ]
        pen.stroke(rim, (40, 38, 42), 0.01)
    pen.stroke([(x - apart + 0.145, -0.01), (x + apart - 0.145, -0.01)], (40, 38, 42), 0.01)


def _curve(points: Sequence[Point], *, closed: bool = True, steps: int = 12) -> list[Point]:
    """Points along a Catmull-Rom curve through ``points``."""
    count = len(points)
    made: list[Point] = []
    for place in range(count if closed else count - 1):
        around = [
            points[(place + step) % count] if closed else points[min(max(place + step, 0), count - 1)]
            for step in (-1, 0, 1, 2)
        ]
        made += [_between(around, step / steps) for step in range(steps)]
    return made if closed else [*made, points[-1]]


def _between(around: Sequence[Point], share: float) -> Point:
    def along(axis: int) -> float:
        before, start, end, after = (point[axis] for point in around)
        return 0.5 * (
            2 * start
            + (end - before) * share
            + (2 * before - 5 * start + 4 * end - after) * share**2
            + (3 * start - before - 3 * end + after) * share**3
        )

    return along(0), along(1)
