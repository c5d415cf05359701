"""The NATS client, without what it would load for web sockets: 9 MB and a tenth of a second that no kiosk needs.

Import it from here, wherever it may be the first to be imported in a kiosk's process.
"""

from __future__ import annotations

import logging
import sys

_NEVER_USED = "aiohttp"

if _NEVER_USED in sys.modules or "nats" in sys.modules:
    from nats.aio.client import Client
else:
    sys.modules[_NEVER_USED] = None  # type: ignore[assignment]  # an import of it fails, as if it were not installed
    try:
        from nats.aio.client import Client
    finally:
        del sys.modules[_NEVER_USED]

from nats.aio.msg import Msg  # noqa: E402 -- after the client
from nats.errors import Error as NatsError  # noqa: E402 -- after the client
from nats.js import JetStreamContext  # noqa: E402 -- after the client
from nats.js.errors import Error as StreamError  # noqa: E402 -- after the client

__all__ = ["Client", "JetStreamContext", "Msg", "NatsError", "StreamError"]

logging.getLogger("asyncio").addFilter(lambda record: "eof_received()" not in record.getMessage())
"""A stream that was begun in the clear and goes on in TLS, as the client's, is warned of at its end for nothing."""
