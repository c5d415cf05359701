"""One process at a time: what several processes of a fleet make in its folder, they make one after the other."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else on this machine is within ``alone`` of the same folder. Waits for its turn; not to be nested."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
