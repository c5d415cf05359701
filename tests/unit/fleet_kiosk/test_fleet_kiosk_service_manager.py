"""systemd hears that the controller is up, and that its loop comes round; and nobody else is spoken to."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.health.service_manager import ServiceManager

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(address)
        line.settimeout(30)
        yield line, address


def test_it_says_that_it_is_ready(ear: tuple[socket.socket, str]) -> None:
    line, address = ear
    ServiceManager({"NOTIFY_SOCKET": address}).ready()
    assert line.recv(100) == b"READY=1"


async def test_signs_of_life_come_while_the_loop_does(ear: tuple[socket.socket, str]) -> None:
    line, address = ear
    manager = ServiceManager({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000", "WATCHDOG_PID": str(os.getpid())})
    assert manager.every == 0.01
    task = asyncio.create_task(manager.keep_alive())
    heard = [await asyncio.to_thread(line.recv, 100) for _ in range(3)]
    task.cancel()
    assert heard == [b"WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "environment",
    [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}, {"WATCHDOG_USEC": "20000"}, {"NOTIFY_SOCKET": "@kiosk-not-there"}],
)
async def test_nobody_listens(environment: dict[str, str]) -> None:
    manager = ServiceManager(environment)
    manager.ready()
    await manager.keep_alive()


def test_the_sign_meant_for_another_process_is_not_ours() -> None:
    assert ServiceManager({"WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}).every is None


def test_the_unit_asks_for_them() -> None:
    unit = (REPOSITORY / "deploy/systemd/kiosk-controller.service").read_text(encoding="utf-8").splitlines()
    assert {"Type=notify", "WatchdogSec=60", "Restart=always"} <= set(unit)
