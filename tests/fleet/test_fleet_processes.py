"""The far end as one process a part, on PostgreSQL, console and API behind TLS: somebody signs in, a kiosk joins, an
alert goes all the way."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import ssl
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from fleet_databases import postgres
from postgres_server import PostgresServer
from test_fleet_agent import Kiosk

from kiosk.fleet.access.roles import Role
from kiosk.fleet.app import Addresses, Fleet, Part
from kiosk.fleet.beginning import first_administrator
from kiosk.fleet.broker import BrokerError, free_port
from kiosk.fleet.delivery import signature_holds
from kiosk.fleet.messages import DeviceState
from kiosk.fleet.pki import FleetPki
from kiosk.fleet.settings import FleetServerSettings, load
from kiosk.health.membership import Office

__all__ = ["postgres"]

PARTS = ("broker", "office", "ingest", "alerts", "delivery", "console")
PATIENCE = 60.0
JAM = "receipt_printer.cutter_jammed"


class Desk(HTTPServer):
    """Another system that is told of alerts."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                loop.call_soon_threadsafe(heard.put_nowait, (self.headers["X-Fleet-Signature"], body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)
        self._heard = heard
        threading.Thread(target=self.serve_forever, daemon=True).start()

    async def hears(self, what: str, code: str) -> tuple[str, bytes]:
        """Wait until it is told that an alert of ``code`` was opened or cleared; the signature and the body."""
        async with asyncio.timeout(PATIENCE):
            while True:
                signed, body = await self._heard.get()
                told = json.loads(body)
                if told["what"] == what and code in body.decode():
                    return signed, body


