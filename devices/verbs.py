"""How a device is poked by hand: ``kiosk device <class> --model M --at URL <verb> [words] [--json]``.

A class lists its verbs in ``devices/<class>/verbs.py`` as ``VERBS: dict[str, Verb]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from devices.contract import Cancellation


class Told(dict[str, object]):
    """An answer whose fields are for ``--json`` and that people read as one ``line``.

    ``failed``: nothing went wrong in telling it, and what it tells is a failure (exit code 1).
    """

    def __init__(self, line: str, fields: Mapping[str, object], *, failed: bool = False) -> None:
        super().__init__(fields)
        self.line = line
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to do with an opened device.

    ``run(device, cancellation, words, tell)`` gets the opened driver, a cancellation set by Ctrl-C, the words after the
    verb, and ``tell`` for progress lines; it returns what is printed: a mapping (``--json`` prints it as it is, else
    one ``name: value`` a line; a :class:`Told` prints its line) or a string. It may raise DeviceError or ValueError (a
    wrong word).
    """

    help: str
    run: Callable[[Any, Cancellation, Sequence[str], Callable[[str], None]], Mapping[str, object] | str]
    words: str = ""
    """The words it takes, for the usage line, such as ``HEX``."""
    opens: bool = True
    """False: ``run`` gets the driver as it was built, and opens and closes it itself."""
