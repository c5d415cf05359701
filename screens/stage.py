"""The one Kivy widget: paints a scene, knows what is touched, repaints what ticks. Nothing moves by itself."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence

import screens.kivy_environment  # noqa: F401  -- before Kivy

from kivy.clock import Clock  # isort: skip
from kivy.core.window import Window  # isort: skip
from kivy.graphics import Canvas, InstructionGroup  # isort: skip
from kivy.input.motionevent import MotionEvent  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

from screens.layout import Scene
from screens.pen import Pen
from screens.typeset import Typesetter
from screens.widgets.ink_field import InkField
from screens.widgets.node import Node, Touch
from screens.widgets.photograph import LivePicture

_ANYWHERE = ("leave", "help", "large", "language")
"""Intents of the frame that mean the same on every page."""


class Stage(Widget):  # type: ignore[misc]  # Kivy is untyped
    """Shows one scene at a time.

    ``on_touch`` is called when a target is released where it was pressed; ``on_glass`` once a scene is really on the
    screen, after the buffers were swapped; ``on_beside`` when a finger was where nothing can be touched.
    """

    def __init__(
        self,
        typesetter: Typesetter,
        on_touch: Callable[[Touch], None],
        on_glass: Callable[[Scene], None],
        on_beside: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._typesetter = typesetter
        self._on_touch = on_touch
        self._on_glass = on_glass
        self._on_beside = on_beside
        self._scene: Scene | None = None
        self._since = 0.0
        self._own: list[tuple[Node, InstructionGroup]] = []
        """Nodes that are painted anew by themselves."""
        self._pressed: Node | None = None
        self._drawing: Callable[[Sequence[float]], None] | None = None
        self._finger = (0.0, 0.0)
        self._flipped: Scene | None = None
        self._second = Clock.create_trigger(self._tick_second, 1, interval=True)
        self._minute = Clock.create_trigger(self._tick_minute, 60)
        Window.bind(on_flip=self._flip)

    def show(self, scene: Scene, since: float, *, same: bool = False) -> None:
        """Paint ``scene`` in place of the last one, of which nothing is kept. ``since``: monotonic start of a wait.

        ``same``: it is the same page, changed a little. A finger that is down then still touches what it touches, if
        that is still there; on another page only what means the same on every page.
        """
        pressed, self._pressed = self._pressed, None
        self._scene, self._since = scene, since
        self._drawing = None
        self._own = []
        self.canvas.clear()
        self.canvas.after.clear()
        Window.clearcolor = (*scene.theme.colour("paper"), 1)
        elapsed = time.monotonic() - since
        pen = self._pen(self.canvas, scene)
        for node in scene.nodes():
            if node.ticks or node.live:
                group = InstructionGroup()
                self.canvas.add(group)
                node.paint(self._pen(group, scene), elapsed=elapsed)
                self._own.append((node, group))
            else:
                node.paint(pen)
        self._flipped = scene
        self._second.cancel()
        if any(node.ticks == 1 for node, _ in self._own):
            self._second()
        self._plan_minute()
        if pressed is not None and pressed.touch is not None and (same or pressed.touch.intent in _ANYWHERE):
            self._press(self._scene.hit(*self._finger), of=pressed.touch)
        self.canvas.ask_update()

    def renumber(self, scene: Scene) -> None:
        """The same scene under a later number: nothing is painted, but it is told again that it is on the glass."""
        self._scene = self._flipped = scene
        self.canvas.ask_update()

    def renew(self, picture: bytes) -> None:
        """Show the next live picture in place of the last; nothing else is painted."""
        for node, group in self._own:
            if isinstance(node, LivePicture) and self._scene is not None:
                node.take(picture)
                group.clear()
                node.paint(self._pen(group, self._scene))

    def forget(self) -> None:
        """Let go of everything that was drawn for the last citizen, in memory too."""
        gc.collect()

    def _pen(self, group: Canvas | InstructionGroup, scene: Scene) -> Pen:
        return Pen(group, scene.theme, self._typesetter)

    # -- on the glass --------------------------------------------------------------------------------------------------

    def _flip(self, _window: object) -> None:
        if self._flipped is not None:
            scene, self._flipped = self._flipped, None
            Clock.schedule_once(lambda _: self._on_glass(scene), 0)  # this frame's buffers are swapped by then

    # -- time ----------------------------------------------------------------------------------------------------------

    def _tick_second(self, _passed: float) -> None:
        self._repaint(1)

    def _tick_minute(self, _passed: float) -> None:
        self._repaint(60)
        self._plan_minute()

    def _plan_minute(self) -> None:
        self._minute.cancel()
        self._minute.timeout = 60 - time.time() % 60 + 0.05
        self._minute()

    def _repaint(self, period: int) -> None:
        if self._scene is None:
            return
        elapsed = time.monotonic() - self._since
        for node, group in self._own:
            if node.ticks == period:
                group.clear()
                node.paint(self._pen(group, self._scene), elapsed=elapsed)

    # -- touch ---------------------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Press what is there."""
        self._release()
        self._finger = self._place(touch)
        if self._scene is not None:
            self._press(self._scene.hit(*self._finger))
        if isinstance(self._pressed, InkField):
            self._pressed.begin(*self._finger)
            self._draw_stroke(self._pressed)
        return True

    def on_touch_move(self, touch: MotionEvent) -> bool:
        """A finger that signs leaves its line."""
        if isinstance(self._pressed, InkField):
            self._finger = self._place(touch)
            self._pressed.extend(*self._finger)
            self._draw_stroke(self._pressed)
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """Released where it was pressed, it counts; a stroke counts wherever it ends."""
        pressed = self._pressed
        self._release()
        if self._scene is not None and pressed is None and self._scene.hit(*self._place(touch)) is None:
            self._on_beside()
        if pressed is None or pressed.touch is None or self._scene is None:
            return True
        if isinstance(pressed, InkField) or self._scene.hit(*self._place(touch)) is pressed:
            self._on_touch(pressed.touch)
        return True

    def _press(self, node: Node | None, of: Touch | None = None) -> None:
        if node is None or self._scene is None or (of is not None and node.touch != of):
            return
        self._pressed = node
        if isinstance(node, InkField):
            return
        pen = self._pen(self.canvas.after, self._scene)
        for part in node.walk():
            part.paint(pen, pressed=True)

    def _draw_stroke(self, field: InkField) -> None:
        if self._drawing is not None:
            self._drawing(field.last_stroke())
        elif self._scene is not None:
            group = next(group for node, group in self._own if node is field)
            self._drawing = field.draw_last(self._pen(group, self._scene))

    def _release(self) -> None:
        self._drawing = None
        if self._pressed is not None:
            self._pressed = None
            self.canvas.after.clear()

    def _place(self, touch: MotionEvent) -> tuple[float, float]:
        """Pixels from the top left."""
        height = self._scene.theme.glass.height if self._scene is not None else 0
        return touch.x, height - 1 - touch.y
