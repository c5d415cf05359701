"""Every delay of the charts, each with its physical reason. Configuration may override the seconds, never the kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum


class Kind(Enum):
    """What is waited for, and so what silence means."""

    PERSON = "person"
    """A citizen is thinking. When the time is up a warning offers more; only after ``grace`` comes ``silence``."""
    MACHINE = "machine"
    """A device or the host is at work. When the time is up: ``late``."""
    PAUSE = "pause"
    """Something is shown for a while. When the time is up: ``elapsed``."""
    REST = "rest"
    """Nothing is owed to anyone here; the state may last for days."""


EVENT_OF = {Kind.PERSON: "silence", Kind.MACHINE: "late", Kind.PAUSE: "elapsed"}
"""The event that a delay of each kind ends in."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds, and why so many. ``grace``: how long the warning of a PERSON delay is shown."""

    kind: Kind
    seconds: float
    reason: str
    grace: float = 0.0


DELAYS: Mapping[str, Delay] = {
    "person": Delay(
        Kind.PERSON, 45, "Someone of eighty reads a page twice and looks for their glasses (scenario A14).", grace=20
    ),
    "person_reading": Delay(
        Kind.PERSON, 90, "A page full of figures is copied by hand or read aloud to a relative.", grace=20
    ),
    "pin": Delay(
        Kind.PERSON, 45, "A PIN is recalled, and the pad found; the pad's own time-out is longer than this.", grace=20
    ),
    "take_paper": Delay(Kind.PAUSE, 20, "The paper is torn off, read and folded; the menu comes back by itself."),
    "take_card": Delay(Kind.PAUSE, 30, "Purse, stick and papers are gathered before the card is taken (A13: 30 s)."),
    "take_card_urgent": Delay(Kind.PAUSE, 30, "Sound and light call back someone who is still in the hall (A13)."),
    "farewell": Delay(Kind.PAUSE, 6, "Two short lines are read; the next citizen is already stepping up."),
    "chip": Delay(Kind.MACHINE, 15, "A slow card answers some 30 commands in 5 s; three times that is a dead one."),
    "card": Delay(Kind.MACHINE, 45, "The chip's 15 s, and the host asked for blacklist and proof, 10 s and a repeat."),
    "id_card": Delay(Kind.MACHINE, 10, "A text and photo read takes 1.2 s; the card may have to be laid again."),
    "host": Delay(Kind.MACHINE, 25, "The client's own limit is 10 s, with one repeat of what is safe to repeat."),
    "printer": Delay(Kind.MACHINE, 60, "A long record is 1.5 m of paper at 60 mm/s, and the cut."),
    "start": Delay(Kind.MACHINE, 60, "Every device is sensed once; a printer warms up in 30 s."),
    "check": Delay(Kind.MACHINE, 20, "Each device answers a status query within 2 s or counts as gone."),
    "stop": Delay(Kind.MACHINE, 30, "systemd waits 90 s before it kills; the card must be back by then."),
    "attendant": Delay(
        Kind.PERSON,
        90,
        "An attendant is called over, looks at the person, and types their own number and code.",
        grace=20,
    ),
    "staff": Delay(
        Kind.PERSON,
        600,
        "Two people open a hopper, count a hundred cards twice over, and close it; then nobody stays signed in.",
        grace=60,
    ),
    "pay": Delay(Kind.PERSON, 120, "A phone is unlocked, the code scanned, the amount read and agreed to.", grace=30),
    "camera": Delay(Kind.MACHINE, 15, "A picture takes a second, measuring it another; a slow camera wakes in ten."),
    "host_patiently": Delay(
        Kind.MACHINE, 120, "A request of 20 s, three looks at what became of it, and the same request once more (A15)."
    ),
    "feed_card": Delay(
        Kind.MACHINE, 60, "A deformed card is moved back and forth five times before a feeder gives up."
    ),
    "card_contact": Delay(Kind.MACHINE, 60, "The way to the chip contact takes 5 s, a chip that is slow to wake 15."),
    "write_chip": Delay(Kind.MACHINE, 180, "A dozen records, for each two questions to the host and a read-back."),
    "print_card": Delay(Kind.MACHINE, 240, "Two colour sides at 20 to 40 s each, after a print head that had to cool."),
    "inspect_card": Delay(Kind.MACHINE, 60, "To the scanner, both sides scanned in 10 s each, and compared."),
    "look_at_print": Delay(Kind.PAUSE, 60, "Two pictures are compared with the card behind the window, with care."),
    "reject_card": Delay(Kind.MACHINE, 60, "The longest way through the machine takes 10 s; a jam is tried once more."),
    "undo": Delay(Kind.MACHINE, 15, "Written down here; the host and the payer are told as soon as they answer."),
    "card_out": Delay(Kind.MACHINE, 45, "From the contact to the outlet takes 5 s."),
    "take_new_card": Delay(Kind.PAUSE, 30, "Glasses are put away before a card is taken (A13: voice after 30 s)."),
    "take_new_card_urgent": Delay(Kind.PAUSE, 30, "At 60 s in all it is drawn back to the holding slot (A13)."),
    "rest": Delay(Kind.REST, math.inf, "Nobody is being served."),
    "card_left": Delay(Kind.REST, math.inf, "A card stands in the slot and its owner is gone: staff must come."),
}
"""Name -> delay. States refer to these by name."""


def with_overrides(overrides: Mapping[str, float]) -> dict[str, Delay]:
    """The table with other seconds. Raises ValueError naming an unknown delay or a number that is not above zero."""
    table = dict(DELAYS)
    for name, seconds in overrides.items():
        if name not in table:
            raise ValueError(f"there is no delay {name!r}; there are: {', '.join(sorted(table))}")
        if not seconds > 0:
            raise ValueError(f"the delay {name!r} must be above 0 seconds, not {seconds}")
        old = table[name]
        table[name] = replace(old, seconds=seconds, grace=min(old.grace, seconds) if old.grace else 0.0)
    return table
