"""The screens as a process in a real window, with a controller by hand."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from PIL import Image, ImageGrab

from screens.samples import SAMPLES
from screens.theme import STANDARD
from statemachines.views import Alive, AnyPage, Drawn, Frame, FromScreens, Show, Speech, Target

WIDTH, HEIGHT = 1080, 1920
PATIENCE = 20.0


class Kiosk:
    """A controller by hand, and the screens as a process."""

    def __init__(self, path: Path, display: str, *options: str) -> None:
        """``options``: of the screens' command line, besides the usual ones."""
        self.path = path
        self.display = display
        self.options = options
        self.speech: list[Speech] = []
        """What was told of the voice."""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.listener.settimeout(PATIENCE)
        self.start()

    def start(self) -> None:
        usual = ("--socket", str(self.path), "--size", f"{WIDTH}x{HEIGHT}")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "screens", *usual, *self.options],
            env={**os.environ, "DISPLAY": self.display},
            stderr=subprocess.PIPE,
        )
        self.accept()

    def accept(self) -> None:
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(PATIENCE)
        self.lines = self.connection.makefile("rb")
        assert isinstance(self.hear(), Alive)

    def hear(self) -> FromScreens:
        """What was told next, but for what is told of the voice at any time."""
        while True:
            heard: FromScreens = msgspec.json.decode(self.lines.readline(), type=FromScreens)
            if not isinstance(heard, Speech):
                return heard
            self.speech.append(heard)

    def hear_of_speech(self) -> Speech:
        """What is told next, which is of the voice."""
        if not self.speech:
            self.speech.append(msgspec.json.decode(self.lines.readline(), type=Speech))
        return self.speech.pop(0)

    def show(self, number: int, name: str, **frame: object) -> Drawn:
        """Show a sample and wait until it is drawn."""
        facts, page = SAMPLES[name]
        return self.show_page(msgspec.structs.replace(facts, number=number, **frame), page)

    def send(self, frame: Frame, page: AnyPage) -> None:
        self.connection.sendall(msgspec.json.encode(Show(frame, page)) + b"\n")

    def show_page(self, frame: Frame, page: AnyPage) -> Drawn:
        self.send(frame, page)
        drawn = self.hear()
        assert isinstance(drawn, Drawn)
        return drawn

    def click(self, target: Target, times: int = 1) -> None:
        self.mouse(*self.at(target), "click", "--repeat", str(times), "--delay", "60", "1")

    @staticmethod
    def at(target: Target) -> tuple[str, str, str]:
        """Over the middle of a target."""
        return "mousemove", str(target.x + target.width // 2), str(target.y + target.height // 2)

    def press(self, target: Target) -> None:
        """A finger comes down on a button and stays, until the button is seen to be pressed."""
        self.mouse(*self.at(target), "mousedown", "1")
        until = time.monotonic() + PATIENCE
        while colour_at(self.picture(), target.x + target.width // 2, target.y + 6) != STANDARD["pressed"]:
            assert time.monotonic() < until
            time.sleep(0.02)

    def mouse(self, *doing: str) -> None:
        """A chain of xdotool's commands."""
        subprocess.run(["xdotool", *doing], check=True, env={**os.environ, "DISPLAY": self.display})

    def picture(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self.display)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.listener.close()


def target(drawn: Drawn, intent: str, value: str = "") -> Target:
    return next(one for one in drawn.targets if (one.intent, one.value) == (intent, value))


def colour_at(picture: Image.Image, x: int, y: int) -> str:
    red, green, blue = picture.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return f"#{red:02X}{green:02X}{blue:02X}"
