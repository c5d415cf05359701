"""Messages of an inbox taken from the wire many at a time, and acknowledged many at a time.

For each message the NATS client makes an object, reads headers by a mail parser, and wakes a task; each acknowledgement
it checks and sends apart. For ingest that would cost as much as storing them. This stands in the place of the client's
parser: whole messages of inboxes that are taken so never reach it, everything else it gets as before, piece by piece.
It knows the inside of the client, whose version the lock holds; ``tests/unit/fleet_wire`` holds it to the client's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.protocol.parser import AWAITING_MSG_PAYLOAD, Parser

END = b"\r\n"
LONGEST_LINE = 64 * 1024
"""A line that is longer is no line of NATS's."""
HEADERS = b"NATS/1.0\r\n"
"""Headers of a message begin so; those of a status have a number before the line ends."""


class Pulled(NamedTuple):
    """A message: where it was published, where it is acknowledged, what it says."""

    subject: str
    reply: str
    data: bytes


Taker = Callable[[list[Pulled]], None]


def take(client: Client, inbox: Subscription, taker: Taker) -> None:
    """Give messages of ``inbox`` to ``taker`` as they come, many in a call; statuses still go to the subscription's own
    callback. Until the subscription ends, over all reconnections."""
    parser = client._ps
    if not isinstance(parser, _ManyAtOnce):
        parser = client._ps = _ManyAtOnce(client)
    parser.takers[str(inbox._id).encode()] = taker


def leave(client: Client, inbox: Subscription) -> None:
    """Take no more; twice is harmless."""
    parser = client._ps
    if isinstance(parser, _ManyAtOnce):
        parser.takers.pop(str(inbox._id).encode(), None)


async def acknowledge(client: Client, messages: Sequence[Pulled]) -> None:
    """All of them, in one piece. Raises nats.errors.Error, OSError. Without a connection nothing is said: the broker
    will ask again, by giving them out again."""
    if client.is_connected:
        await client._send_command(b"".join([b"PUB %b 4\r\n+ACK\r\n" % each.reply.encode() for each in messages]))
        await client._flush_pending()


class _ManyAtOnce(Parser):
    """``takers``: by the subscription's number as it is on the wire."""

    def __init__(self, client: Client) -> None:
        self.takers: dict[bytes, Taker] = {}
        before: Parser = client._ps
        super().__init__(client)
        self.buf, self.state, self.msg_arg = before.buf, before.state, before.msg_arg
        self.needed, self.header_needed = before.needed, before.header_needed

    def reset(self) -> None:
        """A new connection: what was read of the old one is void."""
        super().reset()
        self._held = bytearray()

    async def parse(self, data: bytes = b"") -> None:
        """Raises nats.errors.ProtocolError."""
        held = self._held
        held += data
        while True:
            if self.state != AWAITING_MSG_PAYLOAD:
                self._take_many()
            if not (length := self._piece()):
                return
            piece = bytes(held[:length])
            del held[:length]
            await super().parse(piece)
            if held is not self._held:
                return  # the connection was given up meanwhile

    def _piece(self) -> int:
        """How many bytes of what is held are the client's own parser's now."""
        held = self._held
        if self.state == AWAITING_MSG_PAYLOAD:
            return min(len(held), self.needed + len(END) - len(self.buf))
        end = held.find(END)
        if end < 0:
            return len(held) if len(held) > LONGEST_LINE else 0
        words = bytes(held[:end]).split(b" ")
        incomplete = self._size(words) is not None and len(held) < end + 2 * len(END) + int(words[-1])
        return 0 if incomplete else end + len(END)

    def _size(self, words: Sequence[bytes]) -> int | None:
        """Of the headers of a message that is taken, 0 if it has none; None: not one of those."""
        if len(words) == 5 and words[0] == b"MSG" and words[2] in self.takers:
            return 0
        if len(words) == 6 and words[0] == b"HMSG" and words[2] in self.takers:
            return int(words[4])
        return None

    def _take_many(self) -> None:
        """All whole messages that are at the front, until something else is."""
        data, at = bytes(self._held), 0
        taken: dict[bytes, list[Pulled]] = {}
        while (end := data.find(END, at)) >= 0:
            words = data[at:end].split(b" ")
            if (headers := self._size(words)) is None:
                break
            begin = end + len(END)
            last = begin + int(words[-1])
            if last + len(END) > len(data) or (headers and not data.startswith(HEADERS, begin)):
                break
            message = Pulled(words[1].decode(), words[3].decode(), data[begin + headers : last])
            taken.setdefault(words[2], []).append(message)
            at = last + len(END)
        if at:
            del self._held[:at]
            for number, messages in taken.items():
                self.nc.stats["in_msgs"] += len(messages)
                self.nc.stats["in_bytes"] += sum(len(each.data) for each in messages)
                self.takers[number](messages)
