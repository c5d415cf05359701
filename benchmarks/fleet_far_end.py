"""The far end of a fleet of simulated kiosks as one process, as ``kiosk fleet run`` has it, on a database of one's own.

``python -m benchmarks.fleet_far_end FOLDER DATABASE KIOSKS`` prints one line of JSON when it is up (``console``, the
broker's ``broker``, ``people``) and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

import structlog

from kiosk.fleet.app import Addresses, Fleet
from kiosk.fleet.beginning import HALLS, demonstration_people
from kiosk.fleet.settings import FleetServerSettings
from kiosk.fleet.store import bulk, intake

A_HALL = 10
"""Kiosks that stand in a hall and share its line."""


def describe(fleet: Fleet, count: int) -> None:
    """Put the kiosks on the list, with their halls and lines, as the simulated fleet has them."""
    rows = []
    for number in range(count):
        place, hall = number % A_HALL + 1, number // A_HALL
        site = f"{HALLS[hall % len(HALLS)]}大厅{hall // len(HALLS) + 1}"
        name, line = f"{site} {place} 号机", f"line-{hall + 1:03}"
        rows.append((f"S{number + 1:05}", name, site, line, fleet.service.now, True))
    with fleet.engine.begin() as connection:
        bulk.put_new(connection, intake.KIOSK, rows)


async def main(folder: Path, database: str, kiosks: int) -> None:
    """Until standard input ends."""
    settings = FleetServerSettings.model_validate(
        {
            "directory": folder,
            "database": database,
            "broker_port": 0,
            "office": "127.0.0.1:0",
            "console": "127.0.0.1:0",
        }
    )
    fleet = Fleet(settings)
    describe(fleet, kiosks)
    people = demonstration_people(fleet.accounts, folder)

    def announce(addresses: Addresses) -> None:
        told = {"console": addresses.console, "broker": addresses.brokers[0], "people": people}
        print(json.dumps(told), flush=True)

    ended = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(ended), sys.stdin)
    running = asyncio.create_task(fleet.run(announce))
    ending = asyncio.create_task(ended.read())
    await asyncio.wait([ending, running], return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    await asyncio.wait([running])


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
