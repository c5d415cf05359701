"""What tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pcsc_door
import pytest

from devices.bench.pcscd import PcscService


@pytest.fixture(scope="session")
def pcsc_of_this_process() -> Iterator[PcscService]:
    """A real pcscd of this test process's own, with two virtual readers; found by this process's drivers.

    Parallel workers each have theirs.
    """
    with PcscService(("Test reader A", "Test reader B")) as service:
        yield service


@pytest.fixture
def pcsc_service(pcsc_of_this_process: PcscService) -> PcscService:
    """The same, with this process's PC/SC calls led to it."""
    pcsc_door.lead_to(pcsc_of_this_process.environment)
    return pcsc_of_this_process
