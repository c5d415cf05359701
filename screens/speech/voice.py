"""The voice: Debian's espeak-ng makes the sound, aplay brings it to ALSA. Both are programs of their own; nothing of
them is loaded here.

What is said goes to the program's standard input, never among its arguments, which others on the machine can read. A
sound is made whole before it is played, so that it is known that there is one, how long it lasts, and whether all of it
was taken.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from screens.speech.pronouncing import Speaker, spoken_by

log = logging.getLogger("screens")

Fault = Literal["", "silent", "no_program"]
"""What keeps it from being heard: ``silent``: the sound output takes no sound; ``no_program``: espeak-ng or aplay is
not there, or does not work. Empty: nothing does."""

SYNTHESISER, PLAYER = "espeak-ng", "aplay"

RATE = 22_050
"""Samples a second of every voice used here; of 16 bits, one channel."""
_HEADER = 44
"""Bytes before the samples of a WAVE file as espeak-ng writes it."""

LOOK_AFTER = 60.0
"""Seconds without a word after which it is looked whether it would be heard."""
LOOK_AGAIN_AFTER = 10.0
"""The same while it is not."""

_MAKING = 15.0
"""Seconds that making the sound of a page may take; it takes a fraction of one."""
_LATE = 5.0
"""Seconds by which playing may be later than it should be."""


class NotHeardError(Exception):
    """It was not said, or could not have been."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


class _OvertakenError(Exception):
    """Something else is to be said."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """``text`` empty: be quiet. No text in its representation."""

    language: str = ""
    text: str = ""
    amplitude: int = 0

    def __repr__(self) -> str:
        return f"_Wish({self.language!r}, {len(self.text)} characters)"


class Voice:
    """Says the newest of what it was given, in a thread of its own. ``device``: as ALSA names it. ``on_change`` is told
    in that thread what keeps it from being heard, when that has changed, and first after the first look."""

    def __init__(
        self,
        device: str,
        on_change: Callable[[Fault], None],
        *,
        look_after: float = LOOK_AFTER,
        look_again_after: float = LOOK_AGAIN_AFTER,
        late: float = _LATE,
    ) -> None:
        self.fault: Fault | None = None
        """None until it has been looked."""
        self._device = device
        self._on_change = on_change
        self._look_after = look_after
        self._look_again_after = look_again_after
        self._late = late
        self._lock = threading.Lock()
        """Held for what is wished and being done, never while something is waited for."""
        self._wish: _Wish | None = None
        self._news = threading.Event()
        self._speaking = False
        self._ended = False
        self._program: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)

    def start(self) -> None:
        """Begin with a look whether it would be heard."""
        self._thread.start()

    def stop(self) -> None:
        """Fall silent for good."""
        self._ended = True
        self.hush()
        if self._thread.is_alive():
            self._thread.join(_LATE)

    def say(self, language: str, text: str, amplitude: int) -> None:
        """Say this, and stop at once whatever is being said. Never waits."""
        with self._lock:
            self._wish = _Wish(language, text, amplitude)
            self._news.set()
        program = self._program
        if program is not None:
            program.kill()

    def hush(self) -> None:
        """Say nothing more. Never waits."""
        self.say("", "", 0)

    @property
    def busy(self) -> bool:
        """Whether something is being said, or about to be."""
        with self._lock:
            return self._news.is_set() or self._speaking

    def _run(self) -> None:
        self._note(self.look())
        while not self._ended:
            if not self._news.wait(self._look_after if self.fault == "" else self._look_again_after):
                self._note(self.look())
                continue
            with self._lock:
                self._news.clear()
                wish, self._wish = self._wish, None
                self._speaking = wish is not None and bool(wish.text)
            if wish is not None and wish.text:
                self._note(_tried(partial(self._speak, wish)))
                with self._lock:
                    self._speaking = False

    def _note(self, fault: Fault | None) -> None:
        if fault is None or fault == self.fault:
            return
        if fault or self.fault:
            log.warning("speech: %s", fault or "heard again")
        self.fault = fault
        self._on_change(fault)

    def _speak(self, wish: _Wish) -> None:
        sound = b"".join(
            self._run_program(making(speaker, wish.amplitude), text.encode(), _MAKING, "no_program")[_HEADER:]
            for speaker, text in spoken_by(wish.language, wish.text)
        )
        if not sound:
            raise NotHeardError("no_program")
        self._run_program(playing(self._device), sound, len(sound) / (2 * RATE) + self._late, "silent")

    def look(self) -> Fault | None:
        """What would keep it from being heard now; None: it was asked to say something meanwhile. Waits."""
        return _tried(self._try_out)

    def _try_out(self) -> None:
        self._run_program([SYNTHESISER, "--version"], b"", _MAKING, "no_program")
        self._run_program(playing(self._device), bytes(RATE // 10), self._late, "silent")

    def _run_program(self, command: Sequence[str], given: bytes, patience: float, fault: Fault) -> bytes:
        """Its output. Raises NotHeardError if it fails, _OvertakenError if it was stopped for something newer."""
        try:
            program = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise NotHeardError("no_program") from error
        self._program = program
        try:
            if self._news.is_set():
                program.kill()
            output, _ = program.communicate(given, timeout=patience)
        except subprocess.TimeoutExpired:
            program.kill()
            program.communicate()
            raise NotHeardError(fault) from None
        finally:
            self._program = None
        if self._news.is_set():
            raise _OvertakenError
        if program.returncode:
            raise NotHeardError(fault)
        return output


def _tried(what: Callable[[], None]) -> Fault | None:
    try:
        what()
    except NotHeardError as error:
        return error.fault
    except _OvertakenError:
        return None
    return ""


def making(speaker: Speaker, amplitude: int) -> list[str]:
    """The command that makes sound of a text on its standard input: a WAVE file on its standard output."""
    usual = ["-b", "1", "--stdin", "--stdout"]
    return [SYNTHESISER, "-v", speaker.voice, "-s", str(speaker.speed), "-a", str(amplitude), *usual]


def playing(device: str) -> list[str]:
    """The command that plays samples from its standard input."""
    return [PLAYER, "-q", "-D", device, "-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1", "-"]


def check(device: str) -> Fault:
    """Whether a voice would be heard there now; for whoever looks at the machine. Waits for some tenths of a second."""
    return Voice(device, lambda _: None).look() or ""
