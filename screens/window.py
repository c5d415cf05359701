"""Opens the one window: borderless, at the top left, with no more frames than touches need."""

from __future__ import annotations

import screens.kivy_environment  # noqa: F401  -- before Kivy

from kivy.config import Config  # isort: skip

from screens.theme import Glass


def open_window(glass: Glass, *, cursor: bool = False) -> None:
    """Configure Kivy and create its window. To be called once, before anything that needs the window."""
    settings: dict[str, dict[str, object]] = {
        "graphics": {
            "width": glass.width,
            "height": glass.height,
            "borderless": 1,
            "resizable": 0,
            "position": "custom",
            "left": 0,
            "top": 0,
            "fullscreen": 0,
            "multisamples": 0,
            "show_cursor": int(cursor),
            "vsync": 0,
        },
        "kivy": {"exit_on_escape": 0, "log_level": "warning", "keyboard_mode": ""},
        "postproc": {"double_tap_time": 0, "triple_tap_time": 0},
    }
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, str(value))
    for name in list(Config.options("input")):
        Config.remove_option("input", name)  # SDL's own touches and the mouse are enough; /dev/input would double them
    Config.set("input", "mouse", "mouse,disable_multitouch")
    for name in list(Config.options("modules")):
        Config.remove_option("modules", name)
    from kivy.core.window import Window

    Window.show_cursor = cursor
