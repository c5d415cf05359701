"""Where the commands find things when they are not told."""

from __future__ import annotations

import os
from pathlib import Path

PEOPLE = Path(__file__).with_name("demo") / "people.toml"
"""The people of the demonstration."""

STOCK = PEOPLE.with_name("stock.toml")
"""The pre-made cards of the demonstration."""


def state_folder(name: str) -> Path:
    """``kiosk/<name>`` in XDG_STATE_HOME, or in ``~/.local/state``."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "kiosk" / name
