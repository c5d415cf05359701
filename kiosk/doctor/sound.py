"""The voice: its programs, and whether the sound output takes sound."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

from kiosk.config_speech import SpeechSettings
from kiosk.doctor.findings import Finding, fine, missing
from screens.speech import voice

PACKAGES = {voice.SYNTHESISER: "espeak-ng", voice.PLAYER: "alsa-utils"}
"""Program -> the Debian package it is in."""


def speech(settings: SpeechSettings, check: Callable[[str], voice.Fault] = voice.check) -> Iterator[Finding]:
    """What speech needs, where a sound output is fitted. Without it everything else works, and the fleet is told."""
    if not settings.output:
        yield fine("speech", "no sound output is fitted")
        return
    lacking = [program for program in PACKAGES if shutil.which(program) is None]
    for program in lacking:
        yield missing("speech", f"{program} is not there", f"apt-get install {PACKAGES[program]}")
    if lacking:
        return
    match check(settings.device):
        case "":
            yield fine("speech", f"{settings.output} at {settings.device}")
        case "no_program":
            yield missing(
                "speech", f"{voice.SYNTHESISER} does not work", f"apt-get install --reinstall {' '.join(PACKAGES)}"
            )
        case "silent":
            yield missing(
                "speech",
                f"no sound can be played at {settings.device}",
                "set device of [speech] to one that `aplay -L` lists, and let the kiosk's user join the group audio",
            )
