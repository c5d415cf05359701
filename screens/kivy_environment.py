"""Imported before anything of Kivy: a quiet, private Kivy that reads no command line and writes no logs.

Kivy reads these variables once, when it is first imported, and the number of frames when its clock is.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

OFTEN, SELDOM, ALARMED = 50, 12, 5
"""Looks for a touch in a second: while someone is served; at rest, where less than 1 % of a core may be used and the
first touch may wait for 80 ms; and at rest where the touch alarm wakes us."""


def cache_folder() -> Path:
    """Where fonts and Kivy's own files are kept: ``SCREENS_CACHE``, or below the XDG cache folder."""
    if chosen := os.environ.get("SCREENS_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kiosk-screens"


def prepare() -> None:
    """Set the environment. What is set already stays, except that logs are always quiet."""
    home = cache_folder() / "kivy"
    home.mkdir(parents=True, exist_ok=True)
    os.environ["KIVY_HOME"] = str(home)
    os.environ["KIVY_NO_ARGS"] = "1"
    os.environ["KIVY_NO_CONFIG"] = "1"
    os.environ["KIVY_NO_FILELOG"] = "1"
    os.environ["KIVY_NO_CONSOLELOG"] = "1"
    os.environ["KIVY_LOG_MODE"] = "PYTHON"
    logging.getLogger("kivy").addFilter(lambda record: record.levelno >= logging.ERROR)
    os.environ["KIVY_CLOCK"] = "interrupt"  # a view that arrives, or is on the glass, does not wait for the next frame
    os.environ["SDL_MOUSE_FOCUS_CLICKTHROUGH"] = "1"  # the first touch after the window came up counts like any other
    os.environ.setdefault("KIVY_WINDOW", "sdl2")
    os.environ.setdefault("KIVY_TEXT", "sdl2")
    os.environ.setdefault("KIVY_IMAGE", "pil")
    os.environ.setdefault("KIVY_AUDIO", "")
    os.environ.setdefault("KIVY_VIDEO", "")
    os.environ.setdefault("KIVY_CLIPBOARD", "dummy")
    os.environ.setdefault("KIVY_SPELLING", "")
    os.environ.setdefault("KIVY_CAMERA", "")
    from kivy.config import Config

    Config.set("graphics", "maxfps", str(SELDOM))


prepare()
