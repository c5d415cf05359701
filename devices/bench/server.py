"""The bench as a process: builds the world, serves its API, says where everything is, and ends cleanly.

The *ready file* is one JSON object::

    {"bench": "http://127.0.0.1:41873",
     "pid": 4711,
     "devices": {"id-reader": {"class": "id-reader", "model": "sam-v", "at": "/…/lines/id-reader", "options": {}},
                 "card-printer": {"class": "card-printer", "model": "evolis", "at": "socket://127.0.0.1:40123",
                                  "options": {"chip_address": "pcsc:Bench card-printer-contact 00 00", "hoppers": 3}}},
     "env": {"PCSCLITE_CSOCK_NAME": "/…/pcscd.comm"}}

``at`` is the address for the driver, ``options`` what it must be told besides, ``env`` what the environment of a
process that opens the devices must hold.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from devices.bench import api, layout, people, rig, stock_file
from devices.bench.hands import CONTACT
from devices.bench.layout import LayoutError
from devices.bench.people import WalletError
from devices.bench.stock_file import StockError
from devices.bench.store import StateError, Store
from devices.bench.world import World

Json = dict[str, Any]

READY_FILE = "ready.json"
_GRACE_SECONDS = 2
"""How long an answer may still take when the bench ends."""


class BenchError(RuntimeError):
    """The bench cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``state``: folder that keeps the world. ``wallet``: the people. ``devices``: a layout file, or None for one of
    each class. ``stock``: pre-made cards for the card printer, see :mod:`devices.bench.stock_file`; None: made-up ones.
    ``listen``: ``host:port`` of the API, port 0 for any free one. ``ready``: an additional place for the
    ready file, beside ``ready.json`` in the state folder. ``page``: serve the page, too, which can be done once in a
    process. ``display``: the X display that the page shows; it can be told later through the API."""

    state: Path
    wallet: Path
    devices: Path | None = None
    stock: Path | None = None
    listen: str = "127.0.0.1:0"
    ready: Path | None = None
    seed: int = 0
    page: bool = False
    display: str | None = None


@contextlib.contextmanager
def bench(settings: Settings) -> Iterator[Json]:
    """The world and its API in this process; gives the content of the ready file. Raises BenchError."""
    state = settings.state.absolute()
    try:
        persons = people.load(settings.wallet)
        stands = layout.load(settings.devices) if settings.devices else layout.standard()
        stock = stock_file.load(settings.stock) if settings.stock else None
        with (
            Store(state) as store,
            rig.rigged(stands, state, _addresses_before(state), settings.seed, stock) as rigged,
            World(rigged.stations, persons, store, memories=state / rig.MEMORIES) as world,
            _served(world, settings) as url,
        ):
            ready = _ready(url, world, rigged.environment)
            _write_ready(ready, state / READY_FILE)
            if settings.ready is not None:
                _write_ready(ready, settings.ready)
            yield ready
    except (LayoutError, WalletError, StockError, StateError, rig.RigError) as error:
        raise BenchError(str(error)) from error


def run(settings: Settings, announce: Callable[[Json], None]) -> None:
    """Run with the page until SIGTERM or Ctrl-C; ``announce`` gets the content of the ready file. Raises BenchError."""
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())
    with bench(replace(settings, page=True)) as ready:
        announce(ready)
        asked_to_end.wait()


def _ready(url: str, world: World, environment: Mapping[str, str]) -> Json:
    return {
        "bench": url,
        "pid": os.getpid(),
        "devices": {
            name: {
                "class": station.stand.device_class,
                "model": station.stand.model,
                "at": station.url,
                "options": station.driver_options,
            }
            for name, station in world.stations.items()
            if station.stand.device_class != CONTACT
        },
        "env": dict(environment),
    }


def _write_ready(ready: Json, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(ready, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def _addresses_before(state: Path) -> dict[str, str]:
    try:
        ready = json.loads((state / READY_FILE).read_text(encoding="utf-8"))
        return {name: device["at"] for name, device in ready["devices"].items()}
    except FileNotFoundError:
        return {}


def _page(application: FastAPI, world: World, settings: Settings) -> AbstractContextManager[None]:
    if not settings.page:
        return contextlib.nullcontext()
    from devices.bench.page.serve import served  # takes a second to load, and is wanted by people only

    return served(application, world, settings.display)


@contextlib.contextmanager
def _served(world: World, settings: Settings) -> Iterator[str]:
    """Serve the API, and the page if wanted, on a thread; gives the address."""
    listen = settings.listen
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise BenchError(f"cannot listen on {listen!r}: use host:port, such as 127.0.0.1:0")
    try:
        listener = socket.create_server((host, int(port)))
    except OSError as error:
        raise BenchError(f"cannot listen on {listen}: {error.strerror}") from error
    application = api.build(world)
    config = uvicorn.Config(
        application,
        log_level="warning",
        lifespan="on" if settings.page else "off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="bench-api", daemon=True)
    with _page(application, world, settings):
        thread.start()
        try:
            yield "http://{}:{}".format(*listener.getsockname()[:2])
        finally:
            world.events.close()  # whoever waits for the next event has an answer now
            server.should_exit = True
            thread.join(_GRACE_SECONDS + 5)
            listener.close()
