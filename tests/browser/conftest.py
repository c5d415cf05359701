"""A kiosk to play with, as `kiosk run` starts it, and Debian's Chromium before its page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from devices.bench.client import BenchClient

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_WITHIN = 60.0


@dataclass(frozen=True)
class Running:
    """``process`` is the `kiosk run`; ``state`` its folder."""

    process: subprocess.Popen[str]
    url: str
    state: Path

    @property
    def display(self) -> str:
        with BenchClient(self.url) as bench:
            return str(bench.display()["display"])


def kiosk_run(state: Path) -> Running:
    """Start it, and wait for the page's address."""
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk.cli", "run", "--state", str(state)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
    )
    too_late = threading.Timer(READY_WITHIN, process.kill)
    too_late.start()
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        found = re.search(r"http://[\d.:]+/", line)
        if found:
            too_late.cancel()
            return Running(process, found[0], state)
    raise AssertionError(f"kiosk run did not come up:\n{said}")


def end(running: Running) -> int:
    """As Ctrl-C does; returns the exit code."""
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
    assert running.process.stdout is not None
    running.process.stdout.read()
    return running.process.wait(30)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests of a module."""
    running = kiosk_run(tmp_path_factory.mktemp("run"))
    yield running
    end(running)


@pytest.fixture
async def page(running: Running, tmp_path: Path) -> AsyncIterator[Page]:
    """The bench's page in English, the world as on its first day; fails when it wants anything from elsewhere."""
    with BenchClient(running.url) as bench:
        bench.reset()
    strangers: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path="/usr/bin/chromium",
            headless=True,
            args=ARGUMENTS,
            viewport={"width": 1440, "height": 900},
        )
        page = browser.pages[0]
        page.set_default_timeout(15_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: strangers.append(request.url))
        await page.goto(f"{running.url}?lang=en")
        await page.wait_for_selector('.glass[data-state="live"]')
        yield page
        await browser.close()
    assert errors == []
    assert [url for url in strangers if not url.startswith((running.url, "data:", "ws://127.0.0.1"))] == []
