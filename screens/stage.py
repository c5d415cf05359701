"""The one Kivy widget: paints a scene, knows what is touched, repaints what ticks. Nothing moves by itself."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import screens.kivy_environment  # noqa: F401  -- before Kivy

from kivy.clock import Clock  # isort: skip
from kivy.core.window import Window  # isort: skip
from kivy.graphics import Canvas, InstructionGroup  # isort: skip
from kivy.input.motionevent import MotionEvent  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

from screens.layout import Scene
from screens.pen import Pen
from screens.typeset import Typesetter
from screens.widgets.node import Node, Touch


class Stage(Widget):  # type: ignore[misc]  # Kivy is untyped
    """Shows one scene at a time.

    ``on_touch`` is called when a target is released where it was pressed; ``on_glass`` once a scene is really on the
    screen, after the buffers were swapped.
    """

    def __init__(
        self, typesetter: Typesetter, on_touch: Callable[[Touch], None], on_glass: Callable[[Scene], None]
    ) -> None:
        super().__init__()
        self._typesetter = typesetter
        self._on_touch = on_touch
        self._on_glass = on_glass
        self._scene: Scene | None = None
        self._since = 0.0
        self._ticking: list[tuple[Node, InstructionGroup]] = []
        self._pressed: Node | None = None
        self._flipped: Scene | None = None
        self._second = Clock.create_trigger(self._tick_second, 1, interval=True)
        self._minute = Clock.create_trigger(self._tick_minute, 60)
        Window.bind(on_flip=self._flip)

    def show(self, scene: Scene, since: float) -> None:
        """Paint ``scene`` in place of the last one, of which nothing is kept. ``since``: monotonic start of a wait."""
        self._scene, self._since = scene, since
        self._pressed = None
        self._ticking = []
        self.canvas.clear()
        self.canvas.after.clear()
        Window.clearcolor = (*scene.theme.colour("paper"), 1)
        elapsed = time.monotonic() - since
        pen = self._pen(self.canvas, scene)
        for node in scene.nodes():
            if node.ticks:
                group = InstructionGroup()
                self.canvas.add(group)
                node.paint(self._pen(group, scene), elapsed=elapsed)
                self._ticking.append((node, group))
            else:
                node.paint(pen)
        self._flipped = scene
        self._second.cancel()
        if any(node.ticks == 1 for node, _ in self._ticking):
            self._second()
        self._plan_minute()
        self.canvas.ask_update()

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
        for node, group in self._ticking:
            if node.ticks == period:
                group.clear()
                node.paint(self._pen(group, self._scene), elapsed=elapsed)

    # -- touch ---------------------------------------------------------------------------------------------------------

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Press what is there."""
        self._release()
        node = self._hit(touch)
        if node is not None and self._scene is not None:
            self._pressed = node
            pen = self._pen(self.canvas.after, self._scene)
            for part in node.walk():
                part.paint(pen, pressed=True)
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """Released where it was pressed, it counts."""
        pressed = self._pressed
        self._release()
        if pressed is not None and pressed.touch is not None and self._hit(touch) is pressed:
            self._on_touch(pressed.touch)
        return True

    def _release(self) -> None:
        if self._pressed is not None:
            self._pressed = None
            self.canvas.after.clear()

    def _hit(self, touch: MotionEvent) -> Node | None:
        if self._scene is None:
            return None
        return self._scene.hit(touch.x, self._scene.theme.glass.height - 1 - touch.y)
