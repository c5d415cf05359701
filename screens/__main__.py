"""``python -m screens --socket PATH``: draw what the controller says, until stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from screens.options import Options
from screens.speech.aids import Output, SoundOutput
from screens.theme import Glass

_END = (signal.SIGTERM, signal.SIGINT)


def size(text: str) -> tuple[int, int]:
    """``1080x1920`` as two numbers. Raises ValueError."""
    width, _, height = text.partition("x")
    return int(width), int(height)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m screens", description="The touchscreen of the kiosk.")
    parser.add_argument("--socket", type=Path, required=True, help="unix socket of the controller")
    parser.add_argument("--size", type=size, default=(1080, 1920), help="pixels, such as 1080x1920")
    parser.add_argument("--diagonal", type=float, default=27.0, help="of the screen, in inches")
    parser.add_argument("--high-contrast", action="store_true", help="every citizen begins with high contrast")
    parser.add_argument("--low-reach", action="store_true", help="every citizen begins with the low-reach layout")
    parser.add_argument("--speech", choices=get_args(Output), help="what is said is heard there; else nothing is said")
    parser.add_argument("--sound-device", default="default", metavar="NAME", help="the sound output, as ALSA names it")
    parser.add_argument("--cursor", action="store_true", help="show the mouse cursor")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM. Returns the exit code."""
    given = parser().parse_args(arguments)
    signal.pthread_sigmask(signal.SIG_BLOCK, _END)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    from screens.app import ScreensApp  # Kivy only now: --help stays quick

    width, height = given.size
    sound = SoundOutput(given.speech, given.sound_device) if given.speech else None
    glass = Glass(width, height, given.diagonal)
    app = ScreensApp(Options(given.socket, glass, given.high_contrast, given.low_reach, given.cursor, sound))
    threading.Thread(target=_await_end, args=(app.end_soon,), name="signals", daemon=True).start()
    app.run()
    return 0


def _await_end(end_soon: Callable[[], None]) -> None:
    """Wait for the signal in a thread of its own: a handler could interrupt whoever holds a lock it needs."""
    signal.sigwait(_END)
    end_soon()


if __name__ == "__main__":
    sys.exit(main())
