"""A sign of life comes at once when who is served has changed, and else when it is due."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fleet_stand import Fleet
from test_fleet_agent import Kiosk, join

from kiosk.fleet import subjects
from kiosk.fleet.connection import connect
from kiosk.fleet.messages import Heartbeat, decode

LONG_BEFORE_DUE = 10.0


async def test_a_heartbeat_is_given_when_it_is_wanted(fleet: Fleet, tmp_path: Path) -> None:
    far = await connect([fleet.broker.url], fleet.pki.service("ingest"), name="ingest")
    live = await far.subscribe(subjects.heartbeat("K0001"))
    await far.flush()
    kiosk = Kiosk(join(fleet, "K0001", tmp_path / "member"), "K0001", tmp_path / "journal.db")
    running = asyncio.create_task(kiosk.agent.run())
    numbers = [decode(Heartbeat, (await live.next_msg(timeout=30)).data).number]
    for _ in range(2):
        kiosk.agent.beat()
        numbers.append(decode(Heartbeat, (await live.next_msg(timeout=LONG_BEFORE_DUE)).data).number)
    assert numbers == [1, 2, 3]
    running.cancel()
    await asyncio.wait([running])
    kiosk.journal.close()
    await far.close()
