"""What the verbs do here: a policy pack fetched, tried, put in force; a device tested without matter; a page that
sounds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from devices.contract import DeviceError, DeviceState, Status
from devices.worker import DeviceWorker
from kiosk.catalogue.policy import REGIONS
from kiosk.clock import ManualClock
from kiosk.fleet.messages import Body, Event
from kiosk.fleet.policies import Policies, policy_router
from kiosk.fleet.verbs import VERBS
from kiosk.health.commands import CommandFailed
from kiosk.health.membership import Office
from kiosk.health.performers import Performers
from kiosk.health.standing import Standing
from kiosk.journal.store import Journal

REGION = "990100"
OLD = REGIONS / f"{REGION}.toml"


class Device:
    """A device of any class that is well, until it fails."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails: str | None = None

    def open(self) -> None:
        self.done.append("open")

    def close(self) -> None:
        self.done.append("close")

    def status(self) -> Status:
        return Status(DeviceState.ONLINE)

    def information(self) -> None:
        self.done.append("information")

    def beep(self) -> None:
        if self.fails is not None:
            raise DeviceError(self.fails)
        self.done.append("beep")

    def preview(self) -> Any:
        if self.fails is not None:
            raise DeviceError(self.fails)
        return SimpleNamespace(image=SimpleNamespace(width=640, height=480))

    def rest(self) -> None:
        self.done.append("rest")