@dataclass
class Running:
    """``processes``: by part."""

    folder: Path
    settings: FleetServerSettings
    password: str
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    readers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PARTS, ""))
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self, part: str) -> None:
        words = ["-m", "kiosk.cli", "fleet", "run", "--config", str(self.folder / "fleet.toml"), "--part", part]
        self.processes[part] = await asyncio.create_subprocess_exec(
            sys.executable, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        self.readers[part] = asyncio.create_task(self._read(part))

    async def _read(self, part: str) -> None:
        out = self.processes[part].stdout
        assert out is not None
        async for line in out:
            async with self.news:
                self.said[part] += line.decode()
                self.news.notify_all()
        async with self.news:
            self.news.notify_all()

    async def told(self, part: str, pattern: str) -> str:
        """Wait for what a part prints."""
        async with asyncio.timeout(PATIENCE), self.news:
            while (match := re.search(pattern, self.said[part])) is None:
                assert not self.readers[part].done(), self.said[part]
                await self.news.wait()
        return match[1]

    async def end(self) -> dict[str, int]:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            ended = {part: await process.wait() for part, process in self.processes.items()}
            await asyncio.gather(*self.readers.values())
        return ended


@pytest.fixture
async def running(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Running]:
    web = FleetPki.at(tmp_path / "web").broker("console", ["127.0.0.1"])
    (tmp_path / "fleet.toml").write_text(
        f"""directory = "{tmp_path / "fleet"}"
database = "{postgres.database()}"
broker_port = {free_port()}
office = "127.0.0.1:0"
console = "127.0.0.1:0"
console_certificate = "{web.certificate}"
console_key = "{web.key}"
"""
    )
    settings = load(tmp_path / "fleet.toml", tmp_path)
    fleet = Fleet(settings, ())  # as `kiosk fleet init` does
    password = first_administrator(fleet, "administrator")
    fleet.engine.dispose()
    running = Running(tmp_path, settings, password or "")
    for part in PARTS:
        await running.start(part)
    yield running
    for process in running.processes.values():
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_every_part_is_a_process_of_its_own(running: Running, tmp_path: Path) -> None:
    console = (await running.told("console", r"Console: (https://\S+)/")).rstrip("/")
    office = await running.told("office", r"join at (https://[^;]+);")
    context = ssl.create_default_context(cafile=str(tmp_path / "web" / "brokers.pem"))
    async with httpx.AsyncClient(base_url=console, verify=context, timeout=30) as browser:
        sent_away = await browser.get("/console/")
        assert (sent_away.status_code, sent_away.headers["location"][:16]) == (307, "/console-sign-in")
        signed_in = await browser.post("/console-sign-in", data={"name": "administrator", "password": running.password})
        assert signed_in.status_code == 303
        assert {"secure", "httponly"} <= {each.strip().lower() for each in signed_in.headers["set-cookie"].split(";")}
        page = await browser.get("/console/?lang=en")
        assert (page.status_code, page.headers["x-frame-options"]) == (200, "DENY")
        assert (await browser.get("/api/v1/session")).json()["role"] == "administrator"

        desk = Desk()
        contact = {"name": "desk", "channel": "webhook", "address": f"http://127.0.0.1:{desk.server_port}/in"}
        secret = (await browser.post("/api/v1/contacts", json=contact)).json()["secret"]
        code = (await browser.post("/api/v1/enrolment-codes", json={"kiosk": "K0001"})).json()["code"]
        at_office = Office(office, tmp_path / "fleet" / "pki" / "brokers.pem")
        membership = await asyncio.to_thread(at_office.enrol, tmp_path / "member", "K0001", code)
        at_office.close()
        assert membership.brokers == (f"tls://127.0.0.1:{running.settings.broker_port}",)

        kiosk = Kiosk(tmp_path / "member", "K0001", tmp_path / "journal.db")
        kiosk.start()
        printer = {"device": "receipt_printer", "kind": "receipt_printer"}
        await asyncio.to_thread(
            kiosk.telemetry.write, DeviceState(**printer, state="userError", fault=JAM, faults=(JAM,))
        )

        async def alert(state: str) -> Any:
            rows = (await browser.get("/api/v1/alerts", params={"kiosk": "K0001", "state": state})).json()
            return next((each for each in rows if each["code"] == JAM), None)

        signed, body = await desk.hears("opened", JAM)
        opened = await alert("open")
        assert signature_holds(secret, signed, body, int(signed.partition(",")[0].removeprefix("t=")))
        assert (await browser.post(f"/api/v1/alerts/{opened['id']}/acknowledgement")).json()["state"] == "acknowledged"
        await asyncio.to_thread(kiosk.telemetry.write, DeviceState(**printer, state="online"))
        await desk.hears("cleared", JAM)
        assert (await alert("cleared"))["acknowledged_by"] == "administrator"
        await kiosk.end()
        desk.shutdown()
        desk.server_close()
        assert (await browser.get("/api/v1/audit/check")).json()["first_wrong"] is None
    assert await running.end() == dict.fromkeys(PARTS, 0)


async def test_a_part_that_cannot_know_its_broker_says_so(tmp_path: Path) -> None:
    settings = FleetServerSettings.model_validate({"directory": tmp_path, "broker_port": 0})
    fleet = Fleet(settings, {Part.INGEST})
    with pytest.raises(BrokerError, match="broker_port or brokers"):
        await fleet.run(lambda _: None)


def test_where_the_broker_is(tmp_path: Path) -> None:
    """A broker that listens everywhere is spoken to here by this machine's own address, by kiosks by its first name."""
    words = {"directory": tmp_path, "broker_host": "0.0.0.0", "hosts": ["fleet.example", "192.0.2.10"]}
    fleet = Fleet(FleetServerSettings.model_validate(words), ())
    assert fleet.brokers == ("tls://127.0.0.1:4222",)
    assert fleet.office._brokers == ("tls://fleet.example:4222",)
    fleet.engine.dispose()


def test_processes_that_begin_together_have_the_same_keys(tmp_path: Path) -> None:
    settings = FleetServerSettings.model_validate({"directory": tmp_path / "new"})
    with ThreadPoolExecutor(4) as pool:
        fleets = list(pool.map(lambda _: Fleet(settings, ()), range(4)))
    account = fleets[0].accounts.add("ann", Role.VIEWER, "synthetic words 17")
    tokens = {fleet.service.sessions.begin(account) for fleet in fleets}
    assert all(fleet.service.sessions.account(token) == account for fleet in fleets for token in tokens)
    assert len({fleet.pki.members.pem for fleet in fleets}) == 1
    assert len({fleet.office._signer.key.id for fleet in fleets}) == 1
    sealed = fleets[0].contact_secrets.seal("secret")
    assert {fleet.contact_secrets.open(sealed) for fleet in fleets} == {"secret"}
    for fleet in fleets:
        fleet.engine.dispose()


def test_a_brokers_certificate_is_made_anew_when_it_does_not_name_a_host(tmp_path: Path) -> None:
    pki = FleetPki.at(tmp_path)
    first = pki.broker("fleet", ["fleet.example", "127.0.0.1"]).certificate.read_bytes()
    assert pki.broker("fleet", ["127.0.0.1"]).certificate.read_bytes() == first
    assert pki.broker("fleet", ["127.0.0.1", "192.0.2.10"]).certificate.read_bytes() != first


async def test_the_api_runs_without_a_console(tmp_path: Path) -> None:
    words = {"directory": tmp_path / "fleet", "console": "127.0.0.1:0"}
    fleet = Fleet(FleetServerSettings.model_validate(words), {Part.API})
    told: asyncio.Future[Addresses] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(fleet.run(told.set_result))
    try:
        async with httpx.AsyncClient(base_url=(await told).console, timeout=30) as client:
            described = await client.get("/api/v1/openapi.json")
            assert (described.status_code, described.headers["x-frame-options"]) == (200, "DENY")
            assert [(await client.get(each)).status_code for each in ("/api/v1/overview", "/console/")] == [401, 404]
    finally:
        running.cancel()
        await asyncio.wait([running])
