"""How the screens are set up, and which version they are."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from screens.speech.aids import SoundOutput
from screens.theme import Glass


@dataclass(frozen=True, slots=True)
class Options:
    """How the screens are set up. ``high_contrast`` and ``low_reach`` are what every citizen begins with."""

    socket: Path
    glass: Glass
    high_contrast: bool = False
    low_reach: bool = False
    cursor: bool = False
    sound: SoundOutput | None = None
    """None: no sound output is fitted, and nothing is said."""


def installed_version() -> str:
    """Of the package, as the controller is told."""
    try:
        return version("social-security-card-kiosk")
    except PackageNotFoundError:
        return "0"
