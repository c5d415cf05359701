"""What shows how far something is: dots of a PIN, the bar of a wait, seconds that run down, steps, the time of day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from screens.pen import Pen, Rect
from screens.theme import Colour, Role
from screens.widgets.node import Node, Saying, Text, Ui


class Dots(Node):
    """A place for each digit of a PIN; those typed are filled. Which digit was typed is not known here."""

    def __init__(self, ui: Ui, typed: int, length: int) -> None:
        super().__init__()
        self._typed = typed
        self._length = length
        self._diameter = ui.theme.mm(17)
        self._gap = ui.theme.mm(9)
        self._line = max(2, ui.theme.mm(0.9))
        counted = ui.words("speech.typed", count=typed) if typed else ui.words("speech.typed.none")
        self.said = (Saying(counted),)

    def height(self, width: int) -> int:
        """One row."""
        return self._size(width)[0]

    def _size(self, width: int) -> tuple[int, int]:
        wanted = self._length * self._diameter + (self._length - 1) * self._gap
        shrink = min(1.0, width / wanted)
        return int(self._diameter * shrink), int(self._gap * shrink)

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """From the left."""
        diameter, gap = self._size(self.rect.width)
        radius = diameter / 2
        y = self.rect.y + self.rect.height / 2
        for place in range(self._length):
            x = self.rect.x + radius + place * (diameter + gap)
            if place < self._typed:
                pen.disc(x, y, radius, "primary")
            else:
                pen.disc(x, y, radius, "edge")
                pen.disc(x, y, radius - self._line, "surface")


class WaitBar(Node):
    """How much of the longest wait has passed; full, it stays full and still."""

    ticks = 1

    def __init__(self, ui: Ui, at_most: int) -> None:
        super().__init__()
        self._at_most = max(1, at_most)
        self._high = ui.theme.mm(7)

    def height(self, width: int) -> int:
        """A thick line."""
        return self._high

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The part that has passed."""
        part = min(1.0, (elapsed + 0.4) / self._at_most)
        line = max(2, self._high // 8)
        pen.frame(self.rect, "edge", "surface", line, self._high / 2)
        inner = self.rect.inset(line)
        pen.fill(
            Rect(inner.x, inner.y, max(inner.height, round(inner.width * part)), inner.height), "primary", self._high
        )


class Ring(Node):
    """A ring that closes (or, ``down``, opens) as seconds pass, their number in it, a line of words below.

    ``later``: the words once more than ``seconds`` have passed. ``said``: what is said aloud for number and words.
    """

    grows = True
    ticks = 1

    def __init__(
        self, ui: Ui, seconds: int, words: str, *, down: bool = False, later: str = "", said: str = ""
    ) -> None:
        super().__init__()
        self._seconds = max(1, seconds)
        self._down = down
        self._number = Text(
            ui, "000", "display" if ui.theme.glass.portrait else "hero", bold=True, align="centre", middle=True
        )
        self._words = Text(ui, words, ui.reading, colour="muted", align="centre")
        self._later = Text(ui, later or words, ui.reading, colour="muted", align="centre")
        self.said = (Saying(said or words),)
        self._widest = ui.theme.mm(150)
        self._least = ui.theme.mm(52)
        self._thick = ui.theme.mm(7)
        self._gap = ui.theme.mm(8)

    @property
    def parts(self) -> list[Text]:
        """Its texts, which it paints itself."""
        return [self._number, self._words, self._later]

    def _words_height(self, width: int) -> int:
        return max(self._words.height(width), self._later.height(width))

    def height(self, width: int) -> int:
        """A ring around the number, and the words."""
        return self._least + self._gap + self._words_height(width)

    def place(self, rect: Rect) -> None:
        """In the middle, a little above it."""
        words = self._words_height(rect.width)
        diameter = max(self._least, min(self._widest, rect.width, rect.height - words - self._gap))
        spare = rect.height - diameter - self._gap - words
        top = rect.y + max(0, spare * 2 // 5)
        super().place(Rect(rect.x, top, rect.width, diameter + self._gap + words))
        self._radius = (diameter - self._thick) // 2
        self._number.place(Rect(rect.x, top, rect.width, diameter))
        for text in (self._words, self._later):
            text.place(Rect(rect.x, top + diameter + self._gap, rect.width, words))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The whole ring pale, the part that counts in colour."""
        passed = int(elapsed)
        shown = max(0, self._seconds - passed) if self._down else passed
        part = min(1.0, shown / self._seconds)
        x, _ = self.rect.centre
        y = self._number.rect.centre[1]
        pen.ring(x, y, self._radius, "edge", self._thick / 4)
        if part > 0:
            pen.ring(x, y, self._radius, "primary", self._thick, part)
        self._number.lines = [str(shown)]
        self._number.paint(pen)
        (self._later if passed > self._seconds else self._words).paint(pen)


class Changing(Text):
    """Words that change with the seconds since the page was shown. Its place must be wide enough for all of them."""

    ticks = 1

    def __init__(
        self,
        ui: Ui,
        words: Callable[[int], str],
        role: Role = "body",
        *,
        colour: Colour = "ink",
        ground: Colour = "paper",
        bold: bool = False,
        align: str = "left",
    ) -> None:
        super().__init__(ui, words(0), role, colour=colour, ground=ground, bold=bold, align=align)
        self._words = words

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """What is true now."""
        self.text = self._words(int(elapsed))
        self.lines = self._break(self.rect.width)
        super().paint(pen, pressed=pressed, elapsed=elapsed)


class TimeOfDay(Text):
    """``14:05``, painted anew on the minute."""

    ticks = 60

    def __init__(self, ui: Ui, now: Callable[[], datetime]) -> None:
        super().__init__(ui, "00:00", "body", ground="surface", align="right", middle=True)
        self._now = now

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """The machine's local time."""
        self.lines = [f"{self._now():%H:%M}"]
        super().paint(pen, pressed=pressed, elapsed=elapsed)


class Steps(Node):
    """Which step of how many: a bar of parts, and the same in words."""

    def __init__(self, ui: Ui, step: int, steps: int) -> None:
        self._words = Text(ui, ui.words("frame.step", step=step, steps=steps), "small", colour="muted")
        super().__init__([self._words])
        self._step, self._steps = step, steps
        self._bar = ui.theme.mm(3)
        self._gap = ui.theme.mm(2)
        self._below = ui.theme.mm(2)

    def height(self, width: int) -> int:
        """The bar, and the words below it."""
        return self._bar + self._below + self._words.height(width)

    def place(self, rect: Rect) -> None:
        """Words below."""
        super().place(rect)
        top = rect.y + self._bar + self._below
        self._words.place(Rect(rect.x, top, rect.width, self._words.height(rect.width)))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """Done and present steps are filled."""
        part = (self.rect.width - self._gap * (self._steps - 1)) // self._steps
        for place in range(self._steps):
            x = self.rect.x + place * (part + self._gap)
            done = place < self._step
            pen.fill(Rect(x, self.rect.y, part, self._bar), "primary" if done else "edge", self._bar / 2)
