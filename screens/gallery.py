"""``python -m screens.gallery --out out/gallery``: every page in every mode, language and size as a picture.

One process renders all: the window is opened once a size and every scene is painted into it and read back.
"""

from __future__ import annotations

import argparse
import html
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from screens.samples import SAMPLES
from screens.speech.aids import SpeechAid
from screens.theme import Glass, Theme
from screens.virtual_display import virtual_display
from statemachines import views

NOON = datetime(2026, 11, 22, 14, 5)  # noqa: DTZ001 -- the time of day on the pictures
GLASSES = {
    "portrait": Glass(1080, 1920, 27.0),
    "landscape": Glass(1920, 1080, 21.5),
    "small": Glass(1024, 768, 15.0),
}
"""The sizes that are drawn; ``small`` is the 15 inch screen of older machines."""

MODES: dict[str, dict[str, bool]] = {
    "standard": {},
    "large": {"large": True},
    "contrast": {"high_contrast": True},
    "low": {"low_reach": True},
    "low-large": {"low_reach": True, "large": True},
}


class Sight(Protocol):
    """What can be painted into a file. ``file``: its name below the folder."""

    @property
    def file(self) -> str: ...

    @property
    def theme(self) -> Theme: ...

    @property
    def view(self) -> tuple[views.Frame, views.Page]: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture to take."""

    sample: str
    language: str
    mode: str
    size: str

    @property
    def file(self) -> str:
        """Its name below the gallery's folder."""
        return f"{self.size}/{self.mode}/{self.language}/{self.sample.replace(':', '-')}.png"

    @property
    def theme(self) -> Theme:
        """The theme of its mode, but for the size of the text, which is the frame's."""
        aids = MODES[self.mode]
        return Theme(GLASSES[self.size], False, aids.get("high_contrast", False), aids.get("low_reach", False))

    @property
    def view(self) -> tuple[views.Frame, views.Page]:
        """The sample in its language and size of text."""
        frame, page = SAMPLES[self.sample]
        return msgspec.structs.replace(frame, language=self.language, large=MODES[self.mode].get("large", False)), page


def pictures(sizes: list[str], modes: list[str], languages: list[str], samples: list[str]) -> Iterator[Picture]:
    """All combinations, grouped by size."""
    for size in sizes:
        for mode in modes:
            if MODES[mode].get("low_reach") and GLASSES[size].within_reach:
                continue
            for language in languages:
                for sample in samples:
                    yield Picture(sample, language, mode, size)


def render(folder: Path, wanted: Sequence[Sight], progress: Callable[[int], None]) -> None:
    """Open a window and take the pictures, all of one size. Needs a display."""
    import screens.pages  # noqa: F401  -- Kivy only now
    from screens.fonts import Fonts
    from screens.kivy_environment import cache_folder
    from screens.layout import Composer
    from screens.locale.catalogue import Catalogue
    from screens.typeset import Typesetter
    from screens.window import open_window

    open_window(wanted[0].theme.glass)
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from screens.stage import Stage

    typesetter = Typesetter(Fonts.prepare(cache_folder() / "fonts"))
    catalogue = Catalogue.load()
    stage = Stage(typesetter, lambda _touch: None, lambda _scene: None)
    Window.add_widget(stage)
    EventLoop.start()
    for done, picture in enumerate(wanted, 1):
        composer = Composer(picture.theme, catalogue, typesetter, lambda: NOON, SpeechAid(on=True))
        stage.show(composer.scene(*picture.view), time.monotonic() - 4)
        EventLoop.idle()
        _save(Window, folder / picture.file)
        progress(done)
    EventLoop.close()


def display_of(glass: Glass) -> AbstractContextManager[str]:
    """The display there is; without one, a virtual one of that size."""
    if os.environ.get("DISPLAY"):
        return nullcontext(os.environ["DISPLAY"])
    return virtual_display(glass.width, glass.height)


def _save(window: object, target: Path) -> None:
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
    from PIL import Image

    width, height = window.size  # type: ignore[attr-defined]
    data = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    picture = Image.frombytes("RGB", (width, height), data).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, compress_level=1)


def write_index(folder: Path, taken: list[Picture]) -> Path:
    """``index.html``: the pictures by size and mode, each a link to itself."""
    parts = [
        "<!doctype html><meta charset=utf-8><title>Screens</title>",
        "<style>body{font:16px sans-serif;background:#ddd;margin:2em}",
        "img{height:360px;border:1px solid #888;background:#fff}figure{display:inline-block;margin:8px}",
        "figcaption{font-size:13px;color:#333}h2{margin-top:2em}</style>",
        "<h1>Every page, in every mode, language and size</h1>",
    ]
    group = ""
    for picture in taken:
        heading = f"{picture.size} · {picture.mode} · {picture.language}"
        if heading != group:
            parts.append(f"<h2>{html.escape(heading)}</h2>")
            group = heading
        name, file = html.escape(picture.sample), html.escape(picture.file)
        parts.append(f'<figure><a href="{file}"><img loading=lazy src="{file}" alt="{name}"></a>')
        parts.append(f"<figcaption>{name}</figcaption></figure>")
    index = folder / "index.html"
    index.write_text("\n".join(parts), "utf-8")
    return index


def _tell(size: str, done: int, of: int) -> None:
    if sys.stderr.isatty() or done == of:
        print(f"\r{size}: {done} of {of}", end="\n" if done == of else "", file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """The command line; without a choice everything is drawn."""
    parser = argparse.ArgumentParser(prog="python -m screens.gallery", description="Pictures of every page.")
    parser.add_argument("--out", type=Path, default=Path("out/gallery"))
    parser.add_argument("--size", action="append", choices=list(GLASSES))
    parser.add_argument("--mode", action="append", choices=list(MODES))
    parser.add_argument("--language", action="append", choices=["zh", "en"])
    parser.add_argument("--page", action="append", choices=list(SAMPLES), metavar="PAGE")
    parser.add_argument("--only-render", action="store_true", help=argparse.SUPPRESS)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Render; a process for each size, for a window is of one size for its life. Returns the exit code."""
    given = parser().parse_args(arguments)
    sizes: list[str] = given.size or list(GLASSES)
    rest = (given.mode or list(MODES), given.language or ["zh", "en"], given.page or list(SAMPLES))
    if given.only_render:
        wanted = list(pictures(sizes, *rest))
        render(given.out, wanted, lambda done: _tell(sizes[0], done, len(wanted)))
        return 0
    for size in sizes:
        with display_of(GLASSES[size]) as display:
            command = [
                sys.executable,
                "-m",
                "screens.gallery",
                "--only-render",
                "--out",
                str(given.out),
                "--size",
                size,
            ]
            for option, values in (("--mode", rest[0]), ("--language", rest[1]), ("--page", rest[2])):
                command += [part for value in values for part in (option, value)]
            subprocess.run(command, check=True, env={**os.environ, "DISPLAY": display})
    print(write_index(given.out, list(pictures(sizes, *rest))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
