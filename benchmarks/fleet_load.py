"""What a large fleet says, over one connection: heartbeats of all kiosks in turn, and for every four of them one change
of a device's state.

``python -m benchmarks.fleet_load`` speaks as long as it is told to: each line of standard input is the number of
messages up to which it may go. It writes NATS's own protocol, so that it takes little of the machine from those that
are measured: kiosks are machines of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import ssl
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.fleet import subjects
from kiosk.fleet.connection import tls_context
from kiosk.fleet.messages import DeviceState, Heartbeat, Software, Telemetry, encode
from kiosk.fleet.pki import Paths

KIOSKS = 300_000
"""As many as give ten thousand heartbeats a second at one in thirty seconds."""
HEARTBEATS_A_CHANGE = 4
JOURNAL = "0123456789abcdef"
NOW = 1_800_000_000_000
AT_ONCE = 500
INBOX = b"_INBOX.load"


def name(number: int) -> str:
    """A kiosk."""
    return f"B{number:06}"


def heartbeat(number: int, beat: int) -> Heartbeat:
    """Of kiosk ``number``."""
    return Heartbeat(
        kiosk=name(number), boot=JOURNAL, number=beat, journal=JOURNAL, sequence=beat, sent_at=NOW + beat,
        uptime=86_400 + beat, software=Software(version="0.1.0", policy="a" * 64, region="990100"),
        works=("identify-card", "identify-id", "issue", "pay", "pin", "print", "query"), banks=("bank_a", "bank_b"),
        state="in_service.attract", clock_off=12, certificate_until=NOW + 10**9, disk_free=20 * 2**30,
        memory=200 * 2**20,
    )  # fmt: skip


def change(number: int, sequence: int) -> Telemetry:
    """A change of a device's state."""
    body = DeviceState(
        device="receipt_printer", kind="receipt_printer", state="online", model="escpos", words={"paper": "low"},
        measures={"sheets": sequence},
    )  # fmt: skip
    return Telemetry(
        kiosk=name(number), journal=JOURNAL, sequence=sequence, boot=JOURNAL, happened_at=NOW, sent_at=NOW, body=body
    )


def messages(kiosks: int = KIOSKS) -> Iterator[Heartbeat | Telemetry]:
    """Without end: the daily round of so many."""
    round_ = 0
    while True:
        round_ += 1
        for number in range(kiosks):
            yield heartbeat(number, round_)
            if number % HEARTBEATS_A_CHANGE == HEARTBEATS_A_CHANGE - 1:
                yield change(number, round_)


def _published() -> Iterator[bytes]:
    """The same as bytes of NATS's protocol, made from two samples."""
    beat, told = encode(heartbeat(0, 1)), encode(change(0, 1))
    for round_ in range(1, 10):
        marks = ((b'"number":1,', b'"number":%d,' % round_), (b'"sequence":1,', b'"sequence":%d,' % round_))
        beat_now, told_now = beat, told
        for old, new in marks:
            beat_now, told_now = beat_now.replace(old, new), told_now.replace(old, new)
        for number in range(KIOSKS):
            kiosk = b"B%06d" % number
            yield b"PUB %b %d\r\n%b\r\n" % (
                subjects.heartbeat(kiosk.decode()).encode(), len(beat_now), beat_now.replace(b"B000000", kiosk, 1),
            )  # fmt: skip
            if number % HEARTBEATS_A_CHANGE == HEARTBEATS_A_CHANGE - 1:
                header = b"NATS/1.0\r\nNats-Msg-Id: %b-%b-%d\r\n\r\n" % (kiosk, JOURNAL.encode(), round_)
                subject = subjects.telemetry(kiosk.decode(), "device_state").encode()
                yield b"HPUB %b %b %d %d\r\n%b%b\r\n" % (
                    subject, INBOX, len(header), len(header) + len(told_now), header,
                    told_now.replace(b"B000000", kiosk, 1),
                )  # fmt: skip


async def _connected(url: str, tls: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    await reader.readline()  # INFO, then TLS begins
    await writer.start_tls(tls, server_hostname=where.hostname)
    hello = {
        "verbose": False,
        "pedantic": False,
        "tls_required": True,
        "headers": True,
        "lang": "bench",
        "version": "1",
    }
    writer.write(b"CONNECT " + json.dumps(hello).encode() + b"\r\nSUB " + INBOX + b" 1\r\n")
    return reader, writer


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answered: asyncio.Event) -> None:
    """Pings; what acknowledges is read and forgotten. ``answered``: the broker has answered ours."""
    rest = b""
    while data := await reader.read(1 << 18):
        if b"-ERR" in data:
            raise RuntimeError(f"the broker refuses: {data[:200]!r}")
        if b"PING\r\n" in rest + data:
            writer.write(b"PONG\r\n")
        if b"PONG\r\n" in rest + data:
            answered.set()
        rest = b"" if data.endswith(b"\r\n") else data[-5:]


async def speak(url: str, paths: Paths) -> None:
    """Until standard input ends."""
    reader, writer = await _connected(url, tls_context(paths))
    answered = asyncio.Event()
    answering = asyncio.create_task(_answer(reader, writer, answered))
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    sent, source = 0, _published()
    while line := await told.readline():
        until = int(line)
        while sent < until:
            count = min(AT_ONCE, until - sent)
            writer.write(b"".join(next(source) for _ in range(count)))
            await writer.drain()
            sent += count
    writer.write(b"PING\r\n")
    async with asyncio.timeout(60):
        await answered.wait()  # the broker has read everything before it
    answering.cancel()
    writer.close()


def main(words: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="What a large fleet says.")
    parser.add_argument("broker")
    for each in ("certificate", "key", "authority"):
        parser.add_argument(each, type=Path)
    given = parser.parse_args(words)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    asyncio.run(speak(given.broker, Paths(given.certificate, given.key, given.authority)))


if __name__ == "__main__":
    main()
