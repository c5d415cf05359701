"""What tests of several rooms share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from devices.bench.pcscd import PcscService


@pytest.fixture(scope="session")
def pcsc_service() -> Iterator[PcscService]:
    """A real pcscd of this test process's own, with two virtual readers; found by this process's drivers.

    Parallel workers each have theirs. libpcsclite stays with the first service that a process has met, so a test that
    wants drivers to meet another one runs them in a process of their own.
    """
    with PcscService(("Test reader A", "Test reader B")) as service:
        before = {name: os.environ.get(name) for name in service.environment}
        os.environ.update(service.environment)
        yield service
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
