"""Pictures travel as text in a line: a line of 400 kB passes on both sides, and slow screens get the newest view."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from pathlib import Path

import msgspec
import pytest

from kiosk.link import BACKLOG, ScreenLink
from screens.link import Link
from statemachines.views import Alive, CardPreview, Frame, Photo, Say, Show, Touched

PATIENCE = 5.0
dice = random.Random(4)
FRONT, BACK = dice.randbytes(150_000), dice.randbytes(150_000)


def preview(number: int) -> Show:
    return Show(Frame(number), CardPreview(Say("q"), FRONT, BACK))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s"


async def test_both_faces_of_a_card_pass_and_a_long_signature_comes_back(path: Path) -> None:
    loop = asyncio.get_running_loop()
    alive, touched, shown = asyncio.Event(), loop.create_future(), loop.create_future()
    link = ScreenLink(path, on_touch=touched.set_result, on_drawn=lambda _: None, on_alive=alive.set)
    await link.open()
    screens = Link(
        path,
        "1",
        on_show=lambda show: loop.call_soon_threadsafe(shown.set_result, show),
        on_lost=lambda: None,
        on_bad=lambda reason: loop.call_soon_threadsafe(shown.set_exception, AssertionError(reason)),
    )
    screens.start()
    async with asyncio.timeout(PATIENCE):
        await alive.wait()
        sent = preview(3)
        assert len(msgspec.json.encode(sent)) > 400_000
        link.show(sent)
        assert await shown == sent
        signature = " ".join(f"{place % 1000},{place % 400}" for place in range(50_000))
        await asyncio.to_thread(screens.send, Touched(3, "signed", signature))
        assert await touched == Touched(3, "signed", signature)
    await asyncio.to_thread(screens.stop)
    await link.close()


async def test_screens_that_do_not_read_get_the_newest_view_and_no_pile(path: Path) -> None:
    alive = asyncio.Event()
    link = ScreenLink(path, on_touch=lambda _: None, on_drawn=lambda _: None, on_alive=alive.set)
    await link.open()
    screens = socket.socket(socket.AF_UNIX)
    screens.settimeout(PATIENCE)
    screens.connect(str(path))
    screens.sendall(msgspec.json.encode(Alive("1")) + b"\n")
    async with asyncio.timeout(PATIENCE):
        await alive.wait()
    for number in range(1, 41):
        link.show(Show(Frame(number), Photo("aim", FRONT)))
    writer = link._screens
    assert writer is not None
    assert writer.transport.get_write_buffer_size() < BACKLOG + 2 * len(FRONT)
    numbers: list[int] = []

    def read() -> None:
        with screens.makefile("rb") as lines:
            for line in lines:
                numbers.append(msgspec.json.decode(line, type=Show).frame.number)
                if numbers[-1] == 40:
                    return

    reader = threading.Thread(target=read)
    reader.start()
    await asyncio.to_thread(reader.join, PATIENCE)
    assert numbers[-1] == 40
    assert numbers == sorted(set(numbers))
    assert len(numbers) < 20
    link.show(Show(Frame(41), Photo("aim")))  # caught up: views come one by one again
    assert msgspec.json.decode(await asyncio.to_thread(screens.makefile("rb").readline), type=Show).frame.number == 41
    screens.close()
    await link.close()
