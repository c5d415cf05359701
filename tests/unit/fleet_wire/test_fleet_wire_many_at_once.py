"""Messages taken many at a time are those that the client's own parser finds, wherever the bytes are cut."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nats.errors import ProtocolError
from nats.protocol.parser import Parser

from kiosk.fleet import many_at_once
from kiosk.fleet.many_at_once import Pulled

TAKEN, OTHER = 7, 3
TAIL = b"PING\r\n"


@dataclass
class Heard:
    """What a client's parser tells its client."""

    stats: dict[str, int] = field(default_factory=lambda: {"in_msgs": 0, "in_bytes": 0})
    told: list[Any] = field(default_factory=list)
    _ps: Any = None

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes | None) -> None:
        self.told.append((sid, subject, reply, data, headers))

    async def _process_ping(self) -> None:
        self.told.append("ping")

    async def _process_pong(self) -> None:
        self.told.append("pong")

    async def _process_info(self, info: dict[str, Any]) -> None:
        self.told.append(info)

    async def _process_err(self, error: str) -> None:
        self.told.append(error)


def message(sid: int, data: bytes, headers: bytes = b"") -> bytes:
    """As nats-server writes it."""
    reply = b"$JS.ACK.TELEMETRY.ingest.1.12.13.1800000000000000000.0"
    if headers:
        return b"HMSG a.b %d %b %d %d\r\n%b%b\r\n" % (sid, reply, len(headers), len(headers) + len(data), headers, data)
    return b"MSG a.b %d %b %d\r\n%b\r\n" % (sid, reply, len(data), data)


ID = b"NATS/1.0\r\nNats-Msg-Id: K-1\r\n\r\n"
STATUS = b"NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 12\r\n\r\n"
pieces = st.one_of(
    st.builds(message, st.sampled_from((TAKEN, OTHER)), st.binary(max_size=40), st.sampled_from((b"", ID, STATUS))),
    st.sampled_from((b"PING\r\n", b"PONG\r\n", b"+OK\r\n", b'INFO {"a":1}\r\n', b"-ERR 'slow'\r\n")),
)


async def parsed(parser: Parser, data: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for begin, end in itertools.pairwise(places):
        await parser.parse(data[begin:end])


def taking() -> tuple[Heard, list[Pulled]]:
    heard = Heard()
    heard._ps = Parser(heard)
    taken: list[Pulled] = []
    many_at_once.take(heard, SimpleNamespace(_id=TAKEN), taken.extend)  # type: ignore[arg-type]
    return heard, taken


@given(st.lists(pieces, max_size=30), st.lists(st.integers(0, 10_000), max_size=20))
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost_wherever_the_bytes_are_cut(stream: list[bytes], cuts: list[int]) -> None:
    data = b"".join((*stream, TAIL))
    client, (ours, taken) = Heard(), taking()

    async def both() -> None:
        await parsed(Parser(client), data, cuts)
        await parsed(ours._ps, data, cuts)

    asyncio.run(both())
    own = [each for each in client.told if isinstance(each, tuple) and each[0] == TAKEN]
    plain = [each for each in own if each[4] != STATUS]
    assert taken == [(subject.decode(), reply.decode(), data) for _, subject, reply, data, _ in plain]
    assert ours.told == [each for each in client.told if each not in plain]
    assert ours.stats == {"in_msgs": len(plain), "in_bytes": sum(len(each[3]) for each in plain)}


async def test_what_was_read_of_a_lost_connection_is_void() -> None:
    heard, taken = taking()
    await heard._ps.parse(message(TAKEN, b"one")[:-4])
    heard._ps.reset()
    await heard._ps.parse(message(TAKEN, b"two"))
    assert [each.data for each in taken] == [b"two"]


async def test_what_is_taken_no_more_goes_the_usual_way() -> None:
    heard, taken = taking()
    many_at_once.leave(heard, SimpleNamespace(_id=TAKEN))  # type: ignore[arg-type]
    await heard._ps.parse(message(TAKEN, b"one"))
    assert taken == []
    assert heard.told[0][3] == b"one"


@pytest.mark.parametrize("data", [b"NONSENSE\r\n", b"x" * 70_000])
async def test_no_protocol_is_told_or_waited_for_as_the_client_does(data: bytes) -> None:
    heard, _ = taking()
    if data.endswith(b"\r\n"):
        with pytest.raises(ProtocolError):
            await heard._ps.parse(data)
    else:
        await heard._ps.parse(data)
        assert len(heard._ps.buf) == len(data)
