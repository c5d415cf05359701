"""An ALSA with one output, ``heard``, that leaves its samples in a file."""

from __future__ import annotations

import array
import math
from pathlib import Path


class SoundOutput:
    """``environment``: what leads ALSA to it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "samples"
        self._configuration = folder / "asound.conf"
        self.environment = {"ALSA_CONFIG_PATH": str(self._configuration)}
        self.fit()

    def fit(self) -> None:
        """It is there."""
        self._configuration.write_text(
            f'pcm.null {{ type null }}\npcm.heard {{ type file slave.pcm null file "{self.file}" format raw }}\n'
        )

    def pull_out(self) -> None:
        """It is gone."""
        self._configuration.write_text("pcm.null { type null }\n")

    def samples(self) -> array.array[int]:
        """What was played last."""
        return array.array("h", self.file.read_bytes())


def loudness(samples: array.array[int]) -> float:
    """Root of the mean square."""
    return math.sqrt(sum(each * each for each in samples) / len(samples))
