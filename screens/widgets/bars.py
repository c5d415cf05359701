"""The frame: the top bar and the bottom bar, the same on every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from screens.pen import Pen, Rect
from screens.widgets.boxes import Row
from screens.widgets.button import Button
from screens.widgets.indicators import TimeOfDay
from screens.widgets.node import Node, Text, Touch, Ui
from statemachines import views


def frame_buttons(ui: Ui, frame: views.Frame) -> list[Button]:
    """Language, large mode, help: always there, always in this order."""
    words = ui.words
    other = "en" if frame.language == "zh" else "zh"
    size = "frame.standard" if frame.large else "frame.large"
    icon = "text_less" if frame.large else "text"
    return [
        Button(ui, words("frame.language"), Touch("language", other), icon="language", role="small"),
        Button(ui, words(size), Touch("large"), icon=icon, role="small"),
        Button(ui, words("frame.help"), Touch("help"), icon="help", role="small"),
    ]


class TopBar(Node):
    """Where this is and what time it is; and the frame's buttons, unless those stand lower (low reach)."""

    def __init__(self, ui: Ui, frame: views.Frame, now: Callable[[], datetime], *, buttons: bool) -> None:
        theme = ui.theme
        self._place = Text(ui, frame.place, "body", bold=True, ground="surface", pitch=1.3)
        self._machine = Text(ui, frame.machine, "small", colour="muted", ground="surface", pitch=1.3)
        self._time = TimeOfDay(ui, now)
        self._buttons = frame_buttons(ui, frame) if buttons else []
        super().__init__([self._place, self._machine, self._time, *self._buttons])
        self._margin = theme.margin
        self._gap = theme.gap
        self._space = theme.mm(8)
        self._target = theme.target
        self._room = theme.mm(3.5 if theme.compact else 7)
        self._line = max(1, theme.mm(0.4))

    def _buttons_width(self) -> int:
        return sum(button.natural_width + self._gap for button in self._buttons) - (self._gap if self._buttons else 0)

    def _left_width(self, width: int) -> int:
        time = self._time.natural_width + self._space
        buttons = self._buttons_width() + self._space if self._buttons else 0
        return width - 2 * self._margin - time - buttons

    def _words_height(self, width: int) -> int:
        left = self._left_width(width)
        return self._place.height(left) + self._machine.height(left)

    def height(self, width: int) -> int:
        """Room for a touch target and for two lines of words."""
        return max(self._target, self._words_height(width)) + 2 * self._room

    def place(self, rect: Rect) -> None:
        """Words left, time, buttons right."""
        super().place(rect)
        left = self._left_width(rect.width)
        y = rect.y + (rect.height - self._words_height(rect.width)) // 2
        for text in (self._place, self._machine):
            height = text.height(left)
            text.place(Rect(rect.x + self._margin, y, left, height))
            y += height
        x = rect.right - self._margin - self._buttons_width()
        for button in self._buttons:
            top = rect.y + (rect.height - self._target) // 2
            button.place(Rect(x, top, button.natural_width, self._target))
            x += button.natural_width + self._gap
        end = rect.right - self._margin - (self._buttons_width() + self._space if self._buttons else 0)
        width = self._time.natural_width
        self._time.place(Rect(end - width, rect.y, width, rect.height))

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """White, with a line below."""
        pen.fill(self.rect, "surface")
        pen.fill(Rect(self.rect.x, self.rect.bottom - self._line, self.rect.width, self._line), "shade")


class FrameButtons(Row):
    """The frame's buttons in a row of their own, for low reach."""

    def __init__(self, ui: Ui, frame: views.Frame) -> None:
        super().__init__(frame_buttons(ui, frame), [1.0, 1.0, 1.0], ui.theme.gap)


class BottomBar(Node):
    """Back at the left, leave in the middle, the one primary action at the right; each always in its place."""

    _SHARES = (0.22, 0.38, 0.40)

    def __init__(self, ui: Ui, frame: views.Frame, primary: Button | None, *, whole: bool = False) -> None:
        theme, words = ui.theme, ui.words
        height = theme.primary_height
        leave = "frame.leave" if frame.card_in else "frame.leave_without_card"
        self._back = Button(ui, words("frame.back"), Touch("back"), icon="back", least=height) if frame.back else None
        self._leave = (
            Button(ui, words(leave), Touch("leave"), icon="eject" if frame.card_in else "cross", least=height)
            if frame.leave
            else None
        )
        self._primary = primary
        beside = () if whole else (self._back, self._leave)
        super().__init__([button for button in (*beside, primary) if button])
        self._whole = whole
        self._margin = theme.margin
        self._gap = theme.gap
        self._room = theme.mm(5 if theme.compact else 10)
        self._high = round(height * 1.5) if whole else height
        self._line = max(1, theme.mm(0.4))

    def height(self, width: int) -> int:
        """The primary action's height and the room around it; the same with and without buttons."""
        return self._high + 2 * self._room

    def place(self, rect: Rect) -> None:
        """By the shares; the primary action alone takes the whole width when it is all there is to do."""
        super().place(rect)
        inner = rect.width - 2 * self._margin
        free = inner - 2 * self._gap
        x, y = rect.x + self._margin, rect.y + self._room
        if self._whole and self._primary:
            self._primary.place(Rect(x, y, inner, self._high))
            return
        for button, share in zip((self._back, self._leave, self._primary), self._SHARES, strict=True):
            width = int(free * share)
            if button:
                left = rect.right - self._margin - width if button is self._primary else x
                button.place(Rect(left, y, width, self._high))
            x += width + self._gap

    def paint(self, pen: Pen, *, pressed: bool = False, elapsed: float = 0.0) -> None:
        """White, with a line above, when something stands in it."""
        if self.children:
            pen.fill(self.rect, "surface")
            pen.fill(Rect(self.rect.x, self.rect.y, self.rect.width, self._line), "shade")
