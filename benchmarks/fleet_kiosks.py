"""Simulated kiosks as one process: an everyday of citizens, faults, cut lines and wrong clocks, heartbeats every 30 s.

``python -m benchmarks.fleet_kiosks BROKER PKI COUNT``; each line on standard input is a fault on a kiosk that had none,
sent at once as a kiosk's agent does, and answered by one line of JSON: ``kiosk``, and ``at``, in milliseconds since
1970, when it broke. Ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import sys
import time
from pathlib import Path

import structlog
from nats.aio.client import Client

from benchmarks.fleet_far_end import A_HALL
from kiosk.clock import Clock, SystemClock
from kiosk.fleet import subjects
from kiosk.fleet.connection import connect
from kiosk.fleet.messages import encode
from kiosk.fleet.pki import FleetPki
from kiosk.fleet.simulate.fleet import Post, SimulatedFleet

DEVICE, FAULT = "receipt_printer", "receipt_printer.cutter_jammed"


async def break_one(fleet: SimulatedFleet, client: Client, clock: Clock, chance: random.Random) -> dict[str, object]:
    """A kiosk that was well breaks now."""
    well = [each for each in fleet.kiosks.values() if not (each.cut or each.faults or each.ahead or each.kept)]
    machine = chance.choice(well)
    at = time.time() * 1000
    machine.fault(int(at), DEVICE, FAULT)
    posts = [
        Post(subjects.telemetry(machine.id, str(each.body.__struct_config__.tag)), encode(each), each.message_id)
        for each in machine.sendable(int(at))
    ]
    await fleet.publish(client, clock, posts)
    return {"kiosk": machine.id, "at": at}


async def main(broker: str, pki: Path, count: int) -> None:
    """Until standard input ends."""
    clock = SystemClock()
    fleet = SimulatedFleet(count, int(clock.now().timestamp() * 1000), on_a_line=A_HALL)
    chance = random.Random(1)
    client = await connect([broker], FleetPki.at(pki).service("ingest"), name="simulator")
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    running = asyncio.create_task(fleet.run(client, clock))
    while await told.readline():
        print(json.dumps(await break_one(fleet, client, clock, chance)), flush=True)
    running.cancel()
    await asyncio.wait([running])
    await client.close()


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
