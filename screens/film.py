"""``python -m screens.film FILE --out DIRECTORY``: the views that were shown one after the other, each as a picture.

``FILE``: a JSON object a line, each a :class:`Still`. The pictures are named ``NN-<state>.png``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from screens.gallery import GLASSES, display_of, render
from screens.theme import Glass, Theme
from statemachines import views


class Still(msgspec.Struct, frozen=True):
    """One view of a film. ``state``: what was being done while it was on the glass."""

    state: str
    show: views.Show


@dataclass(frozen=True, slots=True)
class Shot:
    """A still as the gallery's painter takes it; ``number`` counts from 1."""

    number: int
    still: Still
    glass: Glass

    @property
    def file(self) -> str:
        """Its name below the film's folder."""
        return f"{self.number:02}-{self.still.state.removeprefix('in_service.session.')}.png"

    @property
    def theme(self) -> Theme:
        """The theme; the size of the text is the frame's."""
        return Theme(self.glass, False, False, False)

    @property
    def view(self) -> tuple[views.Frame, views.Page]:
        """What was shown."""
        return self.still.show.frame, self.still.show.page


def write(file: Path, stills: Iterable[Still]) -> None:
    """A film as a file, for :func:`read`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    encode = msgspec.json.Encoder().encode
    file.write_bytes(b"".join(encode(still) + b"\n" for still in stills))


def read(file: Path) -> list[Still]:
    """Raises OSError, msgspec.ValidationError, msgspec.DecodeError."""
    return msgspec.json.Decoder(Still).decode_lines(file.read_bytes())


def develop(folder: Path, stills: Iterable[Still], size: str = "portrait") -> list[Path]:
    """Paint them all; the window is of one size for the life of the process. Returns the pictures in order."""
    glass = GLASSES[size]
    shots = [Shot(number, still, glass) for number, still in enumerate(stills, 1)]
    with display_of(glass) as display:
        os.environ["DISPLAY"] = display
        render(folder, shots, lambda done: None)
    return [folder / shot.file for shot in shots]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m screens.film", description="Pictures of what was shown.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="DIRECTORY")
    parser.add_argument("--size", choices=list(GLASSES), default="portrait")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Prints the name of each picture. Returns the exit code."""
    given = parser().parse_args(arguments)
    for picture in develop(given.out, read(given.file), given.size):
        print(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
