"""What the machine speaks through, and speech as this citizen has set it, forgotten with them like the other aids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Output = Literal["headset", "loudspeaker"]

LEVELS = (14, 28, 56, 112, 200)
"""Amplitudes of the voice, softest first, 100 being its usual one: some 6 dB from one to the next, so the loudest is
more than 20 dB above the softest."""

USUAL = 2
"""The level that every citizen begins with, counted from 0."""


@dataclass(frozen=True, slots=True)
class SoundOutput:
    """What is fitted: a ``headset`` that only its wearer hears, or a ``loudspeaker``; ``device`` as ALSA names it."""

    kind: Output
    device: str = "default"

    @property
    def private(self) -> bool:
        """Whether only one person hears it."""
        return self.kind == "headset"


@dataclass(frozen=True, slots=True)
class SpeechAid:
    """On or off, and how loud. ``level``: an index of :data:`LEVELS`."""

    on: bool = False
    level: int = USUAL

    @property
    def amplitude(self) -> int:
        """As the voice takes it."""
        return LEVELS[self.level]

    @property
    def can_be_softer(self) -> bool:
        return self.level > 0

    @property
    def can_be_louder(self) -> bool:
        return self.level + 1 < len(LEVELS)

    def switched(self, aid: str) -> SpeechAid:
        """After ``speech`` (on, off), ``louder`` or ``softer`` was touched."""
        match aid:
            case "louder" if self.can_be_louder:
                return replace(self, level=self.level + 1)
            case "softer" if self.can_be_softer:
                return replace(self, level=self.level - 1)
            case "speech":
                return replace(self, on=not self.on)
        return self
