"""The mirror, the picture held against the rule, and what becomes of every picture."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy
import pytest
from photo_activity_rig import SEEN, CameraInMemory, Rig, opened, somebody, two_colours
from PIL import Image

from devices.contract import DeviceError
from kiosk.activities import photographing
from kiosk.activities.photographing import mirror, send_photo, send_photo_receipt, take_photo
from kiosk.host.port import HostRefused, HostUnavailable, HostUnknown
from kiosk.issue import PHOTO_TRIES
from statemachines.views import Say


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig(CameraInMemory(two_colours))
    yield made
    made.worker.stop()


@contextlib.asynccontextmanager
async def aiming(rig: Rig) -> AsyncIterator[asyncio.Task[Any]]:
    task = asyncio.create_task(mirror(rig))
    try:
        await rig.next_refresh()
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


def fails(code: str) -> Callable[[], Image.Image]:
    def sees() -> Image.Image:
        raise DeviceError(code)

    return sees


# -- the mirror --------------------------------------------------------------------------------------------------------


async def test_the_mirror_shows_four_pictures_a_second_and_no_more(rig: Rig) -> None:
    async with aiming(rig):
        for shown in range(1, 5):
            await rig.settled()
            assert rig.refreshed == shown
            await rig.clock.run_for(0.2)
            await rig.settled()
            assert rig.refreshed == shown
            await rig.clock.run_for(0.05)
            await rig.next_refresh()
        await rig.settled()
        assert rig.refreshed == 5


async def test_a_slow_camera_is_not_waited_for_twice(rig: Rig) -> None:
    """The quarter of a second is from picture to picture, not on top of what a picture takes."""

    def slow() -> Image.Image:
        rig.clock.advance(0.2)
        return two_colours()

    rig.device.sees = slow
    async with aiming(rig):
        await rig.settled()
        assert rig.clock.next_due == pytest.approx(0.05)


async def test_the_mirror_is_the_middle_of_the_picture_as_the_camera_sees_it(rig: Rig) -> None:
    async with aiming(rig):
        picture = opened(rig.issue.mirror)
        assert (picture.format, picture.size) == ("JPEG", (480, 600))
        left, right = picture.convert("RGB").getpixel((20, 300)), picture.convert("RGB").getpixel((460, 300))
        assert left[0] > 180 > left[2]  # type: ignore[index]
        assert right[2] > 180 > right[0]  # type: ignore[index]


async def test_when_the_state_is_left_the_camera_rests_and_no_picture_is_kept(rig: Rig) -> None:
    async with aiming(rig):
        assert rig.device.looking
        assert rig.issue.mirror
    assert not rig.device.looking
    assert rig.device.calls == ["preview", "rest"]
    assert rig.issue.mirror == b""


async def test_a_camera_that_fails_is_told_and_rests(rig: Rig) -> None:
    rig.device.sees = fails("camera.no_answer")
    with pytest.raises(DeviceError) as failed:
        await mirror(rig)
    assert failed.value.code == "camera.no_answer"
    assert rig.device.calls == ["preview", "rest"]


async def test_the_loop_goes_on_while_the_camera_keeps_it_waiting(rig: Rig) -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def stuck() -> Image.Image:
        asked.set()
        goes_on.wait(5)
        return two_colours()

    rig.device.sees = stuck
    task = asyncio.create_task(mirror(rig))
    await asyncio.to_thread(asked.wait, 5)
    assert not task.done()  # and the loop got here
    goes_on.set()
    await rig.next_refresh()
    task.cancel()
    await asyncio.wait([task])


async def test_a_camera_that_works_again_is_no_trouble_any_more(rig: Rig) -> None:
    rig.session.trouble = object()  # type: ignore[assignment]
    async with aiming(rig):
        assert rig.session.trouble is None


def amber(image: Image.Image) -> int:
    """Pixels in the colour of the marks."""
    red, green, blue = (channel.astype(int) for channel in numpy.moveaxis(numpy.asarray(image), 2, 0))
    return int(((red > 225) & (abs(green - 180) < 20) & (blue < 110)).sum())


# -- the picture -------------------------------------------------------------------------------------------------------


async def test_a_good_picture_becomes_the_photo(rig: Rig) -> None:
    rig.device.sees = somebody
    assert await take_photo(rig) == "good"
    assert rig.issue.photo is not None
    assert rig.issue.photo.report.faults == ()
    assert rig.issue.photo_shown == rig.issue.photo.file
    assert opened(rig.issue.photo_shown).size == (358, 441)
    assert (rig.issue.photo_tries, rig.issue.photo_tries_left) == (1, 2)
    assert rig.device.calls == ["capture", "rest"]


async def test_every_fault_is_named_and_drawn(rig: Rig) -> None:
    scene = replace(SEEN, tilt=9, backdrop=(150, 176, 214))
    rig.device.sees = lambda: somebody(scene=scene)
    assert await take_photo(rig) == "bad"
    photo = rig.issue.photo
    assert photo is not None
    found = [each.fault.value for each in photo.report.faults]
    assert {"tilted", "background_not_white"} <= set(found)
    shown, plain = opened(rig.issue.photo_shown).convert("RGB"), photo.image.convert("RGB")
    assert shown.size == plain.size
    assert amber(shown) > 50
    assert amber(plain) == 0


async def test_nobody_before_the_camera_is_shown_small_enough_for_the_page(rig: Rig) -> None:
    assert await take_photo(rig) == "bad"
    assert rig.issue.photo is not None
    assert [each.fault.value for each in rig.issue.photo.report.faults] == ["no_face"]
    assert opened(rig.issue.photo_shown).size == (480, 360)


async def test_the_regions_rule_is_what_counts(rig: Rig) -> None:
    rig.device.sees = somebody
    rule = rig.tools.policy.rules.photo
    rig.tools.policy.rules.photo = rule.model_copy(update={"background_lightness": 255})
    assert await take_photo(rig) == "bad"


async def test_after_three_pictures_no_fourth_is_taken(rig: Rig) -> None:
    for taken in range(1, PHOTO_TRIES + 1):
        assert await take_photo(rig) == "bad"
        assert rig.issue.photo_tries_left == PHOTO_TRIES - taken
    before, shown = list(rig.device.calls), rig.issue.photo_shown
    assert await take_photo(rig) == "bad"
    assert rig.device.calls == before
    assert rig.issue.photo_shown == shown


async def test_a_camera_that_fails_costs_no_try_and_rests(rig: Rig) -> None:
    rig.device.sees = fails("camera.black")
    with pytest.raises(DeviceError) as failed:
        await take_photo(rig)
    assert failed.value.code == "camera.black"
    assert rig.issue.photo_tries == 0
    assert rig.device.calls == ["capture", "rest"]


async def test_finding_a_face_holds_nobody_up_and_goes_on_one_at_a_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = photographing.take
    threads: list[threading.Thread] = []
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def watched(*given: Any, **named: Any) -> Any:
        threads.append(threading.current_thread())
        begun.release()
        goes_on.wait(5)
        return true(*given, **named)

    monkeypatch.setattr(photographing, "take", watched)
    left = asyncio.create_task(take_photo(rig))
    await asyncio.to_thread(begun.acquire, True, 5)  # the loop goes on meanwhile
    left.cancel()  # late: the state is left, the thread is not
    await asyncio.wait([left])
    again = asyncio.create_task(take_photo(rig))
    assert not await asyncio.to_thread(begun.acquire, True, 0.1)
    assert rig.device.calls == ["capture", "rest"] * 2  # it has its picture, and waits for the other to end
    goes_on.set()
    assert await asyncio.wait_for(again, 5) == "bad"
    assert threading.main_thread() not in threads


# -- to the host -------------------------------------------------------------------------------------------------------


async def photographed(rig: Rig) -> bytes:
    rig.device.sees = somebody
    assert await take_photo(rig) == "good"
    assert rig.issue.photo is not None
    assert rig.issue.photo.file is not None
    return rig.issue.photo.file


async def test_the_photo_goes_to_the_host_and_is_forgotten_here(rig: Rig) -> None:
    file = await photographed(rig)
    assert await send_photo(rig) == "accepted"
    ((what, application, sent, key),) = rig.host.asked
    assert (what, application, sent) == ("photo", "A20261122000001", file)
    assert key.startswith("20261122-K0001-0001-X/photo.")
    assert rig.issue.application == "application"
    assert (rig.issue.photo, rig.issue.photo_shown, rig.issue.mirror) == (None, b"", b"")
    assert rig.notes.lines == [("issue.photo", {"from": "camera", "tries": 1})]


async def test_the_same_photo_has_the_same_key_and_another_another(rig: Rig) -> None:
    rig.host.says = HostUnknown()
    await photographed(rig)
    assert await send_photo(rig) == "unreachable"
    assert await send_photo(rig) == "unreachable"
    rig.device.sees = lambda: somebody("li")
    await take_photo(rig)
    await send_photo(rig)
    first, second, third = (key for _, _, _, key in rig.host.asked)
    assert first == second != third


@pytest.mark.parametrize(
    ("says", "outcome", "what"),
    [
        (HostRefused("photo_unacceptable"), "refused", "refusal.photo_unacceptable"),
        (HostUnavailable(), "unreachable", "refusal.host_unavailable"),
        (HostUnknown(), "unreachable", "refusal.host_unknown"),
    ],
)
async def test_a_host_that_does_not_take_it_is_told(rig: Rig, says: Any, outcome: str, what: str) -> None:
    await photographed(rig)
    rig.host.says = says
    assert await send_photo(rig) == outcome
    assert rig.session.trouble is not None
    assert rig.session.trouble.what == Say(what)
    assert rig.notes.lines == []


async def test_a_photo_sent_in_before_is_named_by_its_receipt(rig: Rig) -> None:
    rig.session.kept["photo_receipt"] = "31415926"
    rig.host.says = HostRefused("photo_receipt_unknown")
    assert await send_photo_receipt(rig) == "unknown_receipt"
    assert rig.issue.problem == Say("issue.photo_receipt.unknown")
    rig.session.kept["photo_receipt"] = "31415927"
    rig.host.says = "application"
    assert await send_photo_receipt(rig) == "accepted"
    assert rig.issue.problem is None
    assert [sent for _, _, sent, _ in rig.host.asked] == ["31415926", "31415927"]
    assert len({key for _, _, _, key in rig.host.asked}) == 2
    assert not any("3141592" in key for _, _, _, key in rig.host.asked)
    assert rig.notes.lines == [("issue.photo", {"from": "receipt", "tries": 0})]


@pytest.mark.parametrize(
    ("says", "outcome"), [(HostRefused("application_closed"), "refused"), (HostUnavailable(), "unreachable")]
)
async def test_a_receipt_that_cannot_be_asked_for(rig: Rig, says: Any, outcome: str) -> None:
    rig.session.kept["photo_receipt"] = "31415926"
    rig.host.says = says
    assert await send_photo_receipt(rig) == outcome
    assert rig.session.trouble is not None


# -- nothing remains ---------------------------------------------------------------------------------------------------

_watching: list[list[str]] = []


def _watch_files(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watching:
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            _watching[-1].append(str(path))


sys.addaudithook(_watch_files)


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Every file opened for writing while the test runs."""
    found: list[str] = []
    _watching.append(found)
    yield found
    _watching.pop()


async def test_no_picture_is_ever_on_disk(rig: Rig, written: list[str], tmp_path: Any) -> None:
    written.clear()  # the folder's own lock
    (tmp_path / "seen").write_text("the hook sees this")
    assert written == [str(tmp_path / "seen")]
    async with aiming(rig):
        pass
    assert await take_photo(rig) == "bad"
    await photographed(rig)
    await send_photo(rig)
    assert written == [str(tmp_path / "seen")]


async def test_when_the_session_is_over_nothing_holds_a_picture(rig: Rig) -> None:
    await photographed(rig)
    assert rig.issue.photo is not None
    seen = weakref.ref(rig.issue.photo.image)
    rig.session.wipe("zh")
    del rig.issue
    for _ in range(20):
        await asyncio.sleep(0)
    gc.collect()
    assert seen() is None
