"""One address for PC/SC in a test process, led to whichever service a test wants.

libpcsclite reads the address of the service once, at a process's first call, and keeps it. So it is given the address
of a symbolic link, and the link is led to the service of the test at hand; the next context goes where it leads.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "PCSCLITE_CSOCK_NAME"
DOOR = Path(tempfile.mkdtemp(prefix="pcsc-door-")) / "pcscd.comm"


def lead_to(environment: Mapping[str, str]) -> None:
    """From now on this process's PC/SC contexts are made with the service of that environment."""
    service = environment.get(VARIABLE)
    if service is None:
        return  # a bench without virtual readers
    fresh = DOOR.with_suffix(".new")
    fresh.symlink_to(service)
    fresh.replace(DOOR)
    os.environ[VARIABLE] = str(DOOR)
