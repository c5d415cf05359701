"""The simulated camera on a real line, somebody of the demonstration before it, the kiosk's activities behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from photo_activity_rig import Rig

import kiosk.demo
from devices.bench import people
from devices.bench.line import Line
from devices.camera.http_picture import HttpCamera
from devices.camera.simulator import HttpCameraSimulator
from devices.contract import DeviceError
from kiosk.activities.photographing import mirror, take_photo

PEOPLE = people.load(Path(kiosk.demo.__file__).with_name("people.toml"))


@pytest.fixture
def line() -> Iterator[Line]:
    with Line(HttpCameraSimulator(width=800, height=600), "tcp://127.0.0.1:0") as line:
        yield line


@pytest.fixture
async def rig(line: Line) -> AsyncIterator[Rig]:
    made = Rig(HttpCamera(line.url, timeout=2.0))
    yield made
    await made.worker.call(lambda camera: camera.close())
    made.worker.stop()


def sits(line: Line, key: str) -> None:
    person = PEOPLE[key]
    line.call(lambda: line.simulator.sit_down(person.key, person.sex, person.birth_date))


@pytest.mark.parametrize("key", sorted(PEOPLE))
async def test_everybody_of_the_demonstration_gets_a_photo(line: Line, rig: Rig, key: str) -> None:
    sits(line, key)
    assert await take_photo(rig) == "good"


async def test_who_gets_up_is_not_on_the_picture(line: Line, rig: Rig) -> None:
    sits(line, "wang_xiulan")
    line.call(line.simulator.get_up)
    assert await take_photo(rig) == "bad"
    assert rig.issue.photo is not None
    assert [each.fault.value for each in rig.issue.photo.report.faults] == ["no_face"]


async def test_a_picture_that_stands_still_ends_the_mirror(line: Line, rig: Rig) -> None:
    line.set_fault("frozen", True)
    task = asyncio.create_task(mirror(rig))
    for _ in range(4):
        await rig.next_refresh()
        await rig.settled()
        await rig.clock.run_for(0.25)
    with pytest.raises(DeviceError) as failed:
        await asyncio.wait_for(task, 5)
    assert failed.value.code == "camera.frozen"
    status = await rig.worker.call(lambda camera: camera.status())
    assert not status.looking
