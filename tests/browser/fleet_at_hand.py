"""A fleet with simulated kiosks on which something happens when it is told to, on standard input::

    fault S00003 receipt_printer receipt_printer.cutter_jammed

``python fleet_at_hand.py FOLDER``; prints one line of JSON when it is up: ``console``, ``people``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from kiosk import logs
from kiosk.clock import SystemClock
from kiosk.fleet.access.roles import Role
from kiosk.fleet.app import Addresses, Fleet
from kiosk.fleet.beginning import demonstration_people, describe_simulated, new_password
from kiosk.fleet.settings import FleetServerSettings
from kiosk.fleet.simulate.fleet import SimulatedFleet

KIOSKS = 20


def milliseconds() -> int:
    return int(SystemClock().now().timestamp() * 1000)


async def obey(simulated: SimulatedFleet) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        what, kiosk, *rest = line.decode().split()
        machine = simulated.kiosks[kiosk]
        if what == "fault":
            machine.fault(milliseconds(), *rest)
        elif what == "door":
            machine.door_forced(milliseconds())
        elif what == "mend":
            machine.mend(milliseconds(), *rest)


async def main(folder: Path) -> None:
    simulated = SimulatedFleet(KIOSKS, milliseconds() - 30_000, rates=None)
    settings = FleetServerSettings.model_validate(
        {"directory": folder, "broker_port": 0, "office": "127.0.0.1:0", "console": "127.0.0.1:0"}
    )
    fleet = Fleet(settings, simulated=simulated)
    describe_simulated(fleet, simulated)
    people = demonstration_people(fleet.accounts, folder)
    people[Role.VIEWER.value] = new_password()
    fleet.accounts.add(Role.VIEWER.value, Role.VIEWER, people[Role.VIEWER.value])

    def announce(addresses: Addresses) -> None:
        print(json.dumps({"console": addresses.console, "people": people}), flush=True)

    running = asyncio.create_task(fleet.run(announce))
    await asyncio.wait([asyncio.create_task(obey(simulated)), running], return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    await asyncio.wait([running])


if __name__ == "__main__":
    logs.configure("fleet")
    asyncio.run(main(Path(sys.argv[1])))