class Rig:
    def __init__(self, folder: Path) -> None:
        self.told: list[Body] = []
        self.stopped = 0
        self.devices = {name: Device() for name in ("pin_pad", "camera", "card_reader")}
        self.workers = {name: DeviceWorker(name, device) for name, device in self.devices.items()}
        self.file = folder / "region.toml"
        self.file.write_bytes(OLD.read_bytes())
        self.policies = Policies(folder / "packs")
        application = FastAPI()
        application.include_router(policy_router(self.policies))
        office = Office("https://office", None, TestClient(application, base_url="https://office"))
        self.standing = Standing("in_service.attract")
        tools = SimpleNamespace(
            devices=self.workers,
            pin_pad=self.workers["pin_pad"],
            health=SimpleNamespace(saw=lambda name, status: False),
            settings=SimpleNamespace(
                policy=SimpleNamespace(region_file=self.file),
                kiosk=SimpleNamespace(region=REGION),
                journal_file=folder / "journal.db",
            ),
            record=SimpleNamespace(telemetry=SimpleNamespace(tell=lambda *bodies: self.told.extend(bodies))),
        )
        self.performers = Performers(
            tools,  # type: ignore[arg-type]
            self.standing,
            stop=self._stop,
            reboot=lambda: None,
            changed=lambda: None,
            office=office,
        )

    def _stop(self) -> None:
        self.stopped += 1

    async def do(self, verb: str, **arguments: str) -> Any:
        return await self.performers.by_verb[verb](arguments)

    def left_behind(self) -> list[str]:
        return [file.name for file in self.file.parent.glob("*.trial.toml")]

    @property
    def events(self) -> list[tuple[str, dict[str, object]]]:
        return [(body.event.value, dict(body.facts)) for body in self.told if isinstance(body, Event)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    for worker in rig.workers.values():
        worker.stop()


# -- policy ------------------------------------------------------------------------------------------------------------


async def test_a_pack_is_fetched_tried_and_in_force_after_the_restart(rig: Rig, tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    new.write_text("# another edition\n" + OLD.read_text(encoding="utf-8"), encoding="utf-8")
    digest = rig.policies.add(REGION, new)
    performed = await rig.do("sync_policy", digest=digest)
    assert rig.file.read_bytes() == new.read_bytes()
    assert rig.events == [("policy_changed", {})]
    assert rig.stopped == 0
    performed.then()
    assert rig.stopped == 1
    assert rig.left_behind() == []


async def test_a_pack_that_is_not_there_or_was_altered_changes_nothing(rig: Rig, tmp_path: Path) -> None:
    digest = rig.policies.add(REGION, OLD)
    stored = tmp_path / "packs" / REGION / f"{digest}.toml"
    stored.write_bytes(b"# altered\n" + stored.read_bytes())
    for wanted in (digest, "0" * 64, "../../etc"):
        with pytest.raises(CommandFailed, match="policy_not_fetched"):
            await rig.do("sync_policy", digest=wanted)
    assert (rig.file.read_bytes(), rig.events) == (OLD.read_bytes(), [])


async def test_a_pack_that_this_software_cannot_use_changes_nothing(rig: Rig, tmp_path: Path) -> None:
    content = b'[region]\ncode = "1"\n'
    digest = hashlib.sha256(content).hexdigest()
    folder = tmp_path / "packs" / REGION
    folder.mkdir(parents=True)
    (folder / f"{digest}.toml").write_bytes(content)
    with pytest.raises(CommandFailed, match="policy_unusable"):
        await rig.do("sync_policy", digest=digest)
    assert (rig.file.read_bytes(), rig.events) == (OLD.read_bytes(), [])


# -- devices -----------------------------------------------------------------------------------------------------------


async def test_devices_are_tested_without_a_card_or_a_sheet(rig: Rig) -> None:
    pad = (await rig.do("test_device", device="pin_pad")).facts
    camera = (await rig.do("test_device", device="camera")).facts
    reader = (await rig.do("test_device", device="card_reader")).facts
    assert (pad["state"], pad["tested"]) == ("online", "pad")
    assert (camera["tested"], camera["width"], camera["height"]) == ("picture", 640, 480)
    assert reader["tested"] == "status"
    assert rig.devices["pin_pad"].done == ["information", "beep"]
    assert rig.devices["camera"].done == ["rest"]
    assert rig.devices["card_reader"].done == []


async def test_a_test_that_fails_says_why_and_the_camera_rests(rig: Rig) -> None:
    rig.devices["camera"].fails = "camera.frozen"
    with pytest.raises(CommandFailed, match=r"camera\.frozen"):
        await rig.do("test_device", device="camera")
    assert rig.devices["camera"].done == ["rest"]
    with pytest.raises(CommandFailed, match="not_fitted"):
        await rig.do("test_device", device="scanner")


# -- a page ------------------------------------------------------------------------------------------------------------


async def test_a_page_sounds_at_the_machine_unless_someone_is_typing(rig: Rig) -> None:
    assert (await rig.do("page_attendant")).facts == {"sounded": True}
    rig.standing.moved("in_service.session.menu")
    assert (await rig.do("page_attendant")).facts == {"sounded": False}
    rig.standing.moved("in_service.attract")
    rig.devices["pin_pad"].fails = "pin_pad.no_answer"
    assert (await rig.do("page_attendant")).facts == {"sounded": False}
    assert rig.devices["pin_pad"].done == ["beep"]
    assert [facts["sounded"] for _, facts in rig.events] == [True, False, False]


async def test_its_own_journal_is_searched_and_a_serial_shown_by_its_end(rig: Rig) -> None:
    serial, other = "99A0B1C2D3E4F501", "99A0B1C2D3E4F502"
    file = rig.file.parent / "journal.db"
    clock = ManualClock(datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC))  # a second before midnight in the kiosk's zone
    journal = Journal(file, clock, "K0001")
    first = journal.new_business()
    journal.note(first, "stock.loaded", {"serials": [serial, other], "hopper": "1"})
    clock.advance(1)
    second = journal.new_business()
    journal.note(second, "issue.held", {"serial": serial})
    journal.note(second, "issue.noted", {"amount": 3})
    journal.close()

    async def found(**wanted: str) -> list[tuple[str, str]]:
        performed = await rig.do("search_journal", **wanted)
        assert not any(each in performed.content.decode() for each in (serial, other))
        lines = [json.loads(line) for line in performed.content.decode().splitlines()]
        assert performed.facts == {"entries": len(lines)}
        return [(line["business"], line["step"]) for line in lines]

    assert await found(business=second.lower()) == [(second, "issue.noted"), (second, "issue.held")]
    assert await found(serial=serial.lower()) == [(second, "issue.held"), (first, "stock.loaded")]
    assert await found(serial="F502") == [(first, "stock.loaded")]
    assert await found(day="2026-11-21") == [(first, "stock.loaded")]
    assert await found(day="2026-11-22", step="issue.held") == [(second, "issue.held")]
    assert await found(step="nothing") == []
    shown = json.loads((await rig.do("search_journal", step="stock.loaded")).content)
    assert shown["facts"]["serials"] == ["*" * 12 + "F501", "*" * 12 + "F502"]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({}, "nothing_to_search"),
        ({"serial": "501"}, "not_a_serial"),
        ({"serial": "%%%%"}, "not_a_serial"),
        ({"business": "20261122-K0001-0042-X"}, "not_a_business_number"),
        ({"day": "yesterday"}, "not_a_day"),
        ({"day": "2026-11-22"}, "journal_not_readable"),
    ],
)
async def test_what_cannot_be_looked_for_is_told(rig: Rig, wanted: dict[str, str], reason: str) -> None:
    with pytest.raises(CommandFailed, match=f"^{reason}$"):
        await rig.do("search_journal", **wanted)


def test_every_verb_is_done(rig: Rig) -> None:
    assert set(rig.performers.by_verb) == set(VERBS)
