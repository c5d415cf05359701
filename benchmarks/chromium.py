"""The peer: Chromium in kiosk mode on a static page of the same look, on a virtual display of the same size."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageGrab

from benchmarks.processes import family, megabytes, processor_seconds
from kiosk.demo.child import Child

PAGE = """<!doctype html><meta charset=utf-8><style>
body { margin: 0; background: #f6f4ef; font-family: "Noto Sans CJK SC"; color: #14283c }
main { margin: 60px; padding: 60px; height: 1200px; background: #0b5a7a; color: #fff; border-radius: 24px }
h1 { font-size: 96px; margin: 0 } p { font-size: 40px }
ul { margin: 60px; padding: 40px; background: #fff; font-size: 40px; list-style: none }
button { margin: 0 60px; width: 960px; height: 140px; font-size: 48px; background: #0b5a7a; color: #fff; border: 0 }
</style><main><h1>社会保障卡<br>自助服务</h1><p>请带上社会保障卡或居民身份证</p></main>
<ul><li>用社会保障卡查询<li>用居民身份证查询<li>打印缴费记录</ul><button>点这里开始</button>"""
FLAGS = (
    *("--kiosk", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1080,1920"),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """Seconds to the first picture, memory in MB, share of one core when idle."""

    start: float
    memory: float
    idle: float


async def chromium(display: str, idle_seconds: float) -> Peer:
    """Start it, wait until its page is on the glass, let it idle, end it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(PAGE, encoding="utf-8")
        words = ("chromium", *FLAGS, f"--user-data-dir={folder}/profile", f"file://{folder}/page.html")
        browser = Child("chromium", words, folder / "stderr", {"DISPLAY": display})
        begun = time.perf_counter()
        await browser.start()
        try:
            while not _is_drawn(await asyncio.to_thread(ImageGrab.grab, xdisplay=display)):
                if time.perf_counter() - begun > 60:
                    raise RuntimeError("Chromium did not draw its page within a minute")
            start = time.perf_counter() - begun
            await asyncio.sleep(5)
            pids = family(browser.pid)
            before, since = processor_seconds(*pids), time.perf_counter()
            await asyncio.sleep(idle_seconds)
            idle = (processor_seconds(*pids) - before) / (time.perf_counter() - since)
            memory = megabytes(*pids)
        finally:
            await browser.end()
            with contextlib.suppress(OSError):
                (folder / "stderr").unlink()
    return Peer(start, memory, idle)


def _is_drawn(picture: Image.Image) -> bool:
    return picture.convert("RGB").getpixel((540, 1000)) == (0x0B, 0x5A, 0x7A)
