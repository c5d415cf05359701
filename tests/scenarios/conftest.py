"""One bench and one host for all scenarios of a worker; a fresh world and a fresh kiosk for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from id_plate import Plate
from kiosk_rig import MORNING, Kiosk, standing_of
from rig_processes import bench_of, process

from kiosk.demo.stand import Stand

FITTED = """
[[device]]
class = "card-reader"
[[device]]
class = "id-reader"
[[device]]
class = "pin-pad"
[[device]]
class = "receipt-printer"
[device.options]
millimetres_per_second = 0.0
"""
"""What a query kiosk has. The printer's mechanism takes no time but where a scenario says so."""

ISSUING = (
    FITTED
    + """
[[device]]
class = "card-printer"
[device.options]
pace = 0.02
[[device]]
class = "camera"
[[device]]
class = "cabinet"
"""
)
"""What an issuing kiosk has: a side in colour takes some 0.4 s."""


@pytest.fixture(scope="session")
def bench_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bench_of(tmp_path_factory.mktemp("bench"), FITTED) as ready:
        yield ready


@pytest.fixture(scope="session")
def issuing_bench_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bench_of(tmp_path_factory.mktemp("issuing-bench"), ISSUING) as ready:
        yield ready


@pytest.fixture(scope="session")
def host_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("host")
    size = "300"  # the 251st is the first with a duplicate number
    words = (
        "host",
        "--state",
        str(folder / "state"),
        "--kiosk-id",
        "TEST01",
        "--size",
        size,
        "--now",
        MORNING.isoformat(),
    )
    with process(*words, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", log=folder / "stderr") as ready:
        yield ready


@pytest.fixture
async def standing(tmp_path: Path, bench_process: dict[str, Any], host_process: dict[str, Any]) -> AsyncIterator[Kiosk]:
    """A kiosk not yet started, before a fresh world."""
    async with standing_of(Kiosk(tmp_path, bench_process, host_process)) as kiosk:
        yield kiosk


@pytest.fixture
async def kiosk(standing: Kiosk) -> Kiosk:
    """A kiosk in service."""
    await standing.start()
    await standing.comes_into_service()
    return standing


@pytest.fixture
async def standing_issuer(
    tmp_path: Path, issuing_bench_process: dict[str, Any], host_process: dict[str, Any]
) -> AsyncIterator[Kiosk]:
    """A kiosk that makes cards, not yet started, before a fresh world."""
    async with standing_of(Kiosk(tmp_path, issuing_bench_process, host_process)) as kiosk:
        yield kiosk


@pytest.fixture
async def issuer(standing_issuer: Kiosk) -> Kiosk:
    """A kiosk that makes cards, in service."""
    await standing_issuer.start()
    await standing_issuer.comes_into_service()
    return standing_issuer


@pytest.fixture
def plate() -> Iterator[Plate]:
    """The plate of an ID reader that does not stand on the bench."""
    plate = Plate()
    with plate.line:
        yield plate


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stand(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    """A whole kiosk as processes, its screens on a virtual display; what ends is started again."""
    timing = {"person": 30.0, "take_card": 20.0, "farewell": 1.0}
    folder = tmp_path_factory.mktemp("stand")
    async with Stand(folder, timing=timing, size=(720, 1280), people_in_host=300) as stand:
        yield stand
