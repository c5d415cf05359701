"""The proofs' own world of issuing (``tests/issuing``), for measuring in it.

Printer, chip, host and payer are simulated, on real lines, without the real thing's pace.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "issuing"))


def proof(module: str) -> ModuleType:
    """A module of the proofs."""
    return import_module(module)


@contextmanager
def hall() -> Iterator[Any]:
    """A Workshop, without log lines."""
    workshop = proof("workshop").workshop
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, workshop(Path(folder)) as bench:
            yield bench
    finally:
        logging.disable(logging.NOTSET)
        structlog.configure(**before)
