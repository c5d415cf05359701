"""A fleet of 10,000 kiosks and an operator before the console: broker, ingest, alert engine and console in one process
as ``kiosk fleet run`` has them, PostgreSQL, the kiosks in a second process, Debian's Chromium without a window.

* *First page*: from the start of the navigation until the first kiosk on it can be clicked: it is there, has a size,
  and nothing lies over it. A browser that has nothing in its cache. Beside it the page for signing in, plain HTML
  without a script: what browser and server take for any page.
* *Fault to alert*: from the moment a device of a simulated kiosk breaks until its alert is on the glass of the list of
  open alerts (the animation frame after it was put there), by the clock of the machine that both are on. Meanwhile the
  10,000 give their heartbeats, are visited, break, are mended and cut off as on any day. Beside it the median.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, StorageState, async_playwright

from benchmarks.figure import Figure, p95, p99
from benchmarks.fleet_postgres import Postgres

KIOSKS = 10_000
LOADS, FAULTS = 10, 120
BETWEEN = (0.2, 0.8)
"""Seconds between two faults."""
WARM_SECONDS, SEEN_SECONDS = 240.0, 60.0
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
SIZE = {"width": 1440, "height": 900}
KIOSK_TO_CLICK = '[data-testid^="first-"], [data-testid^="square-"]'
SIGN_IN_TO_CLICK = '[data-testid="go"]'
STARTED = 12
"""Messages that a simulated kiosk sends when it starts."""

USABLE = """selector => {
  const look = () => {
    for (const one of document.querySelectorAll(selector)) {
      const box = one.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (top && (top === one || one.contains(top))) { window.usableAt = performance.now(); return; }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
WATCH = """(() => {
  const seen = new Set();
  const look = () => requestAnimationFrame(() => {
    for (const alert of document.querySelectorAll('article.alert')) {
      const link = alert.querySelector('a[href*="/kiosk/"]');
      if (!link || seen.has(alert.dataset.testid)) continue;
      seen.add(alert.dataset.testid);
      window.alertSeen(link.href.match(/kiosk\\/(\\w+)/)[1], Date.now());
    }
  });
  new MutationObserver(look).observe(document, {childList: true, subtree: true});
})()"""


class Process:
    """A module of ours that is told by lines and answers in lines of JSON; its words go to a file."""

    def __init__(self, module: str, log: Path, *words: str) -> None:
        self._name, self._log = module, log
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )

    async def answer(self) -> dict[str, Any]:
        """The next line it prints. Raises RuntimeError if it has ended."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), 120)
        if not line:
            raise RuntimeError(f"{self._name} has ended: {self._log.read_text(errors='replace')[-2000:]}")
        told: dict[str, Any] = json.loads(line)
        return told

    async def ask(self, line: str) -> dict[str, Any]:
        """Tell it something."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()
        return await self.answer()

    def end(self) -> None:
        """By closing its input; killed if that does not help."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


async def warm(postgres: Postgres) -> None:
    """Until all kiosks have told what they are, and all of it was judged. Raises TimeoutError."""
    wanted = (
        f"SELECT (SELECT count(*) FROM position WHERE stored >= {STARTED}), (SELECT count(*) FROM presence), "
        "(SELECT count(*) FROM attention)"
    )
    async with asyncio.timeout(WARM_SECONDS):
        while True:
            with postgres.connect("fleet") as connection:
                told, present, unjudged = connection.execute(wanted.encode()).fetchone() or (0, 0, 0)
            if told >= 0.98 * KIOSKS and present >= 0.98 * KIOSKS and unjudged < 100:  # some lines are cut
                return
            await asyncio.sleep(1)


async def signed_in(browser: Browser, console: str, password: str) -> StorageState:
    """What a browser keeps of an operator who has signed in."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{console}console-sign-in?lang=zh")
    await page.get_by_test_id("name").fill("operator")
    await page.get_by_test_id("password").fill(password)
    await page.get_by_test_id("go").click()
    await page.locator(KIOSK_TO_CLICK).first.wait_for(timeout=60_000)
    state = await context.storage_state()
    await context.close()
    return state


async def loads(browser: Browser, state: StorageState, url: str, selector: str) -> list[float]:
    """Seconds until it can be used, time after time."""
    taken = []
    for _ in range(LOADS):
        context = await browser.new_context(storage_state=state, viewport=SIZE)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.add_init_script(f"({USABLE})({json.dumps(selector)})")
        await page.goto(url, wait_until="commit")
        found = await page.wait_for_function("window.usableAt", timeout=60_000)
        taken.append(float(await found.json_value()) / 1000)
        await context.close()
    return taken


async def alerts(browser: Browser, state: StorageState, console: str, kiosks: Process) -> list[float]:
    """Seconds from a fault to its alert on the glass."""
    context = await browser.new_context(storage_state=state, viewport=SIZE)  # type: ignore[arg-type]
    page = await context.new_page()
    broken: dict[str, float] = {}
    glimpses: list[tuple[str, float]] = []
    await page.expose_function("alertSeen", lambda kiosk, at: glimpses.append((kiosk, at)))
    await page.add_init_script(WATCH)
    await page.goto(f"{console}console/alerts?lang=zh")
    await page.locator(".panel .title").first.wait_for(timeout=60_000)
    chance = random.Random(2)
    for _ in range(FAULTS):
        told = await kiosks.ask("fault")
        broken[told["kiosk"]] = told["at"]
        await asyncio.sleep(chance.uniform(*BETWEEN))
    async with asyncio.timeout(SEEN_SECONDS):
        while len(seen := _seen(broken, glimpses)) < len(broken):  # noqa: ASYNC110 -- the browser tells
            await asyncio.sleep(0.1)
    await context.close()
    return [(seen[kiosk] - at) / 1000 for kiosk, at in broken.items()]


def _seen(broken: Mapping[str, float], glimpses: Sequence[tuple[str, float]]) -> dict[str, float]:
    """When the alert of each was first seen after it broke; the kiosk may have had others before."""
    seen: dict[str, float] = {}
    for kiosk, at in glimpses:
        if at >= broken.get(kiosk, math.inf):
            seen.setdefault(kiosk, at)
    return seen


async def _measure(postgres: Postgres, folder: Path) -> tuple[list[float], list[float], list[float]]:
    database = postgres.database("fleet")
    far_end = Process("benchmarks.fleet_far_end", folder / "far-end.log", str(folder / "fleet"), database, str(KIOSKS))
    kiosks: Process | None = None
    try:
        up = await far_end.answer()
        words = (up["broker"], str(folder / "fleet" / "pki"), str(KIOSKS))
        kiosks = Process("benchmarks.fleet_kiosks", folder / "kiosks.log", *words)
        await warm(postgres)
        console = up["console"]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path="/usr/bin/chromium", headless=True, args=list(ARGUMENTS)
            )
            state = await signed_in(browser, console, up["people"]["operator"])
            plain = await loads(browser, state, f"{console}console-sign-in?lang=zh", SIGN_IN_TO_CLICK)
            first = await loads(browser, state, f"{console}console/?lang=zh", KIOSK_TO_CLICK)
            shown = await alerts(browser, state, console, kiosks)
            await browser.close()
        return plain, first, shown
    finally:
        if kiosks is not None:
            kiosks.end()
        far_end.end()


def _spread(values: Sequence[float]) -> str:
    return f"median {statistics.median(values):.2f}, longest {max(values):.2f}, of {len(values)}"


def measure() -> list[Figure]:
    """The first page, and from a fault to its alert."""
    with Postgres() as postgres, tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder:
        plain, first, shown = asyncio.run(_measure(postgres, Path(folder)))
    median = statistics.median(shown)
    return [
        Figure(
            "console, first page, 10,000 kiosks: usable, p95", p95(first), "s", 1.0, "plain HTML", p95(plain),
            _spread(first),
        ),
        Figure(
            "fault on a kiosk to alert in the browser, p99", p99(shown), "s", 1.5, "median", median, _spread(shown)
        ),
    ]  # fmt: skip
