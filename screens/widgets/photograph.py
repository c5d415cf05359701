"""Pictures of people and of cards: shown as they come, in their own proportions, and forgotten."""

from __future__ import annotations

import logging

from screens import pictures
from screens.pen import Pen, Rect
from screens.theme import Colour
from screens.widgets import icons
from screens.widgets.node import Node, Text, Ui

log = logging.getLogger("screens")

PORTRAIT = 0.8
"""Width over height of a live picture, and of the place of one that is not there."""

CARD = (85.6, 54.0)
"""Millimetres of a card, ISO/IEC 7810 ID-1."""

CORNER = 3.18
"""Millimetres its corners are rounded by."""


class Photograph(Node):
    """A finished photo, whole, as large as its place allows."""

    grows = True
    picture = True

    def __init__(self, ui: Ui, file: bytes, *, least: float = 60, most: float = 250) -> None:
        super().__init__()
        self._file = file
        self.shape = self._shape_of(file)
        self._least = ui.theme.mm(least)
        self._most = ui.theme.mm(most)
        self._radius = 1
        self._line = max(2, ui.theme.mm(0.6))

    @staticmethod
    def _shape_of(file: bytes) -> float:
        try:
            width, height = pictures.size(file)
        except pictures.NotAPicture:
            return PORTRAIT
        return width / height

    def height(self, width: int) -> int:
        """The least in which a face can be judged."""
        return self._least

    def place(self, rect: Rect) -> None:
        """In the middle of the width, nearer to the words above than to what is below."""
        height = min(rect.height, self._most, round(rect.width / self.shape))
        width = round(height * self.shape)
        super().place(Rect(rect.x + (rect.width - width) // 2, rect.y + (rect.height - height) // 4, width, height))

    def _pixels(self) -> pictures.Pixels:
        return pictures.unpack(self._file)

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The picture, or a person's outline where there is none."""
        pixels = None
        if self._file:
            try:
                pixels = self._pixels()
            except pictures.NotAPicture as error:
                log.error("a picture cannot be shown: %s", error)
        if pixels is not None:
            pen.picture(self.rect, pixels)
            pen.outline(self.rect, "edge", self._line, self._radius)
        else:
            pen.frame(self.rect, "edge", "surface", self._line, self._radius)
            size = min(self.rect.width, self.rect.height) * 0.5
            x, y = self.rect.centre
            icons.draw(pen, "person", x - size / 2, y - size / 2, size, "muted", 1.4)


class LivePicture(Photograph):
    """What the camera sees, mirrored, as a glass would show it. :meth:`take` gives it the next picture."""

    live = True

    def __init__(self, ui: Ui, file: bytes, *, outline: bool, least: float = 60, most: float = 250) -> None:
        super().__init__(ui, file, least=least, most=most)
        if outline:
            self.children = [Outline(ui)]

    @staticmethod
    def _shape_of(file: bytes) -> float:
        return PORTRAIT  # of a wide picture the middle is shown

    def take(self, file: bytes) -> None:
        """The next picture, to be painted in the place of the last."""
        self._file = file

    def _pixels(self) -> pictures.Pixels:
        return pictures.unpack(self._file, shape=PORTRAIT, mirrored=True)

    def place(self, rect: Rect) -> None:
        """The outline over it."""
        super().place(rect)
        for child in self.children:
            child.place(self.rect)


class Outline(Node):
    """Where the head belongs, and the eyes: an oval and a broken line, amber on dark, to be seen on any picture.

    With the face so wide the finished photo can be cut with room on every side (its width is 1.65 faces).
    """

    _OVAL = (0.27, 0.15, 0.46, 0.55)
    """Left, top, width, height as parts of the picture; from the hair's top to the chin."""
    _EYES = 0.435
    _DASHES = 7

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._unit = ui.theme.glass.pixels_per_mm

    def height(self, width: int) -> int:
        """It has none of its own."""
        return 0

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """Dark first, amber on it."""
        left, top, width, height = self._OVAL
        rect = self.rect
        oval = Rect(
            round(rect.x + left * rect.width),
            round(rect.y + top * rect.height),
            round(width * rect.width),
            round(height * rect.height),
        )
        y = rect.y + self._EYES * rect.height
        dash = oval.width / (2 * self._DASHES - 1)
        looks: tuple[tuple[Colour, float], ...] = (("on_look", 3.6), ("look", 2.0))
        for colour, weight in looks:
            pen.ellipse(oval, colour, weight * self._unit)
            for place in range(self._DASHES):
                start = oval.x + 2 * place * dash
                pen.line((start, y, start + dash, y), colour, weight * 0.6 * self._unit)


class CardFace(Photograph):
    """One face of a card as it will be printed, in a card's proportions and with its corners."""

    def __init__(self, ui: Ui, file: bytes) -> None:
        super().__init__(ui, file, least=20, most=126)
        self.shape = CARD[0] / CARD[1]

    def _pixels(self) -> pictures.Pixels:
        return pictures.unpack(self._file, corner=CORNER / CARD[0])

    def place(self, rect: Rect) -> None:
        """With a card's corners."""
        super().place(rect)
        self._radius = round(self.rect.width * CORNER / CARD[0])


class CardFaces(Node):
    """Front and back with their names, side by side or one above the other: as they come out larger."""

    grows = True

    def __init__(self, ui: Ui, front: bytes, back: bytes) -> None:
        theme = ui.theme
        self._faces = [CardFace(ui, front), CardFace(ui, back)]
        self._names = [
            Text(ui, ui.words(f"card_preview.{side}"), ui.aside, bold=True, colour="muted")
            for side in ("front", "back")
        ]
        super().__init__([*self._names, *self._faces])
        self._gap = theme.mm(2)
        self._between = theme.mm(8)
        self._least = self._names[0].line_height + self._gap + theme.mm(26)

    def height(self, width: int) -> int:
        """Side by side and small."""
        return self._least

    def place(self, rect: Rect) -> None:
        """The way that gives the larger faces."""
        super().place(rect)
        name = self._names[0].line_height + self._gap
        shape = self._faces[0].shape

        def face_width(columns: int) -> int:
            rows = 2 // columns
            wide = (rect.width - (columns - 1) * self._between) // columns
            high = (rect.height - (rows - 1) * self._between) // rows - name
            return min(wide, round(high * shape))

        columns = 2 if face_width(2) >= face_width(1) else 1
        wide = min(face_width(columns), round(self._most_width()))
        high = round(wide / shape)
        block = columns * wide + (columns - 1) * self._between
        left = rect.x + (rect.width - block) // 2
        whole = (2 // columns) * (high + name) + (2 // columns - 1) * self._between
        top = rect.y + max(0, rect.height - whole) // 3
        for place, (label, face) in enumerate(zip(self._names, self._faces, strict=True)):
            x = left + (place * (wide + self._between) if columns == 2 else 0)
            y = top + (place * (high + name + self._between) if columns == 1 else 0)
            label.place(Rect(x, y, wide, label.line_height))
            face.place(Rect(x, y + name, wide, high))

    def _most_width(self) -> float:
        return self._faces[0]._most * self._faces[0].shape
